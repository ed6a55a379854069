# SPDX-License-Identifier: Apache-2.0
"""Services with one prompt: the code stands behind the password."""

from room import callers
from room.case import TOTP_SECRET, Case
from room.terminal import make_password, note_secret


class CodeInPassword(Case):
    def sign_in(self, service, person, text):
        note_secret(text)
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", text)
        return terminal

    def test_password_and_code(self):
        person = self.person(totp_secret=TOTP_SECRET)
        service = self.service("code_in_password")
        terminal = self.sign_in(service, person,
                                person.password + person.code())
        self.assert_code(terminal, "success")

    def test_wrong_code(self):
        """proves P11: a wrong code is not made up for: it is sent once, then
        asked for like any other"""
        person = self.person(totp_secret=TOTP_SECRET)
        service = self.service("code_in_password")
        wrong = f"{(int(person.code()) + 7) % 1_000_000:06d}"
        terminal = self.sign_in(service, person, person.password + wrong)
        terminal.read_to(r"(?s)wrong.*Code from[^\n]*: ")
        self.assertEqual(len([
            call for call in self.calls_of(person.name)
            if "SOFTWARE_TOKEN_MFA_CODE"
            in call["body"].get("ChallengeResponses", {})]), 1)
        terminal.send(wrong + "\n")
        for _ in range(2):
            terminal.answer(r"(?s)wrong.*Code from[^\n]*: ", wrong)
        self.assert_code(terminal, "PAM_AUTH_ERR")

    def test_without_a_factor(self):
        person = self.person()
        service = self.service("code_in_password")
        self.assert_code(self.sign_in(service, person, person.password),
                         "success")

    def test_password_of_digits(self):
        person = self.person(password=make_password() + "-123456")
        service = self.service("code_in_password")
        self.assert_code(self.sign_in(service, person, person.password),
                         "success")
        self.assertEqual(len([call for call in self.calls_of(person.name)
                              if call["operation"] == "InitiateAuth"]), 2)

    def test_not_without_the_argument(self):
        """proves P56: elsewhere the text is the password, and nothing else"""
        person = self.person(totp_secret=TOTP_SECRET)
        terminal = self.sign_in(self.service(), person,
                                person.password + person.code())
        self.assert_code(terminal, "PAM_AUTH_ERR")
