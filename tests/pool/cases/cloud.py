# SPDX-License-Identifier: Apache-2.0
"""The fake cloud: metadata service, container endpoint, STS, identity
pool.  That the pool takes their keys is tested with each."""

import calendar
import json
import socket
import time
import urllib.parse
import xml.etree.ElementTree

from cases.client import PUBLIC, POOL_ID, PoolCase, running_pool
from cases.program import ProgramCase
from cases.signin import ALICE

ROLE = {"arn": "arn:aws:iam::123456789012:role/fleet/exporter",
        "mint": "a word that two know"}
OTHER = {"arn": "arn:aws:iam::123456789012:role/other", "mint": "x"}
TTL = "X-aws-ec2-metadata-token-ttl-seconds"
TOKEN = "X-aws-ec2-metadata-token"
ROLES = "/latest/meta-data/iam/security-credentials/"
IDENTITY_POOL = "eu-west-1:7c4a1d2e-0b6f-4f4e-9a51-3d1f6f0f7a10"
IP_MINTTL = 21  # of linux/in.h, which Python does not name
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def unix(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


class PoolBeside(PoolCase):
    """The shared pool, which knows the cloud's role."""

    users = (ALICE,)
    roles = (ROLE,)

    def runTest(self):
        """Not a test of its own."""


class CloudCase(ProgramCase):
    program = "cloud"
    options = ("--listen", "imds=http://127.0.0.1:0",
               "--listen", "container=http://127.0.0.1:0",
               "--listen", "sts=https://127.0.0.1:0",
               "--listen", "identity=https://127.0.0.1:0")
    seed = {"roles": [ROLE, OTHER],
            "imds": {"role": ROLE["arn"]},
            "container": {"role": ROLE["arn"], "path": "/v2/one",
                          "authorization": "Bearer of gifts"},
            "sts": {"identities": [
                {"token": "header.payload.signature", "role": ROLE["arn"]},
                {"token": "expired.payload.signature", "role": ROLE["arn"],
                 "expired": True}]}}

    def setUp(self):
        super().setUp()
        self.pool = PoolBeside()
        self.pool.setUp()
        self.addCleanup(self.pool.doCleanups)

    def assert_accepted(self, key_id, secret, token):
        """The pool takes these keys."""
        response, result = self.pool.post_signed(
            "ListUsers", {"UserPoolId": POOL_ID}, key_id=key_id,
            secret=secret, token=token)
        self.assertEqual(response.status, 200, result)


class Metadata(CloudCase):
    def token(self, ttl="21600", **headers):
        response, body = self.ask("imds", "PUT", "/latest/api/token",
                                  headers={TTL: ttl, **headers})
        self.assertEqual(response.status, 200)
        self.assertEqual(response.headers[TTL], ttl)
        return body.decode()

    def get(self, path, token=None, method="GET"):
        headers = {} if token is None else {TOKEN: token}
        response, body = self.ask("imds", method, path, headers=headers)
        return response.status, body.decode()

    def test_role_and_credentials(self):
        token = self.token()
        self.assertEqual(self.get(ROLES, token), (200, "exporter"))
        status, body = self.get(ROLES + "exporter", token)
        keys = json.loads(body)
        self.assertEqual((status, keys["Code"], keys["Type"]),
                         (200, "Success", "AWS-HMAC"))
        left = unix(keys["Expiration"]) - time.time()
        self.assertTrue(21500 < left <= 21600, left)
        self.assert_accepted(keys["AccessKeyId"], keys["SecretAccessKey"],
                             keys["Token"])
        self.assertEqual(self.get(ROLES + "exporter", token)[1], body)
        self.control("rotate")
        self.assertNotEqual(self.get(ROLES + "exporter", token)[1], body)
        self.assertEqual(self.get("/latest/meta-data/placement/region",
                                  token), (200, "eu-west-1"))

    def test_token_is_wanted(self):
        for token in (None, "x", ""):
            status, body = self.get(ROLES, token)
            self.assertEqual(status, 401)
            self.assertIn("401 - Unauthorized", body)
        self.control("set", imds={"v1": True})
        self.assertEqual(self.get(ROLES)[0], 200)
        self.assertEqual(self.get(ROLES, "x")[0], 401)

    def test_token_ends(self):
        token = self.token("60")
        self.control("set", date_offset_s=61)
        self.assertEqual(self.get(ROLES, token)[0], 401)
        token = self.token()
        self.control("forget_tokens")
        self.assertEqual(self.get(ROLES, token)[0], 401)

    def test_token_requests_that_are_refused(self):
        for headers, wanted in (({}, 400), ({TTL: "0"}, 400),
                                ({TTL: "21601"}, 400), ({TTL: "x"}, 400),
                                ({TTL: "1", "X-Forwarded-For": "::1"},
                                 403)):
            with self.subTest(headers):
                response, _ = self.ask("imds", "PUT", "/latest/api/token",
                                       headers=headers)
                self.assertEqual(response.status, wanted)
        self.assertEqual(self.get("/latest/api/token", "x")[0], 405)
        self.control("set", imds={"enabled": False})
        response, _ = self.ask("imds", "PUT", "/latest/api/token",
                               headers={TTL: "1"})
        self.assertEqual(response.status, 403)

    def test_token_travels_one_hop(self):
        """A receiver that wants packets with more to live gets none."""
        def put(seconds):
            connection = self.connect("imds")
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_IP, IP_MINTTL, 2)
            connection.sock.settimeout(seconds)
            try:
                connection.request("PUT", "/latest/api/token",
                                   headers={TTL: "60"})
                return connection.getresponse().status
            finally:
                connection.close()
        with self.assertRaises(TimeoutError):
            put(0.5)
        self.control("set", imds={"hop_limit": 64})
        self.assertEqual(put(20), 200)

    def test_no_role_and_other_paths(self):
        token = self.token()
        for path in (ROLES + "other", "/latest/", "/"):
            self.assertEqual(self.get(path, token)[0], 404)
        self.assertEqual(self.get(ROLES, token, "POST")[0], 405)
        self.control("set", imds={"role": ""})
        self.assertEqual(self.get(ROLES, token)[0], 404)

    def test_credentials_that_say_no(self):
        self.control("set", imds={"code": "AssumeRoleUnauthorizedAccess",
                                  "message": "no trust"})
        status, body = self.get(ROLES + "exporter", self.token())
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(body)["Code"],
                         "AssumeRoleUnauthorizedAccess")
        self.assertNotIn("AccessKeyId", json.loads(body))

    def test_expired_credentials(self):
        self.control("set", imds={"lifetime_s": -5})
        keys = json.loads(self.get(ROLES + "exporter", self.token())[1])
        response, result = self.pool.post_signed(
            "ListUsers", {"UserPoolId": POOL_ID},
            key_id=keys["AccessKeyId"], secret=keys["SecretAccessKey"],
            token=keys["Token"])
        self.assertEqual(result["__type"], "ExpiredTokenException")

    def test_faults_and_log(self):
        self.control("faults", faults=[
            {"operation": "imds.credentials", "do": "body", "nth": 1,
             "body": "{", "content_type": "text/plain"},
            {"operation": "imds.token", "do": "status", "status": 503,
             "nth": 2}])
        token = self.token()
        self.assertEqual(self.get(ROLES + "exporter", token), (200, "{"))
        self.assertEqual(self.get(ROLES + "exporter", token)[0], 200)
        response, _ = self.ask("imds", "PUT", "/latest/api/token",
                               headers={TTL: "60"})
        self.assertEqual(response.status, 503)
        lines = [line for line in self.log_lines()
                 if line["operation"].startswith("imds")]
        self.assertEqual([line["outcome"] for line in lines],
                         ["success", "fault:body", "success",
                          "fault:status"])
        self.assertEqual(lines[1]["headers"][TOKEN], token)


