# SPDX-License-Identifier: Apache-2.0
"""The bucket: reading with conditions and ranges, writing with a
signature, faults."""

import base64
import email.utils
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import time
import xml.etree.ElementTree

from cases import signer
from cases.client import running_pool
from cases.program import ProgramCase

BODY = "a snapshot\n" * 100
OLD = "an older one\n"
PLACE = "/snapshots/pool/latest"
MODIFIED = 1_790_000_000
BROKEN = (OSError, http.client.HTTPException)


def etag(body):
    return f'"{hashlib.md5(body.encode()).hexdigest()}"'


class BucketCase(ProgramCase):
    program = "bucket"
    options = ("--listen", "127.0.0.1:0")
    seed = {
        "objects": [{"key": "pool/latest", "text": BODY,
                     "last_modified": MODIFIED, "metadata": {"made": "x"},
                     "versions": [{"text": OLD, "last_modified": 1}]},
                    {"key": "a b&c", "base64": "AAE="}],
        "iam": [{"access_key_id": signer.KEY_ID, "allow": ["s3:*"],
                 "secret": signer.SECRET_KEY},
                {"access_key_id": "AKIAREADER0000000000", "secret": "r",
                 "allow": ["s3:GetObject"]}]}

    def get(self, path=PLACE, method="GET", **headers):
        response, body = self.ask("", method, path, headers={
            name.replace("_", "-"): value
            for name, value in headers.items()})
        return response, body.decode("latin-1")

    def assert_error(self, answer, status, code):
        response, body = answer
        tree = xml.etree.ElementTree.fromstring(body)
        self.assertEqual((response.status, tree.findtext("Code")),
                         (status, code), body)

    def send(self, method="PUT", path=PLACE, body=b"new", extra=None,
             **changes):
        """A signed request; changes go to signer.sign()."""
        host = self.server.urls[""].partition("://")[2]
        headers = signer.sign(
            {"Host": host, "X-Amz-Content-Sha256":
             hashlib.sha256(body).hexdigest(), **(extra or {})},
            body, time.time(), service="s3", method=method, path=path,
            **changes)
        response, data = self.ask("", method, path, body, headers)
        return response, data.decode()


class Reading(BucketCase):
    def test_whole(self):
        response, body = self.get()
        self.assertEqual((response.status, body), (200, BODY))
        self.assertEqual(response.headers["ETag"], etag(BODY))
        self.assertEqual(
            email.utils.parsedate_to_datetime(
                response.headers["Last-Modified"]).timestamp(), MODIFIED)
        self.assertEqual(response.headers["x-amz-meta-made"], "x")
        head, nothing = self.get(method="HEAD")
        self.assertEqual(nothing, "")
        for name in ("ETag", "Content-Length", "Last-Modified"):
            self.assertEqual(head.headers[name], response.headers[name])
        self.assertEqual(self.get("/snapshots/a%20b&c")[1], "\0\1")

    def test_conditions(self):
        later = email.utils.formatdate(MODIFIED + 1, usegmt=True)
        before = email.utils.formatdate(MODIFIED - 1, usegmt=True)
        tag, other = etag(BODY), etag(OLD)
        for headers, wanted in (
                ({"If_None_Match": tag}, 304),
                ({"If_None_Match": f"{other}, {tag}"}, 304),
                ({"If_None_Match": "*"}, 304),
                ({"If_None_Match": other}, 200),
                ({"If_Modified_Since": later}, 304),
                ({"If_Modified_Since": before}, 200),
                ({"If_Modified_Since": "yesterday"}, 200),
                ({"If_None_Match": other, "If_Modified_Since": later}, 200),
                ({"If_Match": tag}, 200), ({"If_Match": other}, 412),
                ({"If_Unmodified_Since": before}, 412),
                ({"If_Unmodified_Since": later}, 200)):
            for method in ("GET", "HEAD"):
                with self.subTest(headers, method=method):
                    response, body = self.get(method=method, **headers)
                    self.assertEqual(response.status, wanted)
                    if wanted == 304:
                        self.assertEqual(response.headers["ETag"], tag)
                        self.assertEqual(body, "")

    def test_ranges(self):
        size = len(BODY)
        for text, status, start, end in (
                ("bytes=0-9", 206, 0, 10), ("bytes=5-", 206, 5, size),
                ("bytes=-7", 206, size - 7, size),
                (f"bytes=0-{size}", 206, 0, size),
                ("bytes=1-2,4-5", 200, 0, size), ("lines=1", 200, 0, size)):
            with self.subTest(text):
                response, body = self.get(Range=text)
                self.assertEqual((response.status, body),
                                 (status, BODY[start:end]))
                if status == 206:
                    self.assertEqual(response.headers["Content-Range"],
                                     f"bytes {start}-{end - 1}/{size}")
        self.assert_error(self.get(Range=f"bytes={size}-"), 416,
                          "InvalidRange")
        self.assertEqual(self.get(Range="bytes=0-1",
                                  If_Range=etag(OLD))[0].status, 200)

    def test_what_is_not_there(self):
        self.assert_error(self.get("/snapshots/x"), 404, "NoSuchKey")
        self.assert_error(self.get("/other/x"), 404, "NoSuchBucket")
        self.assert_error(self.get(method="POST"), 405, "MethodNotAllowed")
        response, body = self.get("/snapshots/x", "HEAD")
        self.assertEqual((response.status, body), (404, ""))
        self.control("set", may_list=False)
        self.assert_error(self.get("/snapshots/x"), 403, "AccessDenied")

    def test_signed_reading(self):
        self.control("set", read="signed")
        self.assert_error(self.get(), 403, "AccessDenied")
        response, body = self.send("GET", body=b"")
        self.assertEqual((response.status, body), (200, BODY))
        self.assertEqual(self.send("HEAD", body=b"")[0].status, 200)


