# SPDX-License-Identifier: Apache-2.0
"""What the fakes have in common: box, control, answers, command line."""

import argparse
import email.utils
import json
import signal
import sys
import threading
import time
import traceback

from pool import seed
from pool.answer import Answer, result_answer
from pool.errors import ServiceError, invalid_parameter
from pool.faults import Faults
from pool.log import Log
from pool.main import parse_address, stop
from pool.request import decode
from pool.web import Connection, Server


class Box:
    """The settings in force, their clock, and the faults.

    parse(value) makes settings of a decoded seed; they have `faults` and
    `date_offset_s`.
    """

    keep_alive_s = 120
    tls_max = "1.3"

    def __init__(self, value, parse):
        self.lock = threading.RLock()
        self.first = value
        self._parse = parse
        self.reload()

    def reload(self, value=None):
        """Begin anew from this decoded seed or the first one."""
        self.settings = self._parse(self.first if value is None else value)
        self.faults = Faults(self.settings.faults)
        self.begin()

    def begin(self):
        """For what a subclass remembers."""

    def now(self):
        return time.time() + self.settings.date_offset_s

    # Control

    def control(self, command):
        """POST /_control: the result, or a ServiceError."""
        do = command.pop("do", None)
        commands = {"faults": self._set_faults, "reload": self._reload,
                    "reset_counts": self._reset_counts, "set": self._set,
                    **self.commands()}
        if do not in commands:
            raise invalid_parameter(f"unknown command {do!r}")
        try:
            with self.lock:
                return commands[do](**command) or {}
        except (seed.SeedError, TypeError, KeyError) as error:
            raise invalid_parameter(f"{do}: {error}") from None

    def commands(self):
        """Further commands of a subclass: name -> function."""
        return {}

    def _set_faults(self, faults):
        self.faults.replace(seed.parse_faults(faults, "faults"))

    def _reload(self, seed=None):
        self.reload(seed)

    def _reset_counts(self):
        self.faults.reset_counts()

    def _set(self, **sections):
        """Keys of the settings; of a section when its value is an
        object."""
        for name, value in sections.items():
            section = getattr(self.settings, name, None)
            if isinstance(value, dict) and section is not None:
                changes = seed.check_changes(type(section), value, name)
                for key, item in changes.items():
                    setattr(section, key, item)
            else:
                changes = seed.check_changes(type(self.settings),
                                             {name: value}, "set")
                setattr(self.settings, name, changes[name])


class FakeConnection(Connection):
    """A connection to a fake; a subclass says serve()."""

    def route(self, data):
        if self.path == "/_control" and "X-Test-Control" in self.headers:
            self.want_method("POST")
            self.answer_control(data)
            return
        self.noted["headers"] = dict(self.headers.items())
        self.serve(data)

    def serve(self, data):
        raise NotImplementedError

    def answer_control(self, data):
        try:
            result = self.box.control(decode(data))
            outcome, answer = "success", result_answer(
                result, self.box.now(), self.request_id)
        except ServiceError as error:
            self.note_error(error)
            outcome, answer = error.kind, self.plain(400, error.message)
        self.conclude("_control", outcome, answer)

    def attempt(self, operation, perform, **about):
        """One call: its fault, perform() -> (outcome, Answer), or the
        ServiceError that perform() raises."""
        def careful():
            try:
                with self.box.lock:
                    return perform()
            except ServiceError as error:
                self.note_error(error)
                return error.kind, self.error(error)
            except Exception:
                traceback.print_exc()
                return "bug in the fake", self.plain(500, "See stderr")
        self.fault = self.find_fault(operation, **about)
        self.answer_with(operation, self.fault, careful)

    def answer(self, status, content_type, body, **headers):
        """An Answer with the headers that every server sends."""
        if isinstance(body, str):
            body = body.encode()
        return Answer(status, body, {
            "Date": email.utils.formatdate(self.box.now(), usegmt=True),
            "Content-Type": content_type,
            **{name.replace("_", "-"): value
               for name, value in headers.items()}})

    def plain(self, status, text):
        return self.answer(status, "text/plain", text)

    def json(self, status, value):
        return self.answer(status, "application/json", json.dumps(value))

    def error(self, error):
        return self.plain(error.status or 400, error.message)


def iso(unix):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix))


# Command line

def parser(prog, description):
    made = argparse.ArgumentParser(prog=prog, description=description)
    made.add_argument("--cert", metavar="FILE",
                      help="certificate chain in PEM")
    made.add_argument("--key", metavar="FILE")
    made.add_argument("--seed", required=True, metavar="FILE.json")
    made.add_argument("--log", metavar="FILE.jsonl")
    return made


def serve(given, make_box, listeners):
    """Listen at (scheme, address, Connection class, name or "") each, say
    so, and serve until killed.  Exit status 2: a mistake in what was
    given."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        box = make_box(seed.load(given.seed))
        log = Log(given.log)
        servers = []
        for scheme, address, handler, name in listeners:
            certificate = None
            if scheme == "https":
                if not given.cert or not given.key:
                    raise ValueError("https wants --cert and --key")
                certificate = (given.cert, given.key)
            servers.append((name, Server(parse_address(address), handler,
                                         box, log, certificate)))
    except (seed.SeedError, OSError, ValueError) as error:
        print(f"{sys.argv[0]}: {error}", file=sys.stderr)
        return 2
    print("ready", *(f"{name}={server.url()}" if name else server.url()
                     for name, server in servers), flush=True)
    for _, server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0][1].serve_forever()
    return 0
