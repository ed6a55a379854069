# SPDX-License-Identifier: Apache-2.0
"""What comes next in a sign-in: the challenges after the password, their
parameters, and the tokens at the end."""

import base64
import json

from pool import srp
from pool.delivery import masked_email, masked_phone
from pool.errors import not_authorized
from pool.request import check_keys

PREFIX = "userAttributes."


def knobbed(user, challenge, parameters):
    """Challenge parameters changed as the user's seed says."""
    changes = user.knobs.parameters.get(challenge, {})
    result = {**parameters, **changes}
    return {name: value for name, value in result.items()
            if value is not None}


def next_step(pool, login):
    """The answer after a success: the next challenge, or tokens."""
    user = login.user
    if user.knobs.force_challenge and not login.forced_done:
        login.forced_done = True
        return challenge(pool, login, user.knobs.force_challenge)
    if user.status == "FORCE_CHANGE_PASSWORD":
        return challenge(pool, login, "NEW_PASSWORD_REQUIRED")
    name = (custom_challenge(pool, login) or device_challenge(pool, login)
            or factor_challenge(pool, login))
    if name:
        return challenge(pool, login, name)
    user.lock.clear()
    user.signed_up = False
    return {"AuthenticationResult": pool.tokens.sign_in(login),
            "ChallengeParameters": {}}


def custom_script(pool, user):
    """The questions of this user: the rounds of the pool owner's Lambda."""
    own = user.knobs.custom_challenge
    return pool.settings.custom_challenge if own is None else own


def custom_challenge(pool, login):
    wanted = (login.flow == "CUSTOM_AUTH"
              or login.user.knobs.force_challenge == "CUSTOM_CHALLENGE")
    left = login.custom_round < len(custom_script(pool, login.user))
    return "CUSTOM_CHALLENGE" if wanted and left else None


def device_challenge(pool, login):
    """A remembered device stands in for the second factor."""
    if login.factor_done or pool.settings.mfa == "OFF":
        return None
    device = login.user.devices.get(login.device_key)
    return "DEVICE_SRP_AUTH" if device and device.remembered else None


def factor_challenge(pool, login):
    """The name of the second factor's challenge; None: not wanted."""
    # Who signed up alone gets in once without; custom flows have none.
    if (login.factor_done or login.user.signed_up
            or login.flow == "CUSTOM_AUTH"):
        return None
    factors = login.user.factors(pool.settings)
    if login.user.preferred_mfa in factors:
        return login.user.preferred_mfa
    if len(factors) > 1:
        login.can_choose = factors
        return "SELECT_MFA_TYPE"
    if factors:
        return factors[0]
    if pool.settings.mfa != "ON":
        return None
    if not pool.settings.mfas_can_setup:
        raise not_authorized("User has no usable second factor and none "
                             "can be set up")
    return "MFA_SETUP"


def challenge(pool, login, name):
    """The answer that poses this challenge, with a new Session."""
    make = PARAMETERS.get(name, lambda pool, login: {})
    return {"ChallengeName": name,
            "Session": pool.sessions.open(login, name),
            "ChallengeParameters": knobbed(login.user, name,
                                           make(pool, login))}


# Parameters

def new_password_parameters(_pool, login):
    required = [PREFIX + name for name in login.user.missing_attributes()]
    return {"USER_ID_FOR_SRP": login.name,
            "requiredAttributes": json.dumps(required),
            "userAttributes": json.dumps(login.user.attributes)}


def authenticator_parameters(_pool, login):
    shown = {"USER_ID_FOR_SRP": login.name}
    if login.user.totp_name:
        shown["FRIENDLY_DEVICE_NAME"] = login.user.totp_name
    return shown


def sms_parameters(_pool, login):
    return {"CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
            "CODE_DELIVERY_DESTINATION": masked_phone(login.user),
            "USER_ID_FOR_SRP": login.name}


def email_parameters(_pool, login):
    return {"CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL",
            "CODE_DELIVERY_DESTINATION": masked_email(login.user),
            "USER_ID_FOR_SRP": login.name}


def select_parameters(_pool, login):
    return {"MFAS_CAN_CHOOSE": json.dumps(login.can_choose,
                                          separators=(",", ":")),
            "USER_ID_FOR_SRP": login.name}


def setup_parameters(pool, login):
    return {"MFAS_CAN_SETUP": json.dumps(pool.settings.mfas_can_setup,
                                         separators=(",", ":")),
            "USER_ID_FOR_SRP": login.name}


def custom_parameters(pool, login):
    script = custom_script(pool, login.user)
    # A forced challenge of a user without questions has none.
    given = (script[login.custom_round].parameters
             if login.custom_round < len(script) else {})
    return {"USERNAME": login.name, **given}


def device_parameters(_pool, login):
    srp_challenge = login.device_srp
    return {"SALT": srp.shortest_hex(
                login.user.devices[login.device_key].salt),
            "SRP_B": srp.shortest_hex(srp_challenge.b_public),
            "SECRET_BLOCK": base64.b64encode(
                srp_challenge.secret_block).decode(),
            "USERNAME": login.name, "DEVICE_KEY": login.device_key}


PARAMETERS = {
    "NEW_PASSWORD_REQUIRED": new_password_parameters,
    "SOFTWARE_TOKEN_MFA": authenticator_parameters,
    "SMS_MFA": sms_parameters,
    "SMS_OTP": sms_parameters,
    "EMAIL_OTP": email_parameters,
    "SELECT_MFA_TYPE": select_parameters,
    "MFA_SETUP": setup_parameters,
    "CUSTOM_CHALLENGE": custom_parameters,
    "DEVICE_PASSWORD_VERIFIER": device_parameters,
}


# What answers have in common

def check_person(pool, login, sent):
    """USERNAME is the internal name, or an alias of the same person: the
    service was seen to take both where there is no client secret."""
    if sent != login.name and pool.users.find(sent) is not login.user:
        raise not_authorized("Invalid session for the user.",
                             "session of another user")
    if not pool.users.has(login.user):
        raise not_authorized("Invalid session for the user.",
                             "user was deleted")
    if not login.user.enabled:
        raise not_authorized("User is disabled.")


def required_response(responses, name, *also_allowed):
    """The one value that an answer has to bring."""
    check_keys(responses, "ChallengeResponses", ("USERNAME", name),
               ("SECRET_HASH", "DEVICE_KEY", *also_allowed))
    return responses[name]
