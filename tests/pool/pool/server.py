# SPDX-License-Identifier: Apache-2.0
"""The pool's requests: calls of the API, the key set, control."""

import traceback

from pool import control, listing, operations, request, sigv4
from pool.answer import error_answer, result_answer
from pool.errors import ServiceError, malformed
from pool.web import Connection


class PoolConnection(Connection):
    """One connection to the pool."""

    def route(self, data):
        """By method and path."""
        self.pool = self.box.pool
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
            self.conclude(operation, error.kind, self.error(error))
            return
        self.note_call(call)
        fault = self.find_fault(
            operation, challenge=str(call.body.get("ChallengeName", "")),
            username=str(self.noted.get("username", "")),
            page=self.noted.get("page", 0))
        self.answer_with(operation, fault, lambda: self.perform(call))

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
            username=parameters.get("USERNAME", body.get("Username"))
            or self.owner(body.get("Session")),
            fields=sorted(fields), headers=dict(self.headers.items()),
            body=body)
        page = listing.page_number(self.pool, call)
        if page:
            self.noted["page"] = page

    def owner(self, session):
        """Whose session it is, where a call brings no name."""
        known = (self.pool.sessions.peek(session)
                 if isinstance(session, str) else None)
        return known.login.name if known else None

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
            result, self.box.now(), self.request_id)

    def answer_key_set(self):
        fault = self.find_fault("jwks")
        answer = result_answer(self.pool.keys.jwks(), self.box.now(),
                               self.request_id)
        answer.headers["Content-Type"] = "application/json"
        self.conclude("jwks", "success", answer, fault)

    def answer_control(self, data):
        try:
            result = control.perform(self.box, request.decode(data))
            outcome, answer = "success", result_answer(
                result, self.box.now(), self.request_id)
        except ServiceError as error:
            self.note_error(error)
            outcome, answer = error.kind, self.error(error)
        self.conclude("_control", outcome, answer)

    def error(self, error):
        return error_answer(error, self.box.pool.settings.error_style,
                            self.box.now(), self.request_id)

    def conclude(self, operation, outcome, answer, fault=None):
        self.noted["late_proofs"] = self.box.pool.late_proofs
        super().conclude(operation, outcome, answer, fault)
