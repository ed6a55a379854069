# SPDX-License-Identifier: Apache-2.0
"""A host with accounts of its own beside the room's: what glibc's callers
there see through libnss_cognito.so.2. Accounts are written by the product's
own writer (tests/system/native/make_accounts.c)."""

import os
import subprocess

from room import native
from room.other_host import OWN

ALICE, CAROL, DAVE = 1900000001, 1900000002, 1900000003
ADMINS, STAFF = 2000000001, 2000000002
LINES = (f"alice {ALICE} Alice cognito-Admins:{ADMINS} cognito-Staff:{STAFF}",
         f"carol {CAROL} - cognito-Staff:{STAFF}")
ACCOUNTS = "/var/lib/cognito/accounts"
RECENT, BASE = f"{ACCOUNTS}/recent.cdb", f"{ACCOUNTS}/base.cdb"


class NssHost:
    """Its /etc, accounts, homes and nscd are its own."""

    def __init__(self):
        self.holder = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", OWN], stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise RuntimeError("no other host can be made")

    def inside(self, *command):
        return ("nsenter", "-t", str(self.holder.pid), "-m", "-w/", "--",
                *command)

    def run(self, *command, **options):
        """The finished process; its output as text."""
        return subprocess.run(
            self.inside(*command),
            **{"capture_output": True, "text": True, "check": False,
               **options})

    def say(self, *command, **options):
        """What a command prints there."""
        return self.run(*command, **options).stdout

    def script(self, text, **options):
        """Of sh, which must succeed."""
        return self.run("sh", "-ec", text, **{"check": True, **options}).stdout

    def accounts(self, *lines, options=()):
        done = self.run(
            native.with_stores("make_accounts"), *options,
            input="".join(f"{line}\n" for line in lines or LINES))
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def write(self, path, text):
        self.run("tee", path, input=text, check=True)

    def append(self, path, text):
        self.run("tee", "-a", path, input=text, check=True)

    def sources(self, *names):
        """Whom glibc asks about users and groups."""
        self.write("/etc/nsswitch.conf", "".join(
            f"{map_name}: {' '.join(names)}\n"
            for map_name in ("passwd", "group")) + "shadow: files\n")

    def start(self, *command, **options):
        return subprocess.Popen(self.inside(*command), **options)

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


def as_user(uid):
    """The command words that make what follows an ordinary user's."""
    return ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups")


def calls(host, *command, env=None):
    """The system calls of a command and its children, as strace prints
    them."""
    path = f"/run/room/strace-{os.urandom(6).hex()}"
    host.run("strace", "-f", "-o", path, *command, env=env)
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    os.unlink(path)
    return lines