class Container(CloudCase):
    def get(self, path="/v2/one", authorization="Bearer of gifts",
            method="GET"):
        headers = ({} if authorization is None
                   else {"Authorization": authorization})
        response, body = self.ask("container", method, path, headers=headers)
        return response.status, json.loads(body)

    def test_credentials(self):
        status, keys = self.get()
        self.assertEqual((status, keys["RoleArn"]), (200, ROLE["arn"]))
        self.assert_accepted(keys["AccessKeyId"], keys["SecretAccessKey"],
                             keys["Token"])
        self.assertGreater(unix(keys["Expiration"]), time.time())
        self.control("set", container={"account_id": "123456789012"})
        self.assertEqual(self.get()[1]["AccountId"], "123456789012")

    def test_refused(self):
        for given, status, code in (
                ({"authorization": None}, 401, "AccessDenied"),
                ({"authorization": "x"}, 401, "AccessDenied"),
                ({"path": "/v2/two"}, 400, "InvalidIdInRequest"),
                ({"method": "POST"}, 405, "InvalidRequest")):
            with self.subTest(given):
                found, body = self.get(**given)
                self.assertEqual((found, body["code"]), (status, code))
        self.control("set", container={"authorization": ""})
        self.assertEqual(self.get(authorization=None)[0], 200)


