# SPDX-License-Identifier: Apache-2.0
"""HTTP and HTTPS for all the servers here: connections, requests, and the
sending of answers, whole or spoilt by a fault.

A server's box has `faults`, `now()` (the service's clock), `keep_alive_s`
and `tls_max`.  What is asked and answered is for a subclass of Connection.
"""

import gzip
import http.server
import socket
import socketserver
import ssl
import struct
import threading
import time
import traceback
import uuid

from pool.answer import Answer, common_headers
from pool.errors import ServiceError
from pool.faults import REPLACING

HANDSHAKE_S = 30
MAX_BODY = 1 << 20
ENDLESS_CAP = 64 << 20   # bytes of an endless body when nothing is said
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, no time: RST on close
TLS_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One thread per connection; the handshake is done in it, so that a
    slow client holds up nobody else.  Without a certificate: plain HTTP."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, address, handler, box, log, certificate=None):
        self.address_family = (socket.AF_INET6 if ":" in address[0]
                               else socket.AF_INET)
        super().__init__(address, handler)
        self.box = box
        self.log = log
        self._certificate = certificate  # (file of the chain, of the key)
        self._contexts = {}
        self._count_lock = threading.Lock()
        self.connections = 0
        self.requests = 0
        if certificate:
            self.context()  # a bad certificate shows now

    def url(self):
        host, port = self.server_address[:2]
        if ":" in host:
            host = f"[{host}]"
        scheme = "https" if self._certificate else "http"
        return f"{scheme}://{host}:{port}"

    def context(self):
        """The TLS side, made once for each highest version."""
        highest = self.box.tls_max
        if highest not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.maximum_version = TLS_VERSIONS[highest]
            context.set_alpn_protocols(["http/1.1"])
            context.load_cert_chain(*self._certificate)
            self._contexts[highest] = context
        return self._contexts[highest]

    def next_request(self):
        with self._count_lock:
            self.requests += 1
            return self.requests

    def finish_request(self, request, client_address):
        """A new connection, in its own thread."""
        fault = self.box.faults.match("connect")
        if fault:
            time.sleep(fault.ms / 1000 if fault.do == "delay" else 0)
        if fault and fault.do == "reset":
            reset(request)
            return
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._certificate:
            request = self._handshake(request, client_address)
        if request:
            self._serve(request, client_address)

    def _serve(self, request, client_address):
        with self._count_lock:
            self.connections += 1
            number = self.connections
        tls = request if self._certificate else None
        self.log.write("connect", "success", connection=number,
                       tls=tls and tls.version(),
                       alpn=tls and tls.selected_alpn_protocol(),
                       peer=client_address[0])
        try:
            self.RequestHandlerClass(request, client_address, self, number)
        except OSError:
            pass  # the client went away, or a fault closed the connection
        except Exception:
            traceback.print_exc()  # before the client sees the end
        finally:
            close_quietly(request)

    def _handshake(self, raw, client_address):
        raw.settimeout(HANDSHAKE_S)
        try:
            return self.context().wrap_socket(raw, server_side=True)
        except OSError as error:  # ssl.SSLError is one
            self.log.write("handshake", "failed", peer=client_address[0],
                           reason=str(error))
            raw.close()
            return None


def reset(sock):
    """Close with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()


def close_quietly(sock):
    """Say close_notify without waiting for the client's."""
    try:
        sock.setblocking(False)
        if isinstance(sock, ssl.SSLSocket):
            sock.unwrap()
    except (OSError, ValueError):
        pass
    sock.close()


