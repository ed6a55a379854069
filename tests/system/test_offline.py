# SPDX-License-Identifier: Apache-2.0
"""Logins by password while the pool cannot be reached: for whom, by which
password, for how long, and never in place of a second factor."""

import os
import secrets
import subprocess
import time

from room import callers, ctl, host, offline, pool, syslog
from room.case import TOTP_SECRET, Case
from room.namespace import ROOM
from room.terminal import CODE, make_password
from test_outage import black_hole, closed_port
from test_outage_phases import over

UNAVAILABLE = "PAM_AUTHINFO_UNAVAIL"
AWAY = "https://cognito.test:9"


class OfflineCase(Case):
    """Each person has a configuration with the pool, and one without."""

    def configure(self, **config):
        """Two services: the pool is there, and the pool is away."""
        config = {"offline": "password", **config}
        here = self.service(**config)
        away = self.service(**{"timeout": 3, "endpoint": AWAY, **config})
        return here, away

    def sign_in(self, service, person, *answers):
        terminal = callers.pamtester(service, person.name)
        self.finish(terminal, ("Password: ", person.password), *answers)
        self.assertEqual(callers.pam_code(terminal), "success",
                         terminal.text)

    def try_(self, service, person, password=None, operations=(
            "authenticate", "acct_mgmt"), **how):
        """The code of a login with nothing but a password."""
        terminal = callers.pamtester(service, person.name, *operations,
                                     **how)
        terminal.answer("Password: ", password or person.password)
        terminal.end()
        if operations[-1] == "acct_mgmt" and \
                "account management done" in terminal.text:
            return "success"
        return callers.pam_code(terminal)

    def enrolled(self, *answers, config=None, **seed):
        person = self.person(**seed)
        here, away = self.configure(**(config or {}))
        if "totp_secret" in seed:
            answers = ((CODE, person.code()),)
        self.sign_in(here, person, *answers)
        return person, here, away

    def last_reason(self, person):
        lines = [line for line in self.log_of(person.name)
                 if ":auth): " in line and " reason=" in line]
        return lines[-1].partition(" reason=")[2].split()[0], lines[-1]

    def assert_denied(self, service, person, reason=None, password=None,
                      **how):
        self.assertEqual(self.try_(service, person, password, **how),
                         UNAVAILABLE)
        if reason:
            found, line = self.last_reason(person)
            self.assertEqual(found, reason, line)


