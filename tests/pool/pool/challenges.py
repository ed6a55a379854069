# SPDX-License-Identifier: Apache-2.0
"""The challenges after the password: their parameters, their answers, and
which comes next."""

import json

from pool import passwords, totp
from pool.errors import (ServiceError, invalid_parameter, missing_parameter,
                         not_authorized)
from pool.request import check_keys
from pool.state import check_secret_hash

CODE_KEYS = {"SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
             "SMS_MFA": "SMS_MFA_CODE", "SMS_OTP": "SMS_OTP_CODE",
             "EMAIL_OTP": "EMAIL_OTP_CODE"}
PREFIX = "userAttributes."


def knobbed(user, challenge, parameters):
    """Challenge parameters changed as the user's seed says."""
    changes = user.knobs.parameters.get(challenge, {})
    result = {**parameters, **changes}
    return {name: value for name, value in result.items()
            if value is not None}


# What comes next

def next_step(pool, login):
    """The answer after a success: the next challenge, or tokens."""
    user = login.user
    if user.knobs.force_challenge and not login.forced_done:
        login.forced_done = True
        return challenge(pool, login, user.knobs.force_challenge)
    if user.status == "FORCE_CHANGE_PASSWORD":
        return challenge(pool, login, "NEW_PASSWORD_REQUIRED")
    # Who signed up alone gets in once without a second factor.
    if not login.factor_done and not user.signed_up:
        name = factor_challenge(pool, login)
        if name:
            return challenge(pool, login, name)
    user.lock.clear()
    user.signed_up = False
    return {"AuthenticationResult": pool.tokens.sign_in(login),
            "ChallengeParameters": {}}


def factor_challenge(pool, login):
    """The name of the second factor's challenge; None: not wanted."""
    factors = login.user.factors(pool.settings.mfa)
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


def new_password_parameters(_pool, login):
    required = [PREFIX + name for name in login.user.missing_attributes()]
    return {"USER_ID_FOR_SRP": login.name,
            "requiredAttributes": json.dumps(required),
            "userAttributes": json.dumps(login.user.attributes)}


def authenticator_parameters(_pool, login):
    return {"USER_ID_FOR_SRP": login.name}


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


PARAMETERS = {
    "NEW_PASSWORD_REQUIRED": new_password_parameters,
    "SOFTWARE_TOKEN_MFA": authenticator_parameters,
    "SMS_MFA": sms_parameters,
    "SMS_OTP": sms_parameters,
    "EMAIL_OTP": email_parameters,
    "SELECT_MFA_TYPE": select_parameters,
    "MFA_SETUP": setup_parameters,
}


def masked_phone(user):
    number = user.attributes.get("phone_number", "+15550001234")
    return "+" + "*" * (len(number) - 5) + number[-4:]


def masked_email(user):
    local, _, domain = user.attributes.get(
        "email", "user@example.com").partition("@")
    return f"{local[:1]}***@{domain[:1]}***"


# Answers

def answer(pool, call, client, name, responses):
    """RespondToAuthChallenge for all but the password's proof."""
    given = call.body.get("Session")
    known = pool.sessions.peek(given) if given else None
    check_secret_hash(client, responses.get("SECRET_HASH"),
                      responses["USERNAME"],
                      known.login.name if known else None)
    if given is None:
        raise missing_parameter("SESSION")
    session = pool.sessions.check(given, client, name)
    login = session.login
    check_person(pool, login, responses["USERNAME"])
    login.user.lock.check(pool.settings.lockout, call.arrived)
    if name not in ANSWERS:
        raise invalid_parameter(f"The test pool cannot check {name}")
    following = ANSWERS[name](pool, call, login, responses)
    session.used = True
    return following


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
    check_keys(responses, "ChallengeResponses", ("USERNAME", name),
               ("SECRET_HASH", "DEVICE_KEY", *also_allowed))
    return responses[name]


def answer_new_password(pool, call, login, responses):
    user = login.user
    attributes = {name[len(PREFIX):]: value
                  for name, value in responses.items()
                  if name.startswith(PREFIX)}
    rest = {name: value for name, value in responses.items()
            if not name.startswith(PREFIX)}
    password = required_response(rest, "NEW_PASSWORD")
    passwords.check_new(user, password, pool.settings.password_policy,
                        "newPassword")
    writable = login.client.write_attributes
    for name in attributes:
        if writable is not None and name not in writable:
            raise not_authorized("A client attempted to write unauthorized "
                                 "attribute")
        if user.attributes.get(name):
            raise not_authorized(
                f"Cannot modify an already provided {name}")
    for name in user.missing_attributes():
        if not attributes.get(name):
            raise invalid_parameter(
                f"Invalid attributes given, {name} is missing")
    user.attributes.update(attributes)
    user.set_password(password, call.arrived)
    user.status = "CONFIRMED"
    return next_step(pool, login)


