# SPDX-License-Identifier: Apache-2.0
"""A machine that is spoiled a piece at a time, and what cognitoctl doctor
finds."""

import contextlib
import json
import os
import secrets
import subprocess

from room import ctl, pool
from room.case import Case
from room.namespace import ROOM

ACCOUNTS = "/var/lib/cognito/accounts"
PRIVATE = "/var/lib/cognito/private"
KEYS = {"access_key_id": "AKIATESTPOOL00000000", "secret": "s" * 40}
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEYS["access_key_id"],
               "AWS_SECRET_ACCESS_KEY": KEYS["secret"],
               "PATH": os.environ["PATH"]}


@contextlib.contextmanager
def instead(path, text=None, edit=None, mode=None):
    """A file with other contents, or none, put back afterwards."""
    kept = f"{ROOM}/kept-{secrets.token_hex(4)}"
    there = os.path.lexists(path)
    if there:
        subprocess.run(["cp", "-a", path, kept], check=True)
    try:
        if edit is not None:
            with open(path, encoding="utf-8") as file:
                text = edit(file.read())
        if text is None:
            os.unlink(path)
        else:
            with open(path, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
            if not there:
                os.chmod(path, 0o644)
        if mode is not None:
            os.chmod(path, mode)
        yield
    finally:
        if there:
            subprocess.run(["rm", "-rf", path], check=True)
            subprocess.run(["cp", "-a", kept, path], check=True)
        elif os.path.lexists(path):
            os.unlink(path)


@contextlib.contextmanager
def mode(path, wanted):
    """A file with other permissions for a while."""
    before = os.stat(path).st_mode & 0o7777
    os.chmod(path, wanted)
    try:
        yield
    finally:
        os.chmod(path, before)


class DoctorCase(Case):
    """One class at a time: nothing else may change the machine meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Debian's screen locker, of which there is a remark.
        if os.path.exists("/etc/pam.d/i3lock"):
            os.unlink("/etc/pam.d/i3lock")

    def find(self, *words, command="doctor", **more):
        """The findings by name, each with its subjects."""
        done = ctl.run(command, "--json", *words, **more)
        self.assertIn(done.returncode, (ctl.OK, ctl.WARNINGS, ctl.ERRORS),
                      done.stderr)
        found = {}
        rows = json.loads(done.stdout)["findings"]
        for row in rows:
            self.assertTrue(row["meaning"] and row["cure"], row)
            found.setdefault(row["finding"], []).append(row["subject"])
        worst = {row["severity"] for row in rows}
        self.assertEqual(done.returncode,
                         ctl.ERRORS if "error" in worst else
                         ctl.WARNINGS if "warning" in worst else ctl.OK)
        return found

    def assert_found(self, name, about, *words, severity=None, **more):
        words = words or ("--offline",)
        found = self.find(*words, **more)
        self.assertIn(name, found)
        self.assertTrue(any(about in subject for subject in found[name]),
                        found[name])
        return found

    def with_config(self, *words, **changes):
        return ("--config", ctl.configuration(**changes), *words)

    def administer(self):
        pool.control("iam", iam=[KEYS])
        self.addCleanup(pool.control, "iam", iam=[])
