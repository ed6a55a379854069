# SPDX-License-Identifier: Apache-2.0
"""sudo, called by one of ours."""

import subprocess

from room import callers
from room.case import TOTP_SECRET, Case
from room.challenges import ChallengeTests, make_code
from room.terminal import CODE, make_password, note_secret


def set_defaults(person, words):
    with open(f"/etc/sudoers.d/{person.name}", "w", encoding="utf-8") as file:
        file.write(f"Defaults:{person.name} {words}\n")


class SudoTest(ChallengeTests, Case):
    # sudo says PAM_SILENT: there are questions, but no texts between them.
    shows_texts = False

    def sign_in(self, person, *answers):
        terminal = callers.sudo(person.name)
        self.finish(terminal, *((callers.SUDO_PASSWORD if
                                 prompt == "Password: " else prompt, text)
                                for prompt, text in answers))
        return terminal

    def person(self, *arguments, **seed):
        person = super().person(*arguments, **seed)
        set_defaults(person, "passwd_tries=1")
        return person

    def assert_in(self, terminal, name):
        super().assert_in(terminal, "root")

    def test_interactive_shell(self):
        person = self.person()
        terminal = callers.Terminal("sudo", "-k", "-i", user=person.name)
        terminal.answer(callers.SUDO_PASSWORD, person.password)
        callers.use_shell(terminal)
        self.assert_in(terminal, "root")
        self.assertIn("pam_cognito(sudo-i:", self.log_of(person.name)[0])

    def test_second_try(self):
        person = super().person()
        terminal = callers.sudo(person.name)
        terminal.answer(callers.SUDO_PASSWORD, "not-it-at-all")
        terminal.answer(callers.SUDO_PASSWORD, person.password)
        terminal.end()
        self.assert_in(terminal, "root")


class Piped:
    """sudo without a terminal: what it is fed, and all that it wrote."""

    def __init__(self, person, *options, lines=()):
        for line in lines:
            note_secret(line)
        done = subprocess.run(
            ["setpriv", f"--reuid={person.name}", f"--regid={person.name}",
             "--init-groups", "sudo", "-k", *options, "sh", "-c",
             callers.PROBE],
            input="".join(f"{line}\n" for line in lines), text=True,
            capture_output=True, check=False, timeout=60,
            start_new_session=True)
        self.status = done.returncode
        self.text = done.stdout + done.stderr
        self.prompts = done.stderr


