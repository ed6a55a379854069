# SPDX-License-Identifier: Apache-2.0
"""A running pool and a small client for the tests of it.

The client shares no arithmetic with the pool: padding goes by way of hex
text here, key derivation, one-time codes and signatures of tokens are
python3-cryptography's.
"""

import atexit
import base64
import hashlib
import hmac
import http.client
import json
import os
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from cases import signer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP

POOL_DIR = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VECTORS = os.path.join(os.path.dirname(POOL_DIR), "vectors")
POOL_ID = "eu-west-1_TestPool1"
PUBLIC = "publicclient00000000000000"
SECRET = "secretclient00000000000000"
CLIENT_SECRET = "one2three4five6seven8nine0ten1one2"
TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
TARGET = "AWSCognitoIdentityProviderService."


def vectors(name):
    with open(os.path.join(VECTORS, name), encoding="utf-8") as file:
        return json.load(file)


N = int(vectors("srp.json")["N"], 16)


def padded(number):
    """Bytes of a number as the protocol pads them, by way of hex text."""
    digits = format(number, "x")
    if len(digits) % 2:
        digits = "0" + digits
    elif digits[0] in "89abcdef":
        digits = "00" + digits
    return bytes.fromhex(digits)


def hashed(*parts):
    return int(hashlib.sha256(b"".join(parts)).hexdigest(), 16)


def prove(a, challenge, pool_id, password, timestamp):
    """PASSWORD_CLAIM_SIGNATURE for a challenge's parameters."""
    pool_name = pool_id.split("_")[1]
    name = challenge["USER_ID_FOR_SRP"]
    b_public = int(challenge["SRP_B"], 16)
    u = hashed(padded(pow(2, a, N)), padded(b_public))
    inner = hashlib.sha256(
        (pool_name + name + ":" + password).encode()).digest()
    x = hashed(padded(int(challenge["SALT"], 16)), inner)
    k = hashed(padded(N), padded(2))
    secret = pow(b_public - k * pow(2, x, N), a + u * x, N)
    key = HKDF(hashes.SHA256(), 16, padded(u),
               b"Caldera Derived Key").derive(padded(secret))
    text = (pool_name.encode() + name.encode()
            + base64.b64decode(challenge["SECRET_BLOCK"])
            + timestamp.encode())
    return base64.b64encode(
        hmac.new(key, text, hashlib.sha256).digest()).decode()


def stamp(unix):
    at = time.gmtime(unix)
    text = time.strftime("%a %b {} %H:%M:%S UTC %Y", at)
    return text.format(at.tm_mday)


def code(unix, secret=TOTP_SECRET):
    return TOTP(base64.b32decode(secret), 6, hashes.SHA1(), 30,
                enforce_key_length=False).generate(int(unix)).decode()


