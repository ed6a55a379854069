# SPDX-License-Identifier: Apache-2.0
"""The answers to the challenges after the password."""

from pool import device_signin, enrol, passwords, totp
from pool.attributes import check_writable
from pool.errors import (ServiceError, invalid_parameter, missing_parameter,
                         not_authorized, wrong_password)
from pool.state import check_secret_hash
from pool.steps import (PREFIX, challenge, check_person, custom_script,
                        next_step, required_response)

CODE_KEYS = {"SMS_MFA": "SMS_MFA_CODE", "SMS_OTP": "SMS_OTP_CODE",
             "EMAIL_OTP": "EMAIL_OTP_CODE"}


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
    check_writable(login.client, attributes)
    for name in attributes:
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


def answer_custom(pool, call, login, responses):
    """What the pool owner's Lambda would decide, by the script: the next
    question, the same once more, or the end."""
    script = custom_script(pool, login.user)
    if login.custom_round >= len(script):
        raise invalid_parameter("The test pool has no questions for "
                                "CUSTOM_CHALLENGE")
    asked = script[login.custom_round]
    if required_response(responses, "ANSWER") == asked.answer:
        login.custom_round += 1
        login.custom_tries = 0
        return next_step(pool, login)
    login.custom_tries += 1
    if asked.tries and login.custom_tries >= asked.tries:
        # The session is of no use any more.
        pool.sessions.forget(call.body["Session"])
        raise wrong_password("custom challenge")
    return challenge(pool, login, "CUSTOM_CHALLENGE")


ANSWERS = {
    "NEW_PASSWORD_REQUIRED": answer_new_password,
    "SOFTWARE_TOKEN_MFA": answer_authenticator,
    "SMS_MFA": answer_sent_code("SMS_MFA", "sms_code"),
    "SMS_OTP": answer_sent_code("SMS_OTP", "sms_code"),
    "EMAIL_OTP": answer_sent_code("EMAIL_OTP", "email_code"),
    "SELECT_MFA_TYPE": answer_select,
    "MFA_SETUP": enrol.answer_setup,
    "CUSTOM_CHALLENGE": answer_custom,
    "DEVICE_SRP_AUTH": device_signin.answer_device,
    "DEVICE_PASSWORD_VERIFIER": device_signin.answer_device_password,
}
