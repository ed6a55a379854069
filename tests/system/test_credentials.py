# SPDX-License-Identifier: Apache-2.0
"""AWS credentials of this machine, as cognitoctl itself finds them."""

import json
import os
import secrets
import socket
import subprocess
import time

from room import ctl, host, sync
from room.case import Case
from room.namespace import ROOM, SOURCE

CLOUD = f"{SOURCE}/tests/pool/cloud"
METADATA = "169.254.169.254"
ROLE = "arn:aws:iam::123456789012:role/exporter"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY",
           "ALL_PROXY", "all_proxy")


class Trap:
    """Listens where nobody may come; keeps what came all the same."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(8)
        self.socket.settimeout(0.1)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def heard(self):
        found = []
        while True:
            try:
                stream = self.socket.accept()[0]
            except TimeoutError:
                return found
            with stream:
                stream.settimeout(0.5)
                found.append(stream.recv(65536))


class CredentialsTest(Case):
    """Each asks a pool of its own, and changes nothing (--dry-run)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run(["ip", "addr", "replace", f"{METADATA}/32", "dev",
                        "lo"], check=True)
        cls.log = f"{ROOM}/log/cloud-{secrets.token_hex(4)}.jsonl"
        seed = f"{cls.log}.seed"
        roles = [{"arn": ROLE, "mint": "same"}]
        with open(seed, "w", encoding="utf-8") as file:
            json.dump({"roles": roles, "imds": {"role": ROLE}}, file)
        cls.cloud = subprocess.Popen(
            ["/usr/bin/python3", CLOUD, "--listen",
             f"imds=http://{METADATA}:80", "--seed", seed, "--log", cls.log],
            stdout=subprocess.PIPE, text=True)
        cls.cloud.stdout.readline()
        cls.pool = sync.UserPool([sync.user("alice")], roles=roles)

    @classmethod
    def tearDownClass(cls):
        cls.pool.stop()
        cls.cloud.terminate()
        cls.cloud.wait()
        cls.cloud.stdout.close()
        subprocess.run(["ip", "addr", "del", f"{METADATA}/32", "dev", "lo"],
                       check=True)
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.trap = Trap()
        self.addCleanup(self.trap.socket.close)
        open(self.log, "w", encoding="utf-8").close()

    def asked(self):
        """What the metadata service was asked."""
        with open(self.log, encoding="utf-8") as file:
            calls = [json.loads(line) for line in file]
        return [call["operation"] for call in calls
                if call["operation"] != "connect"]

    def ask(self, environment, prefix=()):
        return subprocess.run(
            [*prefix, "/usr/sbin/cognitoctl", "sync",
             f"--config={self.pool.config}", "--rate=1000", "--dry-run",
             "--json"], env=environment, capture_output=True, text=True,
            check=False, timeout=120)

    def assert_asked(self, done):
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        self.assertEqual(json.loads(done.stdout)["accounts"], 1)

    def root_files(self, **files):
        """Files below /root/.aws, gone afterwards."""
        os.makedirs("/root/.aws", mode=0o700, exist_ok=True)
        self.addCleanup(subprocess.run, ["rm", "-rf", "/root/.aws"],
                        check=True)
        for name, text in files.items():
            with open(os.open(f"/root/.aws/{name}",
                              os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                      "w", encoding="utf-8") as file:
                file.write(text)

    def sudoer(self):
        """A local user who may run cognitoctl with an environment."""
        name = f"op{secrets.token_hex(3)}"
        host.add_user(name)
        path = f"/etc/sudoers.d/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{name} ALL=(root) NOPASSWD:SETENV:"
                       " /usr/sbin/cognitoctl\n")
        os.chmod(path, 0o440)
        self.addCleanup(os.unlink, path)
        return name, ["setpriv", f"--reuid={name}", f"--regid={name}",
                      "--init-groups", "sudo", "-n", "-E"]

    def test_p83_metadata(self):
        """P83: the instance's role, by a session token, past every proxy"""
        done = self.ask({name: self.trap.url for name in PROXIES})
        self.assert_asked(done)
        self.assertEqual(self.asked(), ["imds.token", "imds.roles",
                                        "imds.credentials"])
        self.assertEqual(self.trap.heard(), [])
        signers = {call["signer"] for call in self.pool.calls("ListGroups")
                   if call.get("signer")}
        self.assertTrue(any("exporter" in one for one in signers), signers)

    def test_p83_read_only(self):
        """P83: what is asked of the pool only reads"""
        self.ask(sync.KEYS)
        operations = {call["operation"] for call in self.pool.calls()
                      if call["operation"] not in ("connect", "handshake")}
        self.assertGreaterEqual(operations, {"ListGroups",
                                             "ListUsersInGroup"})
        for one in operations:
            self.assertRegex(one, "^(List|Describe|AdminGet)")

    def test_p82_root_home(self):
        """P82: the profile is that of root's home, whatever HOME says"""
        home = f"/tmp/h{secrets.token_hex(4)}"
        os.makedirs(f"{home}/.aws")
        with open(f"{home}/.aws/credentials", "w", encoding="utf-8") as file:
            file.write("[default]\naws_access_key_id = AKIAHOSTILE000\n"
                       "aws_secret_access_key = x\n")
        self.root_files(credentials=(
            f"[default]\naws_access_key_id = {sync.KEY_ID}\n"
            f"aws_secret_access_key = {sync.SECRET}\n"))
        self.assert_asked(self.ask({"HOME": home}))
        self.assertEqual(self.asked(), [])

    def test_p82_program(self):
        """P82: a credential_process gets no secret, and none is to be seen
        in any program's arguments or environment"""
        seen = f"{ROOM}/log/seen-{secrets.token_hex(4)}"
        script = "/usr/local/sbin/print-credentials"
        with open(os.open(script, os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                          0o755), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n"
                       f"env > {seen}; id -u >> {seen}\n"
                       f"for p in /proc/[0-9]*; do cat $p/cmdline $p/environ"
                       f" >> {seen} 2> /dev/null; done\n"
                       "cat /root/.aws/document\n")
        self.addCleanup(os.unlink, script)
        self.root_files(
            document=json.dumps({"Version": 1, "AccessKeyId": sync.KEY_ID,
                                 "SecretAccessKey": sync.SECRET}),
            config=f"[default]\ncredential_process = {script} '$HOME'\n")
        canary = "canary0in0the0environment0of0sync"
        self.assert_asked(self.ask({
            "HOME": "/tmp", "AWS_SESSION_TOKEN": canary,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": canary}))
        with open(seen, encoding="utf-8", errors="replace") as file:
            text = file.read()
        self.assertIn("HOME=/root\n", text)
        self.assertIn("\n0\n", text)
        self.assertIn("$HOME", text)
        self.assertNotIn(canary, text)
        self.assertNotIn(sync.SECRET, text)

    def test_p82_sudo_e(self):
        """P82: whoever may run it with `sudo -E` gets nothing of root's: no
        program run, no file read or written, nothing sent anywhere"""
        name, prefix = self.sudoer()
        home = f"/tmp/h{secrets.token_hex(4)}"
        witness = f"{home}/witness"
        os.makedirs(f"{home}/.aws")
        with open(f"{home}/.aws/config", "w", encoding="utf-8") as file:
            file.write("[default]\n"
                       f"credential_process = /usr/bin/touch {witness}\n")
        with open(f"{home}/token", "w", encoding="utf-8") as file:
            file.write(TOKEN)
        subprocess.run(["chown", "-R", f"{name}:{name}", home], check=True)
        url = f"{self.trap.url}/x"
        cases = {
            "a home": {"HOME": home, "XDG_CONFIG_HOME": home},
            "files": {"AWS_CONFIG_FILE": f"{home}/.aws/config",
                      "AWS_SHARED_CREDENTIALS_FILE": f"{home}/.aws/config"},
            "a secret as a profile": {
                "AWS_SHARED_CREDENTIALS_FILE": "/etc/shadow"},
            "a secret as a token": {
                "AWS_WEB_IDENTITY_TOKEN_FILE": "/etc/shadow",
                "AWS_ROLE_ARN": ROLE, "AWS_ENDPOINT_URL_STS": self.trap.url},
            "a token of one's own": {
                "AWS_WEB_IDENTITY_TOKEN_FILE": f"{home}/token",
                "AWS_ROLE_ARN": ROLE},
            "a secret to a listener": {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/etc/shadow"},
            "metadata": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.trap.url},
            "endpoints": {
                **sync.KEYS, "AWS_ENDPOINT_URL": self.trap.url,
                "AWS_CA_BUNDLE": f"{home}/token", "AWS_REGION": "evil"},
            "libraries": {
                **sync.KEYS, "SSLKEYLOGFILE": witness, "TZ": "right/UTC",
                "OPENSSL_CONF": f"{home}/token", "LC_ALL": "tr_TR.UTF-8",
                "CURL_HOME": home, "RES_OPTIONS": "attempts:0",
                "LOCALDOMAIN": "evil.example"},
        }
        for case, environment in cases.items():
            with self.subTest(case):
                environment.update({one: self.trap.url for one in PROXIES})
                done = self.ask({"PATH": os.environ["PATH"], **environment},
                                prefix)
                text = done.stdout + done.stderr
                self.assertIn(done.returncode, (ctl.OK, ctl.FAILED,
                                                ctl.CONFIG), text)
                self.assertFalse(os.path.exists(witness))
                self.assertNotIn("root:", text)
                self.assertEqual(self.trap.heard(), [])
                if case in ("a home", "metadata", "endpoints", "libraries"):
                    self.assert_asked(done)
                else:
                    self.assertNotEqual(done.returncode, ctl.OK, text)

    def test_p82_own_environment(self):
        """P82: while it works, its own environment shows no secret"""
        self.pool.hold("ListGroups")
        self.addCleanup(self.pool.control, "faults", faults=[])
        process = subprocess.Popen(
            ["/usr/sbin/cognitoctl", "sync", f"--config={self.pool.config}",
             "--dry-run"], env={**sync.KEYS, "OTHER": "seen"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pool.wait_until_held("ListGroups")
        seen = b""
        for name in ("environ", "cmdline"):
            with open(f"/proc/{process.pid}/{name}", "rb") as file:
                seen += file.read()
        self.pool.release()
        process.wait()
        self.assertIn(b"OTHER=seen", seen)
        self.assertNotIn(sync.SECRET.encode(), seen)