class WebIdentity(CloudCase):
    NAMES = {"": "https://sts.amazonaws.com/doc/2011-06-15/"}
    GOOD = {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15",
            "RoleArn": ROLE["arn"], "RoleSessionName": "host-7",
            "WebIdentityToken": "header.payload.signature"}

    def assume(self, accept=None, method="POST", **changes):
        given = {name: value for name, value
                 in {**self.GOOD, **changes}.items() if value is not None}
        form = urllib.parse.urlencode(given)
        headers = {**FORM, **({"Accept": accept} if accept else {})}
        if method == "GET":
            return self.ask("sts", "GET", "/?" + form, headers=headers)
        return self.ask("sts", "POST", "/", form, headers)

    def test_xml(self):
        for method in ("POST", "GET"):
            response, body = self.assume(method=method)
            self.assertEqual(response.status, 200, body)
            self.assertEqual(response.headers["Content-Type"], "text/xml")
            tree = xml.etree.ElementTree.fromstring(body)
            keys = {name: tree.findtext(f".//{name}", namespaces=self.NAMES)
                    for name in ("AccessKeyId", "SecretAccessKey",
                                 "SessionToken", "Expiration", "Arn")}
            self.assertEqual(keys["Arn"], "arn:aws:sts::123456789012:"
                             "assumed-role/exporter/host-7")
            left = unix(keys["Expiration"]) - time.time()
            self.assertTrue(3500 < left <= 3600, left)
            self.assert_accepted(keys["AccessKeyId"],
                                 keys["SecretAccessKey"],
                                 keys["SessionToken"])

    def test_json(self):
        response, body = self.assume("application/json",
                                     DurationSeconds="900")
        self.assertEqual(response.headers["Content-Type"],
                         "application/json")
        keys = json.loads(body)["AssumeRoleWithWebIdentityResponse"][
            "AssumeRoleWithWebIdentityResult"]["Credentials"]
        self.assertTrue(800 < keys["Expiration"] - time.time() <= 900)
        self.assert_accepted(keys["AccessKeyId"], keys["SecretAccessKey"],
                             keys["SessionToken"])

    def test_refused(self):
        for changes, status, code in (
                ({"WebIdentityToken": "unknown"}, 400,
                 "InvalidIdentityToken"),
                ({"WebIdentityToken": "expired.payload.signature"}, 400,
                 "ExpiredTokenException"),
                ({"RoleArn": OTHER["arn"]}, 403, "AccessDenied"),
                ({"RoleArn": "x"}, 400, "ValidationError"),
                ({"RoleSessionName": None}, 400, "ValidationError"),
                ({"RoleSessionName": "a b"}, 400, "ValidationError"),
                ({"DurationSeconds": "899"}, 400, "ValidationError"),
                ({"DurationSeconds": "3601"}, 400, "ValidationError"),
                ({"Action": None}, 400, "MissingAction"),
                ({"Action": "AssumeRole"}, 400, "InvalidAction"),
                ({"Version": "2011-06-16"}, 400, "InvalidAction"),
                ({"Other": "x"}, 400, "MalformedInput")):
            with self.subTest(changes):
                response, body = self.assume(**changes)
                tree = xml.etree.ElementTree.fromstring(body)
                self.assertEqual(
                    (response.status,
                     tree.findtext("Error/Code", namespaces=self.NAMES)),
                    (status, code), body)
                response, body = self.assume("application/json", **changes)
                self.assertEqual(
                    (response.status, json.loads(body)["Error"]["Code"]),
                    (status, code))


