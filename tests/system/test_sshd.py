# SPDX-License-Identifier: Apache-2.0
"""OpenSSH, with keyboard-interactive, password and keys."""

import os
import subprocess
import time

import pexpect

from room import callers, host, pool
from room.case import TOTP_SECRET, Case
from room.challenges import ChallengeTests
from room.terminal import make_password, note_secret


def put_key(name):
    """A key that opens this account; the client's options for it."""
    path = f"/root/.ssh/of-{name}"
    os.makedirs("/root/.ssh", mode=0o700, exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                    path], check=True)
    directory = f"/home/{name}/.ssh"
    subprocess.run(["install", "-d", "-m", "0700", "-o", name, "-g", name,
                    directory], check=True)
    subprocess.run(["install", "-m", "0600", "-o", name, "-g", name,
                    path + ".pub", f"{directory}/authorized_keys"],
                   check=True)
    return ("-i", path)


class KeyboardInteractive(ChallengeTests, Case):
    def sign_in(self, person, *answers):
        terminal = callers.ssh(person.name)
        self.finish(terminal, *answers)
        return terminal


class Password(Case):
    """The `password` method: sshd answers every hidden prompt with it."""

    def sign_in(self, person, password=None):
        terminal = callers.ssh(person.name, method="password")
        self.finish(terminal, ("password: ", password or person.password))
        return terminal

    def test_right_password(self):
        person = self.person()
        self.assert_in(self.sign_in(person), person.name)

    def test_wrong_password(self):
        person = self.person()
        self.assert_out(self.sign_in(person, make_password()))
        self.assert_reason(person.name, "wrong-password", "sshd")

    def test_code_is_never_the_password(self):
        """proves P56"""
        person = self.person(totp_secret=TOTP_SECRET)
        self.assert_out(self.sign_in(person))
        self.assert_reason(person.name, "conversation-ended", "sshd")
        self.assertIn('detail="no answer to the question for a code',
                      self.log_of(person.name)[0])
        answers = [call["body"].get("ChallengeResponses", {})
                   for call in self.calls_of(person.name)]
        self.assertFalse([answer for answer in answers
                          if "SOFTWARE_TOKEN_MFA_CODE" in answer])

    def test_new_password_is_never_the_old(self):
        """proves P57: sshd types the old one at "New password: "."""
        person = self.person(status="FORCE_CHANGE_PASSWORD")
        self.assert_out(self.sign_in(person))
        answers = [call["body"].get("ChallengeResponses", {})
                   for call in self.calls_of(person.name)]
        self.assertFalse([answer for answer in answers
                          if "NEW_PASSWORD" in answer])


class Names(Case):
    """proves P12, P17, P19, P59"""

    def assert_stays_out(self, name):
        password = self.in_pool(name)
        terminal = callers.ssh(name)
        # Newer clients refuse some names themselves.
        if terminal.read_to("Password: ", pexpect.EOF) == 0:
            terminal.send(password + "\r")
            terminal.end()
        self.assert_out(terminal)
        self.assertEqual(self.calls_of(name), [], "sent to the pool")
        self.assertEqual([line for line in self.log_of(name, 0)
                          if "admitted" in line], [])

    def test_users_of_the_system(self):
        for name in ("root", "daemon", "sshd", "_cognito"):
            with self.subTest(name):
                self.assert_stays_out(name)

    def test_local_user_outside_the_group(self):
        host.add_user("ludo", password=make_password())
        self.assert_stays_out("ludo")

    def test_names_of_groups(self):
        for name in ("sudo", "admin", "docker"):
            with self.subTest(name):
                self.assert_stays_out(name)

    def test_names_that_are_no_names(self):
        for name in ("n" * 128, "a/b", "a:b", "a\nb", "-a", "a@b", "12345",
                     "../root", "Ada", "a" * 33, "a."):
            with self.subTest(name):
                self.assert_stays_out(name)

    def test_junk_of_sshd_is_not_sent(self):
        """Known to nobody here, known to the pool."""
        self.assert_stays_out("p" + "unheard" + "of")

    def test_unknown_names_look_like_known_ones(self):
        """proves P63, P64"""
        known = self.person()
        disabled = self.person(enabled=False)
        texts = []
        for name in (known.name, disabled.name, "nobodyhere"):
            terminal = callers.ssh(name)
            self.finish(terminal, ("Password: ", make_password()))
            texts.append(terminal.text.replace(name, "NAME"))
        self.assertEqual(texts[0], texts[1])
        self.assertEqual(texts[0], texts[2])


class Keys(Case):
    """proves P9, P10: with a key, authenticate never runs"""

    def test_key_alone_is_not_enough(self):
        person = self.person()
        terminal = callers.ssh(person.name, *put_key(person.name),
                               method="publickey")
        terminal.end()
        self.assert_out(terminal)
        lines = self.log_of(person.name)
        self.assertIn("reason=no-login-record", lines[0])

    def test_key_after_a_login(self):
        person = self.person()
        key = put_key(person.name)
        self.enters_by_ssh(person)
        # The pool is not needed for it.
        before = len(self.calls_of(person.name))
        terminal = callers.ssh(person.name, *key, method="publickey")
        terminal.end()
        self.assert_in(terminal, person.name)
        self.assertEqual(len(self.calls_of(person.name)), before)


class Sessions(Case):
    def test_person_who_types_slowly(self):
        """The connection may have been closed; the limit is the pool's."""
        person = self.person()
        terminal = callers.ssh(person.name)
        terminal.read_to("Password: ")
        note_secret(person.password)
        for part in (person.password[:6], person.password[6:12],
                     person.password[12:] + "\r"):
            time.sleep(3.4)
            terminal.send(part)
        terminal.end()
        self.assert_in(terminal, person.name)

    def test_password_stays_on_this_host(self):
        """proves P58"""
        person = self.person()
        self.enters_by_ssh(person)
        sent = [call for call in pool.calls()
                if call["operation"] != "_control"]
        self.assertNotIn(person.password, str(sent))

    def test_one_connection_two_requests(self):
        person = self.person()
        self.enters_by_ssh(person)
        calls = self.calls_of(person.name)
        self.assertEqual(len({call["connection"] for call in calls}), 1)
        self.assertEqual(len(calls), 2)

    def test_session_inherits_nothing(self):
        """proves P37: descriptors and environment as without us"""
        person = self.person()
        look = "ls -l /proc/self/fd | sed 's/.* \\([0-9]* ->\\)/\\1/;" \
            " s/[0-9][0-9]*\\]/N]/; s,/proc/.*,PROC,'; env | sed 's/=.*//' |" \
            " sort; umask; ulimit -a"
        ours = self.enters_by_ssh(
            person, command=f"{callers.PROBE}; {look}").text
        terminal = callers.ssh(host.LOCAL_USER,
                               command=f"{callers.PROBE}; {look}")
        self.finish(terminal, ("Password: ", host.LOCAL_PASSWORD))

        def after_probe(text):
            return text.replace("\r", "").split("in-42-")[1].split("\n")[1:]
        self.assertEqual(after_probe(ours), after_probe(terminal.text))

    def test_many_at_once(self):
        people = [self.person() for _ in range(8)]
        terminals = [callers.ssh(person.name) for person in people]
        for person, terminal in zip(people, terminals):
            terminal.answer("Password: ", person.password)
        for person, terminal in zip(people, terminals):
            terminal.end()
            self.assert_in(terminal, person.name)
