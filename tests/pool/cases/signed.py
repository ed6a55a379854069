# SPDX-License-Identifier: Apache-2.0
"""Signature Version 4 and what access keys are allowed."""

import json
import shutil
import subprocess
import unittest

from cases import signer
from cases.client import POOL_ID, TARGET, PoolCase, vectors
from cases.signin import ALICE
from pool import minted, sigv4

TEMPORARY = "ASIATESTPOOL00000001"
READER = "AKIATESTPOOL00000002"
ROLE = {"arn": "arn:aws:iam::123456789012:role/exporter", "mint": "a word",
        "allow": ["cognito-idp:List*"]}
BODY = {"UserPoolId": POOL_ID}


class Vectors(unittest.TestCase):
    """The signatures of two other signers."""

    def request(self, case):
        headers = [*case["headers"].items(), ("Host", case["host"]),
                   ("X-Amz-Date", case["date"]),
                   ("Authorization", case["expected"]["authorization"])]
        if case["session_token"]:
            headers.append(("X-Amz-Security-Token", case["session_token"]))
        return sigv4.Request("POST", "/", headers, case["body"].encode())

    def verify(self, request, case, secret=None, seconds=0):
        wanted = []

        def find_key(*given):
            wanted.append(given)
            return type("Key", (), {"secret": secret or case["secret_key"]})
        now = sigv4.unix_time(case["date"]) + seconds
        sigv4.verify(request, sigv4.Rules(case["region"], case["service"]),
                     now, find_key)
        self.assertEqual(wanted,
                         [(case["access_key"], case["session_token"])])

    def test_accepted(self):
        for case in vectors("sigv4.json")["cases"]:
            with self.subTest(case["id"]):
                request = self.request(case)
                claim = sigv4.parse(request)
                canonical = sigv4.canonical_request(
                    request, claim.signed,
                    sigv4.payload_hash(request, sigv4.Rules("", "")))
                self.assertEqual(canonical,
                                 case["expected"]["canonical_request"])
                self.assertEqual(
                    sigv4.string_to_sign(claim.at, claim.scope, canonical),
                    case["expected"]["string_to_sign"])
                self.verify(request, case)

    def test_every_change_is_refused(self):
        for case in vectors("sigv4.json")["cases"]:
            spoilt = [("secret", self.request(case), "x")]
            for name in ("method", "target"):
                request = self.request(case)
                setattr(request, name, getattr(request, name) + "x")
                spoilt.append((name, request, None))
            request = self.request(case)
            request.body += b" "
            spoilt.append(("body", request, None))
            for i, (name, value) in enumerate(self.request(case).headers):
                if name != "Authorization":
                    request = self.request(case)
                    request.headers[i] = (name, value + "1")
                    spoilt.append((name, request, None))
            for what, request, secret in spoilt:
                with self.subTest(case=case["id"], what=what):
                    with self.assertRaises(sigv4.Refused):
                        self.verify(request, case, secret)

    def test_age(self):
        case = vectors("sigv4.json")["cases"][0]
        self.verify(self.request(case), case, seconds=300)
        self.verify(self.request(case), case, seconds=-300)
        for seconds in (301, -301):
            with self.assertRaises(sigv4.Refused) as caught:
                self.verify(self.request(case), case, seconds=seconds)
            self.assertEqual(caught.exception.cause, "skewed")

    def test_paths_and_queries(self):
        for path, twice, once in (("/", "/", "/"),
                                  ("/a%20b/c", "/a%2520b/c", "/a%20b/c"),
                                  ("/a~b=c", "/a~b%3Dc", "/a~b%3Dc")):
            self.assertEqual(sigv4.canonical_path(path, True), twice)
            self.assertEqual(sigv4.canonical_path(path, False), once)
        self.assertEqual(sigv4.canonical_query("b=2&a=1&a=%20x&c"),
                         "a=%20x&a=1&b=2&c=")


