# SPDX-License-Identifier: Apache-2.0
"""su, called by a local user."""

import secrets
import subprocess
import time

from room import callers, host
from room.case import Case, Person
from room.challenges import ChallengeTests
from room.keys import KEYS, KeyTests
from room.processes import KEEPER, SPEAKER, working_for
from room.terminal import make_password, note_secret


class SuTest(ChallengeTests, Case):
    def sign_in(self, person, *answers):
        terminal = callers.su(person.name)
        self.finish(terminal, *answers)
        return terminal

    def test_login_shell(self):
        person = self.person()
        terminal = callers.Terminal("su", "-l", person.name, "-c",
                                    callers.PROBE, user=callers.LOCAL_USER)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)

    def test_pool_user_called_root(self):
        """proves P12"""
        password = self.in_pool("root")
        terminal = callers.su("root")
        self.finish(terminal, ("Password: ", password))
        self.assert_out(terminal)
        self.assertEqual(self.calls_of("root"), [])

    def test_nobody_leaves_a_record(self):
        """proves P35: a caller that is not root writes nothing."""
        person = self.person()
        terminal = callers.su(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)
        # Had it been written, root's su would pass the account phase.
        terminal = callers.su(person.name, user=None)
        terminal.end()
        self.assert_out(terminal)
        self.assertIn("reason=no-login-record",
                      self.log_of(person.name, 2)[-1])

    def test_root_after_a_login_of_theirs(self):
        person = self.person()
        self.enters_by_ssh(person)
        terminal = callers.su(person.name, user=None)
        terminal.end()
        self.assert_in(terminal, person.name)

    def test_refusals_look_alike(self):
        """proves P63, P64: su shows our texts and the code's, where sshd
        keeps them to itself"""
        refused = {
            "wrong password": (self.person(), make_password()),
            "not in the pool": (self.person(in_pool=False), "any-password"),
            "not confirmed": (self.person(status="UNCONFIRMED"), None),
            "disabled": (self.person(enabled=False), None),
            "no password": (self.person(), ""),
            "local": (self.local_person(), "any-password"),
        }
        started = {name: callers.su(person.name)
                   for name, (person, _) in refused.items()}
        for name, (person, password) in refused.items():
            started[name].answer("Password: ", person.password
                                 if password is None else password)
        texts = {}
        for name, terminal in started.items():
            terminal.end()
            self.assert_out(terminal)
            texts[name] = terminal.text
        self.assertEqual(set(texts.values()), {texts["local"]}, texts)

    def local_person(self):
        """Somebody of this host alone."""
        person = Person("p" + secrets.token_hex(4), make_password(), True)
        host.add_user(person.name, password=person.password)
        return person


class SuKeys(KeyTests, Case):
    def start(self, person):
        return callers.su(person.name)

    def test_stopped_and_continued(self):
        """Ctrl-Z under a shell with job control stops su, not our
        processes; `fg` goes on, and the limit of time still holds."""
        person = self.person()
        self.fault(person, "RespondToAuthChallenge", "delay", ms=800)
        shell = callers.Terminal("bash", "--norc", "-i",
                                 user=callers.LOCAL_USER, env={"PS1": "$ "})
        shell.read_to(r"\$ ")
        shell.send(f"su {person.name} -c '{callers.PROBE}'\n")
        # Held back while the password is typed, it stops su after Enter.
        shell.read_to("Password: ")
        shell.send(KEYS["Ctrl-Z"])
        note_secret(person.password)
        shell.send(person.password + "\r")
        shell.read_to("Stopped")
        (su,) = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(shell.spawned.pid)],
            text=True, capture_output=True, check=True).stdout.split()
        self.assertEqual(self.state_of(su), "T")
        for name in (KEEPER, SPEAKER):
            self.assertNotEqual(self.state_of(working_for(int(su), name)),
                                "T", name)
        time.sleep(1.5)
        self.assert_out(shell)
        shell.send("fg\n")
        shell.read_to("in-42", "su: ")
        shell.close()
        self.assertEqual(len([line for line in self.log_of(person.name)
                              if ":auth)" in line]), 1)

    @staticmethod
    def state_of(pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0]
