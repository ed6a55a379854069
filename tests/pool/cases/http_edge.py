# SPDX-License-Identifier: Apache-2.0
"""The edges: HTTP, strictness, faults, log, control, command line."""

import concurrent.futures
import email.utils
import gzip
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from cases.client import (POOL_DIR, POOL_ID, PUBLIC, TARGET, PoolCase,
                          running_pool)
from cases.signin import ALICE
from pool import seed

PASSWORD = ALICE["password"]
GOOD = {"AuthFlow": "USER_SRP_AUTH", "ClientId": PUBLIC,
        "AuthParameters": {"USERNAME": "alice", "SRP_A": "2"}}
HEADERS = {"Content-Type": "application/x-amz-json-1.1",
           "X-Amz-Target": TARGET + "InitiateAuth"}


class Strict(PoolCase):
    users = (ALICE,)

    def status(self, method="POST", path="/", body=None, headers=None):
        self.connect()
        response, data = self.exchange(
            method, path, json.dumps(GOOD) if body is None else body,
            HEADERS if headers is None else headers)
        return response.status, json.loads(data or b"{}").get("__type")

    def test_method_path_and_headers(self):
        self.assertEqual(self.status(), (200, None))
        for change, wanted in (
                ({"path": "/x"}, 404), ({"method": "PUT"}, 405),
                ({"method": "GET"}, 405), ({"path": "/_control"}, 404),
                ({"headers": {**HEADERS,
                              "Content-Type": "application/json"}}, 400),
                ({"headers": {**HEADERS, "X-Amz-Target": "InitiateAuth"}},
                 400),
                ({"headers": {**HEADERS, "X-Amz-Target": TARGET + "Foo"}},
                 400),
                ({"headers": {**HEADERS, "Expect": "100-continue"}}, 417),
                ({"body": ""}, 400), ({"body": "[]"}, 400),
                ({"body": "{"}, 400), ({"body": b"\xff"}, 400),
                ({"body": '{"ClientId":"a","ClientId":"b"}'}, 400)):
            with self.subTest(change):
                self.assertEqual(self.status(**change)[0], wanted)

    def test_members(self):
        for change in ({"Unknown": "x"}, {"ClientMetadata": None},
                       {"AuthFlow": 1}, {"AuthParameters": []},
                       {"AuthParameters": {**GOOD["AuthParameters"],
                                           "N": 1}},
                       {"AuthParameters": {**GOOD["AuthParameters"],
                                           "DEVICE_KEY": None}},
                       {"AuthParameters": {**GOOD["AuthParameters"],
                                           "OTHER": "x"}},
                       {"AuthParameters": {**GOOD["AuthParameters"],
                                           "USERNAME": "\ud800"}}):
            with self.subTest(change):
                self.refused("InitiateAuth", "SerializationException",
                             **{**GOOD, **change})
        self.refused("InitiateAuth", "SerializationException",
                     "AuthFlow: null", **{**GOOD, "AuthFlow": None})
        for missing in ("USERNAME", "SRP_A"):
            parameters = dict(GOOD["AuthParameters"])
            del parameters[missing]
            self.refused("InitiateAuth", "InvalidParameterException",
                         f"Missing required parameter {missing}",
                         **{**GOOD, "AuthParameters": parameters})
        self.refused("InitiateAuth", "InvalidParameterException",
                     AuthFlow="USER_SRP_AUTH")

    def test_answer_headers(self):
        response, _ = self.post("InitiateAuth", GOOD)
        self.assertRegex(response.headers["x-amzn-requestid"],
                         "^[0-9a-f-]{36}$")
        date = email.utils.parsedate_to_datetime(response.headers["Date"])
        self.assertLess(abs(date.timestamp() - time.time()), 60)
        self.assertEqual(response.headers["Content-Type"],
                         "application/x-amz-json-1.1")
        self.fast_forward(-3600)
        response, _ = self.post("InitiateAuth", GOOD)
        date = email.utils.parsedate_to_datetime(response.headers["Date"])
        self.assertLess(abs(date.timestamp() + 3600 - time.time()), 60)

    def test_error_styles(self):
        bad = {**GOOD, "ClientId": "nobody"}
        kind = "ResourceNotFoundException"
        message = "User pool client nobody does not exist."
        long = "com.amazonaws.cognito.identity.idp.model#" + kind
        for style, status, body, name in (
                ([], 400, {"__type": kind, "message": message}, kind + ":"),
                (["namespaced"], 400, {"__type": long, "message": message},
                 long + ":"),
                (["capital_message"], 400,
                 {"__type": kind, "Message": message}, kind + ":"),
                (["header_only"], 400, {}, kind + ":"),
                (["body_only"], 400, {"__type": kind, "message": message},
                 None),
                (["model_status"], 404,
                 {"__type": kind, "message": message}, kind + ":")):
            with self.subTest(style):
                self.control("set", pool={"error_style": style})
                response, result = self.post("InitiateAuth", bad)
                self.assertEqual(response.status, status)
                self.assertEqual(result, body)
                self.assertEqual(response.headers["x-amzn-ErrorType"], name)

    def test_tls_version(self):
        self.control("set", pool={"tls_max": "1.2"})
        self.connect()
        self.start("alice")
        self.assertEqual(self.log_lines("connect")[-1]["tls"], "TLSv1.2")
        self.assertEqual(self.log_lines()[-1]["tls"], "TLSv1.2")


