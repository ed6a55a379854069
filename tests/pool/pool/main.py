# SPDX-License-Identifier: Apache-2.0
"""The command line, and the life of the process."""

import argparse
import os
import signal
import sys

from pool import seed
from pool.faults import Faults
from pool.keys import KeySet
from pool.log import Log
from pool.server import PoolConnection
from pool.state import Pool
from pool.web import Server


class Box:
    """The pool that is being served; control calls may swap it."""

    def __init__(self, value, signing_key_dir=None):
        self.first = value
        self.keys = KeySet(signing_key_dir)
        self.reload()

    def reload(self, value=None):
        """Begin anew from this decoded seed; the signing keys stay."""
        start = seed.parse(self.first if value is None else value)
        self.pool = Pool(start, self.keys)
        self.faults = Faults(start.faults)

    # What the server under it asks for.

    def now(self):
        return self.pool.clock.now()

    @property
    def keep_alive_s(self):
        return self.pool.settings.keep_alive_s

    @property
    def tls_max(self):
        return self.pool.settings.tls_max


def arguments():
    parser = argparse.ArgumentParser(
        prog="cognito-pool",
        description="A user pool for tests.  Prints \"ready URL\" and then "
        "serves HTTPS until killed.")
    parser.add_argument("--listen", required=True, metavar="ADDR:PORT",
                        help="port 0 picks a free one; [ADDR]:PORT for IPv6")
    parser.add_argument("--cert", required=True, metavar="FILE",
                        help="certificate chain in PEM")
    parser.add_argument("--key", required=True, metavar="FILE")
    parser.add_argument("--seed", required=True, metavar="FILE.json")
    parser.add_argument("--log", metavar="FILE.jsonl")
    parser.add_argument("--signing-key", metavar="DIR",
                        help="keep the token keys there over restarts")
    return parser.parse_args()


def parse_address(text):
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit():
        raise ValueError(f"{text}: ADDR:PORT is wanted")
    return host.strip("[]"), int(port)


def end(status):
    """At once: OpenSSL's own end, under threads that are in the middle of a
    handshake or of making a key, is a segmentation fault. Each line of the
    log is flushed."""
    sys.stderr.flush()
    os._exit(status)


def stop(_signal, _frame):
    end(0)


def main():
    given = arguments()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        box = Box(seed.load(given.seed), given.signing_key)
        server = Server(parse_address(given.listen), PoolConnection, box,
                        Log(given.log), (given.cert, given.key))
    except (seed.SeedError, OSError, ValueError) as error:
        print(f"cognito-pool: {error}", file=sys.stderr)
        end(2)
    print(f"ready {server.url()}", flush=True)
    server.serve_forever()
    return 0
