# SPDX-License-Identifier: Apache-2.0
"""Logins while the pool cannot be reached never take the place of a second
factor, but in a window that root has opened."""

import os
import secrets
import time

from room import callers, ctl, host, offline, pool, syslog
from room.case import TOTP_SECRET
from room.terminal import CODE, make_password
from test_offline import AWAY, OfflineCase
from test_outage_phases import over


class SecondFactor(OfflineCase):
    """proves P11: the password alone never suffices, but in a window"""

    def window(self, person, *words):
        done = ctl.run("breakglass", person.name, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_logged(self, person, words):
        """cognitoctl's last line about them. The reader of the log may
        need a moment."""
        lines = []
        for _ in range(100):
            with open(syslog.PATH, encoding="utf-8") as file:
                lines = [line for line in file if "cognitoctl" in line
                         and f'"{person.name}"' in line]
            if lines and words in lines[-1]:
                return
            time.sleep(0.05)
        self.fail(f"{words}: {lines}")

    def test_alone_it_does_not_suffice(self):
        person, _, away = self.enrolled(totp_secret=TOTP_SECRET)
        self.assert_denied(away, person, "offline-refused")
        self.assertIn("breakglass", self.last_reason(person)[1])

    def test_inside_a_window_it_does(self):
        person, _, away = self.enrolled(totp_secret=TOTP_SECRET)
        self.assertIn(person.name, self.window(person, "--for", "2h"))
        self.assert_logged(person, "breakglass opened")
        self.assert_denied(away, person, "offline-wrong-password",
                           make_password())
        self.assertEqual(self.try_(away, person), "success")
        reason, line = self.last_reason(person)
        self.assertEqual(reason, "offline-breakglass", line)
        self.assertIn("authpriv.warning", line)
        rows = ctl.run("status", "--json").stdout
        self.assertIn(person.name, rows)
        self.window(person, "--close")
        self.assert_logged(person, "breakglass closed")
        self.assert_denied(away, person, "offline-refused")
        self.assertNotIn(person.name, ctl.run("status", "--json").stdout)

    def test_window_is_of_one_person(self):
        person, _, away = self.enrolled(totp_secret=TOTP_SECRET)
        other, _, _ = self.enrolled(totp_secret=TOTP_SECRET)
        self.window(other, "--for", "1h")
        self.assert_denied(away, person, "offline-refused")

    def test_window_is_over(self):
        person, _, away = self.enrolled(totp_secret=TOTP_SECRET)
        self.window(person, "--for", "30m")
        now = int(time.time())
        offline.change(person.name, offline.WINDOWS, opened_s=now - 1800,
                       until_s=now - 1)
        self.assert_denied(away, person, "offline-refused")
        self.assertIsNone(offline.find(person.name, offline.WINDOWS))

    def test_window_that_is_yet_to_come(self):
        """A clock set back opens none."""
        person, _, away = self.enrolled(totp_secret=TOTP_SECRET)
        self.window(person, "--for", "30m")
        now = int(time.time())
        offline.change(person.name, offline.WINDOWS, opened_s=now + 600,
                       until_s=now + 1200)
        self.assert_denied(away, person, "offline-refused")

    def test_windows_of_too_long_or_of_others(self):
        person, _, away = self.enrolled(totp_secret=TOTP_SECRET)
        for spoil in ({"until_s": int(time.time()) + 90000}, None):
            self.window(person, "--for", "30m")
            if spoil:
                offline.change(person.name, offline.WINDOWS, **spoil)
            else:
                os.chmod(offline.find(person.name, offline.WINDOWS)[0],
                         0o640)
            self.assert_denied(away, person, "offline-refused")
        os.unlink(offline.find(person.name, offline.WINDOWS)[0])

    def test_words_that_are_refused(self):
        for words in (["--for", "25h"], ["--for", "0h"], ["--for", "2"],
                      ["--for", "2d"], ["--for", "-1h"], [],
                      ["--for", "1h", "--close"], ["--for", "1441m"]):
            done = ctl.run("breakglass", "alice", *words)
            self.assertEqual(done.returncode, ctl.USAGE, words)
        self.assertEqual(ctl.run("breakglass", "alice", "--close")
                         .returncode, ctl.NOT_FOUND)
        self.assertEqual(ctl.run("breakglass", "Not/aName", "--for", "1h")
                         .returncode, ctl.USAGE)

    def test_second_factor_since_then(self):
        """Who sets one up elsewhere, and shows it to su: the hash that
        says otherwise goes, though su's caller writes nothing."""
        person, _, away = self.enrolled()
        self.assertEqual(self.try_(away, person), "success")
        person.set(totp_secret=TOTP_SECRET)
        on = f"/etc/cognito/{secrets.token_hex(4)}.conf"
        host.write_config(on, offline="password")
        terminal = over({host.CONFIG: on}, "setpriv",
                        f"--reuid={host.LOCAL_USER}",
                        f"--regid={host.LOCAL_USER}", "--init-groups", "su",
                        person.name, "-c", f"'{callers.PROBE}'")
        self.finish(terminal, ("Password: ", person.password),
                    (CODE, person.code()))
        self.assert_in(terminal, person.name)
        self.assertIsNone(offline.read(person.name))
        self.assert_denied(away, person)

    def test_other_password_that_su_proved(self):
        """The pool takes another password than the kept one: that goes,
        though su's caller writes nothing; the same one stays."""
        person, here, _ = self.enrolled()
        on = f"/etc/cognito/{secrets.token_hex(4)}.conf"
        host.write_config(on, offline="password")

        def su(password):
            terminal = over({host.CONFIG: on}, "setpriv",
                            f"--reuid={host.LOCAL_USER}",
                            f"--regid={host.LOCAL_USER}", "--init-groups",
                            "su", person.name, "-c", f"'{callers.PROBE}'")
            self.finish(terminal, ("Password: ", password))
            self.assert_in(terminal, person.name)

        before = offline.read(person.name)
        su(person.password)
        self.assertEqual(offline.read(person.name), before)
        new = make_password()
        pool.control("set_user", username=person.name,
                     set={"password": new})
        su(new)
        self.assertIsNone(offline.read(person.name))

    def test_code_behind_the_password(self):
        """A code that nobody can judge is no second factor either."""
        person, _, _ = self.enrolled(totp_secret=TOTP_SECRET)
        away = self.service("code_in_password", offline="password",
                            timeout=3, endpoint=AWAY)
        self.assert_denied(away, person, "offline-refused",
                           person.password + "123456")
        self.window(person, "--for", "1h")
        self.assertEqual(self.try_(away, person,
                                   person.password + "123456"), "success")

    def test_forgotten_with_the_name(self):
        person, _, _ = self.enrolled(totp_secret=TOTP_SECRET)
        self.window(person, "--for", "1h")
        ctl.run("forget", person.name)
        self.assertIsNone(offline.find(person.name, offline.WINDOWS))