class Log(PoolCase):
    users = (ALICE,)

    def test_lines(self):
        self.connect()
        self.sign_in("alice", PASSWORD)
        connect, first, second = self.log_lines()
        self.assertEqual(connect["operation"], "connect")
        self.assertEqual(first["operation"], "InitiateAuth")
        self.assertEqual(first["outcome"], "PASSWORD_VERIFIER")
        self.assertEqual(second["outcome"], "success")
        self.assertEqual(second["request"], first["request"] + 1)
        for line in (first, second):
            self.assertEqual(line["connection"], connect["connection"])
            self.assertEqual(line["client_id"], PUBLIC)
            self.assertEqual(line["username"], "alice")
            self.assertEqual(line["tls"], "TLSv1.3")
        self.assertEqual(first["fields"], [
            "AuthFlow", "AuthParameters.SRP_A", "AuthParameters.USERNAME",
            "ClientId"])
        self.assertEqual(first["body"]["AuthParameters"]["USERNAME"],
                         "alice")
        self.assertNotIn("proof_age_ms", first)
        self.assertIn("proof_age_ms", second)

    def test_failed_handshake(self):
        host, port = self.server.url.removeprefix("https://").split(":")
        with socket.create_connection((host, int(port))) as raw:
            with self.assertRaises(ssl.SSLError):
                ssl.create_default_context().wrap_socket(
                    raw, server_hostname=host)
        self.wait_for("handshake")

    def wait_for(self, operation):
        """The line is written by another thread after our error."""
        end = time.monotonic() + 10
        while not self.log_lines(operation) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(len(self.log_lines(operation)), 1)


