# SPDX-License-Identifier: Apache-2.0
"""Servers that speak an old TLS, and nothing better.

A machine of today refuses those anyway, by OpenSSL's own default. So the
programs here run under an openssl.cnf that allows everything, as an
administrator may have one for an old printer: what refuses then is ours.
"""

import queue
import select
import socket
import ssl
import threading
import warnings

from room import callers, pool
from room.case import Case
from room.namespace import ROOM
from room.terminal import Terminal

PERMISSIVE = f"{ROOM}/permissive.cnf"
UNAVAILABLE = "PAM_AUTHINFO_UNAVAIL"
HANDSHAKE, SERVER_HELLO = 22, 2
# The record of a fatal alert protocol_version: RFC 8446, section 6.
REFUSED = (21, b"\x02\x46")
OLD = {"TLSv1.1": ssl.TLSVersion.TLSv1_1, "TLSv1": ssl.TLSVersion.TLSv1}


def context_of(protocol, version):
    """With this version and no other, and all that it may be used with."""
    context = ssl.SSLContext(protocol)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def connect(port, version=None):
    """As a client that trusts the pool's authority and has no floor."""
    context = context_of(ssl.PROTOCOL_TLS_CLIENT, version or
                         ssl.TLSVersion.TLSv1)
    context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
    context.load_verify_locations(f"{pool.CA}/ca.pem")
    return context.wrap_socket(socket.create_connection(
        ("127.0.0.1", port), timeout=20), server_hostname="cognito.test")


class Server:
    """A port where each connection is served by a thread."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.endpoint = f"https://cognito.test:{self.port}"
        self.seen = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve_quietly, args=(connection,),
                             daemon=True).start()

    def serve_quietly(self, connection):
        try:
            self.serve(connection)
        except OSError as error:
            self.seen.put(getattr(error, "reason", None) or str(error))
        finally:
            connection.close()

    def serve(self, connection):
        raise NotImplementedError

    def saw(self):
        """What it saw of its connections so far; of one at least."""
        all_of_them = [self.seen.get(timeout=20)]
        while not self.seen.empty():
            all_of_them.append(self.seen.get())
        return all_of_them


class Relay(Server):
    """The pool itself, behind one version of TLS. `seen` has the version
    agreed upon, or why there was none."""

    def __init__(self, version):
        self.context = context_of(ssl.PROTOCOL_TLS_SERVER, version)
        self.context.load_cert_chain(f"{pool.CA}/server.pem",
                                     f"{pool.CA}/server.key")
        super().__init__()

    def serve(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as near:
            self.seen.put(near.version())
            with connect(pool.PORT) as far:
                self.relay(near, far)

    @staticmethod
    def relay(near, far):
        """In one thread: OpenSSL's connections are for one at a time."""
        other = {near: far, far: near}
        near.setblocking(False)
        far.setblocking(False)
        while True:
            for source in select.select(other, [], [], 60)[0]:
                try:
                    data = source.recv(65536)
                except ssl.SSLWantReadError:
                    continue
                if not data:
                    return
                other[source].sendall(data)


class Insistent(Server):
    """Answers any ClientHello in a version of its own choice, also one
    that no library has any more. `seen` has what came back."""

    def __init__(self, version):
        self.version = version
        super().__init__()

    def serve(self, connection):
        self.read_record(connection)
        # ECDHE-ECDSA-AES128-SHA: all versions from TLS 1.0 have it.
        hello = (self.version + b"\x2a" * 32 + b"\0" + b"\xc0\x09" + b"\0")
        body = bytes([SERVER_HELLO]) + len(hello).to_bytes(3, "big") + hello
        connection.sendall(bytes([HANDSHAKE]) + self.version +
                           len(body).to_bytes(2, "big") + body)
        # Who goes on is not told to wait.
        connection.shutdown(socket.SHUT_WR)
        self.seen.put(self.read_record(connection))

    @staticmethod
    def read_record(connection):
        """(type, its bytes)"""
        file = connection.makefile("rb")
        head = file.read(5)
        if len(head) < 5:
            return None, b""
        return head[0], file.read(int.from_bytes(head[3:], "big"))


class OldTls(Case):
    """proves P41: TLS 1.2 or newer"""

    @classmethod
    def setUpClass(cls):
        with open(PERMISSIVE, "w", encoding="utf-8") as file:
            file.write("openssl_conf = one\n[one]\nssl_conf = two\n[two]\n"
                       "system_default = three\n[three]\n"
                       "MinProtocol = TLSv1\n"
                       "CipherString = ALL:@SECLEVEL=0\n")

    def sign_in(self, endpoint):
        """Where openssl.cnf allows everything, for this login alone."""
        person = self.person()
        service = self.service(endpoint=endpoint)
        terminal = Terminal(
            "unshare", "-m", "sh", "-c",
            'mount --bind "$0" /etc/ssl/openssl.cnf && exec "$@"',
            PERMISSIVE, "pamtester", service, person.name, "authenticate")
        terminal.answer("Password: ", person.password)
        terminal.end()
        return terminal, person

    def assert_refused(self, terminal, person):
        self.assertEqual(callers.pam_code(terminal), UNAVAILABLE,
                         terminal.text)
        self.assert_reason(person.name, "tls-failure")
        self.assertEqual(self.calls_of(person.name), [])

    def test_good_versions_through_the_relay(self):
        """the control: with 1.2 or 1.3 there the same login is admitted"""
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version):
                relay = Relay(version)
                terminal, _ = self.sign_in(relay.endpoint)
                self.assertEqual(callers.pam_code(terminal), "success",
                                 terminal.text)

    def test_servers_of_an_old_version(self):
        """a pool that has 1.1 or 1.0 only is refused, for its version:
        another client goes through to it"""
        for name, version in OLD.items():
            with self.subTest(name):
                relay = Relay(version)
                with connect(relay.port) as client:
                    self.assertEqual(client.version(), name)
                    client.sendall(f"GET /{pool.POOL_ID}/.well-known/"
                                   "jwks.json HTTP/1.1\r\nHost: cognito.test"
                                   "\r\n\r\n".encode())
                    self.assertIn(b" 200 ", client.recv(100))
                self.assertEqual(relay.saw(), [name])
                self.assert_refused(*self.sign_in(relay.endpoint))
                self.assertEqual(set(relay.saw()),
                                 {"UNSUPPORTED_PROTOCOL"})

    def test_servers_that_insist(self):
        """an answer in 1.1, 1.0 or SSL 3.0 is refused with the alert that
        says why; a client without our floor goes on with the first two"""
        for minor in (2, 1, 0):
            with self.subTest(version=f"3.{minor}"):
                server = Insistent(bytes([3, minor]))
                with self.assertRaises(OSError):
                    connect(server.port)
                self.assertEqual(server.saw() == [REFUSED], minor == 0)
                self.assert_refused(*self.sign_in(server.endpoint))
                self.assertEqual(set(server.saw()), {REFUSED})
