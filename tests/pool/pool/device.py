# SPDX-License-Identifier: Apache-2.0
"""A device that a pool tracks."""

import base64
import dataclasses
import secrets
import uuid


@dataclasses.dataclass
class Device:
    key: str
    group_key: str
    made: float
    salt: int = 0
    verifier: int = 0        # 0: not confirmed yet
    name: str = ""
    remembered: bool = False
    modified: float = 0
    seen: float = 0          # when it last signed in

    @property
    def confirmed(self):
        return self.verifier != 0


def new_device(pool_id, now):
    region = pool_id.partition("_")[0]
    group = base64.urlsafe_b64encode(secrets.token_bytes(6)).decode()
    return Device(f"{region}_{uuid.uuid4()}", f"-{group}", now,
                  modified=now, seen=now)