class Faults(PoolCase):
    users = (ALICE,)
    BROKEN = (OSError, http.client.HTTPException)

    def fault(self, do, operation="InitiateAuth", **members):
        self.control("faults", faults=[
            {"operation": operation, "do": do, **members}])
        self.connect()

    def test_replaced_answers(self):
        for members, status, start in (
                ({"do": "status", "status": 503, "body": "<html>",
                  "content_type": "text/html"}, 503, b"<html>"),
                ({"do": "status", "status": 500}, 500, b""),
                ({"do": "body", "body": "{}"}, 200, b"{}"),
                ({"do": "throttle"}, 400,
                 b'{"__type": "TooManyRequestsException"'),
                ({"do": "throttle", "status": 429}, 429, b"{"),
                ({"do": "error", "type": "ExpiredCodeException",
                  "message": "x"}, 400, b'{"__type": "ExpiredCode'),
                ({"do": "redirect", "location": "https://x/"}, 307, b"")):
            with self.subTest(members):
                self.fault(members.pop("do"), **members)
                response, body = self.exchange("POST", "/", json.dumps(GOOD),
                                               HEADERS)
                self.assertEqual(response.status, status)
                self.assertTrue(body.startswith(start), body)

    def test_broken_connections(self):
        for do in ("reset", "close", "truncate"):
            with self.subTest(do):
                self.fault(do)
                with self.assertRaises(self.BROKEN):
                    self.post("InitiateAuth", GOOD)
                self.connect()

    def test_lost_answer_after_the_operation(self):
        self.control("faults", faults=[
            {"operation": "RespondToAuthChallenge", "do": "close",
             "after": True, "nth": 1}])
        challenge = self.start("alice")
        body = self.proof(challenge, PASSWORD)
        with self.assertRaises(self.BROKEN):
            self.post("RespondToAuthChallenge", body)
        self.connect()
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     **body)

    def test_slow_answers(self):
        self.fault("delay", ms=150)
        began = time.monotonic()
        self.start("alice")
        self.assertGreaterEqual(time.monotonic() - began, 0.15)
        self.fault("drip", bytes=1000, ms=20)
        self.assertEqual(self.start("alice")["ChallengeName"],
                         "PASSWORD_VERIFIER")

    def ask(self):
        """On a connection of its own."""
        connection = http.client.HTTPSConnection(
            self.server.url.removeprefix("https://"),
            context=self.server.tls, timeout=30)
        connection.request("POST", "/", json.dumps(GOOD), HEADERS)
        status = connection.getresponse().status
        connection.close()
        return status

    def test_held_until_released(self):
        self.fault("hold", ms=20000, username="alice")
        with concurrent.futures.ThreadPoolExecutor() as others:
            asked = others.submit(self.ask)
            while not asked.done() and not self.log_lines("InitiateAuth"):
                time.sleep(0.01)
            self.control("release", username="bob")
            time.sleep(0.2)
            self.assertFalse(asked.done())
            self.assertEqual([line["outcome"] for line in
                              self.log_lines("InitiateAuth")], ["held"])
            self.control("release", username="alice")
            self.assertEqual(asked.result(10), 200)
        held, done = self.log_lines("InitiateAuth")
        self.assertEqual(done["outcome"], "PASSWORD_VERIFIER")
        self.assertLess(done["ms"], 20000)
        self.assertEqual(held["username"], "alice")
        # At most so long.
        self.fault("hold", ms=20, username="alice")
        self.assertEqual(self.ask(), 200)

    def test_odd_answers(self):
        self.fault("gzip")
        response, body = self.exchange("POST", "/", json.dumps(GOOD),
                                       HEADERS)
        self.assertEqual(response.headers["Content-Encoding"], "gzip")
        self.assertIn(b"ChallengeName", gzip.decompress(body))
        self.fault("headers", headers={"X-Odd": "1"}, count=50, bytes=10)
        response, _ = self.post("InitiateAuth", GOOD)
        self.assertEqual(response.headers["X-Odd"], "1")
        self.assertEqual(response.headers["X-Filler-49"], "x" * 10)

    def test_endless(self):
        self.fault("endless", bytes=1 << 20)
        response, body = self.exchange("POST", "/", json.dumps(GOOD),
                                       HEADERS)
        self.assertIsNone(response.headers["Content-Length"])
        self.assertEqual(len(body), 1 << 20)

    def test_connections_that_end_between_calls(self):
        self.fault("close_before", operation="RespondToAuthChallenge",
                   nth=1)
        challenge = self.start("alice")
        self.assert_closed()
        self.call("RespondToAuthChallenge",
                  **self.proof(challenge, PASSWORD))
        # The first such call is over: nothing closes any more.
        self.start("alice")
        self.start("alice")
        self.fault("close_after")
        self.start("alice")
        self.assert_closed()
        self.start("alice")

    def assert_closed(self):
        """The pool closed the connection in good order; get another."""
        self.assertEqual(self.connection.sock.recv(1), b"")
        self.connect()

    def test_which_calls(self):
        for nth, wanted in ((2, [200, 500, 200, 200]),
                            ([1, 3], [500, 200, 500, 200]),
                            ({"first": 2, "last": 3}, [200, 500, 500, 200]),
                            ({"first": 3}, [200, 200, 500, 500]),
                            ("all", [500] * 4)):
            with self.subTest(nth):
                self.fault("status", nth=nth)
                found = [self.exchange("POST", "/", json.dumps(GOOD),
                                       HEADERS)[0].status for _ in range(4)]
                self.assertEqual(found, wanted)

    def test_filters_and_key_set(self):
        self.fault("status", username="bob")
        self.start("alice")
        self.fault("status", operation="RespondToAuthChallenge",
                   challenge="SMS_MFA")
        self.sign_in("alice", PASSWORD)
        self.fault("status", operation="jwks", status=404)
        response, _ = self.exchange(
            "GET", f"/{POOL_ID}/.well-known/jwks.json")
        self.assertEqual(response.status, 404)
        self.fault("reset", operation="connect", nth=1)
        with self.assertRaises(self.BROKEN):
            self.start("alice")
        self.connect()
        self.start("alice")


class Control(PoolCase):
    users = (ALICE,)

    def test_header_is_wanted(self):
        response, _ = self.exchange("POST", "/_control",
                                    '{"do":"disable","username":"alice"}')
        self.assertEqual(response.status, 404)

    def test_mistakes_are_named(self):
        for command in ({"do": "dance"}, {"do": "disable"},
                        {"do": "disable", "username": "alice", "x": 1},
                        {"do": "set", "pool": {"mfas": "ON"}},
                        {"do": "set", "pool": {"mfa": "on"}},
                        {"do": "set", "pool": {"id": "eu-west-1_B"}},
                        {"do": "set_user", "username": "alice",
                         "set": {"salt": "1"}}):
            with self.subTest(command):
                response, _ = self.exchange("POST", "/_control",
                                            json.dumps(command),
                                            {"X-Test-Control": "1"})
                self.assertEqual(response.status, 400)

    def test_state_and_changes(self):
        self.control("set_password", username="alice",
                     password="By-Control-1")
        self.tokens("alice", "By-Control-1")
        self.control("set_user", username="alice",
                     set={"groups": ["New"], "status": "CONFIRMED"})
        shown = self.control("state")["users"]["alice"]
        self.assertEqual(shown["groups"], ["New"])
        self.control("set_client", id=PUBLIC, set={"id_token_s": 300})
        refresh = self.tokens("alice", "By-Control-1")["RefreshToken"]
        self.control("sign_out", username="alice")
        self.refused("GetTokensFromRefreshToken", "NotAuthorizedException",
                     ClientId=PUBLIC, RefreshToken=refresh)


