# SPDX-License-Identifier: Apache-2.0
"""Two hundred people come in by ssh at once."""

import os
import resource
import subprocess
import sys
import time

from bench import stage
from bench.table import Row
from room import pool
from room.namespace import ROOM

PEOPLE = 200
ASKPASS = f"{stage.TOOLS}/askpass"
LIMIT_S = 180
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def make_people():
    """As useradd would, at once: it takes half a minute for so many."""
    names = [f"crowd{i}" for i in range(PEOPLE)]
    with open("/etc/passwd", "a", encoding="utf-8") as passwd, \
            open("/etc/shadow", "a", encoding="utf-8") as shadow:
        for i, name in enumerate(names):
            home = f"/home/{name}"
            os.makedirs(home)
            os.chown(home, 40000 + i, 40000 + i)
            passwd.write(f"{name}:x:{40000 + i}:{40000 + i}::{home}:"
                         "/bin/sh\n")
            shadow.write(f"{name}:!:19000:0:99999:7:::\n")
    with open("/etc/group", encoding="utf-8") as file:
        lines = file.read().splitlines()
    with open("/etc/group", "w", encoding="utf-8") as file:
        for line in lines:
            if line.startswith("cognito-users:"):
                members = [*filter(None, line.split(":")[3].split(",")),
                           *names]
                line = ":".join((*line.split(":")[:3], ",".join(members)))
            file.write(line + "\n")
        for i, name in enumerate(names):
            file.write(f"{name}:x:{40000 + i}:\n")
    for name in names:
        pool.control("create", user=pool.person(name, stage.PASSWORD))
    return names


def write_askpass():
    """ssh asks this program where it has no terminal."""
    with open(ASKPASS, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\necho "$PASSWORD"\n')
    os.chmod(ASKPASS, 0o755)
    os.chmod(ROOM, 0o755)


def start(name):
    return subprocess.Popen(
        ["ssh", "-F", "none", "-o", "StrictHostKeyChecking=no",
         "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
         "-o", "PreferredAuthentications=keyboard-interactive",
         "-o", "NumberOfPasswordPrompts=1", "-l", name, "127.0.0.1",
         "echo in-$(id -un)"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env={**os.environ, "SSH_ASKPASS": ASKPASS,
             "SSH_ASKPASS_REQUIRE": "force", "PASSWORD": stage.PASSWORD})


def outcome(process, name, deadline):
    """None, or what was said instead of the welcome."""
    try:
        text, _ = process.communicate(
            timeout=max(1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        return f"{name}: not done after {LIMIT_S} s"
    if f"in-{name}\n" in text:
        return None
    return f"{name}: {text.strip() or 'no words'}"


def stat_of(pid):
    """CPU seconds of a process, and of those it waited for."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) * TICK_S
    return own, (int(fields[13]) + int(fields[14])) * TICK_S


def find(words):
    """The first process whose command line holds these words."""
    for entry in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                line = file.read().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if words in line:
            return int(entry)
    raise RuntimeError(f"no {words} runs")


def let_pool_go_first():
    """The service is a machine of its own. Here it would wait for its turn
    among hundreds of processes, each group of which gets as much as the
    pool, and the logins would wait for it past their time limit. Threads
    that are made from now on inherit this."""
    try:
        os.sched_setscheduler(find("cognito-pool"), os.SCHED_RR,
                              os.sched_param(1))
    except PermissionError:
        print("    the pool gets no priority here: it may be too slow",
              file=sys.stderr, flush=True)


class Meter:
    """CPU of the pool, of sshd with its children, and of the clients.
    What lost its parent comes to process 1."""

    def __init__(self):
        self.pool, self.sshd = find("cognito-pool"), find("sshd -D")
        self.begun = self.read()
        self.started = time.monotonic()

    def read(self):
        client = resource.getrusage(resource.RUSAGE_CHILDREN)
        sshd = stat_of(self.sshd)
        return (stat_of(self.pool)[0],
                sshd[0] + sshd[1] + stat_of(1)[1],
                client.ru_utime + client.ru_stime)

    def used(self):
        return (time.monotonic() - self.started,
                *(b - a for a, b in zip(self.begun, self.read())))


def parallel():
    names = make_people()
    write_askpass()
    let_pool_go_first()
    meter = Meter()
    deadline = time.monotonic() + LIMIT_S
    running = [start(name) for name in names]
    failures = list(filter(None, (
        outcome(process, name, deadline)
        for process, name in zip(running, names))))
    wall, by_pool, by_sshd, by_ssh = meter.used()
    for failure in failures[:5]:
        print(f"    {failure}", file=sys.stderr, flush=True)
    entered = PEOPLE - len(failures)
    yield Row(f"{PEOPLE} parallel ssh logins: enter", str(entered), "", "",
              "", str(PEOPLE), entered == PEOPLE)
    total = by_pool + by_sshd + by_ssh
    yield Row("  time; CPU of all", f"{wall:.1f} s; {total:.1f} s",
              "pool / sshd and us / ssh",
              f"{by_pool:.1f} / {by_sshd:.1f} / {by_ssh:.1f} s",
              f"pool {by_pool / total:.0%}")
