# SPDX-License-Identifier: Apache-2.0
"""DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device proves
itself in place of a second factor."""

import base64
import binascii
import dataclasses
import hmac
import secrets

from pool import srp, timestamp
from pool.errors import (invalid_parameter, not_authorized, wrong_password)
from pool.request import check_keys
from pool.sessions import SECRET_BLOCK_BYTES
from pool.steps import challenge, next_step


@dataclasses.dataclass
class DeviceSrp:
    a_public: int
    b: int
    b_public: int
    secret_block: bytes


def device_of(login):
    device = login.user.devices.get(login.device_key)
    if not device:
        raise invalid_parameter("The test pool knows no device to check")
    return device


def check_key(login, responses):
    if responses["DEVICE_KEY"] != login.device_key:
        raise not_authorized("Invalid session for the user.",
                             "another device's key")


def answer_device(pool, _call, login, responses):
    device = device_of(login)
    check_keys(responses, "ChallengeResponses",
               ("USERNAME", "DEVICE_KEY", "SRP_A"), ("SECRET_HASH",))
    check_key(login, responses)
    a_public = srp.parse_public(responses["SRP_A"])
    if a_public is None:
        raise invalid_parameter("SRP_A is not valid", "bad SRP_A")
    b = secrets.randbits(256)
    login.device_srp = DeviceSrp(
        a_public, b, srp.public_value(device.verifier, b),
        secrets.token_bytes(SECRET_BLOCK_BYTES))
    return challenge(pool, login, "DEVICE_PASSWORD_VERIFIER")


def right_signature(device, given, stamp):
    """The proof that this device would send."""
    u = srp.scrambler(given.a_public, given.b_public)
    secret = srp.shared_secret(given.a_public, device.verifier, u, given.b)
    return srp.signature(srp.proof_key(secret, u), device.group_key,
                         device.key, given.secret_block, stamp)


def answer_device_password(pool, call, login, responses):
    device = device_of(login)
    check_keys(responses, "ChallengeResponses",
               ("USERNAME", "DEVICE_KEY", "PASSWORD_CLAIM_SECRET_BLOCK",
                "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"), ("SECRET_HASH",))
    check_key(login, responses)
    fault = proof_fault(pool, call, device, login.device_srp, responses)
    if fault:
        raise wrong_password(f"device: {fault}")
    device.seen = call.arrived
    login.factor_done = True
    return next_step(pool, login)


def proof_fault(pool, call, device, given, responses):
    """What is wrong with a device's proof; None: nothing."""
    at = timestamp.parse(responses["TIMESTAMP"])
    if at is None:
        return "form of TIMESTAMP"
    if abs(at - call.arrived) > pool.settings.timestamp_tolerance_s:
        return "TIMESTAMP off by more than the tolerance"
    try:
        block = base64.b64decode(
            responses["PASSWORD_CLAIM_SECRET_BLOCK"], validate=True)
        sent = base64.b64decode(
            responses["PASSWORD_CLAIM_SIGNATURE"], validate=True)
    except (binascii.Error, ValueError):
        return "not base64"
    if block != given.secret_block:
        return "SECRET_BLOCK"
    right = right_signature(device, given, responses["TIMESTAMP"])
    return None if hmac.compare_digest(sent, right) else "signature"