class SudoStandardInput(Case):
    """sudo -S reads an answer a line, in the order of our questions. With
    -p it shows its own text at each of them (sudo(8), and sudoers(5) on
    passprompt_override): nobody sees what is asked, so answers that do not
    fit must be refused and not sent (P56, P57)."""

    TEXT = "[password of the test] "
    # What is shown at the first question and at any other, by how it is
    # called.
    WAYS = {
        (): (callers.SUDO_PASSWORD, None),
        ("-p", ""): ("", ""),
        ("-p", TEXT): (TEXT, TEXT),
    }

    def person(self, *arguments, **seed):
        person = super().person(*arguments, **seed)
        set_defaults(person, "passwd_tries=1")
        return person

    def enters(self, way, person, *lines, asked=CODE):
        """With these lines; each question was shown as it should."""
        ran = Piped(person, "-S", *way, lines=(person.password, *lines))
        self.assert_in(ran, "root")
        first, other = self.WAYS[way]
        if first == self.TEXT:
            self.assertEqual(ran.prompts, first + other * len(lines))
        elif first == "":
            self.assertEqual(ran.prompts, "")
        else:
            self.assertRegex(ran.prompts, first)
            if lines:
                self.assertRegex(ran.prompts, asked)

    def test_password(self):
        for way in self.WAYS:
            with self.subTest(options=way):
                self.enters(way, self.person())

    def test_authenticator_code(self):
        for way in self.WAYS:
            with self.subTest(options=way):
                person = self.person(totp_secret=TOTP_SECRET)
                self.enters(way, person, person.code())

    def test_code_by_text_message(self):
        for way in self.WAYS:
            with self.subTest(options=way):
                code = make_code()
                self.enters(way, self.person(sms_code=code), code)

    def test_wrong_code_then_right_code(self):
        for way in self.WAYS:
            with self.subTest(options=way):
                code = make_code()
                self.enters(way, self.person(sms_code=code),
                            f"{int(code) // 100:06d}", code)

    def test_forced_new_password(self):
        for way in self.WAYS:
            with self.subTest(options=way):
                person = self.person(status="FORCE_CHANGE_PASSWORD")
                new = make_password()
                self.enters(way, person, new, new, asked="New password: ")
                person.password = new
                self.enters(way, person)

    def test_too_few_lines(self):
        """whoever feeds the password alone is refused where more is asked,
        at once: sudo ends our question at the end of the input"""
        for way in self.WAYS:
            with self.subTest(options=way):
                for seed in ({"totp_secret": TOTP_SECRET},
                             {"sms_code": make_code()},
                             {"status": "FORCE_CHANGE_PASSWORD"}):
                    person = self.person(**seed)
                    ran = Piped(person, "-S", *way, lines=(person.password,))
                    self.assert_out(ran)
                    self.assertIn("no password was provided", ran.text)
                    self.assert_reason(person.name, "conversation-ended")

    def test_password_where_a_code_is_wanted(self):
        """proves P56: who types the password again, since they read the
        same text again, sends no code"""
        for way in self.WAYS:
            with self.subTest(options=way):
                person = self.person(totp_secret=TOTP_SECRET)
                ran = Piped(person, "-S", *way, lines=(person.password,) * 5)
                self.assert_out(ran)
                self.assert_reason(person.name, "wrong-code")
                self.assertEqual(
                    [call["operation"] for call in self.calls_of(person.name)],
                    ["InitiateAuth", "RespondToAuthChallenge"])

    def test_password_where_a_new_one_is_wanted(self):
        """proves P57: nor is the old password set as the new one"""
        for way in self.WAYS:
            with self.subTest(options=way):
                person = self.person(status="FORCE_CHANGE_PASSWORD")
                ran = Piped(person, "-S", *way, lines=(person.password,) * 12)
                self.assert_out(ran)
                self.assertEqual(
                    [call["operation"] for call in self.calls_of(person.name)],
                    ["InitiateAuth", "RespondToAuthChallenge"])

    def test_a_choice_nobody_sees(self):
        """the list is in the prompt, which -p hides: a code typed instead
        is no number of the list"""
        person = self.person(totp_secret=TOTP_SECRET, sms_code=make_code())
        ran = Piped(person, "-S", "-p", self.TEXT,
                    lines=(person.password, *(person.code(),) * 6))
        self.assert_out(ran)
        self.assert_reason(person.name, "input-refused")

    def test_override_switched_off(self):
        """-p words our first question only, where sudoers says so"""
        person = self.person(totp_secret=TOTP_SECRET)
        set_defaults(person, "!passprompt_override")
        ran = Piped(person, "-S", "-p", self.TEXT,
                    lines=(person.password, person.code()))
        self.assert_in(ran, "root")
        self.assertTrue(ran.prompts.startswith(self.TEXT), ran.prompts)
        self.assertRegex(ran.prompts, CODE)

    def test_program_that_waits_for_its_text(self):
        """as those do that drive sudo at a terminal: the text comes once
        for each question"""
        person = self.person(totp_secret=TOTP_SECRET)
        terminal = callers.sudo(person.name, "-S", "-p", "only-this: ")
        self.finish(terminal, ("only-this: ", person.password),
                    ("only-this: ", person.code()))
        self.assert_in(terminal, "root")
        self.assertEqual(terminal.text.count("only-this: "), 2)

    def test_nothing_may_be_asked(self):
        """sudo -n: nobody is asked, nothing is sent, nobody enters; also
        where sudoers lets it come as far as us"""
        for words in ("!noninteractive_auth", "noninteractive_auth"):
            with self.subTest(words):
                person = self.person()
                set_defaults(person, words)
                ran = Piped(person, "-n", lines=(person.password,))
                self.assert_out(ran)
                self.assertNotEqual(ran.status, 0)
                self.assertEqual(self.calls_of(person.name), [])


class SudoCodeInPassword(Case):
    """One line for all: sudo -S, and Ansible, which answers one prompt. The
    service has code_in_password; sudoers says which service it is."""

    ANSIBLE = ("-H", "-p", "[sudo via ansible, key=abcdef] password:", "-u",
               "root")

    def person(self, *arguments, **seed):
        person = super().person(*arguments, **seed)
        set_defaults(person, "passwd_tries=1, pam_service="
                     + self.service("code_in_password"))
        return person

    def run_sudo(self, person, *lines):
        """As Ansible calls it: its own prompt, an answer on a pipe."""
        return Piped(person, "-S", *self.ANSIBLE, lines=lines)

    def test_password_and_code(self):
        person = self.person(totp_secret=TOTP_SECRET)
        ran = self.run_sudo(person, person.password + person.code())
        self.assert_in(ran, "root")
        self.assertEqual(ran.prompts.count("password:"), 1, ran.prompts)

    def test_password_of_who_has_no_factor(self):
        person = self.person()
        self.assert_in(self.run_sudo(person, person.password), "root")

    def test_password_alone(self):
        """proves P11: one line without the code is not enough, however
        often it comes"""
        for times in (1, 5):
            with self.subTest(times):
                person = self.person(totp_secret=TOTP_SECRET)
                ran = self.run_sudo(person, *(person.password,) * times)
                self.assert_out(ran)
                self.assertNotIn("SOFTWARE_TOKEN_MFA", [
                    call["body"].get("ChallengeName")
                    for call in self.calls_of(person.name)])

    def test_wrong_code(self):
        """proves P11"""
        person = self.person(totp_secret=TOTP_SECRET)
        wrong = f"{(int(person.code()) + 7) % 1_000_000:06d}"
        self.assert_out(self.run_sudo(person, person.password + wrong))

    def test_wrong_password_and_right_code(self):
        person = self.person(totp_secret=TOTP_SECRET)
        self.assert_out(self.run_sudo(person,
                                      make_password() + person.code()))
