# SPDX-License-Identifier: Apache-2.0
"""The console: login on a pty."""

import pexpect

from room import callers, host
from room.case import Case
from room.challenges import ChallengeTests
from room.keys import KeyTests
from room.namespace import ETC_OF_ITS_OWN


class LoginTest(ChallengeTests, Case):
    def sign_in(self, person, *answers):
        terminal = callers.login()
        callers.say_name(terminal, person.name)
        for prompt, text in answers:
            terminal.answer(prompt, text)
        callers.use_shell(terminal)
        terminal.close()
        return terminal

    def assert_stays_out(self, name):
        password = self.in_pool(name)
        terminal = callers.login()
        callers.say_name(terminal, name)
        terminal.answer("Password: ", password)
        terminal.read_to(callers.LOGIN, pexpect.EOF)
        self.assert_out(terminal)
        terminal.close()
        return name

    def test_pool_user_called_root(self):
        """proves P12"""
        self.assert_stays_out("root")
        self.assertEqual(self.calls_of("root"), [])

    def test_names_of_groups(self):
        """proves P19: with create_account these are new names"""
        for name in ("sudo", "admin", "docker"):
            with self.subTest(name):
                self.assert_stays_out(name)
                self.assertIn("reason=name-refused",
                              self.log_of(name)[-1])

    def test_names_that_are_no_names(self):
        """proves P17"""
        names = ("n" * 128, "a/b", "a:b", "-a", "a@b", "12345", "a" * 33)
        consoles = {name: callers.login() for name in names}
        asked = []
        for name, console in consoles.items():
            password = self.in_pool(name)
            callers.say_name(console, name)
            if console.read_to("Password: ", callers.LOGIN,
                               pexpect.EOF) == 0:
                console.send(password + "\r")
                asked.append(console)
        for name, console in consoles.items():
            with self.subTest(name):
                # login itself refuses some names.
                if console in asked:
                    console.read_to(callers.LOGIN, pexpect.EOF)
                self.assert_out(console)
                console.close()
                self.assertEqual(self.calls_of(name), [])

    def test_name_of_the_pool_alone(self):
        """It becomes an account, and login finds it at once."""
        person = self.person(local=False)
        terminal = self.sign_in(person, ("Password: ", person.password))
        self.assert_in(terminal, person.name)

    def test_nologin_holds_for_ours(self):
        """What stands before us in the shipped stack still counts; root
        enters all the same."""
        person = self.person()
        for name, password in ((person.name, person.password),
                               ("root", host.ROOT_PASSWORD)):
            console = self.console_with("touch /etc/nologin")
            callers.say_name(console, name)
            if console.read_to("Password: ", callers.LOGIN,
                               pexpect.EOF) == 0:
                console.send(password + "\r")
                callers.use_shell(console)
            if name == "root":
                self.assert_in(console, name)
            else:
                self.assert_out(console)
            console.close()
        self.assertEqual(self.calls_of(person.name), [])

    def test_groups_of_group_conf_are_ours_too(self):
        """pam_group stands before us: it acts when credentials are set"""
        person = self.person()
        console = self.console_with(
            "echo 'login;*;*;Al0000-2400;games' >/etc/security/group.conf")
        callers.say_name(console, person.name)
        console.answer("Password: ", person.password)
        console.read_to(r"[$#] $")
        console.send("id -Gn; exit\n")
        console.read_to("games")
        console.close()

    @staticmethod
    def console_with(change):
        """Where this change was made to an /etc of its own."""
        return callers.Terminal("unshare", "-m", "sh", "-c", " && ".join(
            (*ETC_OF_ITS_OWN, change, "exec login")))


class LoginKeys(KeyTests, Case):
    INSIDE = r"[$#] $"

    def start(self, person):
        terminal = callers.login()
        callers.say_name(terminal, person.name)
        return terminal
