# SPDX-License-Identifier: Apache-2.0
"""What writing the accounts files costs, on the disk of the build: a whole
listing beside dd of the same bytes, a login's write beside the least that a
durable replacement takes."""

import glob
import os
import re
import shutil
import subprocess
import time

from bench import stage
from bench.pairs import Pairs
from bench.table import ratio_row
from room.namespace import SOURCE, run

USERS = 1_000_000
LISTINGS = 5
LOGINS = 200


class Disk:
    """A directory of the build: what is in memory syncs for nothing."""

    def __init__(self):
        self.top = f"{stage.BUILD}/bench-rebuild"
        self.room = f"{self.top}/room"
        self.base = f"{self.room}/accounts/base.cdb"
        self.copy = f"{self.top}/copy"

    def __enter__(self):
        shutil.rmtree(self.top, ignore_errors=True)
        os.mkdir(self.top, 0o755)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top)

    def listing(self, afresh):
        """Seconds of one listing, over the files of the last or not."""
        if afresh:
            shutil.rmtree(self.room, ignore_errors=True)
        os.sync()
        text = tool("listing", self.room, str(USERS))
        return float(text.split()[0])

    def dd(self):
        """Seconds of the same bytes; what is read is in memory."""
        os.sync()
        begun = time.monotonic()
        run("dd", f"if={self.base}", f"of={self.copy}", "bs=1M",
            "conv=fsync", stderr=subprocess.DEVNULL)
        took = time.monotonic() - begun
        os.unlink(self.copy)
        return took


def tool(*words):
    return subprocess.run([f"{stage.TOOLS}/rebuild", *words], check=True,
                          capture_output=True, text=True).stdout


def compile_once():
    if os.path.exists(f"{stage.TOOLS}/rebuild"):
        return
    sources = [path for room in ("accounts", "base")
               for path in sorted(glob.glob(f"{SOURCE}/{room}/*.c"))]
    stage.compile_tool("rebuild", "rebuild.c", f"-I{SOURCE}", "-D_GNU_SOURCE",
                       '-DCOG_CONFIG_DIR="/etc/cognito"',
                       '-DCOG_STATE_DIR="/var/lib/cognito"', *sources)


def listing():
    """The first listing of a host, and one over the last one's files."""
    compile_once()
    with Disk() as disk:
        for afresh, what in ((True, "a first listing"),
                             (False, "a listing over the last")):
            yield ratio_row(
                f"{what}, {USERS:,} users", "dd, fsync",
                Pairs(lambda new=afresh: disk.listing(new), disk.dd,
                      LISTINGS), "s", 3.5)


class Taken(Pairs):
    """Pairs that the program has measured itself."""

    def __init__(self, lines):
        figures = [[1000 * float(word) for word in line.split()]
                   for line in lines]
        self.ours = [ours for ours, _ in figures]
        self.yardstick = [bare for _, bare in figures]


def login_write():
    compile_once()
    with Disk() as disk:
        os.sync()
        lines = re.findall(r"\S+ \S+", tool("login", disk.room, str(LOGINS)))
        yield ratio_row("the accounts file at a login",
                        "write, fsync, rename, fsync", Taken(lines), "ms",
                        1.3)
