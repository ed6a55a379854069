# SPDX-License-Identifier: Apache-2.0
"""Authenticator codes: RFC 6238 with SHA-1, 30 seconds, 6 digits."""

import base64
import hashlib
import hmac
import secrets

STEP_S = 30
WINDOW = 1  # steps of tolerance either way


def decode_secret(text):
    """The bytes of a base32 secret, with or without its padding."""
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))


def new_secret():
    """52 characters of base32, as the service makes them."""
    return base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=")


def code_at_step(secret, step):
    mac = hmac.new(decode_secret(secret), step.to_bytes(8, "big"),
                   hashlib.sha1).digest()
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset:offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1000000:06d}"


def code_at(secret, now):
    return code_at_step(secret, int(now) // STEP_S)


def matching_step(secret, code, now):
    """The step within the window whose code this is, or None."""
    current = int(now) // STEP_S
    for step in range(current - WINDOW, current + WINDOW + 1):
        if hmac.compare_digest(code_at_step(secret, step).encode(),
                               code.encode()):
            return step
    return None
