# SPDX-License-Identifier: Apache-2.0
"""HTTPS: connections, requests, and the sending of answers, whole or
spoilt by a fault."""

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

from pool import control, listing, operations, request, sigv4
from pool.answer import Answer, common_headers, error_answer, result_answer
from pool.errors import ServiceError, malformed
from pool.faults import REPLACING

HANDSHAKE_S = 30
MAX_BODY = 1 << 20
ENDLESS_CAP = 64 << 20   # bytes of an endless body when nothing is said
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, no time: RST on close
TLS_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One thread per connection; the handshake is done in it, so that a
    slow client holds up nobody else."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, address, certificate, key, pool_box, log):
        self.address_family = (socket.AF_INET6 if ":" in address[0]
                               else socket.AF_INET)
        super().__init__(address, Connection)
        self.box = pool_box
        self.log = log
        self._certificate = (certificate, key)
        self._contexts = {}
        self._count_lock = threading.Lock()
        self.connections = 0
        self.requests = 0

    def context(self):
        """The TLS side, made once for each highest version."""
        highest = self.box.pool.settings.tls_max
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
        tls = self._handshake(request, client_address)
        if not tls:
            return
        with self._count_lock:
            self.connections += 1
            number = self.connections
        self.log.write("connect", "success", connection=number,
                       tls=tls.version(), alpn=tls.selected_alpn_protocol(),
                       peer=client_address[0])
        try:
            Connection(tls, client_address, self, number)
        except OSError:
            pass  # the client went away, or a fault closed the connection
        finally:
            close_quietly(tls)

    def _handshake(self, raw, client_address):
        raw.settimeout(HANDSHAKE_S)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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


def close_quietly(tls):
    """Say close_notify without waiting for the client's."""
    try:
        tls.setblocking(False)
        tls.unwrap()
    except (OSError, ValueError):
        pass
    tls.close()


