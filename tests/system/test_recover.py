# SPDX-License-Identifier: Apache-2.0
"""Forgotten passwords and unconfirmed sign-ups, through real programs."""

import pexpect

from room import callers
from room.case import Case
from room.terminal import make_password, note_secret

OFFER = "Cannot sign in\\? .*: "
CODE = r"Code \(type new if none comes\): "
RESET_CODE = "24681012"


class Recovery(Case):
    def stranger(self, **more):
        """Somebody of the pool whose recovery code is known."""
        note_secret(RESET_CODE)
        return self.person(reset_code=RESET_CODE,
                           attributes={"email": "x@x.example",
                                       "email_verified": "true"}, **more)

    def operations(self, person):
        return [call["operation"] for call in self.calls_of(person.name)]

    def replace(self, terminal, code=RESET_CODE):
        password = make_password()
        terminal.answer(CODE, code)
        terminal.answer("New password: ", password)
        terminal.answer("New password again: ", password)
        return password

    def test_forgotten(self):
        """a code and a new password, then a whole login"""
        person = self.stranger()
        service = self.service(forgot="any")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", make_password())
        terminal.answer(OFFER, "yes", secret=False)
        self.replace(terminal)
        self.assert_code(terminal, "success")
        self.assertEqual(self.operations(person), [
            "InitiateAuth", "RespondToAuthChallenge", "ForgotPassword",
            "ConfirmForgotPassword", "InitiateAuth",
            "RespondToAuthChallenge"])

    def test_off_by_default(self):
        """proves P88: nothing is offered and no message is sent"""
        person = self.stranger()
        for start in (callers.ssh, callers.pamtester):
            what = ((self.service(), person.name)
                    if start is callers.pamtester else (person.name,))
            terminal = start(*what)
            terminal.answer("Password: ", make_password())
            terminal.end()
            self.assert_out(terminal)
            self.assertNotIn("Cannot sign in", terminal.text)
        self.assertNotIn("ForgotPassword", self.operations(person))

    def test_console_only(self):
        """forgot = console: nobody elsewhere has messages sent"""
        person = self.stranger()
        service = self.service(forgot="console")
        for items, offered in (((), False), (("tty=pts/3",), False),
                               (("tty=tty2", "rhost=192.0.2.1"), False),
                               (("tty=tty2",), True)):
            terminal = callers.pamtester(service, person.name, items=items)
            terminal.answer("Password: ", make_password())
            if offered:
                terminal.answer(OFFER, "", secret=False)
            terminal.end()
            self.assertEqual("Cannot sign in" in terminal.text, offered)
        self.assertNotIn("ForgotPassword", self.operations(person))

    def test_same_for_strangers(self):
        """proves P63: a name that the pool does not know reads the same"""
        texts = []
        service = self.service(forgot="any")
        for person in (self.stranger(), self.person(in_pool=False)):
            terminal = callers.pamtester(service, person.name)
            terminal.answer("Password: ", make_password())
            terminal.answer(OFFER, "yes", secret=False)
            self.replace(terminal, "111111")
            for _ in range(3):
                terminal.answer(CODE, "111111", secret=False)
            terminal.end()
            texts.append(terminal.text.replace(person.name, "NAME"))
        self.assertEqual(*texts)

    def test_messages_are_limited(self):
        """proves P88: whatever is wrong with an account, a scanner has four
        codes sent to its owner, and sees no difference"""
        service = self.service(forgot="any")
        for status in ("CONFIRMED", "UNCONFIRMED", "RESET_REQUIRED"):
            person = self.stranger(status=status)
            for _ in range(6):
                terminal = callers.pamtester(service, person.name)
                terminal.answer("Password: ", make_password())
                for prompt, word in ((OFFER, "yes"), (CODE, "new"),
                                     (CODE, "new"), (CODE, "")):
                    if terminal.read_to(prompt, pexpect.EOF) == 1:
                        break
                    terminal.send(word + "\n")
                terminal.close()
            sent = [name for name in self.operations(person)
                    if name in ("ForgotPassword", "ResendConfirmationCode")]
            with self.subTest(status):
                self.assertTrue(0 < len(sent) <= 4, sent)

    def test_reset_by_an_administrator(self):
        """a pool that hides its users says wrong password: a code, and in"""
        person = self.stranger(status="RESET_REQUIRED")
        service = self.service(forgot="any")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        terminal.answer(OFFER, "yes", secret=False)
        self.replace(terminal)
        self.assert_code(terminal, "success")

    def test_temporary_password_that_expired(self):
        """proves P64: what to do is said to whom the password is known"""
        for forgot in ("off", "any"):
            service = self.service(forgot=forgot)
            person = self.stranger(status="FORCE_CHANGE_PASSWORD",
                                   temporary_password_expired=True)
            for password in (person.password, make_password()):
                terminal = callers.pamtester(service, person.name)
                terminal.answer("Password: ", password)
                if terminal.read_to(OFFER, pexpect.EOF) == 0:
                    terminal.send("\n")
                    terminal.read_to(pexpect.EOF)
                self.assert_out(terminal)
                self.assertEqual("temporary password" in terminal.text,
                                 password == person.password)
                self.assertEqual("Cannot sign in" in terminal.text,
                                 password != person.password
                                 and forgot == "any")

    def test_unconfirmed(self):
        """a sign-up is confirmed and the login goes on"""
        person = self.stranger(status="UNCONFIRMED")
        service = self.service(forgot="any")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        terminal.answer(OFFER, "yes", secret=False)
        terminal.answer(CODE, RESET_CODE)
        self.assert_code(terminal, "success")

    def test_disabled_is_not_mended(self):
        """proves P10: a new password opens nothing for who is disabled"""
        person = self.stranger(enabled=False)
        service = self.service(forgot="any")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        terminal.answer(OFFER, "yes", secret=False)
        self.replace(terminal)
        for _ in range(3):
            terminal.answer(CODE, RESET_CODE)
        terminal.end()
        self.assertNotIn("success", terminal.text)
