# SPDX-License-Identifier: Apache-2.0
"""passwd, called by one of ours: the password in the pool changes."""

from room import callers, pool
from room.case import TOTP_SECRET, Case
from room.terminal import CODE, make_password


class PasswdTest(Case):
    """proves P57, P58"""

    AGAIN = "(New password again|Retype new password): "

    def change(self, person, *answers):
        terminal = callers.passwd(person.name)
        return self.finish(
            terminal, ("Current password: ", person.password),
            *answers), terminal

    def assert_password_is(self, person, password):
        terminal = callers.su(person.name)
        self.finish(terminal, ("Password: ", password))
        self.assert_in(terminal, person.name)

    def test_change(self):
        person, new = self.person(), make_password()
        status, terminal = self.change(
            person, ("New password: ", new), (self.AGAIN, new))
        self.assertEqual(status, 0, terminal.text)
        self.assert_password_is(person, new)

    def test_change_with_a_second_factor(self):
        person, new = self.person(totp_secret=TOTP_SECRET), make_password()
        status, terminal = self.change(
            person, (CODE, person.code()), ("New password: ", new),
            (self.AGAIN, new))
        self.assertEqual(status, 0, terminal.text)
        changes = [call["outcome"] for call in self.calls_to(person)
                   if call["operation"] == "ChangePassword"]
        self.assertEqual(changes, ["success"])

    def calls_to(self, person):
        """ChangePassword names nobody; its connection does."""
        connections = {call["connection"]
                       for call in self.calls_of(person.name)}
        return [call for call in pool.calls()
                if call.get("connection") in connections]

    def test_wrong_old_password(self):
        person = self.person()
        terminal = callers.passwd(person.name)
        status = self.finish(terminal, ("Current password: ",
                                        make_password()))
        self.assertNotEqual(status, 0)
        self.assert_reason(person.name, "wrong-password", "passwd")
        self.assert_password_is(person, person.password)

    def test_refused_by_the_policy_then_accepted(self):
        person, new = self.person(), make_password()
        status, terminal = self.change(
            person, ("New password: ", "short"), (self.AGAIN, "short"),
            ("New password: ", new), (self.AGAIN, new))
        self.assertEqual(status, 0, terminal.text)
        self.assert_password_is(person, new)

    def test_same_as_the_old(self):
        person, new = self.person(), make_password()
        terminal = callers.passwd(person.name)
        terminal.answer("Current password: ", person.password)
        terminal.answer("New password: ", person.password)
        if terminal.read_to("New password: ", self.AGAIN) == 1:
            terminal.spawned.sendline(person.password)
            terminal.read_to("New password: ")
        terminal.spawned.sendline(new)
        terminal.answer(self.AGAIN, new)
        self.assertEqual(terminal.end(), 0, terminal.text)
        sent = [call["fields"] for call in self.calls_to(person)
                if call["operation"] == "ChangePassword"]
        self.assertEqual(len(sent), 1, "the old one was sent as new")

    def test_root_needs_the_old_password(self):
        person = self.person()
        terminal = callers.Terminal("passwd", person.name)
        status = self.finish(terminal, ("Current password: ",
                                        make_password()))
        self.assertNotEqual(status, 0)
        self.assert_password_is(person, person.password)
