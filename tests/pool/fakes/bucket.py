# SPDX-License-Identifier: Apache-2.0
"""One bucket, as Amazon S3 answers for it in path style: GET, HEAD, PUT
and DELETE of objects."""

import base64
import email.utils
import hashlib
import re
import urllib.parse
import xml.sax.saxutils

from fakes.fake import FakeConnection
from fakes.store import Version
from pool import sigv4
from pool.answer import Answer
from pool.errors import ServiceError

OPERATIONS = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject",
              "DELETE": "DeleteObject"}
# HEAD wants the permission of GET.
ACTIONS = {"HeadObject": "s3:GetObject"}
DENIED = ("AccessDenied", "Access Denied", 403)
# S3's code, text and status for each cause of sigv4.Refused; the text of
# the cause itself where none stands here.
REFUSED = {
    "missing": DENIED,
    "incomplete": ("AuthorizationHeaderMalformed", None, 400),
    "scope": ("AuthorizationHeaderMalformed", None, 400),
    "unsigned_header": ("AccessDenied", "There were headers present in the "
                        "request which were not signed", 403),
    "skewed": ("RequestTimeTooSkewed", "The difference between the request "
               "time and the current time is too large.", 403),
    "unknown_key": ("InvalidAccessKeyId", "The AWS Access Key Id you "
                    "provided does not exist in our records.", 403),
    "wrong_token": ("InvalidToken", "The provided token is malformed or "
                    "otherwise invalid.", 400),
    "expired_key": ("ExpiredToken", "The provided token has expired.", 400),
    "payload": ("XAmzContentSHA256Mismatch", None, 400),
    "signature": ("SignatureDoesNotMatch", None, 403),
}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
TOLERANCE_S = 900


def s3_error(code, message, status, reason=None):
    return ServiceError(code, message, reason, status)


def listed(text, etag):
    """Does an If-Match or If-None-Match name this ETag?"""
    tags = [tag.strip().removeprefix("W/") for tag in text.split(",")]
    return "*" in tags or etag in tags or etag.strip('"') in tags