class Writing(BucketCase):
    def test_new_version(self):
        response, _ = self.send(extra={"Content-Type": "text/x-new",
                                       "X-Amz-Meta-Made": "y"})
        self.assertEqual((response.status, response.headers["ETag"]),
                         (200, etag("new")))
        response, body = self.get()
        self.assertEqual((body, response.headers["Content-Type"],
                          response.headers["x-amz-meta-made"]),
                         ("new", "text/x-new", "y"))
        self.assertEqual(self.send("DELETE", body=b"")[0].status, 204)
        self.assertEqual(self.get()[0].status, 404)

    def test_who_may(self):
        reader = {"key_id": "AKIAREADER0000000000", "secret": "r"}
        self.assert_error(self.send(**reader), 403, "AccessDenied")
        self.assertEqual(self.send("GET", body=b"", **reader)[0].status,
                         200)
        for changes, status, code in (
                ({"secret": "x"}, 403, "SignatureDoesNotMatch"),
                ({"key_id": "AKIA0000000000000000"}, 403,
                 "InvalidAccessKeyId"),
                ({"token": "x"}, 400, "InvalidToken"),
                ({"region": "us-east-1"}, 400,
                 "AuthorizationHeaderMalformed"),
                ({"leave_out": ("x-amz-content-sha256",)}, 403,
                 "AccessDenied"),
                ({"extra": {"X-Amz-Content-Sha256":
                            hashlib.sha256(b"x").hexdigest()}}, 400,
                 "XAmzContentSHA256Mismatch")):
            with self.subTest(changes):
                self.assert_error(self.send(**changes), status, code)
        self.assert_error(self.get(method="PUT"), 403, "AccessDenied")
        self.control("set", date_offset_s=1000)
        self.assert_error(self.send(), 403, "RequestTimeTooSkewed")
        self.control("set", date_offset_s=0)
        self.assertEqual(self.get()[1], BODY)

    def test_conditions(self):
        self.assert_error(self.send(extra={"If-None-Match": "*"}), 412,
                          "PreconditionFailed")
        self.assert_error(self.send(extra={"If-Match": etag("x")}), 412,
                          "PreconditionFailed")
        self.assertEqual(self.send(
            extra={"If-Match": etag(BODY)})[0].status, 200)
        self.assertEqual(self.send(path="/snapshots/new", extra={
            "If-None-Match": "*"})[0].status, 200)
        wrong = base64.b64encode(hashlib.md5(b"x").digest()).decode()
        self.assert_error(self.send(extra={"Content-MD5": wrong}), 400,
                          "BadDigest")

    def test_upload_of_curl(self):
        """libcurl's own signer, and its announcement of a large body."""
        if not shutil.which("curl"):
            self.skipTest("curl is not installed")
        path = os.path.join(running_pool().directory, "large")
        with open(path, "wb") as file:
            file.write(b"x" * (2 << 20))
        done = subprocess.run(
            ["curl", "-sS", "-f", "--cacert", running_pool().ca, "-T", path,
             "--aws-sigv4", "aws:amz:eu-west-1:s3",
             "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD",
             "--user", f"{signer.KEY_ID}:{signer.SECRET_KEY}",
             self.server.urls[""] + "/snapshots/large"],
            capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(self.get("/snapshots/large")[1]), 2 << 20)


