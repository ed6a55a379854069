# SPDX-License-Identifier: Apache-2.0
"""Keeper and speaker started by a test that plays whoever starts them, and
false ones that the module, or the keeper, starts in their place."""

import fcntl
import os
import secrets
import signal
import socket

from room import host, wire
from room.namespace import ROOM, SOURCE
from room.processes import KEEPER

LIBEXEC = "/usr/libexec"
PATIENCE_S = 20


class Program:
    """A program of ours with its two sockets at 3 and 4: `parent` and
    `person` are the other ends. `prepare` runs just before the program."""

    def __init__(self, path, prepare=None, environment=None, argv=None):
        self.parent, at_three = pair()
        self.person, at_four = pair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.dup2(at_three.fileno(), 3)
                os.dup2(at_four.fileno(), 4)
                null = os.open("/dev/null", os.O_RDWR)
                for number in (0, 1, 2):
                    os.dup2(null, number)
                if prepare:
                    prepare()
                os.execve(path, argv or [os.path.basename(path)],
                          environment or {})
            finally:
                os._exit(126)
        at_three.close()
        at_four.close()

    def close(self):
        self.parent.close()
        self.person.close()
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ChildProcessError, ProcessLookupError):
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def pair():
    """Sockets above what the program finds its own at."""
    ends = []
    for one in socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET):
        moved = fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 20)
        one.close()
        ends.append(socket.socket(fileno=moved))
        ends[-1].settimeout(PATIENCE_S)
    return ends


def receive(end):
    """A message, or ("END", []) when the other side has gone."""
    try:
        return wire.unpack(end.recv(65536))
    except ConnectionResetError:
        return "END", []


class Keeper(Program):
    """The keeper, for a test that plays the module."""

    def __init__(self, path=f"{LIBEXEC}/{KEEPER}", **how):
        super().__init__(path, **how)
        self.notes = []

    def request(self, name, operation="LOGIN", flags=0, build=None,
                config=host.CONFIG, minimum_uid=1000,
                local_group="cognito-users", rhost="", told=None):
        """told: (uid, gid, home, shell) that the host has of the name."""
        if told:
            flags |= wire.NUMBERS["REQUEST_TOLD"]
        self.parent.send(wire.pack(
            "REQUEST", build or wire.build_id(),
            wire.NUMBERS[f"OPERATION_{operation}"], name, rhost, config,
            local_group, minimum_uid, flags,
            *(told or (0, 0, "", ""))))

    def question(self):
        """What the speaker asks next; END if it has gone."""
        return receive(self.person)

    def answer(self, text):
        self.person.send(wire.pack("ANSWER", text))

    def verdict(self):
        """(outcome, detail); ("END", "") if none came."""
        while True:
            kind, fields = receive(self.parent)
            if kind == "LOG":
                self.notes.append(fields[1].decode())
            elif kind == "VERDICT":
                return wire.outcome(fields[3]), fields[5].decode()
            elif kind == "END":
                return "END", ""

    def log_in(self, name, password, **request):
        """A whole login by password: its verdict."""
        self.request(name, **request)
        kind, _ = self.question()
        if kind == "ASK":
            self.answer(password)
        return self.verdict()


FALSE = """#!/usr/bin/python3
import os, re, socket, struct, sys, time
NUMBERS = {numbers!r}
BUILD = {build!r}
{codec}
parent, person = (socket.socket(fileno=fd) for fd in (3, 4))
def name_of(job):
    return job[NUMBERS["JOB_SIGN_IN_NAME"]]
def hear(end=parent):
    return unpack(end.recv(65536))
def say(kind, *fields, to=parent):
    to.send(pack(kind, *fields))
def decide(user, outcome="ADMITTED", operation="LOGIN", build=BUILD,
           request_id="", detail=""):
    if isinstance(outcome, str):
        outcome = NUMBERS["OUTCOME_" + outcome]
    say("VERDICT", build, NUMBERS["OPERATION_" + operation], user, outcome,
        request_id, detail)
def result(job, outcome="ADMITTED", build=BUILD, operation=None, name=None,
           sub="99999999-9999-4999-8999-999999999999", groups=("Staff",)):
    if isinstance(outcome, str):
        outcome = NUMBERS["OUTCOME_" + outcome]
    say("RESULT", build, number(job[1]) if operation is None else operation,
        outcome, "", "", name_of(job) if name is None else name, sub, "",
        0, b"".join(group.encode() + b"\\0" for group in groups))
"""


def false_program(body):
    """A program that speaks our messages and does what `body` says; it can
    use hear, say, decide (as the keeper) and result (as the speaker)."""
    with open(f"{SOURCE}/tests/system/room/wire.py",
              encoding="utf-8") as file:
        codec = file.read().partition("\ndef pack(")
    path = f"{ROOM}/false-{secrets.token_hex(4)}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(FALSE.format(numbers=wire.NUMBERS, build=wire.build_id(),
                                codec=codec[1] + codec[2]) + body)
    os.chmod(path, 0o755)
    return path
