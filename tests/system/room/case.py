# SPDX-License-Identifier: Apache-2.0
"""What every test needs: people of its own, the log's words, root's login.

Tests run beside each other. So each makes the people it needs, names are
never used twice, and faults and settings are of one user or one service.
"""

import fcntl
import json
import re
import secrets
import time
import unittest

from room import callers, host, pool, syslog
from room.terminal import make_password, note_secret

SHARED = "Canary-of-well-known-names-6620"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Person:
    """A user of the pool, and of this machine unless local is False."""

    def __init__(self, name, password, local):
        self.name, self.password, self.local = name, password, local

    def code(self, step=0):
        """What their authenticator shows."""
        return pool.control("code", username=self.name, step=step)["code"]

    def set(self, **changes):
        pool.control("set_user", username=self.name, set=changes)


class Case(unittest.TestCase):
    maxDiff = None

    def person(self, name=None, local=True, in_pool=True, **seed):
        name = name or "p" + secrets.token_hex(4)
        password = seed.pop("password", None) or make_password()
        note_secret(password)
        if in_pool:
            pool.control("create", user=pool.person(name, password, **seed))
        if local:
            host.add_user(name, groups=("cognito-users",))
        return Person(name, password, local)

    def in_pool(self, name):
        """A user of the pool alone whom several tests may want, such as
        root. All get the same password, which is returned."""
        with FAULTS:
            if name not in pool.control("state")["users"]:
                pool.control("create", user=pool.person(name, SHARED))
        return SHARED

    def service(self, arguments="", **config):
        """A PAM service of its own for pamtester: our module alone. With
        settings it has a configuration of its own too."""
        name = "t" + secrets.token_hex(4)
        if config:
            path = f"/etc/cognito/{name}.conf"
            host.write_config(path, **config)
            arguments += f" config={path}"
        with open(f"/etc/pam.d/{name}", "w", encoding="utf-8") as file:
            for kind in ("auth", "account", "password", "session"):
                file.write(f"{kind} required pam_cognito.so {arguments}\n")
        return name

    def fault(self, person, operation, do, **more):
        """Spoil this person's calls from now on."""
        with FAULTS:
            FAULTS.add({"operation": operation, "do": do,
                        "username": person.name, **more})

    def hold(self, person, operation):
        """Keep this person's calls waiting from now on: a moment that lasts
        until release(), however busy the machine is."""
        self.fault(person, operation, "hold", ms=60000)
        self.addCleanup(self.release, person)

    @staticmethod
    def wait_until_held(person, operation):
        pool.wait_until_held(operation, person.name)

    @staticmethod
    def release(person):
        pool.control("release", username=person.name)

    # ---- what happened

    def log_of(self, name, wait_for=1, phases="[a-z]+"):
        """The module's lines about a name. Its line is there before its
        host goes on, but the reader of the log may need a moment."""
        pattern = re.compile(rf'pam_cognito\([^)]*:({phases})\).*user="'
                             + re.escape(name) + '"')
        for _ in range(100):
            with open(syslog.PATH, encoding="utf-8") as file:
                lines = [line.strip() for line in file
                         if pattern.search(line)]
            if len(lines) >= wait_for:
                break
            time.sleep(0.02)
        return lines

    def assert_reason(self, name, reason, service=None):
        """One line says why nobody came in."""
        lines = [line for line in self.log_of(name)
                 if " denied " in line and "(sshd:account)" not in line]
        self.assertEqual(len(lines), 1, f"{reason}: {lines}")
        self.assertIn(f"reason={reason}", lines[0])
        self.assertRegex(lines[0], r"^authpriv\.\w+ ")
        if service:
            self.assertIn(f"pam_cognito({service}:", lines[0])

    def assert_in(self, terminal, name):
        if not callers.is_in(terminal, name):
            with open(syslog.PATH, encoding="utf-8") as file:
                self.fail(terminal.text + "".join(
                    line for line in file if name in line))

    def assert_out(self, terminal):
        self.assertNotIn("in-42", terminal.text)

    def assert_code(self, terminal, code):
        terminal.end()
        self.assertEqual(callers.pam_code(terminal), code, terminal.text)

    def calls_of(self, name):
        """What the pool heard about a name."""
        return [call for call in pool.calls()
                if call.get("username") == name]

    def assert_root_enters(self):
        """The way in that must never be lost: root at the console."""
        console = callers.login()
        callers.say_name(console, "root")
        console.answer("Password: ", host.ROOT_PASSWORD)
        callers.use_shell(console)
        self.assert_in(console, "root")

    # ---- whole sign-ins

    def finish(self, terminal, *answers):
        """Type the answers, each (prompt, text), and read to the end."""
        for prompt, text in answers:
            terminal.answer(prompt, text)
        return terminal.end()

    def enters_by_ssh(self, person, *answers, **options):
        terminal = callers.ssh(person.name, **options)
        self.finish(terminal, *(answers or (("Password: ",
                                             person.password),)))
        self.assert_in(terminal, person.name)
        return terminal


class FaultList:
    """The pool's faults are one list; several processes add to it."""

    def __init__(self, path="/run/room/faults"):
        self.path = path
        self.file = None

    def __enter__(self):
        self.file = open(self.path, "a+", encoding="utf-8")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        self.file.close()

    def add(self, fault):
        self.file.seek(0)
        faults = [json.loads(line) for line in self.file] + [fault]
        pool.control("faults", faults=faults)
        self.file.write(json.dumps(fault) + "\n")
        self.file.flush()


FAULTS = FaultList()
