# SPDX-License-Identifier: Apache-2.0
"""Tokens of a session: who has them, and that they end with it."""

import os
import re
import stat
import subprocess
import time

from room import callers, host, pool, sessions, syslog
from room.guest import change_accounts
from room.sessions import SessionCase
from test_false_speaker import FalseSpeakerCase
from test_keeper import KeeperCase
from test_sshd import put_key


class Life(SessionCase):
    def assert_handed(self, person):
        """proves P92: a directory and a file that are theirs alone"""
        path = sessions.directory(person)
        uid = os.stat(f"/home/{person.name}").st_uid
        for name, mode, kind in ((path, 0o700, stat.S_ISDIR),
                                 (f"{path}/tokens", 0o600, stat.S_ISREG)):
            status = os.lstat(name)
            self.assertTrue(kind(status.st_mode))
            self.assertEqual((status.st_uid, stat.S_IMODE(status.st_mode)),
                             (uid, mode), name)
        lines = sessions.tokens(person)
        self.assertEqual(lines[1], person.name)
        self.assertTrue(all(lines[6:9]), "three tokens")
        return lines

    def test_by_password(self):
        """proves P92: handed out, removed and revoked, both ways of sshd"""
        for method, prompt in (("keyboard-interactive", "Password: "),
                               ("password", "password: ")):
            with self.subTest(method=method):
                person = self.person()
                terminal = self.begin(person, (prompt, person.password),
                                      method=method)
                lines = self.assert_handed(person)
                self.assertEqual(sessions.files_of(person, sessions.PENDING), [])
                self.end(terminal)
                self.assert_nothing_left(person)
                self.wait_until_revoked(lines[6])

    def test_at_the_console(self):
        """proves P92: login"""
        person = self.person()
        console = callers.login()
        callers.say_name(console, person.name)
        console.answer("Password: ", person.password)
        console.read_to(r"[$#] $")
        lines = self.assert_handed(person)
        console.send("exit\n")
        self.assert_nothing_left(person)
        self.wait_until_revoked(lines[6])
        console.close()

    def test_two_at_once(self):
        """proves P92: the last session's end is the tokens' end"""
        person = self.person()
        first = self.begin(person)
        token = sessions.refresh_token(person)
        second = self.begin(person)
        newer = sessions.refresh_token(person)
        self.assertNotEqual(token, newer)
        self.end(first)
        self.wait_for(lambda: self.openers(person) == 1, "still counted")
        self.assertEqual(sessions.refresh_token(person), newer)
        self.assertNotIn(token, sessions.revoked())
        self.end(second)
        self.assert_nothing_left(person)
        self.wait_until_revoked(token)
        self.wait_until_revoked(newer)

    def test_key_shares_them(self):
        """who comes by key has the tokens of another session, or none"""
        person = self.person()
        key = put_key(person.name)
        self.end(self.begin(person))
        self.assert_nothing_left(person)
        alone = self.begin_with_key(person, key)
        self.assertIsNone(sessions.tokens(person))
        typed = self.begin(person)
        lines = self.assert_handed(person)
        self.end(typed)
        self.wait_for(lambda: self.openers(person) == 1, "still counted")
        self.assertEqual(sessions.tokens(person), lines)
        self.end(alone)
        self.assert_nothing_left(person)
        self.wait_until_revoked(lines[6])

    def test_killed_sshd(self):
        """proves P92: a session whose process died does not count"""
        person = self.person()
        lost = self.begin(person)
        token = sessions.refresh_token(person)
        self.kill_monitor(person)
        lost.close()
        self.assertEqual(self.openers(person), 1)
        self.end(self.begin(person))
        self.assert_nothing_left(person)
        self.wait_until_revoked(token)

    def test_killed_sshd_and_somebody_else(self):
        """proves P92: the next session's end is the end of a lost one"""
        person, other = self.person(), self.person()
        lost = self.begin(person)
        token = sessions.refresh_token(person)
        self.kill_monitor(person)
        lost.close()
        self.end(self.begin(other))
        self.assert_nothing_left(person)
        self.wait_until_revoked(token)

    def test_account_that_went(self):
        """proves P92: tokens do not outlive the account"""
        person, other = self.person(), self.person()
        terminal = self.begin(person)
        token = sessions.refresh_token(person)
        change_accounts("gpasswd", "-d", person.name, "cognito-users")
        self.end(terminal)
        time.sleep(0.5)
        self.end(self.begin(other))
        self.assert_nothing_left(person)
        self.wait_until_revoked(token)

    @staticmethod
    def kill_monitor(person):
        """sshd's own process of this session."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
                    name = file.read()
            except OSError:
                continue
            if name.startswith(f"sshd: {person.name} [priv]"):
                os.kill(int(pid), 9)

    def test_su_and_sudo_take_nothing_away(self):
        """su and sudo within a session neither have tokens nor end them"""
        for name in ("su", "sudo"):
            path = f"/etc/pam.d/{name}"
            with open(path, encoding="utf-8") as file:
                before = file.read()
            with open(path, "a", encoding="utf-8") as file:
                file.write("session optional pam_cognito.so\n")
            self.addCleanup(self.write, path, before)
        person = self.person()
        terminal = self.begin(person)
        lines = sessions.tokens(person)
        done = callers.su(person.name)
        done.answer("Password: ", person.password)
        done.end()
        self.assert_in(done, person.name)
        other = self.person()
        for caller, whose in ((person, "root"), (other, person.name)):
            done = callers.sudo(caller.name, "-u", whose)
            done.answer(callers.SUDO_PASSWORD, caller.password)
            done.end()
            self.assert_in(done, whose)
        self.assertEqual(sessions.files_of(person, sessions.PENDING), [])
        self.assertEqual(sessions.tokens(person), lines)
        self.assertEqual(self.openers(person), 1)
        # Nor does one that lasts longer keep them.
        done = callers.su(person.name, command=sessions.HELD)
        self.addCleanup(done.close)
        done.answer("Password: ", person.password)
        done.read_to("in-42")
        self.end(terminal)
        self.assert_nothing_left(person)
        self.end(done)

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def test_session_that_never_came(self):
        """proves P92: tokens wait some minutes for a session, no longer"""
        for age_s, handed in ((0, True), (3600, False), (-3600, False)):
            with self.subTest(age_s=age_s):
                person = self.person()
                service = self.service(session_tokens="yes")
                terminal = callers.pamtester(service, person.name)
                terminal.answer("Password: ", person.password)
                terminal.end()
                (path,) = sessions.files_of(person, sessions.PENDING)
                with open(path, encoding="utf-8") as file:
                    lines = file.read().split("\n")
                self.assertEqual(lines[1], person.name)
                lines[3] = str(int(lines[3]) - age_s)
                self.write(path, "\n".join(lines))
                callers.pamtester(service, person.name, "open_session").end()
                self.assertEqual(sessions.tokens(person) is not None, handed)
                callers.pamtester(service, person.name,
                                  "close_session").end()
                self.assert_nothing_left(person)

    def test_others_that_never_came(self):
        """proves P92: they are removed when somebody else signs in"""
        person, other = self.person(), self.person()
        service = self.service(session_tokens="yes")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        terminal.end()
        (path,) = sessions.files_of(person, sessions.PENDING)
        os.utime(path, (1, 1))
        self.end(self.begin(other))
        self.assertEqual(sessions.files_of(person, sessions.PENDING), [])

    def test_without_an_account(self):
        """proves P92: a database's user has no session, and no tokens"""
        person = self.person(local=False)
        service = self.service("allow_unknown", session_tokens="yes")
        terminal = callers.pamtester(service, person.name, "authenticate",
                                     "acct_mgmt", "open_session")
        terminal.answer("Password: ", person.password)
        terminal.end()
        self.assertIn("successfully opened a session", terminal.text)
        self.assertEqual(sessions.files_of(person, sessions.PENDING), [])

    def test_damaged_record(self):
        """proves P71: what cannot be read of sessions begins anew"""
        person = self.person()
        first = self.begin(person)
        for name in sessions.entries(sessions.SESSIONS):
            self.write(f"{sessions.SESSIONS}/{name}", "garbage")
        second = self.begin(person)
        token = self.assert_handed(person)[6]
        self.assertTrue(self.notes(f"sessions of {person.name} cannot be"))
        for each in (first, second):
            self.end(each)
        self.assert_nothing_left(person)
        self.wait_until_revoked(token)

    def test_nowhere_to_write(self):
        """proves P85: who cannot be counted enters all the same"""
        for spoil in ("chmod 0755 /run/cognito/sessions",
                      "mount -t tmpfs -o ro,mode=0700 none "
                      "/run/cognito/sessions"):
            with self.subTest(spoil):
                person = self.person()
                self.end(self.begin(person))
                self.assert_nothing_left(person)
                host.run("sh", "-c", spoil)
                try:
                    self.end(self.begin(person))
                    self.assertIsNone(sessions.tokens(person))
                    self.assertTrue(self.notes(
                        f"session of {person.name} is not counted"))
                finally:
                    host.run("sh", "-c", "umount /run/cognito/sessions || "
                             "chmod 0700 /run/cognito/sessions",
                             stderr=subprocess.DEVNULL)

    def test_pool_away_at_the_end(self):
        """proves P92: removed all the same; the log says what was not done,
        and the next session's end does it"""
        person, other = self.person(), self.person()
        terminal = self.begin(person)
        token = sessions.refresh_token(person)
        host.write_config(session_tokens="yes",
                          endpoint="https://cognito.test:9")
        self.addCleanup(host.write_config, session_tokens="yes")
        self.end(terminal)
        self.wait_until_gone(person)
        self.wait_for(lambda: any(person.name in line for line in
                                  self.notes("not revoked yet: no-conn")),
                      "no line in the log")
        self.assertNotIn(token, sessions.revoked())
        host.write_config(session_tokens="yes")
        self.end(self.begin(other))
        self.wait_until_revoked(token)
        self.assert_nothing_left(person)

    def test_switched_off_meanwhile(self):
        """proves P92: tokens end with the session, whatever is set now"""
        person = self.person()
        terminal = self.begin(person)
        token = sessions.refresh_token(person)
        host.write_config()
        self.addCleanup(host.write_config, session_tokens="yes")
        self.end(terminal)
        self.assert_nothing_left(person)
        self.wait_until_revoked(token)
        self.end(self.begin(person))
        self.assertIsNone(sessions.tokens(person))
        self.assertEqual(sessions.files_of(person, sessions.PENDING), [])

    def test_nobody_else(self):
        """proves P75, P92: others pass through, list nothing, open
        nothing"""
        person, other = self.person(), self.person()
        terminal = self.begin(person)
        for command in (("ls", sessions.RUN),
                        ("ls", sessions.directory(person)),
                        ("cat", f"{sessions.directory(person)}/tokens"),
                        ("ls", sessions.SESSIONS), ("ls", sessions.PENDING),
                        ("cat", f"{sessions.RUN}/failures")):
            done = sessions.run_as(other, *command)
            self.assertNotEqual(done.returncode, 0, command)
            self.assertEqual(done.stdout, "", command)
        status = os.stat(sessions.RUN)
        self.assertEqual((status.st_uid, stat.S_IMODE(status.st_mode)),
                         (0, 0o711))
        self.end(terminal)
        self.assert_nothing_left(person)


