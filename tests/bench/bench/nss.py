# SPDX-License-Identifier: Apache-2.0
"""What a look-up of a user or of somebody's groups costs, beside other name
services that answer from files, and beside one that does nothing."""

import json
import os
import shutil
import statistics
import subprocess

from bench import stage
from bench.pairs import Pairs, figure
from bench.table import Row, ratio_row
from room import native, nss

FIRST = 1900000000
GROUP_FIRST = 2100000000
GROUPS = 5
NAME = "user{:07}"
FORMAT = "user%07u"
NOBODY = "nosuch%06u"
SIZES = (10, 1000, 100000, 1000000)
LOOKUPS = 1000         # of one figure, where they are cheap
PAIRS = 401
OURS, FLOOR = "cognito", "constant"
FILES, EXTRA, CACHE = "files", "extrausers", "cache"
OTHERS = {FILES: "nss_files", EXTRA: "libnss-extrausers",
          CACHE: "libnss-cache"}


def number(size):
    return f"{size:,}"


def groups_of(user, size):
    """Five, of 50 that are large, 500 that are not, and many small ones."""
    few = max(size // 20, 1)
    return sorted({0, 1 + user % 7, 10 + user % 50, 100 + user % 500,
                   1000 + user % few})[:GROUPS]


# ---- the same people for each service

def write_ours(host, size):
    lines = []
    for user in range(size):
        words = " ".join(f"cognito-Group{group}:{GROUP_FIRST + group}"
                         for group in groups_of(user, size))
        lines.append(f"{NAME.format(user)} {FIRST + user} Sample {words}")
    host.accounts(*lines)


def passwd_text(size, password="*"):
    return "".join(
        f"{NAME.format(user)}:{password}:{FIRST + user}:{FIRST + user}:"
        f"Sample:/home/{NAME.format(user)}:/bin/bash\n"
        for user in range(size))


def group_text(size):
    members = {}
    for user in range(size):
        for group in groups_of(user, size):
            members.setdefault(group, []).append(NAME.format(user))
    private = "".join(f"{NAME.format(user)}:*:{FIRST + user}:\n"
                      for user in range(size))
    return private + "".join(
        f"cognito-Group{group}:*:{GROUP_FIRST + group}:{','.join(names)}\n"
        for group, names in sorted(members.items()))


def index_text(text, field):
    """libnss-cache's: keys in byte order, each with where its line begins,
    all as long as the longest."""
    entries, at = [], 0
    for line in text.splitlines(keepends=True):
        entries.append((line.split(":")[field].encode(), at))
        at += len(line)
    entries.sort()
    width = max((len(key) + len(str(at)) + 2 for key, at in entries),
                default=0)
    return b"".join(f"{key.decode()}\0{at}\0".encode().ljust(width, b"\0")
                    + b"\n" for key, at in entries)


def write_others(host, size):
    """passwd and group of each; /etc is the host's own."""
    passwd = passwd_text(size)
    group = group_text(size) if size <= 100000 else ""
    host.append("/etc/passwd", passwd)
    host.append("/etc/group", group)
    host.script("mkdir -p /etc/bench; mkdir -p /var/lib/extrausers;"
                " mount --bind /etc/bench /var/lib/extrausers")
    for name, text in (("passwd", passwd), ("group", group)):
        # extrausers takes ids from 500 on, and "x" only with its shadow.
        host.write(f"/var/lib/extrausers/{name}", text)
        host.write(f"/etc/{name}.cache", text)
        for field, suffix in ((0, "name"), (2, "uid" if name == "passwd"
                                            else "gid")):
            host.run("tee", f"/etc/{name}.cache.ix{suffix}", text=False,
                     input=index_text(text, field), check=True)


# ---- asking

class Asker:
    """nss_lookup on a host whose only source is one service."""

    def __init__(self, host, service, what, size, count=LOOKUPS):
        self.count = count
        host.sources(service)
        self.process = host.start(
            "taskset", "-c", str(os.cpu_count() - 1),
            f"{stage.TOOLS}/nss_lookup", what,
            NOBODY if what == "missing" else FORMAT, str(size),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask(1)  # nsswitch.conf is read, the module loaded

    def ask(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("nss_lookup has failed")
        return [float(word) / 1000 for word in line.split()]

    def __call__(self):
        return self.ask(self.count)[0]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def in_turn(ours, yardstick, what, size, count=LOOKUPS, pairs=PAIRS,
            services=(OURS, FLOOR)):
    askers = [Asker(ours, services[0], what, size),
              Asker(yardstick, services[1], what, size, count)]
    try:
        askers[0].ask(min(size, 100000))
        return Pairs(*askers, pairs)
    finally:
        for asker in askers:
            asker.close()


def prepare():
    stage.compile_tool("nss_lookup", "nss_lookup.c",
                       "-Wno-format-nonliteral")
    stage.compile_tool("libnss_constant.so.2", "nss_constant.c", "-shared",
                       "-fPIC")
    shutil.copy(f"{stage.TOOLS}/libnss_constant.so.2", native.LIBRARIES)
    native.with_stores("make_accounts")
    subprocess.run(["ldconfig"], check=True)


def plain_etc(host):
    """In memory, as it is: the room's is an overlay, where glibc's look at
    nsswitch.conf costs twice as much, and all else seems cheap."""
    host.script("mkdir -p /run/room/etc-$$; cp -a /etc/. /run/room/etc-$$;"
                " mount --bind /run/room/etc-$$ /etc")


class Hosts:
    """One with ours, one with the others', both with so many people."""

    def __init__(self, size, others=True):
        self.ours, self.other = nss.NssHost(), nss.NssHost()
        plain_etc(self.ours)
        plain_etc(self.other)
        write_ours(self.ours, size)
        if others:
            write_others(self.other, size)

    def __enter__(self):
        return self.ours, self.other

    def __exit__(self, *_):
        self.ours.close()
        self.other.close()


GOALS = {1000: 1.10, 1000000: 2.0}
WORDS = {"name": "getpwnam_r", "uid": "getpwuid_r",
         "missing": "getpwnam_r of nobody", "groups": "getgrouplist"}


def warm():
    """In a process that asks all the time, about everybody in turn."""
    prepare()
    for size in SIZES:
        with Hosts(size) as (ours, other):
            yield from warm_rows(ours, other, size)


def warm_rows(ours, other, size):
    for what, words in WORDS.items():
        yield ratio_row(
            f"{words}, {number(size)} users", "a constant",
            in_turn(ours, other, what, size), "us",
            GOALS.get(size) if what == "name" else None)
    if size == 1000:
        yield ratio_row("  noise: the constant", "itself",
                        in_turn(other, other, "name", size,
                                services=(FLOOR, FLOOR)), "us")
    for service, title in OTHERS.items():
        for what, words in WORDS.items():
            if what == "groups" and size > 100000:
                continue  # nobody waits for those
            yield ratio_row(
                f"  {words}", title,
                in_turn(ours, other, what, size,
                        count=max(2, 2000000 // size // 20)
                        if size > 1000 else 200,
                        pairs=15 if size > 1000 else 41,
                        services=(OURS, service)), "us",
                1 / 5000 if (what, size) == ("groups", 100000)
                and service != CACHE else None, "<= 1/5000")


def first():
    """In a process that has asked nothing yet: its first call, with all
    that glibc does to find and load a module."""
    prepare()
    for size in (10, 1000000):
        with Hosts(size, others=False) as (ours, other):
            ours.sources(OURS)
            other.sources(FLOOR)
            yield ratio_row(
                f"first getpwnam_r of a process, {number(size)} users",
                "a constant", Pairs(lambda: first_call(ours, size),
                                    lambda: first_call(other, size), 301),
                "us", 1.10)
            if size == 10:
                yield ratio_row(
                    "  noise: the constant", "itself",
                    Pairs(lambda: first_call(other, size),
                          lambda: first_call(other, size), 301), "us")


def somebody(size):
    """Neither first nor last in any file."""
    return NAME.format(size // 2)


def first_call(host, size, column=0):
    done = host.run("taskset", "-c", str(os.cpu_count() - 1),
                    f"{stage.TOOLS}/nss_lookup", "name", somebody(size), "1",
                    input="1\n", check=True)
    return float(done.stdout.split()[column]) / 1000


def process():
    """getent and id, from their start to their end."""
    prepare()
    for size in (1000, 100000):
        with Hosts(size) as (ours, other):
            ours.sources(OURS)
            for service, title in {FLOOR: "a constant", **OTHERS}.items():
                other.sources(service)
                for words in (("getent", "passwd", somebody(size)),
                              ("id", "-G", somebody(size))):
                    yield ratio_row(
                        f"{words[0]}, process, {number(size)} users", title,
                        Pairs(lambda: cpu(ours, words),
                              lambda: cpu(other, words),
                              101 if size < 100000 else 31), "ms")


def cpu(host, words):
    done = host.run(f"{stage.TOOLS}/tree", "0", *words)
    used = json.loads(done.stdout.splitlines()[-1])
    if used["status"] != 0:
        raise RuntimeError(f"{words}: {done.stdout}")
    return used["user_ms"] + used["sys_ms"]


def cold():
    """The first call of a process when no page of the files is in memory.
    The files lie on the build's disk, since those of the room are in
    memory."""
    prepare()
    size = 1000000
    with Hosts(size, others=False) as (ours, other):
        disk = place_on_disk(ours, other, size)
        try:
            ours.sources(OURS)
            other.sources(FILES)
            yield cold_row(ours, other, size, disk)
        finally:
            shutil.rmtree(disk)


def place_on_disk(ours, other, size):
    disk = f"{stage.BUILD}/nss-bench"
    shutil.rmtree(disk, ignore_errors=True)
    os.makedirs(disk, mode=0o755)
    for name in ("recent.cdb", "base.cdb"):
        ours.run("cp", f"{nss.ACCOUNTS}/{name}", disk, check=True)
    ours.script(f"mount --bind {disk} {nss.ACCOUNTS}")
    with open(f"{disk}/passwd", "w", encoding="utf-8") as file:
        file.write(passwd_text(size))
    other.script(f"mount --bind {disk}/passwd /etc/passwd")
    os.sync()
    return disk


def forget(disk):
    for name in os.listdir(disk):
        descriptor = os.open(f"{disk}/{name}", os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def cold_row(ours, other, size, disk):
    taken = {}
    for host in (ours, other):
        taken[host] = []
        for _ in range(21):
            forget(disk)
            taken[host].append(first_call(host, size, 1) / 1000)
    medians = [statistics.median(taken[host]) for host in (ours, other)]
    return Row("first call, nothing in memory, 1,000,000 users",
               f"{figure(medians[0])} ms", "nss_files",
               f"{figure(medians[1])} ms",
               f"{medians[0] / medians[1]:.3f}")