class Connection(http.server.BaseHTTPRequestHandler):
    """One connection, any number of requests.

    A subclass says what to do with a request: route(data), which ends in
    conclude(), or in a ServiceError when it is not a request of this service
    at all; and error(), the service's form of an error.
    """

    protocol_version = "HTTP/1.1"
    max_body = MAX_BODY

    def __init__(self, sock, client_address, server, number):
        self.number = number
        self.timeout = server.box.keep_alive_s
        super().__init__(sock, client_address, server)

    def route(self, data):
        raise NotImplementedError

    def error(self, error):
        raise NotImplementedError

    def handle_one_request(self):
        """Read one request and answer it."""
        self.close_connection = True
        try:
            self.raw_requestline = self.rfile.readline(65537)
        except TimeoutError:
            return
        # A request's age counts until here, whatever else has to wait.
        self.box = self.server.box
        self.arrived = self.box.now()
        self.began = time.monotonic()
        if not self.raw_requestline or not self.parse_request():
            return
        self.request_id = str(uuid.uuid4())
        self.noted = {"connection": self.number,
                      "request": self.server.next_request(),
                      "request_id": self.request_id}
        if isinstance(self.request, ssl.SSLSocket):
            self.noted["tls"] = self.request.version()
        try:
            self.route(self.read_body())
        except ServiceError as error:
            # Not a call at all: no operation, no fault.
            self.noted["reason"] = error.reason or error.message
            self.conclude(f"{self.command} {self.path}", error.kind,
                        self.error(error))
            self.close_connection = True

    def handle_expect_100(self):
        """Clients of this service are told to switch Expect: off."""
        self.wfile.write(b"HTTP/1.1 417 Expectation Failed\r\n"
                         b"Content-Length: 0\r\nConnection: close\r\n\r\n")
        return False

    def read_body(self):
        if "Transfer-Encoding" in self.headers:
            raise ServiceError("SerializationException",
                               "Content-Length is wanted", status=411)
        text = self.headers.get("Content-Length", "0")
        if not text.isdigit() or int(text) > self.max_body:
            raise ServiceError("RequestEntityTooLargeException",
                               "The body is too large", status=413)
        return self.rfile.read(int(text))

    def want_method(self, *methods):
        if self.command not in methods:
            raise ServiceError("UnknownOperationException",
                               f"{' or '.join(methods)} is wanted",
                               status=405)

    def note_error(self, error):
        self.noted["message"] = error.message
        if error.reason:
            self.noted["reason"] = error.reason

    def find_fault(self, operation, **about):
        """The fault that this call meets, noted and waited for if it is a
        delay or a hold."""
        fault = self.box.faults.match(operation, **about)
        if fault:
            self.noted["fault"] = fault.do
        if fault and not fault.after:
            self.keep_waiting(operation, fault)
        return fault

    def keep_waiting(self, operation, fault):
        if fault.do == "delay":
            time.sleep(fault.ms / 1000)
        elif fault.do == "hold":
            self.box.faults.hold(fault, lambda: self.server.log.write(
                operation, "held", **{**self.noted,
                                      "username": fault.username}))

    def answer_with(self, operation, fault, perform):
        """Carry an operation out, unless a fault stands in for it, and
        send what comes of it.  perform() gives outcome and Answer."""
        if fault and fault.do in REPLACING and not fault.after:
            self.conclude(operation, f"fault:{fault.do}", None, fault)
            return
        outcome, answer = perform()
        if fault and fault.after:
            self.keep_waiting(operation, fault)
        self.conclude(operation, outcome, answer, fault)

    def conclude(self, operation, outcome, answer, fault=None):
        """Log, then send.  The connection stays open unless a fault or
        the client wants otherwise."""
        wants_close = self.headers.get("Connection", "").lower() == "close"
        self.close_connection = wants_close
        if fault:
            answer = self.spoil(fault, answer)
        self.server.log.write(
            operation, outcome, **self.noted,
            status=answer.status if answer else None,
            ms=round((time.monotonic() - self.began) * 1000, 1))
        if answer:
            self.send(answer)
        elif fault:
            SENDERS[fault.do](self, fault)
        if operation != "_control" and self.box.faults.close_before_next():
            self.close_connection = True

    def send(self, answer):
        self.wfile.write(self.whole(answer))

    def whole(self, answer):
        """An answer as it goes out; to HEAD without its body."""
        if answer.status == 304:
            return answer.head(None)
        whole = answer.whole()
        return (whole[:len(whole) - len(answer.body)]
                if self.command == "HEAD" else whole)

    # Faults

    def spoil(self, fault, answer):
        """The answer that the fault makes of the true one; None when it is
        for a sender below."""
        headers = common_headers(self.box.now(), self.request_id,
                                 fault.content_type)
        if fault.do == "status":
            return Answer(fault.status or 500, (fault.body or "").encode(),
                          headers)
        if fault.do == "body":
            return Answer(fault.status or 200, (fault.body or "").encode(),
                          headers)
        if fault.do == "error":
            return self.error(ServiceError(fault.type, fault.message,
                                           status=fault.status))
        if fault.do == "throttle":
            return self.error(ServiceError("TooManyRequestsException",
                                           "Rate exceeded",
                                           status=fault.status))
        if fault.do == "redirect":
            return Answer(fault.status or 307, b"",
                          {**headers, "Location": fault.location})
        if fault.do == "headers":
            return self.more_headers(fault, answer)
        if fault.do == "gzip":
            return Answer(answer.status, gzip.compress(answer.body),
                          {**answer.headers, "Content-Encoding": "gzip"})
        if fault.do == "close_after":
            self.close_connection = True
            return answer
        if fault.do in SENDERS:
            self.spoilt = answer
            return None
        return answer

    def more_headers(self, fault, answer):
        headers = {**answer.headers, **fault.headers}
        for i in range(fault.count):
            headers[f"X-Filler-{i}"] = "x" * (fault.bytes or 100)
        return Answer(answer.status, answer.body, headers)

    # Senders: answers that are not sent as they should be

    def send_reset(self, _fault):
        self.close_connection = True
        reset(self.request)

    def send_nothing(self, _fault):
        self.close_connection = True

    def send_truncated(self, fault):
        """The head promises all; the connection ends within the body,
        without TLS's word of farewell."""
        whole = self.spoilt.whole()
        body = len(self.spoilt.body)
        kept = body // 2 if fault.bytes is None else min(fault.bytes, body)
        self.wfile.write(whole[:len(whole) - body + kept])
        self.close_connection = True
        self.request.shutdown(socket.SHUT_RDWR)

    def send_wrong_length(self, fault):
        """The whole body, behind a head that tells another length."""
        length = 0 if fault.bytes is None else fault.bytes
        self.wfile.write(self.spoilt.head(length) + self.spoilt.body)
        self.close_connection = True

    def send_drip(self, fault):
        """A few bytes at a time."""
        whole = self.whole(self.spoilt)
        size = fault.bytes or 1
        for start in range(0, len(whole), size):
            self.wfile.write(whole[start:start + size])
            time.sleep(fault.ms / 1000)

    def send_endless(self, fault):
        """A body without end, until the client leaves or the cap."""
        self.close_connection = True
        head = Answer(fault.status or 200, b"", common_headers(
            self.box.now(), self.request_id, fault.content_type))
        self.wfile.write(head.head(None))
        block = b" " * 16384
        left = ENDLESS_CAP if fault.bytes is None else fault.bytes
        while left > 0:
            self.wfile.write(block[:left])
            left -= len(block)

    def log_message(self, *_arguments):
        """The log above says it all; nothing on stderr."""


SENDERS = {"reset": Connection.send_reset, "close": Connection.send_nothing,
           "truncate": Connection.send_truncated,
           "length": Connection.send_wrong_length,
           "drip": Connection.send_drip,
           "endless": Connection.send_endless}