class ByHand(SessionCase, KeeperCase):
    def test_caller_that_is_not_root(self):
        """proves P35: asked by hand, too, a keeper of su's counts nothing"""
        person = self.person()
        terminal = self.begin(person)
        for caller, operation, count in ((True, "OPEN", 1),
                                         (False, "OPEN", 2),
                                         (True, "CLOSE", 2),
                                         (False, "CLOSE", 1)):
            with self.subTest(operation, caller=caller):
                self.assertEqual(
                    self.ask(person.name, operation, caller=caller),
                    "ADMITTED")
                self.assertEqual(self.openers(person), count)
        self.end(terminal)
        self.assert_nothing_left(person)


class Mistake(SessionCase):
    """A mistake in a line of the PAM file that denies nobody"""

    def log_after(self, person, word):
        """What is logged of this call, whose line has a mistake, and of an
        account phase behind it."""
        service = self.service()
        with open(f"/etc/pam.d/{service}", "r+", encoding="utf-8") as file:
            text = re.sub(r"(?m)^((auth|session).*)$", r"\1 mistake",
                          file.read())
            file.seek(0)
            file.write(text)
        for one in (word, "acct_mgmt"):
            callers.pamtester(service, person.name, one).end()
        for _ in range(100):
            with open(syslog.PATH, encoding="utf-8") as file:
                lines = [line for line in file
                         if f"pam_cognito({service}:" in line]
            if any(":account): admitted" in line for line in lines):
                return lines[:-1]
            time.sleep(0.02)
        self.fail(lines)

    def test_session(self):
        """It is said of the tokens, not of the person, who is let in."""
        person = self.person()
        self.end(self.begin(person))
        line, = self.log_after(person, "open_session")
        self.assertIn(f"session of {person.name}: tokens left alone: "
                      "misconfigured: wrong argument", line)
        self.assertNotIn("denied", line)

    def test_setcred(self):
        """It is for authenticate to say; setcred ignores."""
        person = self.person()
        self.end(self.begin(person))
        self.assertEqual(self.log_after(person, "setcred"), [])