class Connection(http.server.BaseHTTPRequestHandler):
    """One connection, any number of requests."""

    protocol_version = "HTTP/1.1"

    def __init__(self, tls, client_address, server, number):
        self.number = number
        self.timeout = server.box.pool.settings.keep_alive_s
        super().__init__(tls, client_address, server)

    def handle_one_request(self):
        """Read one request and answer it."""
        self.close_connection = True
        try:
            self.raw_requestline = self.rfile.readline(65537)
        except TimeoutError:
            return
        # A proof's age counts until here, whatever else has to wait.
        self.box = self.server.box
        self.pool = self.box.pool
        self.arrived = self.pool.clock.now()
        self.began = time.monotonic()
        if not self.raw_requestline or not self.parse_request():
            return
        self.request_id = str(uuid.uuid4())
        self.noted = {"connection": self.number,
                      "request": self.server.next_request(),
                      "request_id": self.request_id,
                      "tls": self.request.version()}
        try:
            data = self.read_body()
            self.route(data)
        except ServiceError as error:
            # Not a call at all: no operation, no fault.
            self.noted["reason"] = error.reason or error.message
            self.finish_call(f"{self.command} {self.path}", error.kind,
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
        if not text.isdigit() or int(text) > MAX_BODY:
            raise ServiceError("RequestEntityTooLargeException",
                               "The body is too large", status=413)
        return self.rfile.read(int(text))

    def route(self, data):
        """By method and path."""
        if self.request_version != "HTTP/1.1":
            raise ServiceError("UnknownOperationException",
                               "HTTP/1.1 is wanted", status=505)
        if self.path == "/":
            self.want_method("POST")
            self.answer_call(data)
        elif self.path == f"/{self.pool.settings.id}/.well-known/jwks.json":
            self.want_method("GET")
            self.answer_key_set()
        elif self.path == "/_control" and "X-Test-Control" in self.headers:
            self.want_method("POST")
            self.answer_control(data)
        else:
            raise ServiceError("UnknownOperationException", "No such path",
                               status=404)

    def want_method(self, method):
        if self.command != method:
            raise ServiceError("UnknownOperationException",
                               f"{method} is wanted", status=405)

    # The three kinds of request

    def answer_call(self, data):
        """A call of the user pool API."""
        target = self.headers.get("X-Amz-Target", "")
        operation = target.removeprefix(request.TARGET)
        call = request.Call(operation, {}, self.arrived, log=self.noted,
                            http=sigv4.Request(
                                self.command, self.path,
                                self.headers.items(), data))
        try:
            self.check_headers(target)
            call.body = request.decode(data)
        except ServiceError as error:
            self.note_error(error)
            self.finish_call(operation, error.kind, self.error(error))
            return
        self.note_call(call)
        fault = self.box.faults.match(
            operation, str(call.body.get("ChallengeName", "")),
            str(self.noted.get("username", "")), self.noted.get("page", 0))
        if fault:
            self.noted["fault"] = fault.do
        if fault and fault.do == "delay" and not fault.after:
            time.sleep(fault.ms / 1000)
        if fault and fault.do in REPLACING and not fault.after:
            self.finish_call(operation, f"fault:{fault.do}", None, fault)
            return
        outcome, answer = self.perform(call)
        if fault and fault.do == "delay" and fault.after:
            time.sleep(fault.ms / 1000)
        self.finish_call(operation, outcome, answer, fault)

    def check_headers(self, target):
        if not target.startswith(request.TARGET):
            raise ServiceError("UnknownOperationException", "",
                               f"X-Amz-Target is {target!r}")
        kind = self.headers.get("Content-Type", "")
        if kind != "application/x-amz-json-1.1":
            raise malformed(f"Content-Type is {kind!r}")

    def note_call(self, call):
        """What the log says of a call: all that left the client's host."""
        body = call.body
        fields = []
        for name, value in body.items():
            if isinstance(value, dict):
                fields += [f"{name}.{inner}" for inner in value]
            else:
                fields.append(name)
        parameters = body.get("AuthParameters",
                              body.get("ChallengeResponses"))
        if not isinstance(parameters, dict):
            parameters = {}
        self.noted.update(
            client_id=body.get("ClientId"),
            username=parameters.get("USERNAME", body.get("Username")),
            fields=sorted(fields), headers=dict(self.headers.items()),
            body=body)
        page = listing.page_number(self.pool, call)
        if page:
            self.noted["page"] = page

    def perform(self, call):
        try:
            result = operations.perform(self.pool, call)
        except ServiceError as error:
            self.note_error(error)
            return error.kind, self.error(error)
        except Exception:
            # A mistake of the pool's own: say so loudly, and go on.
            traceback.print_exc()
            return "bug in the test pool", self.error(ServiceError(
                "InternalErrorException", "See the pool's stderr",
                status=500))
        return operations.outcome_of(result), result_answer(
            result, self.pool.clock.now(), self.request_id)

    def answer_key_set(self):
        fault = self.box.faults.match("jwks")
        if fault and fault.do == "delay":
            time.sleep(fault.ms / 1000)
        answer = result_answer(self.pool.keys.jwks(), self.pool.clock.now(),
                               self.request_id)
        answer.headers["Content-Type"] = "application/json"
        if fault:
            self.noted["fault"] = fault.do
        self.finish_call("jwks", "success", answer, fault)

    def answer_control(self, data):
        try:
            result = control.perform(self.box, request.decode(data))
            outcome, answer = "success", result_answer(
                result, self.pool.clock.now(), self.request_id)
        except ServiceError as error:
            self.note_error(error)
            outcome, answer = error.kind, self.error(error)
        self.finish_call("_control", outcome, answer)

    # Answers

    def error(self, error):
        return error_answer(error, self.pool.settings.error_style,
                            self.pool.clock.now(), self.request_id)

    def note_error(self, error):
        self.noted["message"] = error.message
        if error.reason:
            self.noted["reason"] = error.reason

    def finish_call(self, operation, outcome, answer, fault=None):
        """Log, then send.  The connection stays open unless a fault or
        the client wants otherwise."""
        wants_close = self.headers.get("Connection", "").lower() == "close"
        self.close_connection = wants_close
        if fault:
            answer = self.spoil(fault, answer)
        self.server.log.write(
            operation, outcome, **self.noted,
            status=answer.status if answer else None,
            late_proofs=self.pool.late_proofs,
            ms=round((time.monotonic() - self.began) * 1000, 1))
        if answer:
            self.wfile.write(answer.whole())
        elif fault:
            SENDERS[fault.do](self, fault)
        if operation != "_control" and self.box.faults.close_before_next():
            self.close_connection = True

    def spoil(self, fault, answer):
        """The answer that the fault makes of the true one; None when it is
        for a sender below."""
        headers = common_headers(self.pool.clock.now(), self.request_id,
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

    def send_drip(self, fault):
        """A few bytes at a time."""
        whole = self.spoilt.whole()
        size = fault.bytes or 1
        for start in range(0, len(whole), size):
            self.wfile.write(whole[start:start + size])
            time.sleep(fault.ms / 1000)

    def send_endless(self, fault):
        """A body without end, until the client leaves or the cap."""
        self.close_connection = True
        head = Answer(fault.status or 200, b"", common_headers(
            self.pool.clock.now(), self.request_id, fault.content_type))
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
           "drip": Connection.send_drip,
           "endless": Connection.send_endless}