class Signatures(PoolCase):
    users = (ALICE,)
    iam = (*PoolCase.iam,
           {"access_key_id": TEMPORARY, "secret": "s", "expires_s": 600,
            "session_token": "token+/=="},
           {"access_key_id": READER, "secret": "s", "name": "reader",
            "allow": ["cognito-idp:ListUsers", "cognito-idp:admin*"]})
    roles = (ROLE,)

    def refused_signature(self, kind, message=None, operation="ListUsers",
                          body=None, **changes):
        response, result = self.post_signed(operation, body or BODY,
                                            **changes)
        self.assertEqual((response.status, result["__type"]), (400, kind))
        if message:
            self.assertIn(message, result.get("message",
                                              result.get("Message")))

    def test_keys(self):
        self.admin("ListUsers")
        self.assertEqual(self.log_lines("ListUsers")[-1]["signer"],
                         "arn:aws:iam::123456789012:user/tester")
        for changes in ({"key_id": "AKIATESTPOOL00000009"},
                        {"token": "unasked"},
                        {"key_id": TEMPORARY, "secret": "s"},
                        {"key_id": TEMPORARY, "secret": "s", "token": "x"}):
            with self.subTest(changes):
                self.refused_signature(
                    "UnrecognizedClientException",
                    "The security token included in the request is invalid.",
                    **changes)
        self.refused_signature("InvalidSignatureException",
                               "The request signature we calculated does",
                               secret="wrong")

    def test_temporary_keys_expire(self):
        changes = {"key_id": TEMPORARY, "secret": "s", "token": "token+/=="}
        response, _ = self.post_signed("ListUsers", BODY, **changes)
        self.assertEqual(response.status, 200)
        self.fast_forward(600)
        self.refused_signature(
            "ExpiredTokenException",
            "The security token included in the request is expired",
            **changes)

    def test_scope(self):
        for changes, text in (
                ({"region": "us-east-1"}, "Credential should be scoped to a "
                 "valid region, not 'us-east-1'."),
                ({"service": "s3"}, "Credential should be scoped to correct "
                 "service: 'cognito-idp'."),
                ({"terminator": "aws4"}, "with a valid terminator"),
                ({"day": "20200101"}, "Date in Credential scope does not "
                 "match"),
                ({"leave_out": ("host",)}, "must be a 'SignedHeader'"),
                ({"leave_out": ("content-type",)}, "must be a"),
                ({"leave_out": ("x-amz-target",)}, "must be a")):
            with self.subTest(changes):
                self.refused_signature("InvalidSignatureException", text,
                                       **changes)

    def test_clock(self):
        self.control("set", pool={"date_offset_s": 900})
        self.refused_signature("InvalidSignatureException",
                               "Signature expired: ")
        self.control("set", pool={"date_offset_s": -900})
        self.refused_signature("InvalidSignatureException",
                               "Signature not yet current: ")

    def test_incomplete(self):
        for text, part in (
                ("x", "algorithm"), ("AWS4-HMAC-SHA256 x", "key=value"),
                ("AWS4-HMAC-SHA256 Credential=a/b/c/d/e", "'Signature'"),
                ("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, "
                 "Signature=0", "X-Amz-Date")):
            result = self.post("ListUsers", BODY, Authorization=text)[1]
            self.assertEqual(result["__type"],
                             "IncompleteSignatureException")
            self.assertIn(part, result["message"])

    def test_what_a_key_may(self):
        reader = {"key_id": READER, "secret": "s"}
        body = {**BODY, "Username": "alice"}
        for operation, given in (("ListUsers", BODY),
                                 ("AdminGetUser", body)):
            response, _ = self.post_signed(operation, given, **reader)
            self.assertEqual(response.status, 200)
        self.refused_signature(
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/reader is not authorized "
            "to perform: cognito-idp:ListGroups on resource: arn:aws:"
            f"cognito-idp:eu-west-1:123456789012:userpool/{POOL_ID}",
            operation="ListGroups", **reader)

    def test_roles(self):
        role = type("Role", (), ROLE)
        made = minted.mint_credentials(role, self.service_time() + 60,
                                       "host-7")
        changes = {"key_id": made.access_key_id, "secret": made.secret,
                   "token": made.session_token}
        response, _ = self.post_signed("ListUsers", BODY, **changes)
        self.assertEqual(response.status, 200)
        self.assertEqual(
            self.log_lines("ListUsers")[-1]["signer"],
            "arn:aws:sts::123456789012:assumed-role/exporter/host-7")
        self.refused_signature("AccessDeniedException",
                               operation="AdminGetUser",
                               body={**BODY, "Username": "alice"},
                               **changes)
        self.refused_signature(
            "UnrecognizedClientException",
            **{**changes, "key_id": "ASIA0000000000000000"})
        self.fast_forward(61)
        self.refused_signature("ExpiredTokenException", **changes)

    def test_control_replaces_the_keys(self):
        self.control("iam", iam=[{"access_key_id": READER, "secret": "t"}])
        self.refused_signature("UnrecognizedClientException")
        response, _ = self.post_signed("ListGroups", BODY, key_id=READER,
                                       secret="t")
        self.assertEqual(response.status, 200)

    def test_signer_of_curl(self):
        """libcurl's own signer, which shares nothing with this one."""
        if not shutil.which("curl"):
            self.skipTest("curl is not installed")
        done = subprocess.run(
            ["curl", "-sS", "--cacert", self.server.ca,
             "--aws-sigv4", "aws:amz:eu-west-1:cognito-idp",
             "--user", f"{signer.KEY_ID}:{signer.SECRET_KEY}",
             "-H", "Content-Type: application/x-amz-json-1.1",
             "-H", f"X-Amz-Target: {TARGET}ListUsers",
             "-d", json.dumps(BODY), self.server.url],
            capture_output=True, check=True)
        self.assertEqual([user["Username"] for user
                          in json.loads(done.stdout)["Users"]], ["alice"])
