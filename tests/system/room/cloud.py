# SPDX-License-Identifier: Apache-2.0
"""An identity pool of the room (tests/pool/cloud), which takes the tokens of
its user pool."""

import json
import secrets
import subprocess

from room import pool
from room.namespace import ROOM, SOURCE

PROGRAM = f"{SOURCE}/tests/pool/cloud"
ROLE = "arn:aws:iam::123456789012:role/person"
IDENTITY_POOL = "eu-west-1:12345678-90ab-cdef-1234-567890abcdef"


class Identity:
    """A process that answers; `config` says where, for cognito.conf."""

    def __init__(self):
        self.log = f"{ROOM}/log/identity-{secrets.token_hex(4)}.jsonl"
        with open(f"{self.log}.seed", "w", encoding="utf-8") as file:
            json.dump({"roles": [{"arn": ROLE, "mint": "same"}],
                       "identity": {"id": IDENTITY_POOL, "role": ROLE,
                                    "user_pool": {
                                        "id": pool.POOL_ID,
                                        "url": pool.ENDPOINT,
                                        "ca": f"{pool.CA}/ca.pem",
                                        "clients": [pool.CLIENT_ID]}}}, file)
        self.process = subprocess.Popen(
            ["/usr/bin/python3", PROGRAM, "--listen",
             "identity=https://127.0.0.1:0",
             "--cert", f"{pool.CA}/server.pem",
             "--key", f"{pool.CA}/server.key",
             "--seed", f"{self.log}.seed", "--log", self.log],
            stdout=subprocess.PIPE, text=True)
        port = self.process.stdout.readline().rsplit(":", 1)[1].strip()
        self.endpoint = f"https://cognito.test:{port}"
        self.config = {"identity_pool_id": IDENTITY_POOL,
                       "identity_endpoint": self.endpoint}

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def control(self, do, **command):
        subprocess.run(
            ["curl", "-sS", "--fail", "--cacert", f"{pool.CA}/ca.pem", "-H",
             "X-Test-Control: 1", "-d", json.dumps({"do": do, **command}),
             f"{self.endpoint}/_control"], check=True, capture_output=True)

    def asked(self):
        """The calls that it has heard, oldest first."""
        with open(self.log, encoding="utf-8") as file:
            return [call["operation"] for call in map(json.loads, file)
                    if call["operation"].startswith("Get")]