class FalseSpeaker(SessionCase, FalseSpeakerCase):
    """proves P55: a speaker that breaks the order admits nobody"""

    def test_guess_after_a_token(self):
        """Whichever token came, the login is over."""
        path = "/etc/cognito/false-tokens.conf"
        host.write_config(path, session_tokens="yes")
        for kind in (1, 2, 3):
            with self.subTest(kind):
                token = f"{self.JOB}say('TOKEN', {kind}, b'token')\n"
                self.assertEqual(
                    self.meet(token + "result(job)\n", config=path)[0],
                    "ADMITTED")
                self.assertEqual(
                    self.meet(token + "say('MAY_GUESS'); hear()\n"
                              "result(job)\n", config=path)[0], "SPEAKER")


class Hostile(SessionCase):
    """Whoever has the directory can put anything in it (P36)."""

    SECRET = "/etc/cognito/id_key"

    def spoiled(self, command):
        """A session whose person did this; the token they were given."""
        person = self.person()
        terminal = self.begin(person)
        token = sessions.refresh_token(person)
        done = sessions.run_as(
            person, "sh", "-c",
            f"cd {sessions.directory(person)} && {command}")
        self.assertEqual(done.returncode, 0, done.stderr)
        return person, terminal, token

    def test_other_things_in_its_place(self):
        """proves P36, P92: removed and revoked whatever they made of it"""
        for command in (
                f"ln -sf {self.SECRET} tokens",
                "ln -sf /dev/zero tokens",
                "rm tokens; mkfifo tokens",
                "rm tokens; mkdir -p tokens/a/b",
                "rm tokens; mkdir tokens.new; touch tokens.new/x",
                "ln tokens again; chmod 0666 tokens",
                "echo garbage >tokens",
                "head -c 300000 /dev/zero >tokens || true",
                "rm tokens; exec 3>held; rm held; mkdir deep; cd deep; "
                "mkdir -p 1/2/3; chmod 0 1",
                "chmod 0 ."):
            with self.subTest(command):
                with open(self.SECRET, "rb") as file:
                    before = file.read()
                person, terminal, token = self.spoiled(command)
                self.end(terminal)
                self.assert_nothing_left(person)
                self.wait_until_revoked(token)
                with open(self.SECRET, "rb") as file:
                    self.assertEqual(file.read(), before)

    def test_second_login_over_a_mess(self):
        """proves P36: nothing is written where they point to"""
        person, terminal, _ = self.spoiled(
            "rm tokens; mkdir tokens; ln -s /etc/cognito/planted tokens.new")
        second = self.begin(person)
        self.assertFalse(os.path.exists("/etc/cognito/planted"))
        self.assertTrue(self.notes(f"the session of {person.name} has no"))
        for each in (terminal, second):
            self.end(each)
        self.assert_nothing_left(person)

    def test_file_system_that_never_answers(self):
        """proves P36, P92: what a person mounts there stops nobody"""
        person = self.person()
        terminal = self.begin(person)
        token = sessions.refresh_token(person)
        self.silence(person)
        self.end(terminal)
        self.assert_nothing_left(person)
        self.wait_until_revoked(token)

    def test_somebody_else_never_answers(self):
        """proves P85, P92: nor anybody else"""
        mallory, person = self.person(), self.person()
        lost = self.begin(mallory)
        hers = sessions.refresh_token(mallory)
        self.silence(mallory)
        Life.kill_monitor(mallory)
        lost.close()
        terminal = self.begin(person)
        token = sessions.refresh_token(person)
        self.end(terminal)
        self.wait_until_revoked(token)
        self.assert_nothing_left(person)
        self.wait_until_revoked(hers)
        self.assert_nothing_left(mallory)

    def test_it_fills_nothing(self):
        """proves P85: what they write there is bounded"""
        person, terminal, _ = self.spoiled(
            "head -c 10000000 /dev/zero >big; "
            "for i in $(seq 100); do touch f$i; done; true")
        room = os.statvfs(sessions.directory(person))
        self.assertLess(room.f_blocks * room.f_frsize, 1 << 20)
        self.assertLess(room.f_files, 100)
        self.end(terminal)
        self.assert_nothing_left(person)

    def test_umask(self):
        """proves P72: modes are ours, whatever the host's umask is"""
        person = self.person()
        service = self.service(session_tokens="yes")
        os.umask(0)
        self.addCleanup(os.umask, 0o022)
        terminal = callers.pamtester(
            service, person.name, "authenticate", "acct_mgmt",
            "open_session")
        terminal.answer("Password: ", person.password)
        terminal.end()
        for path, mode in ((sessions.RUN, 0o711),
                           (sessions.SESSIONS, 0o700),
                           (sessions.PENDING, 0o700),
                           (sessions.directory(person), 0o700),
                           (f"{sessions.directory(person)}/tokens", 0o600)):
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), mode, path)
        for top in (sessions.SESSIONS, sessions.PENDING):
            for name in os.listdir(top):
                self.assertEqual(
                    stat.S_IMODE(os.stat(f"{top}/{name}").st_mode), 0o600)
        # Another process closes: who opened it is gone, so it was the last.
        terminal = callers.pamtester(service, person.name, "close_session")
        terminal.end()
        self.assert_nothing_left(person)


class Off(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host.write_config()

    def test_off(self):
        """proves P92: without session_tokens nothing is kept"""
        person = self.person()
        before = len(sessions.revoked())
        terminal = self.begin(person)
        self.assertFalse(os.path.exists(sessions.directory(person)))
        self.assertEqual(sessions.files_of(person, sessions.PENDING), [])
        self.end(terminal)
        self.assertEqual(len(sessions.revoked()), before)

    def test_not_beside_refresh(self):
        """proves P80: one token cannot serve both"""
        person = self.person()
        service = self.service(session_tokens="yes", account_check="refresh")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "PAM_SERVICE_ERR")
        self.assertTrue(any("session_tokens" in line for line in
                            self.log_of(person.name)))
        self.assertEqual([call["operation"] for call in pool.calls()
                          if call.get("username") == person.name], [])
