# SPDX-License-Identifier: Apache-2.0
"""The room's user pool: start it, tell it what to do, read its log."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
import uuid

from room.namespace import ROOM, SOURCE, run

PROGRAM = f"{SOURCE}/tests/pool/cognito-pool"
CA = f"{ROOM}/ca"
LOG = f"{ROOM}/log/pool.jsonl"
PORT = 8443
ENDPOINT = f"https://cognito.test:{PORT}"
POOL_ID = "eu-west-1_TestPool1"
ISSUER = f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL_ID}"
CLIENT_ID = "publicclient00000000000000"
SECRET_CLIENT_ID = "secretclient00000000000000"
CLIENT_SECRET = "canary0client0secret0of0this0room0ab"
ADDRESS = f"127.0.0.1:{PORT}"


def person(username, password, **seed):
    """A user of the seed; the same name keeps its sub over reloads."""
    sub = str(uuid.uuid5(uuid.NAMESPACE_DNS, username))
    return {"username": username, "password": password, "sub": sub,
            "groups": ["Staff"], **seed}


def seed(users=(), settings=None):
    return {
        "pool": {"id": POOL_ID, **(settings or {})},
        "clients": [{"id": CLIENT_ID},
                    {"id": SECRET_CLIENT_ID, "secret": CLIENT_SECRET}],
        "groups": [{"name": "Staff"}, {"name": "Guests"}],
        "users": list(users),
    }


def make_authority(directory=CA, *options):
    run("/usr/bin/python3", f"{SOURCE}/tests/pool/make-ca", *options,
        directory, "cognito.test", "127.0.0.1",
        stdout=subprocess.DEVNULL)


def start(address=ADDRESS, directory=CA, log=LOG, users=(), settings=None,
          faults=()):
    """A pool process that answers; its seed lies beside the log."""
    path = log + ".seed"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
              "w", encoding="utf-8") as file:
        json.dump({**seed(users, settings), "faults": list(faults)}, file)
    with open(log + ".err", "a", encoding="utf-8") as errors:
        process = subprocess.Popen(
            ["/usr/bin/python3", PROGRAM, "--listen", address,
             "--cert", f"{directory}/server.pem",
             "--key", f"{directory}/server.key", "--seed", path,
             "--log", log],
            stdout=subprocess.PIPE, stderr=errors, text=True)
    if not process.stdout.readline().startswith("ready "):
        with open(log + ".err", encoding="utf-8") as errors:
            raise RuntimeError("the pool does not start: " + errors.read())
    return process


def control(do, **command):
    """POST /_control; raises with the pool's words if it refuses."""
    context = ssl.create_default_context(cafile=f"{CA}/ca.pem")
    request = urllib.request.Request(
        f"{ENDPOINT}/_control",
        data=json.dumps({"do": do, **command}).encode(),
        headers={"Content-Type": "application/json",
                 "X-Test-Control": "1"})
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{do}: {error.read().decode()}") from None


def fetch_keys(port, path, address="127.0.0.1"):
    """The key set of the pool at an address of ours, into a file."""
    context = ssl.create_default_context(cafile=f"{CA}/ca.pem")
    connection = http.client.HTTPSConnection("cognito.test", port)
    connection.sock = context.wrap_socket(
        socket.create_connection((address, port), timeout=20),
        server_hostname="cognito.test")
    connection.request("GET", f"/{POOL_ID}/.well-known/jwks.json")
    with open(path, "wb") as file:
        file.write(connection.getresponse().read())
    connection.close()


def log_lines(path=LOG):
    try:
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    except FileNotFoundError:
        return []


def calls(path=LOG):
    """Every call the pool has answered, oldest first."""
    return [line for line in log_lines(path) if line["outcome"] != "held"]


def wait_until_held(operation, username="", path=LOG):
    """Until a hold of the pool keeps such a call waiting."""
    for _ in range(3000):
        if any(line["outcome"] == "held" and line["operation"] == operation
               and line["username"] == username for line in log_lines(path)):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{operation} does not come")
