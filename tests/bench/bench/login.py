# SPDX-License-Identifier: Apache-2.0
"""One login: CPU and memory of everything it starts, and what the pool
hears of it."""

import os
import statistics
import subprocess
import threading
import time

from bench import stage
from bench.pairs import Pairs
from bench.table import Row, ratio_row
from room import pool
from room.namespace import SOURCE

UNIX_PAIRS = 60
JS_PAIRS = 15
MEMORY_RUNS = 10


def ours():
    return stage.pamtester("bench-ours", stage.OURS)


def unix():
    return stage.pamtester("bench-unix", stage.UNIX)


def identity_js():
    return stage.tree("node", f"{stage.HERE}/identity-js.mjs",
                      f"{SOURCE}/tests/interop", pool.ENDPOINT,
                      pool.POOL_ID, pool.CLIENT_ID, stage.OURS,
                      password=stage.PASSWORD)


def cpu_of(login):
    return lambda: login()["cpu_ms"]


def after_enter_of(service, name):
    """The password comes when everything before it is surely done."""
    return lambda: stage.pamtester(service, name,
                                   delay_ms=250)["after_enter_ms"]


def cpu():
    pairs = Pairs(cpu_of(ours), cpu_of(unix), UNIX_PAIRS)
    yield ratio_row("CPU of a login", "pam_unix, yescrypt", pairs, "ms",
                    0.50)
    pairs = Pairs(cpu_of(unix), cpu_of(unix), UNIX_PAIRS // 2)
    yield ratio_row("  noise: pam_unix", "itself", pairs, "ms")
    pairs = Pairs(after_enter_of("bench-ours", stage.OURS),
                  after_enter_of("bench-unix", stage.UNIX), UNIX_PAIRS // 2)
    yield ratio_row("time after Enter, no delay", "pam_unix, yescrypt",
                    pairs, "ms")


def cpu_js():
    pairs = Pairs(cpu_of(ours), cpu_of(identity_js), JS_PAIRS)
    yield ratio_row("CPU of a login", "identity-js, node", pairs, "ms",
                    1 / 30, "<= 1/30")


# ---- memory

def descendants(top):
    """The process and all below it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry)] = int(fields[1])
    found = [top]
    for pid in found:
        found += [child for child, parent in parents.items()
                  if parent == pid]
    return found[1:]


def share_kib(pid):
    """Its memory, what it shares counted in proportion."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
            return sum(int(line.split()[1]) for line in file
                       if line.startswith("Pss:"))
    except OSError:
        return 0


class Watch(threading.Thread):
    """The greatest sum over all that runs below us, looked at as often as
    this machine allows; a short peak may be missed."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak_kib, self.going = 0, True

    def run(self):
        while self.going:
            total = sum(map(share_kib, descendants(os.getpid())))
            self.peak_kib = max(self.peak_kib, total)
            time.sleep(0.0005)


def memory_of(login):
    def measure():
        watch = Watch()
        watch.start()
        largest = login()["peak_kib"]
        watch.going = False
        watch.join()
        return largest / 1024, watch.peak_kib / 1024
    return measure


def memory():
    for what, yardstick, login, runs in (
            ("memory of a login", "pam_unix, yescrypt", unix, MEMORY_RUNS),
            ("memory of a login", "identity-js, node", identity_js, 3)):
        a = [memory_of(ours)() for _ in range(runs)]
        b = [memory_of(login)() for _ in range(runs)]
        for i, kind in enumerate(("largest process", "all, shared split")):
            mine = statistics.median(x[i] for x in a)
            its = statistics.median(x[i] for x in b)
            yield Row(f"{what}, {kind}", f"{mine:.1f} MiB", yardstick,
                      f"{its:.1f} MiB", f"{mine / its:.2f}")


# ---- what the pool hears

def heard(login):
    """Connections and requests of one login, from the pool's log."""
    before = len(pool.calls())
    login()
    lines = [line for line in pool.calls()[before:]
             if line["operation"] != "_control"]
    connections = {line["connection"] for line in lines
                   if line.get("connection")}
    tries = [line for line in lines if line["operation"] == "handshake"]
    requests = [line["operation"] for line in lines if "request" in line]
    return len(connections) + len(tries), requests


def traffic():
    connections, requests = heard(ours)
    yield Row("connections of a login", str(connections), goal="1",
              met=connections == 1)
    yield Row("requests of a login", str(len(requests)), goal="2",
              met=requests == ["InitiateAuth", "RespondToAuthChallenge"])
    connections, requests = heard(identity_js)
    yield Row("  both, by identity-js", f"{connections}, {len(requests)}")