class Faults(BucketCase):
    def fault(self, do, **members):
        self.control("faults", faults=[
            {"operation": "GetObject", "do": do, **members}])

    def test_another_version(self):
        self.fault("version", nth=[1, 3], version=0)
        self.assertEqual([self.get()[1] for _ in range(4)],
                         [OLD, BODY, OLD, BODY])
        self.fault("version", version=0)
        response, _ = self.get(If_None_Match=etag(OLD))
        self.assertEqual(response.status, 304)
        self.assertEqual(self.get(method="HEAD")[0].headers["ETag"],
                         etag(BODY))

    def test_changes_by_control(self):
        told = self.control("put", key="pool/latest", text="newest")
        self.assertEqual(told["etag"], etag("newest"))
        self.assertEqual(self.get()[1], "newest")
        versions = self.control("state")["objects"]["pool/latest"]
        self.assertEqual([one["size"] for one in versions],
                         [len(OLD), len(BODY), 6])
        self.control("delete", key="pool/latest")
        self.assertEqual(self.get()[0].status, 404)

    def test_broken_bodies(self):
        for do, members in (("truncate", {}), ("close", {}), ("reset", {}),
                            ("length", {"bytes": len(BODY) + 10})):
            with self.subTest(do):
                self.fault(do, **members)
                with self.assertRaises(BROKEN):
                    self.get()
        self.fault("length", bytes=10)
        self.assertEqual(self.get()[1], BODY[:10])

    def test_others(self):
        self.fault("drip", bytes=200, ms=5)
        self.assertEqual(self.get()[1], BODY)
        self.fault("redirect", location="https://x/", status=301)
        self.assertEqual(self.get()[0].headers["Location"], "https://x/")
        self.fault("endless", bytes=1 << 20)
        self.assertEqual(len(self.get()[1]), 1 << 20)
        self.fault("headers", headers={"ETag": "odd"})
        self.assertEqual(self.get()[0].headers["ETag"], "odd")
        self.fault("error", type="SlowDown", message="x", status=503)
        self.assert_error(self.get(), 503, "SlowDown")
        self.fault("status", path="/snapshots/x")
        self.assertEqual(self.get()[0].status, 200)

    def test_log(self):
        self.get(If_None_Match=etag(BODY))
        self.send()
        first, second = [line for line in self.log_lines()
                         if line["operation"] != "connect"]
        self.assertEqual(
            (first["operation"], first["key"], first["status"],
             first["etag"]),
            ("GetObject", "pool/latest", 304, etag(BODY)))
        self.assertEqual(first["headers"]["If-None-Match"], etag(BODY))
        self.assertEqual(second["signer"],
                         "arn:aws:iam::123456789012:user/tester")

    def test_mistakes_are_named(self):
        for command in ({"do": "put", "key": "x"},
                        {"do": "put", "key": "x", "text": "", "file": ""},
                        {"do": "dance"}, {"do": "set", "buckets": "x"}):
            response, _ = self.ask("", "POST", "/_control",
                                   json.dumps(command),
                                   {"X-Test-Control": "1"})
            self.assertEqual(response.status, 400)