class Offline(OfflineCase):
    """proves P7, P11"""

    def test_off_is_off(self):
        """By default nothing is kept, and nobody enters."""
        person = self.person()
        here, away = self.service(), self.service(timeout=3, endpoint=AWAY)
        self.sign_in(here, person)
        self.assertIsNone(offline.read(person.name))
        self.assert_denied(away, person, "no-connection")
        # Kept by another configuration, it opens nothing here either, and a
        # login removes it.
        on, _ = self.configure()
        self.sign_in(on, person)
        self.assertIsNotNone(offline.read(person.name))
        self.assert_denied(away, person, "no-connection")
        self.sign_in(here, person)
        self.assertIsNone(offline.read(person.name))

    def test_another_pool(self):
        """What one pool has proved is nothing to a service of another, whose
        users may have the same names"""
        person, _, away = self.enrolled()
        _, elsewhere = self.configure(pool_id="eu-west-1_Elsewhere")
        self.assert_denied(elsewhere, person, "no-connection")
        self.assert_denied(elsewhere, person, "no-connection",
                           make_password())
        self.assertEqual(offline.read(person.name)["failures"], "0")
        self.assertEqual(self.try_(away, person), "success")

    def test_right_password_enters(self):
        person, _, away = self.enrolled()
        self.assertEqual(self.try_(away, person), "success")
        reason, line = self.last_reason(person)
        self.assertEqual(reason, "offline", line)
        self.assertIn("authpriv.warning", line)
        self.assertIn(" admitted ", line)
        self.assertIn("no-connection", line)

    def test_wrong_password_does_not(self):
        person, _, away = self.enrolled()
        self.assert_denied(away, person, "offline-wrong-password",
                           make_password())
        self.assertEqual(self.try_(away, person), "success")

    def test_never_signed_in(self):
        person = self.person()
        _, away = self.configure()
        self.assert_denied(away, person, "no-connection")

    def test_what_is_kept(self):
        """A hash, for root alone, under a name that says nothing."""
        person, here, _ = self.enrolled()
        path, lines = offline.find(person.name)
        for name, mode in ((path, 0o600), (offline.DIRECTORY, 0o700)):
            status = os.stat(name)
            self.assertEqual((status.st_uid, status.st_mode & 0o7777),
                             (0, mode))
        self.assertRegex(lines[-2], r"^\$y\$j9T\$[./A-Za-z0-9]{22}\$"
                                   r"[./A-Za-z0-9]{43}$")
        self.assertNotIn(person.name, path)
        with open(path, encoding="utf-8") as file:
            self.assertNotIn(person.password, file.read())
        # An independent reader of the hash: perl's crypt().
        made = subprocess.run(
            ["perl", "-e", "print crypt(<STDIN>, $ARGV[0])", lines[-2]],
            input=person.password, capture_output=True, text=True,
            check=True).stdout
        self.assertEqual(made, lines[-2])
        self.sign_in(here, person)
        self.assertNotEqual(offline.find(person.name)[1][-2], lines[-2])

    def test_no_secret_in_the_log(self):
        """proves P93: neither password nor hash, with debug either"""
        person, _, away = self.enrolled()
        debug = self.service("debug", offline="password", timeout=3,
                             endpoint=AWAY)
        wrong, kept = make_password(), offline.read(person.name)["hash"]
        self.assert_denied(debug, person, "offline-wrong-password", wrong)
        for service in (debug, away):
            self.assertEqual(self.try_(service, person), "success")
        with open(syslog.PATH, encoding="utf-8") as file:
            text = file.read()
        for secret in (person.password, wrong, kept, kept[7:29]):
            self.assertNotIn(secret, text)

    def test_max_age(self):
        person, _, away = self.enrolled(config={"offline_max_age": 600})
        offline.age(person.name, 300)
        self.assertEqual(self.try_(away, person), "success")
        offline.age(person.name, 400)
        self.assert_denied(away, person, "offline-refused")
        # Gone for good: a clock that is set back revives nothing.
        self.assertIsNone(offline.read(person.name))

    def test_clock_set_back(self):
        """A login, or a use, that is yet to come is not believed."""
        for field in ("proved_s", "seen_s"):
            with self.subTest(field):
                person, _, away = self.enrolled()
                offline.change(person.name,
                               **{field: int(time.time()) + 3600})
                self.assert_denied(away, person, "offline-refused")
                # A host without a clock of its own learns the time yet.
                offline.change(person.name,
                               **{field: int(time.time()) - 1})
                self.assertEqual(self.try_(away, person), "success")

    def test_attempts(self):
        person, here, away = self.enrolled(config={"offline_attempts": 3})
        for _ in range(3):
            self.assert_denied(away, person, "offline-wrong-password",
                               make_password())
        self.assertIsNone(offline.read(person.name))
        ctl.run("unlock", person.name)
        self.assert_denied(away, person, "no-connection")
        self.sign_in(here, person)
        self.assertEqual(self.try_(away, person), "success")

    def test_attempts_are_counted_beyond_a_restart(self):
        """The host's own counters are forgotten with /run; these are not."""
        person, _, away = self.enrolled(config={"offline_attempts": 5})
        for _ in range(3):
            self.assert_denied(away, person, None, make_password())
        ctl.run("unlock", person.name)
        self.assertEqual(offline.read(person.name)["failures"], "3")
        for _ in range(2):
            self.assert_denied(away, person, None, make_password())
        self.assertIsNone(offline.read(person.name))

    def test_attempts_that_were_used_up(self):
        """Killed behind the last wrong one, or with a smaller limit now:
        not even the right password is compared."""
        person, _, away = self.enrolled(config={"offline_attempts": 3})
        offline.change(person.name, failures=3)
        self.assert_denied(away, person, "offline-refused")
        self.assertIsNone(offline.read(person.name))

    def test_host_counters_hold(self):
        """proves P84: four in a quarter of an hour, as with the pool"""
        person, _, away = self.enrolled()
        for _ in range(4):
            self.assert_denied(away, person, "offline-wrong-password",
                               make_password())
        self.assert_denied(away, person, "offline-refused")
        ctl.run("unlock", person.name)
        self.assertEqual(self.try_(away, person), "success")
        self.assertEqual(offline.read(person.name)["failures"], "0")

    def test_removed_from_allow_groups(self):
        """proves P24: by the groups of the last login"""
        person, _, _ = self.enrolled()
        _, away = self.configure(allow_groups="Guests")
        self.assert_denied(away, person, "offline-refused")

    def test_never_after_an_answer(self):
        """What the pool has said, or may have judged, is not overruled."""
        for operation, fault in (
                ("InitiateAuth", {"do": "throttle"}),
                ("InitiateAuth", {"do": "status", "status": 500}),
                ("RespondToAuthChallenge", {"do": "reset"})):
            with self.subTest(f"{operation} {fault}"):
                person, here, _ = self.enrolled()
                self.fault(person, operation, **fault)
                self.assertEqual(self.try_(here, person), UNAVAILABLE)
                self.assertNotIn("offline", self.last_reason(person)[0])

    def test_lost_before_any_guess(self):
        """A request that was sent, and no answer: an outage like others, and
        the right password is no wrong one."""
        person, here, _ = self.enrolled()
        self.fault(person, "InitiateAuth", "reset")
        self.assert_denied(here, person, "offline-wrong-password",
                           make_password())
        self.assertEqual(self.try_(here, person), "success")
        self.assertEqual(self.last_reason(person)[0], "offline")
        self.assertEqual(offline.read(person.name)["failures"], "0")

    def test_password_that_the_pool_refuses(self):
        """Changed elsewhere: where this host hears the pool's no to the
        very password that is kept, it goes; a stranger's wrong one takes
        nothing away."""
        person, here, away = self.enrolled()
        self.assertEqual(self.try_(here, person, make_password()),
                         "PAM_AUTH_ERR")
        self.assertIsNotNone(offline.read(person.name))
        pool.control("set_user", username=person.name,
                     set={"password": make_password()})
        self.assertEqual(self.try_(here, person), "PAM_AUTH_ERR")
        self.assertIsNone(offline.read(person.name))
        self.assert_denied(away, person)

    def test_disabled_in_the_pool(self):
        """proves P10: its word removes the hash, and marks hold"""
        person, here, away = self.enrolled()
        pool.control("disable", username=person.name)
        self.assertEqual(self.try_(here, person), "PAM_AUTH_ERR")
        self.assert_denied(away, person)

    def test_refused_account_check(self):
        """proves P10: disabled, as the account phase learns it"""
        person, _, away = self.enrolled(config={
            "account_check": "refresh", "account_max_age": 30,
            "on_unavailable": "cached"})
        checking = self.service(account_check="refresh", account_max_age=30)
        self.assertEqual(self.try_(away, person), "success")
        pool.control("disable", username=person.name)
        self.age_tokens(person)
        terminal = callers.pamtester(checking, person.name, "acct_mgmt")
        self.assert_code(terminal, "PAM_PERM_DENIED")
        self.assertIsNone(offline.read(person.name))
        self.assert_denied(away, person)

    @staticmethod
    def age_tokens(person):
        directory = "/var/lib/cognito/private/tokens"
        for entry in os.listdir(directory):
            path = f"{directory}/{entry}"
            with open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")
            if len(lines) > 4 and lines[1] == person.name:
                lines[3] = str(int(lines[3]) - 3600)
                lines[4] = str(int(lines[4]) - 3600)
                with open(path, "w", encoding="utf-8") as file:
                    file.write("\n".join(lines))

    def test_forgotten(self):
        person, _, away = self.enrolled()
        self.assertEqual(ctl.run("forget", person.name).returncode, 0)
        self.assertIsNone(offline.read(person.name))
        self.assert_denied(away, person)

    def test_other_sub(self):
        """proves P16: kept for one, it opens nothing for another"""
        person, _, away = self.enrolled()
        offline.change(person.name,
                       sub="00000000-0000-4000-8000-000000000000")
        self.assert_denied(away, person, "offline-refused")

    def test_password_changed_by_passwd(self):
        """The old one is gone before the pool has heard of the new."""
        person, here, away = self.enrolled()
        new = make_password()
        terminal = callers.passwd(person.name)
        status = self.finish(terminal, ("Current password: ",
                                        person.password),
                             ("New password: ", new),
                             ("(New password again|Retype new password): ",
                              new))
        self.assertEqual(status, 0, terminal.text)
        self.assertIsNone(offline.read(person.name))
        self.assert_denied(away, person)
        person.password = new
        self.sign_in(here, person)
        self.assertEqual(self.try_(away, person), "success")

    def test_loose_or_foreign_files(self):
        """proves P79: what is not root's alone, or not ours, denies"""
        def mode(path):
            os.chmod(path, 0o644)

        def owner(path):
            os.chown(path, 4711, 0)

        def garbage(path):
            with open(path, "wb") as file:
                file.write(b"COGOFF1\n\0\xff" + os.urandom(200))

        def cut(path):
            os.truncate(path, os.stat(path).st_size - 1)

        def other_costs(path):
            with open(path, encoding="utf-8") as file:
                text = file.read().replace("$y$j9T$", "$y$j75$")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

        def other_method(path):
            with open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")
            lines[-2] = "$1$abcdefgh$Z2Hpa2nnnR0VcLDNcxqAA0"
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(lines))

        def link(path):
            there = f"/var/lib/cognito/private/{os.path.basename(path)}"
            os.rename(path, there)
            os.symlink(there, path)
            self.addCleanup(os.unlink, there)

        for spoil in (mode, owner, garbage, cut, other_costs, other_method,
                      link):
            with self.subTest(spoil.__name__):
                person, _, away = self.enrolled()
                path = offline.find(person.name)[0]
                spoil(path)
                self.assert_denied(away, person)
                reason, line = self.last_reason(person)
                self.assertEqual(reason, "offline-refused", line)
                os.unlink(path)

    def test_unreadable_directory(self):
        """proves P11: and no login by the pool is hindered by it"""
        person, here, away = self.enrolled()
        os.chmod(offline.DIRECTORY, 0o755)
        try:
            self.assert_denied(away, person)
            self.sign_in(here, person)
        finally:
            os.chmod(offline.DIRECTORY, 0o700)

    def test_password_that_would_be_changed_needs_the_pool(self):
        """passwd has no way without the pool."""
        person, _, away = self.enrolled()
        terminal = callers.pamtester(away, person.name, "chauthtok")
        terminal.answer("Current password: ", person.password)
        self.assert_code(terminal, "PAM_AUTHTOK_ERR")


