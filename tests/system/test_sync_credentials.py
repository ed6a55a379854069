# SPDX-License-Identifier: Apache-2.0
"""Where cognitoctl sync finds AWS credentials on a real host: root's own
files, a program of the administrator's, the metadata service."""

import json
import os
import secrets
import socket
import subprocess

from room import ctl, pool, sync
from room.namespace import ROOM, SOURCE, run
from test_sync import SyncCase

CLOUD = f"{SOURCE}/tests/pool/cloud"
ROLE = "arn:aws:iam::123456789012:role/exporter"
MINT = "the same in pool and cloud"
METADATA = "169.254.169.254"


def write(path, text, mode=0o600, owner=0):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    os.chown(path, owner, 0)
    return path


class FileTest(SyncCase):
    """proves P82 for files"""

    def setUp(self):
        super().setUp()
        self.addCleanup(subprocess.run, ["rm", "-rf", "/root/.aws"],
                        check=True)

    def test_profile_of_root(self):
        """~/.aws/credentials of root is found whatever HOME says, if it is
        root's alone"""
        path = write("/root/.aws/credentials",
                     f"[default]\naws_access_key_id = {sync.KEY_ID}\n"
                     f"aws_secret_access_key = {sync.SECRET}\n")
        pool = self.pool(sync.user("alice"))
        sync.sync(pool, environment={"HOME": "/nonexistent"})
        for spoil in (lambda: os.chmod(path, 0o644),
                      lambda: os.chmod(path, 0o620),
                      lambda: os.chown(path, 1001, 0)):
            os.chmod(path, 0o600)
            os.chown(path, 0, 0)
            spoil()
            said = sync.fails(pool, code=ctl.CONFIG, environment={})
            self.assertIn(path, said)
            self.assertNotIn(sync.SECRET, said)

    def test_credential_process(self):
        """a program gives the keys: without a shell, without our
        environment, and its output is nowhere to be seen"""
        program = write(f"/etc/cognito/keys-{secrets.token_hex(4)}",
                        "#!/bin/sh\nenv >/run/room/seen\n"
                        "echo \"$0|$*\" >>/run/room/seen\n"
                        "cat <<'X'\n" + json.dumps({
                            "Version": 1, "AccessKeyId": sync.KEY_ID,
                            "SecretAccessKey": sync.SECRET}) + "\nX\n",
                        mode=0o700)
        write("/root/.aws/config", f"[profile keys]\n"
              f"credential_process = {program} 'a b' $(id) ;id\n")
        pool = self.pool(sync.user("alice"))
        done = sync.run("sync", pool.config, environment={
            "AWS_PROFILE": "keys", "LD_DEBUG": "", "CANARY": "c4n4ry"})
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        self.assertNotIn(sync.SECRET, done.stdout + done.stderr)
        with open("/run/room/seen", encoding="utf-8") as file:
            seen = file.read()
        self.assertNotIn("c4n4ry", seen)
        self.assertTrue(seen.endswith(f"{program}|a b $(id) ;id\n"), seen)

    def test_no_credentials(self):
        """none anywhere: exit code 3, and where they were looked for"""
        pool = self.pool(sync.user("alice"))
        said = sync.fails(pool, code=ctl.CONFIG, environment={
            "AWS_EC2_METADATA_DISABLED": "true"})
        self.assertIn("credentials", said)
        self.assertEqual(pool.calls("ListGroups"), [])


class MetadataTest(SyncCase):
    """proves P83: an instance's role, asked with a session token and never
    through a proxy"""

    @classmethod
    def setUpClass(cls):
        run("ip", "address", "add", f"{METADATA}/32", "dev", "lo")
        cls.log = f"{ROOM}/log/cloud-{secrets.token_hex(4)}.jsonl"
        seed = write(f"{cls.log}.seed", json.dumps({
            "roles": [{"arn": ROLE, "mint": MINT}], "imds": {"role": ROLE}}))
        cls.process = subprocess.Popen(
            ["/usr/bin/python3", CLOUD, "--listen",
             f"imds=http://{METADATA}:80", "--seed", seed, "--log", cls.log],
            stdout=subprocess.PIPE, text=True)
        assert cls.process.stdout.readline().startswith("ready ")

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait()
        cls.process.stdout.close()
        run("ip", "address", "del", f"{METADATA}/32", "dev", "lo")

    def asked(self):
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_role_of_the_instance(self):
        """the role's keys are got by a token; a proxy in the environment
        hears nothing, one in the configuration nothing of the keys"""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.3)
        self.addCleanup(listener.close)
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        pool = self.pool(sync.user("alice"),
                         roles=[{"arn": ROLE, "mint": MINT}])
        document = sync.sync(pool, environment={
            "http_proxy": proxy, "https_proxy": proxy, "ALL_PROXY": proxy})
        self.assertEqual(sync.names(document, "added"), ["alice"])
        with self.assertRaises(TimeoutError):
            listener.accept()
        calls = [call["operation"] for call in self.asked()
                 if call["operation"].startswith("imds")]
        self.assertEqual(calls[0], "imds.token")
        self.assertIn("imds.credentials", calls)
        self.assertNotEqual(self.asked()[-1]["outcome"], "Unauthorized")

    def test_keys_end_in_between(self):
        """keys that expire while the pool is listed are renewed, and each
        page is read once"""
        pool = self.pool(*[sync.user(f"u{i}") for i in range(200)],
                         roles=[{"arn": ROLE, "mint": MINT}])
        pool.control("faults", faults=[
            {"operation": "ListUsersInGroup", "page": 3, "nth": 1,
             "do": "error", "type": "ExpiredTokenException", "status": 400,
             "message": "The security token included in the request is "
                        "expired"}])
        before = len([call for call in self.asked()
                      if call["operation"] == "imds.credentials"])
        self.assertEqual(sync.sync(pool, environment={})["added"], 200)
        after = len([call for call in self.asked()
                     if call["operation"] == "imds.credentials"])
        self.assertGreaterEqual(after - before, 2)


