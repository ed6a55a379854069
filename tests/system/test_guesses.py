# SPDX-License-Identifier: Apache-2.0
"""How many guesses leave this host (P84), through real programs."""

import os
import subprocess
import threading

from room import callers
from room.case import TOTP_SECRET, Case
from room.terminal import make_password


class Guesses(Case):
    def proofs(self, person):
        return [call for call in self.calls_of(person.name)
                if call["operation"] == "RespondToAuthChallenge"]

    def guess(self, service, person, password=None, items=()):
        terminal = callers.pamtester(service, person.name, items=items)
        terminal.answer("Password: ", password or make_password())
        terminal.end()
        return callers.pam_code(terminal)

    def test_a_scanner_locks_nobody(self):
        """proves P84: of twenty wrong passwords from as many hosts four
        reach the pool, which locks at the fifth"""
        person = self.person()
        service = self.service()
        codes = [self.guess(service, person, items=(f"rhost=192.0.2.{i}",))
                 for i in range(20)]
        self.assertEqual(set(codes), {"PAM_AUTH_ERR"})
        self.assertEqual(len(self.proofs(person)), 4)
        lines = self.log_of(person.name, 20)
        self.assertEqual(sum("reason=too-many-failures" in line
                             for line in lines), 16, lines)

    def test_right_password_in_between(self):
        """somebody who signs in begins anew, as in the pool"""
        person = self.person()
        service = self.service()
        for _ in range(3):
            for _ in range(3):
                self.guess(service, person)
            self.assertEqual(self.guess(service, person, person.password),
                             "success")

    def test_right_password_too_late(self):
        """proves P84: behind the fourth failure not even the right one is
        sent, so that nobody learns it by trying"""
        person = self.person()
        service = self.service()
        for _ in range(4):
            self.guess(service, person)
        sent = len(self.calls_of(person.name))
        self.assertEqual(self.guess(service, person, person.password),
                         "PAM_AUTH_ERR")
        proofs = [call["operation"]
                  for call in self.calls_of(person.name)[sent:]]
        self.assertNotIn("RespondToAuthChallenge", proofs)

    def test_wrong_codes_count(self):
        """proves P84: passwords and codes are counted together"""
        person = self.person(totp_secret=TOTP_SECRET)
        service = self.service()
        for _ in range(2):
            self.guess(service, person)
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        wrong = f"{(int(person.code()) + 7) % 1_000_000:06d}"
        for _ in range(3):
            if terminal.read_to(r"(?i)code[^\n]*: ", "pamtester: ") == 1:
                break
            terminal.spawned.sendline(wrong)
        terminal.end()
        codes = [call for call in self.proofs(person)
                 if "SOFTWARE_TOKEN_MFA_CODE"
                 in call["body"].get("ChallengeResponses", {})]
        self.assertEqual(len(codes), 2)
        self.assertEqual(callers.pam_code(terminal), "PAM_AUTH_ERR")

    def test_many_at_once(self):
        """proves P84: thirty guesses at once are no way around"""
        person = self.person()
        service = self.service()
        terminals = [callers.pamtester(service, person.name)
                     for _ in range(30)]
        for terminal in terminals:
            terminal.read_to("Password: ")
        for terminal in terminals:
            terminal.spawned.sendline("Wrong-Horse-9")
        workers = [threading.Thread(target=terminal.end)
                   for terminal in terminals]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertLessEqual(len(self.proofs(person)), 4)

    def test_many_windows(self):
        """somebody's ten windows at once all open"""
        person = self.person()
        service = self.service()
        terminals = [callers.pamtester(service, person.name)
                     for _ in range(10)]
        for terminal in terminals:
            terminal.read_to("Password: ")
        for terminal in terminals:
            terminal.spawned.sendline(person.password)
        for terminal in terminals:
            self.assert_code(terminal, "success")

    def test_su_counts_too(self):
        """proves P84: a caller who is not root guesses no more often"""
        person = self.person()
        for _ in range(6):
            terminal = callers.su(person.name)
            terminal.answer("Password: ", make_password())
            terminal.end()
            self.assert_out(terminal)
        self.assertEqual(len(self.proofs(person)), 4)

    def test_unlock(self):
        """cognitoctl unlock forgets the failures of a name"""
        person = self.person()
        service = self.service()
        for _ in range(5):
            self.guess(service, person)
        done = subprocess.run(["cognitoctl", "unlock", person.name],
                              check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.guess(service, person, person.password),
                         "success")
        done = subprocess.run(["cognitoctl", "unlock", person.name],
                              check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, 4)

    def test_private(self):
        """proves P75: nobody else reads or writes the counters"""
        self.guess(self.service(), self.person())
        status = os.stat("/run/cognito")
        self.assertEqual((status.st_uid, status.st_mode & 0o777), (0, 0o700))
        for name in os.listdir("/run/cognito"):
            status = os.stat(f"/run/cognito/{name}")
            self.assertEqual((status.st_uid, status.st_mode & 0o777),
                             (0, 0o600), name)
