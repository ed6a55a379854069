# SPDX-License-Identifier: Apache-2.0
"""Hosts that run in another language: su, sudo, passwd and a host of our
own under tr_TR (where the capital of i is not I), de_DE and ar_SA."""

from room import callers, native
from room.case import TOTP_SECRET
from room.guest import GuestCase
from room.terminal import CODE, Terminal, make_password

LOCALES = ("tr_TR.UTF-8", "de_DE.UTF-8", "ar_SA.UTF-8")
# What the C library makes of a number there shows that the locale is real.
POINTS = {"tr_TR.UTF-8": ",", "de_DE.UTF-8": ",", "ar_SA.UTF-8": "."}
# The host may word pam_unix's questions and its own in its language.
SUDO_PASSWORD = r"\[sudo\] [^:]*: "


class InAnotherLanguage(GuestCase):
    """proves P18, P32"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        native.locales()

    @staticmethod
    def each():
        """(name, the environment that asks for it)"""
        return [(name, {"LC_ALL": name, "LANGUAGE": name[:2]})
                for name in LOCALES]

    def assert_english_log(self, person, count):
        """One line each, in ASCII, with our words."""
        lines = self.log_of(person.name, count, "auth|chauthtok")
        self.assertEqual(len(lines), count, lines)
        for line in lines:
            self.assertTrue(line.isascii(), line)
            self.assertRegex(line, r" (admitted|denied) user=.* reason=")

    def test_locale_is_in_force(self):
        """the control: in tr_TR strcasecmp("TITLE", "title") is not 0, and
        numbers and days are written as people write them there"""
        service, person = self.service(), self.person()
        for name, env in self.each():
            with self.subTest(name):
                shown = self.be_host(service, person.name, "locale", env=env)
                self.assertIn(f"locale {name}", shown)
                self.assertIn(f"TITLE is title: {name[:2] != 'tr':d}", shown)
                self.assertIn(f"half: 0{POINTS[name]}5", shown)
                day, = (line for line in shown if line.startswith("day "))
                self.assertNotEqual(day, "day Thu")

    def test_host_of_our_own(self):
        """pam_authenticate, acct_mgmt and setcred of a host that has called
        setlocale: right and wrong password, and a code"""
        for name, env in self.each():
            with self.subTest(name):
                service = self.service()
                person = self.person(totp_secret=TOTP_SECRET)
                seen = self.be_host(
                    service, person.name, "locale", "authenticate",
                    "account", "setcred", env=env,
                    answers=(person.password, person.code()))
                self.assertEqual(self.codes(seen, "authenticate"), [0], seen)
                self.assertEqual(self.codes(seen, "account"), [0], seen)
                self.assertEqual(self.codes(seen, "setcred"), [0], seen)
                seen = self.be_host(service, person.name, "locale",
                                    "authenticate", env=env,
                                    answers=(make_password(),))
                self.assertEqual(self.codes(seen, "authenticate"), [7], seen)
                self.assert_english_log(person, 2)

    def test_su(self):
        for name, env in self.each():
            with self.subTest(name):
                person = self.person(totp_secret=TOTP_SECRET)
                terminal = callers.su(person.name, env=env)
                self.finish(terminal, ("Password: ", person.password),
                            (CODE, person.code()))
                self.assert_in(terminal, person.name)
                terminal = callers.su(person.name, env=env)
                self.finish(terminal, ("Password: ", make_password()))
                self.assert_out(terminal)
                self.assert_english_log(person, 2)

    def test_sudo(self):
        for name, env in self.each():
            with self.subTest(name):
                person = self.person()
                terminal = callers.sudo(person.name, env=env)
                self.finish(terminal, (SUDO_PASSWORD, person.password))
                self.assert_in(terminal, "root")
                self.assert_english_log(person, 1)

    def test_passwd(self):
        for name, env in self.each():
            with self.subTest(name):
                person, new = self.person(), make_password()
                terminal = callers.passwd(person.name, env=env)
                terminal.answer("Current password: ", person.password)
                terminal.answer("New password: ", new)
                terminal.answer("again: ", new)
                self.assertEqual(terminal.end(), 0, terminal.text)
                person.password = new
                self.enters_by_ssh(person)

    def test_sshd(self):
        """an sshd of its own, started in that language"""
        for number, (name, env) in enumerate(self.each()):
            with self.subTest(name):
                port = str(2300 + number)
                sshd = Terminal("/usr/sbin/sshd", "-D", "-p", port, env=env)
                try:
                    person = self.person(totp_secret=TOTP_SECRET)
                    terminal = callers.ssh(person.name, "-p", port, "-o",
                                           "ConnectionAttempts=10")
                    self.finish(terminal, ("Password: ", person.password),
                                (CODE, person.code()))
                    self.assert_in(terminal, person.name)
                    self.assert_english_log(person, 1)
                finally:
                    sshd.close()