class Seeds(unittest.TestCase):
    def refused(self, value, text):
        with self.assertRaisesRegex(seed.SeedError, text):
            seed.parse(value)

    def test_mistakes_are_named(self):
        pool = {"id": POOL_ID}
        self.refused({"pool": {"id": POOL_ID, "mfas": 1}},
                     "seed.pool: unknown key 'mfas'")
        self.refused({"pool": {}}, "seed.pool: 'id' is missing")
        self.refused({}, "seed: 'pool' is missing")
        self.refused({"pool": {"id": "nonsense"}}, "seed.pool.id")
        self.refused({"pool": {**pool, "mfa": "on"}}, "seed.pool.mfa")
        self.refused({"pool": pool, "users": [{"username": "a"},
                                              {"username": "b", "x": 1}]},
                     r"seed.users\[1\]: unknown key 'x'")
        self.refused({"pool": pool, "users": [{"username": "a",
                                               "salt": "1"}]},
                     "verifier and salt")
        self.refused({"pool": pool, "users": [{"username": "a",
                                               "mfa": ["SMS_MFA"]}]},
                     "SMS_MFA needs 'sms_code'")
        self.refused({"pool": pool, "users": [{"username": "a"}] * 2},
                     "stands there twice")
        self.refused({"pool": pool, "faults": [
            {"operation": "x", "do": "explode"}]}, "explode")


class Process(unittest.TestCase):
    def test_bad_seed_ends_with_2(self):
        process = running_pool().start({"pool": {"id": POOL_ID, "x": 1}})
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 2)
        self.assertEqual(out, "")
        self.assertIn("seed.pool: unknown key 'x'", err)

    def serve_and_end(self, host):
        server = running_pool()
        process = server.start({"pool": {"id": POOL_ID}}, f"{host}:0")
        url = server.ready(process)
        self.assertTrue(url.startswith(f"https://{host}:"), url)
        connection = http.client.HTTPSConnection(
            url.removeprefix("https://"), context=server.tls)
        connection.request("GET", f"/{POOL_ID}/.well-known/jwks.json")
        response = connection.getresponse()
        self.assertEqual(response.status, 200)
        response.read()
        # The end of a connection is not worth a word on stderr.
        connection.sock.unwrap()
        connection.close()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, err), (0, ""))

    def test_sigterm_ends_with_0(self):
        self.serve_and_end("127.0.0.1")

    def test_ipv6(self):
        if not have_ipv6():
            self.skipTest("no IPv6 loopback on this machine")
        self.serve_and_end("[::1]")

    def test_signing_keys_stay(self):
        server = running_pool()
        directory = os.path.join(server.directory, "keys")
        from pool.keys import KeySet
        first = KeySet(directory).jwks()
        self.assertEqual(KeySet(directory).jwks(), first)
        self.assertEqual(os.stat(os.path.join(directory, "id.pem")).st_mode
                         & 0o777, 0o600)


def have_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class Authority(unittest.TestCase):
    def made(self, *options):
        """What openssl says of a server certificate made so."""
        directory = tempfile.mkdtemp(prefix="pool-ca-")
        self.addCleanup(shutil.rmtree, directory)
        subprocess.run([os.path.join(POOL_DIR, "make-ca"), directory,
                        "127.0.0.1", "::1", "pool.example", *options],
                       check=True)
        return subprocess.run(
            ["openssl", "verify", "-CApath",
             os.path.join(directory, "certs"), "-verify_ip", "127.0.0.1",
             "-verify_hostname", "pool.example",
             os.path.join(directory, "server.pem")],
            capture_output=True, text=True).stderr

    def test_good_and_spoilt(self):
        self.assertEqual(self.made(), "")
        self.assertIn("certificate has expired", self.made("--expired"))
        self.assertIn("self-signed certificate", self.made("--self-signed"))
        self.assertIn("ostname mismatch", self.made("--wrong-name"))

    def test_same_authority_again(self):
        directory = running_pool().directory
        self.assertEqual(self.made("--ca", directory), "")


class Parallel(PoolCase):
    users = (ALICE,)

    def test_many_at_once(self):
        def one(_):
            case = type(self)("test_many_at_once")
            case.server = self.server
            case.connect()
            try:
                return "IdToken" in case.tokens("alice", PASSWORD)
            finally:
                case.disconnect()
        with concurrent.futures.ThreadPoolExecutor(30) as executor:
            self.assertEqual(list(executor.map(one, range(60))), [True] * 60)