class Doors(OfflineCase):
    """Through the programs, with the shipped files."""

    @classmethod
    def setUpClass(cls):
        cls.here = f"/etc/cognito/{secrets.token_hex(4)}.conf"
        cls.away = f"/etc/cognito/{secrets.token_hex(4)}.conf"
        host.write_config(cls.here, offline="password")
        host.write_config(cls.away, offline="password", timeout=3,
                          endpoint=AWAY)

    def known(self, *answers, **seed):
        person = self.person(**seed)
        here, _ = self.configure()
        if "totp_secret" in seed:
            answers = ((CODE, person.code()),)
        self.sign_in(here, person, *answers)
        return person

    def su(self, person, config, limit=""):
        return over({host.CONFIG: config}, "setpriv",
                    f"--reuid={host.LOCAL_USER}",
                    f"--regid={host.LOCAL_USER}", "--init-groups", "sh",
                    "-c", f"\"{limit} exec su {person.name} -c"
                          f" 'echo in-\\$((40+2))-\\$(id -un)'\"")

    def test_su(self):
        """proves P11: the caller makes the network fail; with one factor
        the password is what the pool wanted, too"""
        person = self.known()
        terminal = self.su(person, self.away)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)
        terminal = self.su(person, self.away)
        self.finish(terminal, ("Password: ", make_password()))
        self.assert_out(terminal)

    def test_second_factor_and_a_network_that_the_caller_breaks(self):
        """proves P11: su's caller has ulimit, timers, the address"""
        person = self.known(totp_secret=TOTP_SECRET)
        self.assertEqual(offline.read(person.name)["one_factor"], "0")
        hole = black_hole()
        dark = f"/etc/cognito/{secrets.token_hex(4)}.conf"
        host.write_config(dark, offline="password", timeout=3,
                          endpoint=hole[2])
        cases = {"dead": (self.away, ""), "black hole": (dark, "")}
        for number in (6, 8, 10, 14, 20):
            cases[f"ulimit -n {number}"] = (self.here, f"ulimit -n {number};")
        for name, (config, limit) in cases.items():
            with self.subTest(name):
                terminal = self.su(person, config, limit)
                if terminal.read_to("Password: ", callers.pexpect.EOF) == 0:
                    terminal.send(person.password + "\r")
                    # A code that is asked for is not the password's.
                    if terminal.read_to(CODE, callers.pexpect.EOF) == 0:
                        terminal.send("000000\r")
                        terminal.read_to("code|Code", callers.pexpect.EOF)
                        terminal.close()
                        self.assert_out(terminal)
                        continue
                terminal.end()
                self.assert_out(terminal)

    def test_ssh(self):
        """Authentication, account phase and session, each in a process of
        its own."""
        person = self.known()
        ssh_port = closed_port()
        config = f"{ROOM}/sshd-{ssh_port}"
        with open(config, "w", encoding="utf-8") as file:
            file.write("Include /etc/ssh/sshd_config\n"
                       f"Port {ssh_port}\nPidFile none\nUsePAM yes\n")
        daemon = over({host.CONFIG: self.away}, "/usr/sbin/sshd", "-D", "-f",
                      config)
        self.addCleanup(daemon.close)
        for _ in range(100):
            try:
                terminal = callers.ssh(person.name, "-p", str(ssh_port))
                terminal.answer("Password: ", person.password)
                break
            except callers.pexpect.EOF:
                time.sleep(0.1)
        terminal.end()
        self.assert_in(terminal, person.name)
        lines = [line for line in self.log_of(person.name, 2)
                 if "reason=offline " in line]
        self.assertEqual(len(lines), 1)
        self.assertIn("pam_cognito(sshd:auth)", lines[0])


