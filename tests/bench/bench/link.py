# SPDX-License-Identifier: Apache-2.0
"""Round trips of a login on a link with 40 ms of delay each way.

Counted from what crossed the relay: a round trip is bytes of the client
that bytes of the server follow, and one for the connection. Beside it
stands the time, against one exchange on the same link, which would show
a round trip that the count overlooks."""

import json
import os
import socket
import subprocess
import time

from bench import stage
from bench.pairs import Pairs, figure
from bench.table import Row
from room import pool
from room.namespace import ROOM

DELAY_MS = 40
PAIRS = 7
LOG = f"{ROOM}/log/relay.jsonl"
# The connection takes 2 round trips, the early challenge a third.
TYPED_AFTER_MS = 1000
# Above a whole number of round trips: the work of client and pool. A
# further round trip would be 1.
WORK = 0.75


class Relay:
    def __init__(self, to, log=None):
        self.process = subprocess.Popen(
            [f"{stage.HERE}/relay", "--listen", "127.0.0.1:0", "--to", to,
             "--delay", str(DELAY_MS), *(["--log", log] if log else [])],
            stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        if words[:1] != ["ready"]:
            raise RuntimeError("the relay does not start")
        self.port = int(words[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Exchange:
    """One byte there and back, on a connection that is up."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.measure()

    def measure(self):
        begun = time.monotonic()
        self.socket.sendall(b"x")
        self.socket.recv(1)
        return (time.monotonic() - begun) * 1000


def crossed():
    if not os.path.exists(LOG):
        return []
    with open(LOG, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def round_trips(pieces, since_ms=0):
    """How often the server's bytes followed the client's."""
    pieces = [piece for piece in pieces
              if piece["bytes"] and piece["time"] * 1000 >= since_ms]
    count = 0
    for number in {piece["connection"] for piece in pieces}:
        sides = [piece["from"] for piece in pieces
                 if piece["connection"] == number]
        count += sum(a == "client" and b == "server"
                     for a, b in zip(sides, sides[1:]))
    return count


class Login:
    """Logins over the link; what was counted stays beside the times."""

    def __init__(self, service, delay_ms):
        self.service, self.delay_ms = service, delay_ms
        self.counts = []

    def measure(self):
        before = max((piece["connection"] for piece in crossed()),
                     default=0)
        used = stage.pamtester(self.service, stage.OURS,
                               delay_ms=self.delay_ms)
        pieces = [piece for piece in crossed()
                  if piece["connection"] > before]
        if self.delay_ms:
            self.counts.append(round_trips(pieces, used["typed_at_ms"]))
            return used["after_enter_ms"]
        connections = len({piece["connection"] for piece in pieces})
        self.counts.append(connections + round_trips(pieces))
        return used["wall_ms"]


def rows(what, service, delay_ms, exchange, goal):
    login = Login(service, delay_ms)
    pairs = Pairs(login.measure, exchange.measure, PAIRS)
    most = max(login.counts)
    met = most <= goal and pairs.ratio() <= goal + WORK
    return Row(what, f"{most} in {pairs.ours_text('ms')}",
               "one exchange", pairs.yardstick_text("ms"),
               pairs.ratio_text(), f"{goal}, <= {figure(goal + WORK)}", met)


def prepare(relay):
    for early in ("connect", "challenge"):
        path = f"/etc/cognito/bench-{early}.conf"
        stage.write_config(
            path, endpoint=f"https://cognito.test:{relay.port}", early=early)
        stage.write_service(
            f"bench-{early}", stage.BOTH.format(
                f"required pam_cognito.so config={path}"))


def link():
    with Relay(pool.ADDRESS, LOG) as relay, Relay("echo") as echo:
        prepare(relay)
        exchange = Exchange(echo.port)
        yield rows("round trips in all", "bench-connect", 0, exchange, 4)
        yield rows("round trips after Enter", "bench-connect",
                   TYPED_AFTER_MS, exchange, 2)
        yield rows("  with early = challenge", "bench-challenge",
                   TYPED_AFTER_MS, exchange, 1)