def secret_hash(name, client_id=SECRET, client_secret=CLIENT_SECRET):
    mac = hmac.new(client_secret.encode(), (name + client_id).encode(),
                   hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def part(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(token):
    return json.loads(part(token.split(".")[1]))


def header(token):
    return json.loads(part(token.split(".")[0]))


def verify(token, jwks):
    """Raise unless the token is signed with a key of the set."""
    jwk = next(key for key in jwks["keys"]
               if key["kid"] == header(token)["kid"])
    numbers = rsa.RSAPublicNumbers(
        int.from_bytes(part(jwk["e"]), "big"),
        int.from_bytes(part(jwk["n"]), "big"))
    signed, _, signature = token.rpartition(".")
    numbers.public_key().verify(part(signature), signed.encode(),
                                padding.PKCS1v15(), hashes.SHA256())


class RunningPool:
    """The pool's process, one for all tests; each brings its own seed."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="pool-test-")
        self.ca = os.path.join(self.directory, "ca.pem")
        self.log_path = os.path.join(self.directory, "log.jsonl")
        subprocess.run([os.path.join(POOL_DIR, "make-ca"), self.directory,
                        "127.0.0.1", "::1", "localhost"], check=True)
        self.process = self.start({"pool": {"id": POOL_ID}})
        self.url = self.ready(self.process)
        self.tls = ssl.create_default_context(cafile=self.ca)

    def start(self, seed, listen="127.0.0.1:0"):
        path = os.path.join(self.directory, "seed.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(seed, file)
        return subprocess.Popen(
            [os.path.join(POOL_DIR, "cognito-pool"), "--listen", listen,
             "--cert", os.path.join(self.directory, "server.pem"),
             "--key", os.path.join(self.directory, "server.key"),
             "--seed", path, "--log", self.log_path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @staticmethod
    def ready(process):
        word, url = process.stdout.readline().split()
        assert word == "ready"
        return url

    def log(self, start=0):
        """The log's lines from a position on, decoded."""
        with open(self.log_path, encoding="utf-8") as file:
            file.seek(start)
            return [json.loads(line) for line in file]

    def end(self):
        self.process.terminate()
        # A mistake of the pool's own.
        sys.stderr.write(self.process.communicate()[1])
        shutil.rmtree(self.directory)


_running = []


def running_pool():
    """The shared pool, started when first asked for."""
    if not _running:
        _running.append(RunningPool())
        atexit.register(_running[0].end)
    return _running[0]


class PoolCase(unittest.TestCase):
    """A test with the running pool and a seed of its own."""

    maxDiff = None
    pool = {}
    clients = ()
    users = ()
    groups = ()
    generate = ()
    iam = ({"access_key_id": signer.KEY_ID, "secret": signer.SECRET_KEY},)
    roles = ()
    faults = ()

    def setUp(self):
        self.server = running_pool()
        self.addCleanup(self.disconnect)
        self.connect()
        self.reload()
        self.log_start = os.path.getsize(self.server.log_path)

    connection = None

    def connect(self):
        """A new connection, in place of the one before."""
        self.disconnect()
        self.connection = http.client.HTTPSConnection(
            self.server.url.removeprefix("https://"),
            context=self.server.tls, timeout=20)

    def disconnect(self):
        if self.connection:
            self.connection.close()

    def reload(self, **pool):
        """Begin anew with this class's seed, the pool's keys changed."""
        self.control("reload", seed={
            "pool": {"id": POOL_ID, **self.pool, **pool},
            "clients": [{"id": PUBLIC},
                        {"id": SECRET, "secret": CLIENT_SECRET},
                        *self.clients],
            "users": list(self.users), "groups": list(self.groups),
            "generate": self.generate or [],
            "iam": list(self.iam), "roles": list(self.roles),
            "faults": list(self.faults)})

    def exchange(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        return response, response.read()

    def control(self, do, **members):
        response, body = self.exchange(
            "POST", "/_control", json.dumps({"do": do, **members}),
            {"X-Test-Control": "1"})
        self.assertEqual(response.status, 200, body)
        return json.loads(body)

    def fast_forward(self, seconds):
        """Move the service's clock instead of sleeping."""
        self.offset = getattr(self, "offset", 0) + seconds
        self.control("set", pool={"date_offset_s": self.offset})

    def service_time(self):
        return time.time() + getattr(self, "offset", 0)

    def log_lines(self, operation=None):
        return [line for line in self.server.log(self.log_start)
                if operation in (None, line["operation"])]

    def post(self, operation, body, **headers):
        """One call: the HTTP response, and its JSON."""
        response, data = self.exchange(
            "POST", "/", json.dumps(body),
            {"Content-Type": "application/x-amz-json-1.1",
             "X-Amz-Target": TARGET + operation, **headers})
        return response, json.loads(data)

    def post_signed(self, operation, body, **changes):
        """One call with a signature; changes go to signer.sign()."""
        data = json.dumps(body).encode()
        headers = signer.sign(
            {"Host": self.connection.host + f":{self.connection.port}",
             "Content-Type": "application/x-amz-json-1.1",
             "X-Amz-Target": TARGET + operation},
            data, self.service_time(), **changes)
        response, data = self.exchange("POST", "/", data, headers)
        return response, json.loads(data)

    def call(self, operation, **body):
        """A call that must succeed."""
        response, result = self.post(operation, body)
        self.assertEqual(response.status, 200, result)
        return result

    def admin(self, operation, **body):
        """A signed call that must succeed."""
        response, result = self.post_signed(
            operation, {"UserPoolId": POOL_ID, **body})
        self.assertEqual(response.status, 200, result)
        return result

    def admin_refused(self, operation, kind, message=None, **body):
        """A signed call that must end in this error."""
        response, result = self.post_signed(
            operation, {"UserPoolId": POOL_ID, **body})
        self.assertNotEqual(response.status, 200, result)
        self.assertEqual(result["__type"], kind, result)
        if message is not None:
            self.assertEqual(result["message"], message)

    def refused(self, operation, kind, message=None, **body):
        """A call that must end in this error."""
        response, result = self.post(operation, body)
        self.assertNotEqual(response.status, 200, result)
        self.assertEqual(result["__type"], kind, result)
        if message is not None:
            self.assertEqual(result["message"], message)
        return result

    # The sign-in, in steps

    def start(self, name, client=PUBLIC, flow="USER_SRP_AUTH",
              **parameters):
        """InitiateAuth; keeps a for the proof."""
        self.a = secrets.randbits(256)
        body = {"AuthFlow": flow, "ClientId": client,
                "AuthParameters": {"USERNAME": name,
                                   "SRP_A": format(pow(2, self.a, N), "x"),
                                   **parameters}}
        if client == SECRET:
            body["AuthParameters"].setdefault("SECRET_HASH",
                                              secret_hash(name))
        return self.call("InitiateAuth", **body)

    def proof(self, challenge, password, client=PUBLIC, timestamp=None,
              **responses):
        """The body of the answer to PASSWORD_VERIFIER."""
        given = challenge["ChallengeParameters"]
        timestamp = timestamp or stamp(self.service_time())
        responses = {
            "USERNAME": given["USERNAME"],
            "PASSWORD_CLAIM_SECRET_BLOCK": given["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": prove(self.a, given, POOL_ID,
                                              password, timestamp),
            "TIMESTAMP": timestamp, **responses}
        if client == SECRET:
            responses.setdefault("SECRET_HASH",
                                 secret_hash(responses["USERNAME"]))
        body = {"ChallengeName": "PASSWORD_VERIFIER", "ClientId": client,
                "ChallengeResponses": responses}
        if "Session" in challenge:
            body["Session"] = challenge["Session"]
        return body

    def sign_in(self, name, password, client=PUBLIC):
        """As far as the password leads: tokens or the next challenge."""
        challenge = self.start(name, client)
        return self.call("RespondToAuthChallenge",
                         **self.proof(challenge, password, client))

    def sign_in_refused(self, name, password, kind, message=None,
                        client=PUBLIC):
        challenge = self.start(name, client)
        self.refused("RespondToAuthChallenge", kind, message,
                     **self.proof(challenge, password, client))

    def tokens(self, name, password):
        return self.sign_in(name, password)["AuthenticationResult"]

    def response_to(self, challenge, name, **responses):
        """The body of an answer to a later challenge."""
        return {"ChallengeName": challenge["ChallengeName"],
                "ClientId": PUBLIC, "Session": challenge["Session"],
                "ChallengeResponses": {"USERNAME": name, **responses}}

    def respond(self, challenge, name, **responses):
        return self.call("RespondToAuthChallenge",
                         **self.response_to(challenge, name, **responses))

    def respond_refused(self, challenge, name, kind, message=None,
                        **responses):
        return self.refused("RespondToAuthChallenge", kind, message,
                            **self.response_to(challenge, name, **responses))

    def jwks(self):
        response, body = self.exchange(
            "GET", f"/{POOL_ID}/.well-known/jwks.json")
        self.assertEqual(response.status, 200)
        return json.loads(body)
