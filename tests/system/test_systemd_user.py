# SPDX-License-Identifier: Apache-2.0
"""What runs as somebody who did not sign in for it: the user manager that
systemd starts at boot for who lingers asks the account phase, by our file
for systemd-user and by the profile."""

import os
import secrets
import unittest

from room import callers, host, sync
from room.booted import Booted
from room.case import Case
from room.terminal import Terminal, make_password, note_secret

UNITS = ("user@.service", "user-runtime-dir@.service", "user.slice",
         "nss-user-lookup.target", "remote-fs.target", "dbus.service",
         "dbus.socket", "systemd-logind.service")
PROGRAMS = ("/usr/bin/dbus-daemon", "/lib/systemd/systemd-logind")


class FilesTest(Case):
    """proves P8, P10 for logins without a password"""

    @classmethod
    def setUpClass(cls):
        for path in PROGRAMS:
            if not os.path.exists(path):
                raise unittest.SkipTest(f"{path} is not there")
        cls.password = make_password()
        note_secret(cls.password)
        cls.host = Booted(*UNITS)
        cls.addClassCleanup(cls.host.close)
        cls.pool = sync.UserPool([])
        cls.addClassCleanup(cls.pool.stop)
        cls.host.config(endpoint=cls.pool.url)
        cls.host.write("/root/.aws/credentials", sync.PROFILE, 0o600)
        cls.host.run("systemctl", "start", "dbus.socket", "systemd-logind")
        cls.put_stacks()

    @classmethod
    def put_stacks(cls):
        """The room's: the files that we ship."""

    def person(self):
        name = "u" + secrets.token_hex(4)
        self.pool.add(sync.user(name, password=self.password))
        self.host.run("systemctl", "start", "cognito-sync.service")
        return name

    def signs_in(self, name):
        terminal = Terminal(*self.host.inside("pamtester", "login", name,
                                              "authenticate"))
        terminal.answer("Password: ", self.password)
        terminal.end()
        self.assertEqual(callers.pam_code(terminal), "success")

    def runs(self, name):
        """Whether they have a manager, started anew as at the next boot."""
        unit = f"user@{self.host.say('id', '-u', name)}.service"
        self.host.run("systemctl", "stop", unit)
        self.host.run("systemctl", "start", unit, check=False)
        state = self.host.show(unit, "ActiveState")
        self.assertIn(state, ("active", "failed"))
        return state == "active"

    def last_line(self, name):
        return self.log_of(name, phases="account")[-1]

    def test_as_long_as_they_may_come_in(self):
        """never before a login, always after it, and no more once the pool
        has disabled them"""
        name = self.person()
        self.assertFalse(self.runs(name))
        self.assertIn("reason=no-login-record", self.last_line(name))
        self.signs_in(name)
        self.host.run("loginctl", "enable-linger", name)
        self.assertTrue(self.runs(name))
        self.pool.set(name, enabled=False)
        self.host.run("systemctl", "start", "cognito-sync.service")
        self.assertFalse(self.runs(name))
        self.assertIn("reason=disabled-here", self.last_line(name))

    def test_local_users(self):
        """root and the others as before, without a word of ours"""
        for name in ("root", host.LOCAL_USER):
            self.assertTrue(self.runs(name), name)


class ProfileTest(FilesTest):
    @classmethod
    def put_stacks(cls):
        cls.host.run("rm", "/etc/pam.d/systemd-user")
        cls.host.run("env", "DEBIAN_FRONTEND=noninteractive",
                     "pam-auth-update", "--enable", "cognito")

