# SPDX-License-Identifier: Apache-2.0
"""How many logins may be at work at a time: a crowd enters, one user's loop
gets few, and nobody can hold what root's services need."""

import os
import secrets
import signal
import threading
import time

from room import callers, host
from room.case import Case
from test_keeper import KeeperCase

OF_ONE_CALLER = 8
CROWD = 60
# Than anybody waits for a place, with the timeout of ten seconds.
LONGER_S = 6


def in_parallel(do, things):
    workers = [threading.Thread(target=do, args=(thing,))
               for thing in things]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


class Places(Case):
    def setUp(self):
        # Nobody else's: their places are not the other tests'.
        self.caller = "q" + secrets.token_hex(4)
        host.add_user(self.caller)

    def su(self, person):
        return callers.su(person.name, user=self.caller)

    def prompts(self, person, count):
        """su of one caller, so many times, each at its prompt and each
        having a place, or waiting for one."""
        terminals = [self.su(person) for _ in range(count)]
        self.addCleanup(in_parallel, lambda one: one.close(), terminals)
        for terminal in terminals:
            terminal.read_to("Password: ")
        return terminals

    def assert_roots_services_enter(self, person):
        terminal = callers.pamtester(self.service(), person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")

    def busy(self, person, wait_for=1):
        return [line for line in self.log_of(person.name, wait_for)
                if "reason=busy" in line]

    def test_one_users_loop(self):
        """proves P86: one user's loop of su gets few; root's services and
        the next are not concerned, and what is left is there again"""
        person = self.person()
        terminals = self.prompts(person, 2 * OF_ONE_CALLER)
        time.sleep(LONGER_S)
        self.assert_roots_services_enter(self.person())
        self.enters_by_ssh(self.person())
        for terminal in terminals:
            terminal.answer("", person.password)
        in_parallel(lambda one: one.end(), terminals)
        entered = [one for one in terminals
                   if callers.is_in(one, person.name)]
        self.assertEqual(len(entered), OF_ONE_CALLER)
        refused = self.busy(person, 2 * OF_ONE_CALLER)
        self.assertEqual(len(refused), OF_ONE_CALLER)
        self.assertIn("at a time for one caller that is not root",
                      refused[0])
        terminal = self.su(person)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)

    def test_stopped_callers_hold_only_their_own(self):
        """proves P35, P86: a user may stop its su, not root's logins"""
        person = self.person()
        terminals = self.prompts(person, OF_ONE_CALLER)
        for terminal in terminals:
            os.kill(terminal.spawned.pid, signal.SIGSTOP)
        self.assert_roots_services_enter(self.person())
        for terminal in terminals:
            os.kill(terminal.spawned.pid, signal.SIGKILL)
        # Their keepers end with them: the places are there again.
        terminal = self.su(person)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)

    def test_waiting_gets_a_place(self):
        """whoever waits comes in when somebody else has"""
        person = self.person()
        terminals = self.prompts(person, OF_ONE_CALLER + 1)
        terminals[0].answer("", person.password)
        terminals[0].end()
        terminals[-1].answer("", person.password)
        terminals[-1].end()
        for terminal in (terminals[0], terminals[-1]):
            self.assert_in(terminal, person.name)


class Crowd(Case):
    def test_a_crowd_enters(self):
        """proves P86: many people at once all enter"""
        # The pool of the tests may need its time for so many.
        service = self.service(timeout="60")
        people = [self.person() for _ in range(CROWD)]
        terminals = [callers.pamtester(service, one.name) for one in people]
        for terminal in terminals:
            terminal.read_to("Password: ")
        # All at their prompts, for longer than anybody waits for a place.
        time.sleep(LONGER_S)
        for terminal, one in zip(terminals, people):
            terminal.answer("", one.password)
        in_parallel(lambda one: one.end(), terminals)
        codes = [callers.pam_code(terminal) for terminal in terminals]
        self.assertEqual(codes, ["success"] * CROWD)


class Broken(KeeperCase):
    def test_places_that_cannot_be_had(self):
        """proves P86: nobody is let in uncounted"""
        person = self.person()
        for spoil in ("ln -s /etc/passwd /run/cognito/places",
                      "touch /run/cognito/places && "
                      "chmod 0644 /run/cognito/places",
                      "mkdir /run/cognito/places"):
            with self.subTest(spoil):
                with self.keeper("mkdir -p -m 0700 /run/cognito",
                                 "mount -t tmpfs -o mode=0700 none "
                                 "/run/cognito", spoil) as keeper:
                    self.assert_refuses(keeper, person, "STORE")