def unix(text):
    """A date of HTTP as Unix time; None when it is not one."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


class BucketConnection(FakeConnection):
    max_body = 1 << 30
    key = ""

    def handle_expect_100(self):
        """S3 wants large bodies announced."""
        self.send_response_only(100)
        self.end_headers()
        return True

    def serve(self, data):
        path = self.path.partition("?")[0]
        operation = OPERATIONS.get(self.command, self.command)
        self.noted["key"] = self.key = urllib.parse.unquote(
            path.removeprefix(f"/{self.box.settings.bucket}/"))
        self.data = data
        calls = {"GetObject": self.read, "HeadObject": self.read,
                 "PutObject": self.write, "DeleteObject": self.delete}
        self.attempt(operation, lambda: self.perform(
            operation, path, calls.get(operation)), path=path)

    def perform(self, operation, path, call):
        if not call:
            raise s3_error("MethodNotAllowed", "The specified method is not "
                           "allowed against this resource.", 405)
        if not path.startswith(f"/{self.box.settings.bucket}/"):
            raise s3_error("NoSuchBucket", "The specified bucket does not "
                           "exist", 404)
        self.check_access(operation)
        return "success", call()

    def error(self, error):
        extra = f"<Key>{escaped(self.key)}</Key>" if (
            error.kind == "NoSuchKey") else ""
        body = (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>'
                f"{error.kind}</Code><Message>{escaped(error.message)}"
                f"</Message>{extra}<RequestId>{self.request_id}</RequestId>"
                "<HostId>test</HostId></Error>")
        return self.answer(error.status or 400, "application/xml", body,
                           Server="AmazonS3",
                           x_amz_request_id=self.request_id)

    # Who may

    def check_access(self, operation):
        reading = operation in ("GetObject", "HeadObject")
        if (reading and self.box.settings.read == "public"
                and "Authorization" not in self.headers):
            return
        signer = self.signer()
        self.noted["signer"] = signer.arn
        if not signer.may(ACTIONS.get(operation, f"s3:{operation}")):
            raise s3_error(*DENIED, "not allowed")

    def signer(self):
        rules = sigv4.Rules(self.box.settings.region, "s3", TOLERANCE_S,
                            encode_twice=False, payload_header=True)
        request = sigv4.Request(self.command, self.path,
                                self.headers.items(), self.data)
        if ("Authorization" in self.headers
                and not request.value("x-amz-content-sha256")):
            raise s3_error("InvalidRequest", "Missing required header for "
                           "this request: x-amz-content-sha256", 400)
        try:
            return sigv4.verify(request, rules, self.box.now(),
                                self.box.keys.find)
        except sigv4.Refused as refused:
            code, message, status = REFUSED[refused.cause]
            raise s3_error(code, message or refused.message, status,
                           refused.reason or refused.cause) from None

    # Reading

    def versions(self):
        versions = self.box.objects.get(self.key)
        if not versions:
            if not self.box.settings.may_list:
                raise s3_error(*DENIED, "no such key")
            raise s3_error("NoSuchKey", "The specified key does not exist.",
                           404)
        return versions

    def read(self):
        versions = self.versions()
        fault = self.fault
        old = fault and fault.do == "version"
        version = versions[min(fault.version, len(versions) - 1)
                           if old else -1]
        self.noted["etag"] = version.etag
        headers = {"ETag": version.etag, "Server": "AmazonS3",
                   "Last_Modified": version.last_modified(),
                   "x_amz_request_id": self.request_id}
        if self.unchanged(version):
            answer = self.answer(304, version.content_type, b"", **headers)
            del answer.headers["Content-Type"]
            return answer
        headers["Accept_Ranges"] = "bytes"
        for name, value in version.metadata.items():
            headers[f"x-amz-meta-{name}"] = value
        return self.ranged(version, headers)

    def unchanged(self, version):
        """Conditions of the request: True asks for 304."""
        given = self.headers.get
        if given("If-Match") is not None:
            if not listed(given("If-Match"), version.etag):
                raise precondition("If-Match")
        elif unix(given("If-Unmodified-Since", "")) is not None:
            if version.modified > unix(given("If-Unmodified-Since")):
                raise precondition("If-Unmodified-Since")
        if given("If-None-Match") is not None:
            return listed(given("If-None-Match"), version.etag)
        since = unix(given("If-Modified-Since", ""))
        return since is not None and version.modified <= since

    def ranged(self, version, headers):
        """The whole object, or the part that was asked for."""
        body, size = version.body, len(version.body)
        found = RANGE.fullmatch(self.headers.get("Range", ""))
        if_range = self.headers.get("If-Range", version.etag)
        if (not found or found.groups() == ("", "")
                or if_range not in (version.etag, version.last_modified())):
            return self.answer(200, version.content_type, body, **headers)
        first, last = found.groups()
        if not first:
            start, end = max(0, size - int(last)), size
        else:
            start = int(first)
            end = min(int(last) + 1, size) if last else size
        if start >= size or start >= end:
            raise s3_error("InvalidRange", "The requested range is not "
                           "satisfiable", 416)
        headers["Content_Range"] = f"bytes {start}-{end - 1}/{size}"
        return self.answer(206, version.content_type, body[start:end],
                           **headers)

    # Writing

    def write(self):
        given = self.headers.get
        versions = self.box.objects.get(self.key)
        if given("If-None-Match") == "*" and versions:
            raise precondition("If-None-Match")
        if given("If-Match") is not None and not (
                versions and listed(given("If-Match"), versions[-1].etag)):
            raise precondition("If-Match")
        md5 = base64.b64encode(hashlib.md5(self.data).digest()).decode()
        if given("Content-MD5", md5) != md5:
            raise s3_error("BadDigest", "The Content-MD5 you specified did "
                           "not match what we received.", 400)
        prefix = "x-amz-meta-"
        version = Version(
            self.data, given("Content-Type", "binary/octet-stream"),
            int(self.box.now()),
            {name[len(prefix):].lower(): value
             for name, value in self.headers.items()
             if name.lower().startswith(prefix)})
        self.box.put(self.key, version)
        self.noted["etag"] = version.etag
        return Answer(200, b"", {
            "Date": email.utils.formatdate(self.box.now(), usegmt=True),
            "ETag": version.etag, "Server": "AmazonS3",
            "x-amz-request-id": self.request_id})

    def delete(self):
        self.box.objects.pop(self.key, None)
        return Answer(204, b"", {"Server": "AmazonS3"})


def precondition(name):
    return s3_error("PreconditionFailed", "At least one of the "
                    "pre-conditions you specified did not hold", 412, name)


def escaped(text):
    return xml.sax.saxutils.escape(text)
