# SPDX-License-Identifier: Apache-2.0
"""P1, P11: an account phase that asks the pool as its administrators do,
while the n-th allocation or system call fails: for whom the pool does not
vouch nobody ever comes in."""

import os
import secrets
import subprocess

from room import native, pool, sync
from room.namespace import ROOM
from test_injection import (ADMITTED, FAILING, PRELOAD, InjectionTest,
                            numbers)


class AccountInjection(InjectionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        native.mark_record()
        pool.control("iam", iam=sync.IAM, roles=[])

    def people(self):
        """One whom the pool vouches for, and one of whom it says a thing
        that no store remembers: it is asked about both each time."""
        path = f"/etc/cognito/aws-{secrets.token_hex(4)}"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w",
                  encoding="utf-8") as file:
            file.write(f"[default]\naws_access_key_id={sync.KEY_ID}\n"
                       f"aws_secret_access_key={sync.SECRET}\n")
        service = self.service(account_check="admin", account_max_age="30",
                               admin_credentials_file=path)
        fine, lost = self.person(), self.person()
        for person in fine, lost:
            result = self.run_host(service, person, person.password)
            self.assertEqual(result.returncode, ADMITTED, result.stdout)
        lost.set(status="UNKNOWN")
        self.assertTrue(self.try_both(service, fine, lost))
        self.assertEqual(len([call for call in self.calls_of(lost.name)
                              if call["operation"] == "AdminGetUser"]), 1)
        return service, fine, lost

    def account(self, service, person):
        subprocess.run([native.mark_record(), "login", person.name, "older",
                        "3600"], check=True)
        done = subprocess.run(
            ["pamtester", service, person.name, "acct_mgmt"], check=False,
            capture_output=True, text=True, timeout=60)
        return done.returncode == 0

    def try_both(self, service, fine, lost):
        self.assertFalse(self.account(service, lost))
        return self.account(service, fine)

    def test_allocations(self):
        service, fine, lost = self.people()
        with open("/etc/ld.so.preload", "w", encoding="utf-8") as file:
            file.write(PRELOAD + "\n")
        self.addCleanup(os.unlink, "/etc/ld.so.preload")
        for program, most in (("pam-cognito-keeper", 300),
                              ("pam-cognito-admin", 4000)):
            denied = 0
            for n in numbers(most):
                with open(FAILING, "w", encoding="utf-8") as file:
                    file.write(f"{program} {n}\n")
                with self.subTest(program=program, n=n):
                    denied += not self.try_both(service, fine, lost)
                os.unlink(FAILING)
            self.assertGreater(denied, 0, program)

    def test_system_calls_of_the_keeper(self):
        service, fine, lost = self.people()
        keeper, denied = f"{ROOM}/wrapped-keeper", 0
        path = f"/etc/pam.d/{service}"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("pam_cognito.so",
                                    f"pam_cognito.so keeper={keeper}"))
        for n in numbers(400):
            self.wrap(keeper, "/usr/libexec/pam-cognito-keeper", n)
            with self.subTest(n=n):
                denied += not self.try_both(service, fine, lost)
        self.assertGreater(denied, 0)

    # Of the login alone.
    test_system_calls_of_the_host = None
    test_system_calls_of_the_speaker = None