class WebIdentityTest(SyncCase):
    """A role for the token that a Kubernetes pod has: STS gives the keys,
    and the pool takes them"""

    TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJleHBvcnRlciJ9.c2lnbmF0dXJl"
    HOST = f"sts.{pool.POOL_ID.partition('_')[0]}.amazonaws.com"

    @classmethod
    def setUpClass(cls):
        certificate = f"{ROOM}/sts-{secrets.token_hex(4)}"
        run("/usr/bin/python3", f"{SOURCE}/tests/pool/make-ca", "--ca",
            pool.CA, certificate, cls.HOST)
        with open("/etc/hosts", encoding="utf-8") as file:
            cls.hosts = file.read()
        with open("/etc/hosts", "a", encoding="utf-8") as file:
            file.write(f"127.0.0.1 {cls.HOST}\n")
        cls.log = f"{ROOM}/log/sts-{secrets.token_hex(4)}.jsonl"
        seed = write(f"{cls.log}.seed", json.dumps({
            "roles": [{"arn": ROLE, "mint": MINT}],
            "sts": {"identities": [{"token": cls.TOKEN, "role": ROLE}]}}))
        cls.process = subprocess.Popen(
            ["/usr/bin/python3", CLOUD, "--listen",
             "sts=https://127.0.0.1:443",
             "--cert", f"{certificate}/server.pem",
             "--key", f"{certificate}/server.key",
             "--seed", seed, "--log", cls.log],
            stdout=subprocess.PIPE, text=True)
        assert cls.process.stdout.readline().startswith("ready ")

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait()
        cls.process.stdout.close()
        with open("/etc/hosts", "w", encoding="utf-8") as file:
            file.write(cls.hosts)

    def setUp(self):
        super().setUp()
        self.token = write(f"/etc/cognito/token-{secrets.token_hex(4)}",
                           self.TOKEN)
        self.environment = {"AWS_WEB_IDENTITY_TOKEN_FILE": self.token,
                            "AWS_ROLE_ARN": ROLE}

    def asked(self):
        with open(self.log, encoding="utf-8") as file:
            calls = [json.loads(line) for line in file]
        return [call for call in calls
                if call["operation"] == "AssumeRoleWithWebIdentity"]

    def test_role_of_a_token(self):
        users = self.pool(sync.user("alice"),
                          roles=[{"arn": ROLE, "mint": MINT}])
        document = sync.sync(users, environment=self.environment)
        self.assertEqual(sync.names(document, "added"), ["alice"])
        self.assertEqual(self.asked()[-1]["outcome"], "success")
        # The next run asks again: nothing of it is kept.
        users.add(sync.user("bob"))
        count = len(self.asked())
        document = sync.sync(users, environment=self.environment)
        self.assertEqual(sync.names(document, "added"), ["bob"])
        self.assertEqual(len(self.asked()), count + 1)

    def test_token_that_sts_refuses(self):
        """nothing changes, and neither token nor keys are to be seen"""
        users = self.pool(sync.user("alice"),
                          roles=[{"arn": ROLE, "mint": MINT}])
        write(self.token, self.TOKEN + "x")
        said = sync.fails(users, code=ctl.CONFIG,
                          environment=self.environment)
        self.assertIn("STS: ", said)
        self.assertNotIn(self.TOKEN, said)
        self.assertEqual(users.calls("ListGroups"), [])

    def test_keys_of_another_account(self):
        """keys that STS gave and the pool does not know change nothing"""
        users = self.pool(sync.user("alice"))
        said = sync.fails(users, code=ctl.CONFIG,
                          environment=self.environment)
        self.assertNotIn(self.TOKEN, said)