def wrong_code(pool, call, user):
    user.lock.fail(pool.settings.lockout, call.arrived)
    return ServiceError("CodeMismatchException",
                        "Invalid code received for user")


def use_authenticator_code(pool, call, user, secret, code):
    """Raise unless this is a right code that was not used before."""
    step = totp.matching_step(secret, code, call.arrived)
    if step is None:
        raise wrong_code(pool, call, user)
    if step in user.totp_steps:
        raise ServiceError("ExpiredCodeException", "Your software token has "
                           "already been used once.")
    user.totp_steps.add(step)


def answer_authenticator(pool, call, login, responses):
    # amazon-cognito-identity-js sends the code under both names.
    code = required_response(responses, "SOFTWARE_TOKEN_MFA_CODE",
                             "SMS_MFA_CODE")
    user = login.user
    if not user.totp_secret:
        raise ServiceError("SoftwareTokenMFANotFoundException",
                           "User has no software token")
    use_authenticator_code(pool, call, user, user.totp_secret, code)
    login.factor_done = True
    return next_step(pool, login)


def answer_sent_code(challenge_name, knob):
    """For codes that were sent: the seed says which."""
    def answer_code(pool, call, login, responses):
        code = required_response(responses, CODE_KEYS[challenge_name])
        if code != getattr(login.user.knobs, knob):
            raise wrong_code(pool, call, login.user)
        login.factor_done = True
        return next_step(pool, login)
    return answer_code


def answer_select(pool, _call, login, responses):
    chosen = required_response(responses, "ANSWER")
    if chosen not in login.can_choose:
        raise invalid_parameter("Invalid MFA type selected")
    return challenge(pool, login, chosen)


def answer_setup(pool, _call, login, responses):
    check_keys(responses, "ChallengeResponses", ("USERNAME",),
               ("SECRET_HASH", "DEVICE_KEY"))
    if not login.mfa_setup_done:
        raise invalid_parameter("No software token was verified in this "
                                "session")
    if pool.settings.mfa_setup_ends_in == "tokens":
        login.factor_done = True
    return next_step(pool, login)


ANSWERS = {
    "NEW_PASSWORD_REQUIRED": answer_new_password,
    "SOFTWARE_TOKEN_MFA": answer_authenticator,
    "SMS_MFA": answer_sent_code("SMS_MFA", "sms_code"),
    "SMS_OTP": answer_sent_code("SMS_OTP", "sms_code"),
    "EMAIL_OTP": answer_sent_code("EMAIL_OTP", "email_code"),
    "SELECT_MFA_TYPE": answer_select,
    "MFA_SETUP": answer_setup,
}


# Enrolling an authenticator inside MFA_SETUP

def session_login(pool, call, challenge_name):
    """The session of a call that carries no client id."""
    if "Session" not in call.body:
        raise invalid_parameter("The test pool wants a Session here")
    known = pool.sessions.peek(call.body["Session"])
    session = pool.sessions.check(
        call.body["Session"], known.login.client if known else None,
        challenge_name)
    check_person(pool, session.login, session.login.name)
    return session


def associate_software_token(pool, call):
    session = session_login(pool, call, "MFA_SETUP")
    user = session.login.user
    user.totp_pending = totp.new_secret()
    session.used = True
    return {"SecretCode": user.totp_pending,
            "Session": pool.sessions.open(session.login, "MFA_SETUP")}


def verify_software_token(pool, call):
    session = session_login(pool, call, "MFA_SETUP")
    user = session.login.user
    step = totp.matching_step(user.totp_pending, call.body["UserCode"],
                              call.arrived) if user.totp_pending else None
    if step is None:
        raise ServiceError("EnableSoftwareTokenMFAException", "Code mismatch "
                           "and fail enable Software Token MFA")
    user.totp_steps.add(step)
    user.totp_secret, user.totp_pending = user.totp_pending, ""
    session.login.mfa_setup_done = True
    session.used = True
    return {"Status": "SUCCESS",
            "Session": pool.sessions.open(session.login, "MFA_SETUP")}
