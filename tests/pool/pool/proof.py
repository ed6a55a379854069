# SPDX-License-Identifier: Apache-2.0
"""PASSWORD_VERIFIER: the challenge, and the check of its answer."""

import base64
import binascii
import hmac
import secrets

from pool import srp, timestamp
from pool.errors import ServiceError, not_authorized, wrong_password
from pool.request import check_keys
from pool.seed import OTHER_STATUSES
from pool.sessions import Login
from pool.state import check_secret_hash
from pool.steps import knobbed, next_step
from pool.users import simulated_name


def password_challenge(pool, client, user, typed, a_public, flow):
    """PASSWORD_VERIFIER, simulated for who does not exist or has no
    password."""
    if user and user.password:
        name = user.username
        salt, v = user.password.salt, user.password.verifier()
    else:
        name = user.username if user else simulated_name(
            pool.settings.id, typed)
        salt, v = simulated_password(pool, name)
    b = secrets.randbits(256)
    b_public = srp.public_value(v, b)
    challenge = pool.sessions.open_srp(
        Login(user, client, name, flow), a_public, b_public, b, v)
    parameters = {
        "SALT": srp.shortest_hex(salt),
        "SECRET_BLOCK": base64.b64encode(challenge.secret_block).decode(),
        "SRP_B": srp.shortest_hex(b_public),
        "USERNAME": name,
        "USER_ID_FOR_SRP": name,
    }
    if user:
        parameters = knobbed(user, "PASSWORD_VERIFIER", parameters)
    answer = {"ChallengeName": "PASSWORD_VERIFIER",
              "ChallengeParameters": parameters}
    if challenge.session:
        answer["Session"] = challenge.session
    return answer


def simulated_password(pool, name):
    """Salt and verifier that stay the same for a name and pool."""
    digest = srp.sha256(pool.settings.id.encode(), name.encode())
    salt = int.from_bytes(digest[:16], "big")
    if pool.settings.simulated_salt_negative:
        # Seen from the service between 2019 and 2021.
        salt = -(salt >> 1) - 1
    return salt, pow(srp.G, int.from_bytes(digest, "big"), srp.N)


def answer_password(pool, call, client, responses):
    """RespondToAuthChallenge PASSWORD_VERIFIER."""
    check_keys(responses, "ChallengeResponses",
                ("USERNAME", "PASSWORD_CLAIM_SECRET_BLOCK",
                 "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"),
                ("SECRET_HASH", "DEVICE_KEY"))
    block = responses["PASSWORD_CLAIM_SECRET_BLOCK"]
    challenge = pool.sessions.peek_srp(block)
    internal = challenge.login.name if challenge else None
    check_secret_hash(client, responses.get("SECRET_HASH"),
                      responses["USERNAME"], internal)
    check_device(challenge, responses)
    challenge = pool.sessions.take_srp(block)
    if not challenge or challenge.login.client is not client:
        raise wrong_password("unknown or spent SECRET_BLOCK")
    check_session(pool, call, challenge)
    check_age(pool, call, challenge)
    login = challenge.login
    if login.user:
        login.user.lock.check(pool.settings.lockout, call.arrived)
        check_status(pool, client, login.user)
    fault = proof_fault(pool, call, challenge, responses)
    if fault:
        if login.user:
            login.user.lock.fail(pool.settings.lockout, call.arrived)
        raise wrong_password(fault)
    check_may_enter(login.user)
    if challenge.session:
        pool.sessions.peek(challenge.session).used = True
    return next_step(pool, login)


def check_device(challenge, responses):
    """A device that is told has to be a confirmed one of this user.  The
    challenge is not spent by this: the client repeats its answer without
    the device."""
    key = responses.get("DEVICE_KEY")
    if key is None:
        return
    user = challenge.login.user if challenge else None
    device = user.devices.get(key) if user else None
    if not device or not device.confirmed:
        raise ServiceError("ResourceNotFoundException",
                           "Device does not exist.")
    challenge.login.device_key = key


def check_session(pool, call, challenge):
    """The Session goes back when one was sent, and only then."""
    given = call.body.get("Session")
    if challenge.session:
        if given != challenge.session:
            raise not_authorized("Invalid session for the user.",
                                 "not the challenge's session")
        pool.sessions.check(given, challenge.login.client)
    elif given is not None:
        raise not_authorized("Invalid session for the user.",
                             "a session where none was given")


def check_age(pool, call, challenge):
    age = call.arrived - challenge.made
    call.log["proof_age_ms"] = round(age * 1000)
    if age > pool.settings.proof_limit_s:
        pool.late_proofs += 1
        raise wrong_password("late proof")


def check_status(pool, client, user):
    """States in which the password is not even looked at."""
    if user.status == "UNCONFIRMED":
        raise ServiceError("UserNotConfirmedException",
                           "User is not confirmed.")
    if user.status in OTHER_STATUSES:
        raise wrong_password(f"status {user.status}")
    if user.status == "RESET_REQUIRED":
        if pool.hides_users(client):
            raise wrong_password("reset required")
        raise ServiceError("PasswordResetRequiredException",
                           "Password reset required for the user")


def proof_fault(pool, call, challenge, responses):
    """What is wrong with a proof, in the pool's own words; or None."""
    login = challenge.login
    if responses["USERNAME"] != login.name:
        found = pool.users.find(responses["USERNAME"])
        # Without a secret the service was seen to take the alias as well.
        if not found or found is not login.user:
            return "USERNAME is not the challenge's"
    at = timestamp.parse(responses["TIMESTAMP"])
    if at is None:
        return "form of TIMESTAMP"
    if abs(at - call.arrived) > pool.settings.timestamp_tolerance_s:
        return "TIMESTAMP off by more than the tolerance"
    try:
        given = base64.b64decode(responses["PASSWORD_CLAIM_SIGNATURE"],
                                 validate=True)
    except (binascii.Error, ValueError):
        return "form of PASSWORD_CLAIM_SIGNATURE"
    u = srp.scrambler(challenge.a_public, challenge.b_public)
    secret = srp.shared_secret(challenge.a_public, challenge.verifier, u,
                               challenge.b)
    right = srp.signature(srp.proof_key(secret, u), pool.name, login.name,
                          challenge.secret_block, responses["TIMESTAMP"])
    if not hmac.compare_digest(given, right):
        return "signature"
    if not login.user or not pool.users.has(login.user):
        return "no such user"
    return None


def check_may_enter(user):
    """What stops a person who knows the password."""
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if (user.status == "FORCE_CHANGE_PASSWORD"
            and user.knobs.temporary_password_expired):
        raise not_authorized("Temporary password has expired and must be "
                             "reset by an administrator.")