class IdentityPool(CloudCase):
    def setUp(self):
        super().setUp()
        self.control("set", identity={
            "role": ROLE["arn"], "user_pool": {
                "id": POOL_ID, "url": running_pool().url,
                "ca": running_pool().ca, "clients": [PUBLIC]}})
        self.result = self.pool.tokens("alice", ALICE["password"])
        self.logins = {f"cognito-idp.eu-west-1.amazonaws.com/{POOL_ID}":
                       self.result["IdToken"]}

    def call_identity(self, operation, **body):
        response, data = self.ask(
            "identity", "POST", "/", json.dumps(body),
            {"Content-Type": "application/x-amz-json-1.1",
             "X-Amz-Target": f"AWSCognitoIdentityService.{operation}"})
        return response.status, json.loads(data)

    def get_id(self, logins=None):
        return self.call_identity("GetId", IdentityPoolId=IDENTITY_POOL,
                                  Logins=logins or self.logins)

    def test_credentials(self):
        status, result = self.get_id()
        self.assertEqual(status, 200, result)
        identity = result["IdentityId"]
        self.assertRegex(identity, "^eu-west-1:[0-9a-f-]{36}$")
        self.assertEqual(self.get_id()[1]["IdentityId"], identity)
        status, result = self.call_identity(
            "GetCredentialsForIdentity", IdentityId=identity,
            Logins=self.logins)
        self.assertEqual(status, 200, result)
        keys = result["Credentials"]
        self.assertTrue(3500 < keys["Expiration"] - time.time() <= 3601)
        self.assert_accepted(keys["AccessKeyId"], keys["SecretKey"],
                             keys["SessionToken"])

    def test_logins_are_verified(self):
        token, = self.logins.values()
        provider, = self.logins
        for logins, text in (
                ({provider: token[:-4] + "AAAA"}, "verify signed token"),
                ({provider: self.result["AccessToken"]}, "Not a valid"),
                ({provider + "x": token}, "not from a supported provider")):
            status, result = self.get_id(logins)
            self.assertEqual(result["__type"], "NotAuthorizedException")
            self.assertIn(text, result["message"])
        self.assertEqual(self.get_id({provider: "x"})[1]["__type"],
                         "InvalidParameterException")
        self.control("set", date_offset_s=3601)
        self.assertIn("Token expired", self.get_id()[1]["message"])
        self.control("set", date_offset_s=0)
        self.assertEqual(self.call_identity(
            "GetId", IdentityPoolId="eu-west-1:x")[1]["__type"],
            "ResourceNotFoundException")

    def test_another_persons_identity(self):
        other = "eu-west-1:00000000-0000-0000-0000-000000000000"
        status, result = self.call_identity(
            "GetCredentialsForIdentity", IdentityId=other,
            Logins=self.logins)
        self.assertEqual(result["__type"], "NotAuthorizedException")
        status, result = self.call_identity("GetCredentialsForIdentity",
                                            IdentityId=other)
        self.assertEqual(result["__type"], "NotAuthorizedException")
