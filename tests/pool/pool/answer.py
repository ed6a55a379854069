# SPDX-License-Identifier: Apache-2.0
"""Answers as bytes: HTTP status, headers, body, and the forms of errors."""

import dataclasses
import email.utils
import http
import json

from pool.errors import CAPITAL_MESSAGE, MODEL_STATUS

JSON_TYPE = "application/x-amz-json-1.1"


@dataclasses.dataclass
class Answer:
    status: int
    body: bytes
    headers: dict = dataclasses.field(default_factory=dict)

    def head(self, length):
        """Status line and headers; length None: none is told."""
        try:
            phrase = http.HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        lines = [f"HTTP/1.1 {self.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        text = "\r\n".join(lines) + "\r\n\r\n"
        return text.encode("latin-1", "replace")

    def whole(self):
        return self.head(len(self.body)) + self.body


def common_headers(now, request_id, content_type=JSON_TYPE):
    return {"Date": email.utils.formatdate(now, usegmt=True),
            "Content-Type": content_type,
            "x-amzn-requestid": request_id}


def result_answer(result, now, request_id):
    return Answer(200, json.dumps(result).encode(),
                  common_headers(now, request_id))


def error_answer(error, style, now, request_id):
    """An error in the form that the pool's error_style asks for."""
    status = error.status or 400
    if "model_status" in style and not error.status:
        status = MODEL_STATUS.get(error.kind, 400)
    answer = Answer(status, b"", common_headers(now, request_id))
    kind = error.kind
    if "namespaced" in style:
        kind = "com.amazonaws.cognito.identity.idp.model#" + kind
    if "header_only" in style:
        answer.body = b"{}"
    else:
        capital = "capital_message" in style or (
            error.kind in CAPITAL_MESSAGE)
        member = "Message" if capital else "message"
        answer.body = json.dumps({"__type": kind,
                                  member: error.message}).encode()
    if "body_only" not in style:
        # The colon at the end is the service's.
        answer.headers["x-amzn-ErrorType"] = kind + ":"
        answer.headers["x-amzn-ErrorMessage"] = "".join(
            c for c in error.message if c.isprintable())
    return answer
