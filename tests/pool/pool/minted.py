# SPDX-License-Identifier: Apache-2.0
"""Temporary credentials that one fake hands out and another accepts.

Who knows a role's `mint` can make credentials of that role and check them
without asking anybody: the session token carries role, key id and expiry
under a MAC, the secret key is derived from the key id.  So the programs
share a word in their seeds, and nothing has to be told from one to the
other when keys are fetched anew.
"""

import base64
import binascii
import dataclasses
import hashlib
import hmac
import json
import secrets

MAC_BYTES = 32
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclasses.dataclass
class Credentials:
    access_key_id: str
    secret: str
    session_token: str
    expires: int       # Unix time
    session: str       # RoleSessionName


def _mac(mint, purpose, data):
    return hmac.new(mint.encode(), purpose + b"\0" + data,
                    hashlib.sha256).digest()


def _secret(mint, access_key_id):
    digest = _mac(mint, b"secret", access_key_id.encode())
    return base64.b64encode(digest).decode()[:40]


def mint_credentials(role, expires, session="session"):
    """New credentials of a role (an object with `arn` and `mint`)."""
    key_id = "ASIA" + "".join(secrets.choice(ALPHABET) for _ in range(16))
    expires = int(expires)
    content = json.dumps([role.arn, key_id, expires, session]).encode()
    token = base64.b64encode(_mac(role.mint, b"token", content) + content)
    return Credentials(key_id, _secret(role.mint, key_id), token.decode(),
                       expires, session)


def open_token(role, token):
    """The Credentials that a session token of this role stands for; None
    when it is not one."""
    try:
        data = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        return None
    content = data[MAC_BYTES:]
    if not hmac.compare_digest(data[:MAC_BYTES],
                               _mac(role.mint, b"token", content)):
        return None
    arn, key_id, expires, session = json.loads(content)
    if arn != role.arn:
        return None
    return Credentials(key_id, _secret(role.mint, key_id), token, expires,
                       session)
