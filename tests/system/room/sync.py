# SPDX-License-Identifier: Apache-2.0
"""Pools of a test's own, and what sync and export do with them."""

import json
import os
import secrets
import socket
import ssl
import subprocess
import urllib.request

from room import ctl, host, pool
from room.namespace import ROOM, SOURCE

BUCKET = f"{SOURCE}/tests/pool/bucket"
ACCOUNTS = "/var/lib/cognito/accounts"
PRIVATE = "/var/lib/cognito/private"
KEY_ID, SECRET = "AKIATESTSYNC00000000", "canary0aws0secret0of0the0sync0tests0abcd"
KEYS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
PROFILE = (f"[default]\naws_access_key_id = {KEY_ID}\n"
           f"aws_secret_access_key = {SECRET}\n")
IAM = [{"access_key_id": KEY_ID, "secret": SECRET}]


def user(name, *groups, **more):
    """A user of a seed, in Staff if nothing else is said."""
    return {"username": name, "groups": list(groups or ("Staff",)), **more}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """A program of tests/pool that serves until it is stopped."""

    def __init__(self, program, seed, log):
        self.port, self.log = free_port(), log
        path = f"{log}.seed"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                          0o600), "w", encoding="utf-8") as file:
            json.dump(seed, file)
        with open(f"{log}.err", "a", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                ["/usr/bin/python3", program, "--listen",
                 f"127.0.0.1:{self.port}", "--cert",
                 f"{pool.CA}/server.pem", "--key", f"{pool.CA}/server.key",
                 "--seed", path, "--log", log],
                stdout=subprocess.PIPE, stderr=errors, text=True)
        if not self.process.stdout.readline().startswith("ready "):
            with open(f"{log}.err", encoding="utf-8") as errors:
                raise RuntimeError(errors.read())
        self.url = f"https://cognito.test:{self.port}"

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def control(self, do, **command):
        context = ssl.create_default_context(cafile=f"{pool.CA}/ca.pem")
        request = urllib.request.Request(
            f"{self.url}/_control",
            data=json.dumps({"do": do, **command}).encode(),
            headers={"Content-Type": "application/json",
                     "X-Test-Control": "1"})
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)

    def calls(self, *operations):
        """What was asked, without what steers the server."""
        return [call for call in pool.calls(self.log)
                if call["operation"] != "_control"
                and (not operations or call["operation"] in operations)]

    def hold(self, operation, **more):
        """The next call of an operation, until release()."""
        self.control("faults", faults=[{"operation": operation, "do": "hold",
                                        "ms": 60000, "nth": 1, **more}])

    def wait_until_held(self, operation):
        pool.wait_until_held(operation, path=self.log)

    def release(self):
        self.control("release")


class UserPool(Server):
    """A user pool; its users are those of `users`."""

    def __init__(self, users, settings=None, groups=(), clients=None,
                 **more):
        name = secrets.token_hex(4)
        super().__init__(pool.PROGRAM, {
            "pool": {"id": pool.POOL_ID, **(settings or {})},
            "clients": clients or [{"id": pool.CLIENT_ID}],
            "groups": [{"name": group} for group in ("Staff", *groups)],
            "users": list(users), "iam": IAM, **more},
            f"{ROOM}/log/pool-{name}.jsonl")
        self.config = f"/etc/cognito/sync-{name}.conf"
        self.configure()

    def configure(self, **changes):
        """The configuration of a host of this pool."""
        host.write_config(self.config, endpoint=self.url, **changes)

    def add(self, *people):
        for one in people:
            self.control("create", user=one)

    def delete(self, name):
        self.control("delete", username=name)

    def set(self, name, **changes):
        self.control("set_user", username=name, set=changes)


class Bucket(Server):
    """Object storage with a snapshot at its path."""

    PATH = "snapshots/pool"

    def __init__(self):
        super().__init__(BUCKET, {"bucket": "snapshots", "objects": []},
                         f"{ROOM}/log/bucket-{secrets.token_hex(4)}.jsonl")
        self.address = f"{self.url}/{self.PATH}"

    def put(self, data):
        """A new version of the snapshot."""
        self.control("put", key="pool", text=data.decode())


def run(command, config, *words, environment=None, **more):
    return ctl.run(command, f"--config={config}", "--rate=1000", *words,
                   env=KEYS if environment is None else environment, **more)


def sync(server, *words, code=ctl.OK, **more):
    """The JSON document of a sync from the pool."""
    done = run("sync", server.config, "--json", *words, **more)
    if done.returncode != code:
        raise AssertionError(f"sync {words}: {done.returncode}, not {code}: "
                             f"{done.stdout}{done.stderr}")
    return json.loads(done.stdout) if done.stdout else {}


def fails(server, *words, code=ctl.FAILED, **more):
    """What a sync that fails says; nothing may have changed."""
    before = contents()
    done = run("sync", server.config, *words, **more)
    if done.returncode != code:
        raise AssertionError(f"sync {words}: {done.returncode}, not {code}: "
                             f"{done.stdout}{done.stderr}")
    if contents() != before:
        raise AssertionError(f"sync {words}: failed, but changed files")
    return done.stderr


def contents():
    """The bytes of the accounts files."""
    found = {}
    for name in sorted(os.listdir(ACCOUNTS)):
        if name.endswith(".cdb"):
            with open(f"{ACCOUNTS}/{name}", "rb") as file:
                found[name] = file.read()
    return found


def accounts():
    """By name, what cognitoctl lists."""
    return {one["name"]: one
            for one in ctl.read("accounts", "list")["accounts"]
            if one["from"] in ("base", "recent")}


def names(document, change):
    return sorted(one["name"] for one in document["changes"]
                  if one["change"] == change)


def why(document, name):
    """Why a name was refused, or is no group."""
    return next(one["why"] for one in document["changes"]
                if one["name"] == name and one["why"])


def make_keys(path="/etc/cognito/export_key"):
    """A key pair as an administrator makes it; the path of the public
    one."""
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                    path], check=True)
    os.chmod(path, 0o600)
    subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-out",
                    f"{path}.pub"], check=True)
    os.chmod(f"{path}.pub", 0o644)
    return f"{path}.pub"


def empty_host(note=False):
    """As after installation: no account, nothing noted (but with `note`)."""
    for directory in (ACCOUNTS, PRIVATE):
        for name in os.listdir(directory):
            if name.endswith(".cdb") or (name == "listing" and not note):
                os.unlink(f"{directory}/{name}")
    subprocess.run(["cognitoctl", "apply"], check=True,
                   stdout=subprocess.DEVNULL)
