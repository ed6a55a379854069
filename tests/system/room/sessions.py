# SPDX-License-Identifier: Apache-2.0
"""Sessions with tokens: begin one, look at what the person has, end it."""

import os
import pwd
import subprocess
import time

from room import callers, host, pool, syslog
from room.case import Case

RUN = "/run/cognito"
PENDING = f"{RUN}/pending"
SESSIONS = f"{RUN}/sessions"
# What the programs inside of a session are asked for; "in-42" as ever.
HELD = f"{callers.PROBE}; read line; eval \"$line\""


def directory(person):
    return f"{RUN}/{pwd.getpwnam(person.name).pw_uid}"


def tokens(person):
    """The lines of the person's file; None when there is none."""
    try:
        with open(f"{directory(person)}/tokens", encoding="utf-8") as file:
            return file.read().split("\n")
    except FileNotFoundError:
        return None


def refresh_token(person):
    return tokens(person)[6]


def entries(path):
    """Files that say something; locks do not."""
    try:
        return [name for name in os.listdir(path)
                if not name.endswith(".lock")]
    except FileNotFoundError:
        return []


def files_of(person, *directories):
    """What root's files there hold of a person: their paths."""
    found = []
    for path in (f"{top}/{name}" for top in directories
                 for name in entries(top)):
        try:
            with open(path, encoding="utf-8") as file:
                if f"\n{person.name}\n" in file.read():
                    found.append(path)
        except FileNotFoundError:
            pass  # just now
    return found


def revoked():
    """Every token that the pool was asked to revoke, oldest first."""
    return [call["body"]["Token"] for call in pool.calls()
            if call["operation"] == "RevokeToken"
            and call["outcome"] == "success"]


def run_as(person, *command, **more):
    """As somebody with that uid, outside of any session."""
    return subprocess.run(
        ["setpriv", f"--reuid={person.name}", f"--regid={person.name}",
         "--init-groups", *command], capture_output=True, text=True,
        check=False, timeout=60, errors="backslashreplace",
        env={"PATH": "/usr/sbin:/usr/bin:/bin",
             "HOME": f"/home/{person.name}"}, **more)


class SessionCase(Case):
    """The shipped stacks, with session_tokens for the whole machine."""

    config = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host.write_config(session_tokens="yes", **cls.config)

    @classmethod
    def tearDownClass(cls):
        host.write_config()
        super().tearDownClass()

    def begin(self, person, *answers, **options):
        """A session by ssh that lasts until end()."""
        terminal = callers.ssh(person.name, command=HELD, **options)
        self.addCleanup(terminal.close)
        for prompt, text in answers or (("Password: ", person.password),):
            terminal.answer(prompt, text)
        terminal.read_to("in-42")
        return terminal

    def begin_with_key(self, person, key):
        terminal = callers.ssh(person.name, *key, method="publickey",
                               command=HELD)
        self.addCleanup(terminal.close)
        terminal.read_to("in-42")
        return terminal

    def end(self, terminal, command=""):
        """End a session with this as its last command; what it printed.
        sshd closes its side when the client has gone."""
        begun = len(terminal.text)
        terminal.send(f"{command}\n")
        terminal.end()
        return terminal.text[begun:]

    def wait_for(self, happened, what):
        for _ in range(300):
            if happened():
                return
            time.sleep(0.05)
        self.fail(what)

    def wait_until_gone(self, person):
        self.wait_for(lambda: not os.path.exists(directory(person)),
                      f"{directory(person)} is still there")

    def wait_until_revoked(self, token):
        self.wait_for(lambda: token in revoked(), "not revoked")

    def assert_nothing_left(self, person):
        """proves P92"""
        self.wait_until_gone(person)
        self.wait_for(lambda: not files_of(person, PENDING, SESSIONS),
                      "root's files have something left")

    def notes(self, words):
        """Lines of ours in the log that have these words."""
        with open(syslog.PATH, encoding="utf-8") as file:
            return [line for line in file
                    if "pam_cognito" in line and words in line]
