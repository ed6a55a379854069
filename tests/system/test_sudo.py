# SPDX-License-Identifier: Apache-2.0
"""sudo, called by one of ours."""

from room import callers
from room.case import Case
from room.challenges import ChallengeTests
from room.terminal import note_secret


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
        with open(f"/etc/sudoers.d/{person.name}", "w",
                  encoding="utf-8") as file:
            file.write(f"Defaults:{person.name} passwd_tries=1\n")
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

    def test_password_from_standard_input(self):
        """sudo -S -p: no terminal, no echo to switch off"""
        person = self.person()
        note_secret(person.password)
        terminal = callers.Terminal(
            "sh", "-c", 'read -r word; printf "%s\\n" "$word" |'
            ' sudo -k -S -p "" sh -c "$0"', callers.PROBE, user=person.name)
        terminal.send(person.password + "\n")
        terminal.end()
        self.assert_in(terminal, "root")

    def test_second_try(self):
        person = super().person()
        terminal = callers.sudo(person.name)
        terminal.answer(callers.SUDO_PASSWORD, "not-it-at-all")
        terminal.answer(callers.SUDO_PASSWORD, person.password)
        terminal.end()
        self.assert_in(terminal, "root")
