# SPDX-License-Identifier: Apache-2.0
"""The pool away, slow, lying or not the pool; and wrong clocks.

Each case is a server of its own and a configuration that leads there, so
that all can run at once.
"""

import socket
import threading
import time

from room import callers, pool
from room.case import Case
from room.namespace import ROOM
from room.terminal import PATIENCE_S

TIMEOUT_S = 4
UNAVAILABLE = "PAM_AUTHINFO_UNAVAIL"


class Server:
    """Accepts connections on a port of its own and does this with each."""

    def __init__(self, behave, backlog=8):
        self.socket = socket.create_server(("127.0.0.1", 0),
                                           backlog=backlog)
        self.port = self.socket.getsockname()[1]
        self.kept = []
        threading.Thread(target=self.serve, args=(behave,),
                         daemon=True).start()

    def serve(self, behave):
        while True:
            connection, _ = self.socket.accept()
            self.kept.append(connection)
            try:
                behave(connection)
            except OSError:
                pass

    @property
    def endpoint(self):
        return f"https://cognito.test:{self.port}"


def black_hole():
    """A port whose queue is full: nothing answers the next SYN."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = listener.getsockname()[1]
    fill = []
    for _ in range(3):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
        fill.append(one)
    return listener, fill, f"https://cognito.test:{port}"


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def other_pool(name, *ca_options):
    """A pool whose certificate is bad in one way: its endpoint."""
    directory = f"{ROOM}/ca-{name}"
    pool.make_authority(directory, *ca_options)
    port = closed_port()
    pool.start(f"127.0.0.1:{port}", directory, f"{ROOM}/log/{name}.jsonl")
    return f"https://cognito.test:{port}"


class Outage(Case):
    """proves P7, P8, P41, P43, P45, P46, P54, P85, P86"""

    def refuse(self, started, code, reasons, limit=PATIENCE_S):
        terminal, person, service = started
        begun = time.monotonic()
        self.assert_code(terminal, code)
        self.assertLess(time.monotonic() - begun, limit)
        lines = [line for line in self.log_of(person.name)
                 if " denied " in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(f"pam_cognito({service}:", lines[0])
        self.assertRegex(lines[0], f"reason=({reasons}) ")
        return lines[0]

    def begin(self, person=None, **config):
        person = person or self.person()
        service = self.service(**{"timeout": TIMEOUT_S, **config})
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        return terminal, person, service

    def test_no_way_to_a_pool(self):
        hole = black_hole()
        silent = Server(lambda connection: None)
        plain = Server(lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
        drip = Server(self.drip)
        cut = Server(lambda connection: connection.close())
        cases = {
            "refused": (f"https://cognito.test:{closed_port()}",
                        "no-connection"),
            "black hole": (hole[2], "timeout|no-connection"),
            "silent": (silent.endpoint, "timeout|no-connection"),
            "plain HTTP": (plain.endpoint, "tls-failure"),
            "a byte at a time": (drip.endpoint, "timeout|tls-failure"),
            "closed": (cut.endpoint, "no-connection|tls-failure"),
            "name that nobody knows": ("https://nowhere.test:1",
                                       "no-connection"),
            # Of the authority that is trusted: this alone is wrong.
            "wrong name": (other_pool("wrong", "--wrong-name", "--ca",
                                      pool.CA), "tls-failure"),
            "expired": (other_pool("expired", "--expired", "--ca", pool.CA),
                        "tls-failure"),
            "self-signed": (other_pool("selfsigned", "--self-signed"),
                            "tls-failure"),
            "other authority": (other_pool("other"), "tls-failure"),
        }
        # What the administrator is told: a name, a way or a certificate.
        why = {"refused": 'detail="Couldn.t connect to server',
               "name that nobody knows": 'detail="Couldn.t resolve host name',
               "other authority": 'detail="SSL peer certificate'}
        started = {name: self.begin(endpoint=endpoint)
                   for name, (endpoint, _) in cases.items()}
        for name, (_, reasons) in cases.items():
            with self.subTest(name):
                line = self.refuse(started[name], UNAVAILABLE, reasons)
                self.assertRegex(line, why.get(name, "reason="))
        self.assert_root_enters()

    @staticmethod
    def drip(connection):
        while True:
            connection.sendall(b"\x16")
            time.sleep(0.2)

    def test_pool_that_answers_nonsense(self):
        """Faults are for one name each, at either request."""
        page = "<html><body>503 from a proxy</body></html>"
        cases = {
            "HTML": ({"do": "body", "body": page,
                      "content_type": "text/html"}, "service-failure"),
            "empty": ({"do": "body", "body": ""}, "service-failure"),
            "an empty object": ({"do": "body", "body": "{}"},
                                "service-failure|unsupported-challenge"),
            "repeated key": ({"do": "body",
                              "body": '{"Session":"a","Session":"b"}'},
                             "service-failure"),
            "half an answer": ({"do": "truncate"},
                               "no-connection|service-failure"),
            "500": ({"do": "status", "status": 500}, "service-failure"),
            "503 page": ({"do": "status", "status": 503, "body": page},
                         "service-failure"),
            "429": ({"do": "throttle"}, "throttled"),
            "429 by status": ({"do": "throttle", "status": 429},
                              "throttled"),
            "redirect": ({"do": "redirect",
                          "location": "http://127.0.0.1:1/"},
                         "service-failure|no-connection"),
            "gzip": ({"do": "gzip"}, "service-failure"),
            # Not "timeout": nothing of it is read behind the bound.
            "endless": ({"do": "endless", "bytes": 1 << 36},
                        "service-failure"),
            "headers": ({"do": "headers", "count": 500, "bytes": 100},
                        "service-failure"),
            "never": ({"do": "delay", "ms": 20000}, "timeout"),
            "dripping": ({"do": "drip", "ms": 200, "bytes": 1}, "timeout"),
            "reset": ({"do": "reset"}, "no-connection"),
            "unknown error": ({"do": "error", "type": "NeverHeardOf"},
                              "service-failure|blocked-by-pool|"
                              "wrong-password"),
        }
        for operation in ("InitiateAuth", "RespondToAuthChallenge"):
            started = {}
            for name, (fault, _) in cases.items():
                person = self.person()
                self.fault(person, operation, **fault)
                started[name] = self.begin(person)
            for name, (_, reasons) in cases.items():
                with self.subTest(f"{name} at {operation}"):
                    code = UNAVAILABLE
                    if name in ("unknown error", "an empty object"):
                        code = self.either(started[name])
                    self.refuse(started[name], code, reasons)

    def either(self, started):
        """A denial, though not one that tells of an outage."""
        started[0].end()
        code = callers.pam_code(started[0])
        self.assertIn(code, ("PAM_AUTH_ERR", UNAVAILABLE))
        started[0].end = lambda: 1
        return code

    def test_throttling_is_tried_again_but_once(self):
        person = self.person()
        self.fault(person, "InitiateAuth", "throttle")
        self.refuse(self.begin(person), UNAVAILABLE, "throttled")
        self.assertLessEqual(len(self.calls_of(person.name)), 2)

    def test_keys_cannot_be_had(self):
        """proves P42: pinned to a foreign set, a good token is refused"""
        path = "/etc/cognito/foreign-jwks.json"
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"keys":[]}')
        terminal, person, _ = self.begin(jwks_file=path)
        terminal.end()
        self.assertIn(callers.pam_code(terminal),
                      (UNAVAILABLE, "PAM_AUTH_ERR", "PAM_SERVICE_ERR"))
        self.assertIn(" denied ", self.log_of(person.name)[0])


class Clock(Case):
    """A pool whose clock differs; what counts is the difference. It wants
    a TIMESTAMP of its own minute, so that ours must follow its Date."""

    def sign_in(self, offset):
        directory = f"{ROOM}/ca"
        port = closed_port()
        name = f"clock{offset}"
        person = self.person(in_pool=False)
        log = f"{ROOM}/log/{name}.jsonl"
        pool.start(f"127.0.0.1:{port}", directory, log,
                   settings={"date_offset_s": offset,
                             "timestamp_tolerance_s": 60}, users=[
                       pool.person(person.name, person.password)])
        # Each pool has keys of its own; pinned, they are not mixed.
        jwks = f"/etc/cognito/jwks-{offset}.json"
        pool.fetch_keys(port, jwks)
        service = self.service(endpoint=f"https://cognito.test:{port}",
                               jwks_file=jwks)
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        return terminal, person

    def test_off_by_200_seconds(self):
        for offset in (200, -200):
            with self.subTest(offset):
                terminal, _ = self.sign_in(offset)
                self.assert_code(terminal, "success")

    def test_off_by_a_day(self):
        for offset in (86400, -86400):
            with self.subTest(offset):
                terminal, person = self.sign_in(offset)
                self.assert_code(terminal, UNAVAILABLE)
                self.assert_reason(person.name, "clock-off")
                self.assertRegex(self.log_of(person.name)[0],
                                 r"clock: 8\d{4} s "
                                 + ("behind" if offset > 0 else "ahead"))
