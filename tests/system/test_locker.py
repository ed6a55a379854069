# SPDX-License-Identifier: Apache-2.0
"""A real screen locker, i3lock, by Debian's PAM file for it and ours for
login, which that includes. It runs as its user, the app client's secret is
root's, and what is typed comes by an X server that nobody sees."""

import os
import re
import shutil
import subprocess

import pexpect

from room import host, pool
from room.case import TOTP_SECRET
from room.namespace import SOURCE
from room.terminal import Terminal, make_password, note_secret
from test_unprivileged import UnprivilegedCase, setUpModule  # noqa: F401

PROGRAMS = ("i3lock", "xdotool", "Xvfb")
WRONG, OPEN = "Authentication failure", "successfully authenticated"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def line_of_the_readme():
    with open(f"{SOURCE}/README.md", encoding="utf-8") as file:
        return re.search(r"(?m)^ +(auth .*pam_cognito\.so code_in_password\n)",
                         file.read()).group(1)


class Screen:
    """A display of somebody's own, locked."""

    def __init__(self, name):
        self.user = ("setpriv", f"--reuid={name}", f"--regid={name}",
                     "--init-groups")
        self.server = subprocess.Popen(
            [*self.user, "Xvfb", "-displayfd", "1", "-screen", "0",
             "320x200x24", "-nolisten", "tcp"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        number = self.server.stdout.readline().strip()
        self.environment = {"DISPLAY": f":{number}"}
        # --debug says what it does; keys are taken when it first draws.
        self.locker = Terminal("i3lock", "--nofork", "--debug", user=name,
                               env=self.environment)
        self.locker.read_to("redraw_screen")

    def type(self, text):
        """Somebody at the keyboard; what came of it. A busy server can
        lose a key: who sees nothing happen begins again."""
        note_secret(text)
        for _ in range(3):
            for words in (("key", "Escape"),
                          ("type", "--delay", "2", "--file", "-"),
                          ("key", "Return")):
                subprocess.run([*self.user, "xdotool", *words],
                               env={**os.environ, **self.environment},
                               input=text, text=True, check=True)
            seen = self.locker.read_to(WRONG, OPEN, pexpect.TIMEOUT)
            if seen < 2:
                return (WRONG, OPEN)[seen]
        raise RuntimeError("the locker takes no keys")

    def close(self):
        self.locker.close()
        self.server.kill()
        self.server.wait()
        self.server.stdout.close()


class LockerTest(UnprivilegedCase):
    """proves P96 with a program that people use"""

    def setUp(self):
        super().setUp()
        for program in PROGRAMS:
            if not shutil.which(program):
                self.skipTest(f"{program} is not there")
        os.makedirs("/tmp/.X11-unix", exist_ok=True)
        os.chmod("/tmp/.X11-unix", 0o1777)

    def lock(self, name):
        screen = Screen(name)
        self.addCleanup(screen.close)
        return screen

    def assert_opens(self, screen, password):
        self.assertEqual(screen.type(password), OPEN)
        self.assertEqual(screen.locker.end(), 0)

    def test_ours(self):
        """the pool's password opens, another does not: of an account of
        this machine, and of one of the pool's"""
        for person in (self.person(), self.account()):
            with self.subTest(person.local):
                screen = self.lock(person.name)
                self.assertEqual(screen.type(make_password()), WRONG)
                self.assert_opens(screen, person.password)
                self.assertEqual({call["body"]["ClientId"] for call in
                                  self.calls_of(person.name)[-2:]},
                                 {pool.SECRET_CLIENT_ID})

    def test_local_user(self):
        """whose password is this machine's, though the pool has the name"""
        password = self.in_pool(host.LOCAL_USER)
        screen = self.lock(host.LOCAL_USER)
        self.assertEqual(screen.type(password), WRONG)
        self.assert_opens(screen, host.LOCAL_PASSWORD)
        self.assertEqual(self.calls_of(host.LOCAL_USER), [])

    def test_outage(self):
        """the screen stays locked"""
        person = self.person()
        self.fault(person, "InitiateAuth", "reset")
        self.assertEqual(self.lock(person.name).type(person.password), WRONG)

    def test_second_factor(self):
        """it answers every question with what was typed once: no code goes
        out, and the screen stays locked"""
        person = self.person(totp_secret=TOTP_SECRET)
        self.assertEqual(self.lock(person.name).type(person.password), WRONG)
        self.assertEqual([call["operation"]
                          for call in self.calls_of(person.name)],
                         ["InitiateAuth", "RespondToAuthChallenge"])

    def test_code_behind_the_password(self):
        """with the line of the README, which local users do not notice"""
        path = "/etc/pam.d/i3lock"
        with open(path, encoding="utf-8") as file:
            shipped = file.read()
        self.addCleanup(write, path, shipped)
        write(path, line_of_the_readme() + shipped)
        person = self.person(totp_secret=TOTP_SECRET)
        self.assert_opens(self.lock(person.name),
                          person.password + person.code())
        self.assert_opens(self.lock(host.LOCAL_USER), host.LOCAL_PASSWORD)