class OtherCallers(OfflineCase):
    """proves P96"""

    def test_caller_that_is_not_root(self):
        """The store is closed to it: an outage is an outage, and nothing
        is counted, written or removed."""
        person, here, away = self.enrolled()
        before = offline.read(person.name)
        for service, password, code in (
                (away, person.password, UNAVAILABLE),
                (away, make_password(), UNAVAILABLE),
                (here, person.password, "success")):
            terminal = callers.pamtester(service, person.name,
                                         user=person.name)
            terminal.answer("Password: ", password)
            self.assert_code(terminal, code)
            self.assertNotIn("offline", self.last_reason(person)[0])
        self.assertEqual(offline.read(person.name), before)

    def test_windows_are_roots(self):
        done = subprocess.run(
            ["setpriv", f"--reuid={host.LOCAL_USER}", "--clear-groups",
             "/usr/sbin/cognitoctl", "breakglass", "alice", "--for", "1h"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, ctl.USAGE, done.stderr)
        self.assertIsNone(offline.find("alice", offline.WINDOWS))


class Changed(OfflineCase):
    def test_change_inside_of_a_login_that_fails(self):
        """proves P11: the pool has a new password, whatever became of the
        login, so the old one opens nothing"""
        for name, change, more in (
                ("no token that holds", {"token": {"key": "foreign"}}, {}),
                ("other groups", {"groups": ["Guests"]},
                 {"allow_groups": "Staff"})):
            with self.subTest(name):
                person, here, away = self.enrolled(config=more)
                self.assertIsNotNone(offline.read(person.name))
                person.set(status="FORCE_CHANGE_PASSWORD", **change)
                new = make_password()
                terminal = callers.pamtester(here, person.name)
                for prompt, text in (("Password: ", person.password),
                                     ("New password: ", new),
                                     ("New password again: ", new)):
                    terminal.answer(prompt, text)
                terminal.end()
                self.assert_out(terminal)
                self.assertIsNone(offline.read(person.name))
                self.assert_denied(away, person)
