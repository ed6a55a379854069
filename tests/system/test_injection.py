# SPDX-License-Identifier: Apache-2.0
"""P1, P11: when the n-th allocation or the n-th system call of the module's
host, the keeper or the speaker fails, nobody comes in who should not.

Each place fails once for a person who types a wrong password: never
admitted. And for one who types the right one: admitted or denied, never on
a weaker path, so a user of another sub, whom only the store keeps out, is
tried too. COGNITO_LONG=1 tries every n, else the first ones and a sample.
"""

import os
import random
import subprocess
import unittest

from room import pool
from room.case import Case
from room.namespace import ROOM, SOURCE

NATIVE = f"{SOURCE}/tests/system/native"
HOST = f"{ROOM}/native-host"
PRELOAD = f"{ROOM}/failing_malloc.so"
FAILING = f"{ROOM}/failing"
INJECTION = f"{ROOM}/injection"
ADMITTED, DENIED = 42, 1
LONG = os.environ.get("COGNITO_LONG") == "1"


def numbers(last, first=25, sample=25):
    """Which n to try: all of them, or the first ones and some others."""
    if LONG or last <= first + sample:
        return range(1, last + 1)
    chosen = random.Random(last).sample(range(first + 1, last + 1), sample)
    return [*range(1, first + 1), *sorted(chosen)]


def compile_native():
    if os.path.exists(PRELOAD):
        return
    subprocess.run(["gcc", "-O1", "-o", HOST, f"{NATIVE}/host.c", "-lpam"],
                   check=True)
    subprocess.run(["gcc", "-O1", "-D_GNU_SOURCE", "-shared", "-fPIC",
                    "-o", PRELOAD, f"{NATIVE}/failing_malloc.c"], check=True)


class InjectionTest(Case):
    @classmethod
    def setUpClass(cls):
        compile_native()

    def run_host(self, service, person, password, *wrapper):
        return subprocess.run(
            [*wrapper, HOST, service, person.name], text=True,
            input=f"{password}\n", capture_output=True, timeout=60,
            check=False)

    def people(self):
        """One who types wrongly, and one whose name is bound to another."""
        honest = self.person()
        stranger = self.person()
        service = self.service()
        for person in honest, stranger:
            result = self.run_host(service, person, person.password)
            self.assertEqual(result.returncode, ADMITTED, result.stdout)
        pool.control("delete", username=stranger.name)
        again = pool.person(stranger.name, stranger.password)
        again["sub"] = "11111111-2222-3333-4444-555555555555"
        pool.control("create", user=again)
        return service, honest, stranger

    def try_all(self, service, honest, stranger, *wrapper):
        """Whether the right password came in; the others must not."""
        wrong = self.run_host(service, honest, "Wrong-" + honest.password,
                              *wrapper)
        self.assertNotIn("authenticate 0", wrong.stdout)
        self.assertNotEqual(wrong.returncode, ADMITTED)
        bound = self.run_host(service, stranger, stranger.password, *wrapper)
        self.assertNotIn("authenticate 0", bound.stdout)
        self.assertNotEqual(bound.returncode, ADMITTED)
        pool.control("reset_counts")
        right = self.run_host(service, honest, honest.password, *wrapper)
        return right.returncode == ADMITTED

    def test_allocations(self):
        """P1: the n-th allocation fails, for every n; no run admits."""
        service, honest, stranger = self.people()
        with open("/etc/ld.so.preload", "w", encoding="utf-8") as file:
            file.write(PRELOAD + "\n")
        self.addCleanup(os.unlink, "/etc/ld.so.preload")
        for program in ("native-host", "pam-cognito-keeper",
                        "pam-cognito-speaker"):
            denied = 0
            for n in numbers(400 if program != "pam-cognito-speaker"
                             else 4000):
                with open(FAILING, "w", encoding="utf-8") as file:
                    file.write(f"{program} {n}\n")
                with self.subTest(program=program, n=n):
                    if not self.try_all(service, honest, stranger):
                        denied += 1
            os.unlink(FAILING)
            # Some place must have mattered, or nothing was tried.
            self.assertGreater(denied, 0, program)

    def test_system_calls_of_the_host(self):
        """P1: the n-th system call of the module's host fails."""
        service, honest, stranger = self.people()
        for n in numbers(500):
            with self.subTest(n=n):
                self.try_all(service, honest, stranger, "strace", "-o",
                             "/dev/null", "-e",
                             "inject=!execve,exit_group:error=EIO"
                             f":when={n}")

    def wrap(self, script, program, n):
        """A stand-in for a program: strace, which runs the real one."""
        with open(script + ".new", "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexec env -i strace -o /dev/null -e "
                       "'inject=!execve,exit_group:error=EIO:when="
                       f"{n}' {program}\n")
        os.chmod(script + ".new", 0o755)
        os.replace(script + ".new", script)

    def test_system_calls_of_the_keeper(self):
        """P1: the n-th system call of the keeper fails."""
        service, honest, stranger = self.people()
        denied = 0
        keeper = f"{ROOM}/wrapped-keeper"
        with open(f"/etc/pam.d/{service}", "w", encoding="utf-8") as file:
            for kind in ("auth", "account"):
                file.write(f"{kind} required pam_cognito.so "
                           f"keeper={keeper}\n")
        for n in numbers(400):
            self.wrap(keeper, "/usr/libexec/pam-cognito-keeper", n)
            with self.subTest(n=n):
                if not self.try_all(service, honest, stranger):
                    denied += 1
        self.assertGreater(denied, 0)

    def test_system_calls_of_the_speaker(self):
        """P1: the n-th system call of the speaker fails."""
        real = "/usr/libexec/pam-cognito-speaker"
        service, honest, stranger = self.people()
        os.rename(real, real + ".real")
        self.addCleanup(os.rename, real + ".real", real)
        subprocess.run(["gcc", "-D_GNU_SOURCE", "-o", real,
                        f"{NATIVE}/traced_speaker.c"], check=True)
        os.chmod(real, 0o4755)
        admitted, tried = 0, numbers(900)
        for n in tried:
            with open(INJECTION, "w", encoding="utf-8") as file:
                file.write("inject=!execve,exit_group:error=EIO"
                           f":when={n}\n")
            with self.subTest(n=n):
                if self.try_all(service, honest, stranger):
                    admitted += 1
        # Behind its last call nothing fails: then the login works, so the
        # stand-in does run the real one.
        self.assertGreater(admitted, 0)
        self.assertLess(admitted, len(tried))


if __name__ == "__main__":
    unittest.main()
