# SPDX-License-Identifier: Apache-2.0
"""Every challenge of a sign-in, the same for each caller.

A test class of a caller mixes this in and says how a person comes in there
(`sign_in`). The caller types the answers, each (prompt, text), and the
result is a Terminal that has ended.
"""

import re
import secrets

from room.case import TOTP_SECRET
from room.terminal import CODE, make_password


def make_code():
    """Eight digits: unlikely to stand in a log by chance."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def number_of_sms(terminal):
    """The number before the text message in the list that is shown."""
    return re.search(r"(\d) Text message", terminal.text).group(1)


class ChallengeTests:
    """proves P4, P6, P56 and the happy paths of issue 2, part 5"""

    shows_texts = True

    def sign_in(self, person, *answers):
        raise NotImplementedError

    def assert_enters(self, person, *answers):
        terminal = self.sign_in(
            person, ("Password: ", person.password), *answers)
        self.assert_in(terminal, person.name)
        return terminal

    def assert_refused(self, person, reason, *answers):
        terminal = self.sign_in(person, *answers)
        self.assert_out(terminal)
        self.assert_reason(person.name, reason)
        return terminal

    def test_right_password(self):
        person = self.person()
        self.assert_enters(person)
        lines = self.log_of(person.name)
        self.assertTrue(any(" admitted " in line for line in lines), lines)
        self.assertFalse(any(" denied " in line for line in lines), lines)
        login = [call["operation"] for call in self.calls_of(person.name)]
        self.assertEqual(login, ["InitiateAuth", "RespondToAuthChallenge"])

    def test_wrong_password(self):
        person = self.person()
        self.assert_refused(person, "wrong-password",
                            ("Password: ", make_password()))

    def test_name_that_the_pool_does_not_know(self):
        person = self.person(in_pool=False)
        self.assert_refused(person, "wrong-password",
                            ("Password: ", person.password))

    def test_authenticator_code(self):
        person = self.person(totp_secret=TOTP_SECRET)
        terminal = self.assert_enters(person, (CODE, person.code()))
        # The password unseen, the code seen (P56).
        self.assertEqual(terminal.echoed[-2:], [False, True])

    def test_wrong_code_then_right_code(self):
        person = self.person(totp_secret=TOTP_SECRET)
        right = person.code()
        wrong = f"{(int(right) + 7) % 1_000_000:06d}"
        terminal = self.assert_enters(person, (CODE, wrong), (CODE, right))
        if self.shows_texts:
            self.assertIn("wrong", terminal.text)

    def test_code_by_text_message(self):
        code = make_code()
        person = self.person(sms_code=code)
        self.assert_enters(person, (CODE, code))

    def test_code_by_mail(self):
        code = make_code()
        person = self.person(email_code=code)
        self.assert_enters(person, (CODE, code))

    def test_choice_of_the_second_factor(self):
        code = make_code()
        person = self.person(totp_secret=TOTP_SECRET, sms_code=code)
        self.assert_enters(person, (r"1 [^\n]*, 2 [^\n]*: ", number_of_sms),
                           (CODE, code))

    def test_forced_new_password(self):
        person = self.person(status="FORCE_CHANGE_PASSWORD")
        new = make_password()
        self.assert_enters(person, ("New password: ", new),
                           ("New password again: ", new))
        old = self.sign_in(person, ("Password: ", person.password))
        self.assert_out(old)
        person.password = new
        self.assert_enters(person)

    def test_forced_new_password_and_an_attribute(self):
        person = self.person(status="FORCE_CHANGE_PASSWORD",
                             required_attributes=["name"])
        new = make_password()
        self.assert_enters(person, ("New password: ", new),
                           ("New password again: ", new),
                           ("Your name: ", "Ada Lovelace"))

    def test_disabled_user(self):
        person = self.person(enabled=False)
        self.assert_refused(person, "disabled-in-pool",
                            ("Password: ", person.password))

    def test_outside_allow_groups(self):
        person = self.person(groups=["Guests"])
        self.assert_refused(person, "not-in-allow-groups",
                            ("Password: ", person.password))

    def test_without_any_group(self):
        person = self.person(groups=[])
        self.assert_refused(person, "not-in-allow-groups",
                            ("Password: ", person.password))

    def test_challenge_that_we_do_not_do(self):
        person = self.person(force_challenge="WEB_AUTHN")
        self.assert_refused(person, "unsupported-challenge",
                            ("Password: ", person.password))

    def test_pool_that_resets_the_connection(self):
        person = self.person()
        self.fault(person, "RespondToAuthChallenge", "reset")
        self.assert_refused(person, "no-connection",
                            ("Password: ", person.password))

    def test_empty_password(self):
        person = self.person()
        self.assert_refused(person, "input-refused", ("Password: ", ""))
        self.assertEqual([call["operation"] for call in
                          self.calls_of(person.name)], [])
