# SPDX-License-Identifier: Apache-2.0
"""Second factors that people set up: an authenticator, inside MFA_SETUP or
with an access token, an address for codes, and which factor is preferred."""

from pool import totp
from pool.errors import ServiceError, invalid_parameter
from pool.own import token_owner
from pool.request import check_keys
from pool.steps import challenge, check_person, next_step

SETTINGS = {"SoftwareTokenMfaSettings": "SOFTWARE_TOKEN_MFA",
            "SMSMfaSettings": "SMS_MFA", "EmailMfaSettings": "EMAIL_OTP"}
NOT_SET_UP = {
    "SOFTWARE_TOKEN_MFA": "User has not set up software token mfa",
    "SMS_MFA": "User does not have delivery config set to turn on SMS_MFA",
    "EMAIL_OTP": "User does not have delivery config set to turn on "
                 "EMAIL_OTP"}


class Enrolling:
    """Who is setting up an authenticator, and where the call leaves off: in
    a session, or signed in."""

    def __init__(self, pool, call):
        self.pool = pool
        self.session = None
        if ("Session" in call.body) == ("AccessToken" in call.body):
            raise invalid_parameter("Either AccessToken or Session is "
                                    "wanted")
        if "AccessToken" in call.body:
            self.user = token_owner(pool, call).user
            return
        known = pool.sessions.peek(call.body["Session"])
        # These calls bring no client id.
        self.session = pool.sessions.check(
            call.body["Session"], known.login.client if known else None,
            "MFA_SETUP")
        self.user = self.session.login.user
        check_person(pool, self.session.login, self.session.login.name)

    def go_on(self):
        """The new Session, if it goes on in one."""
        if not self.session:
            return {}
        self.session.used = True
        return {"Session": self.pool.sessions.open(self.session.login,
                                                   "MFA_SETUP")}


def associate_software_token(pool, call):
    if pool.settings.mfa == "OFF":
        raise ServiceError("SoftwareTokenMFANotFoundException", "Software "
                           "Token MFA has not been enabled by the userPool")
    enrolling = Enrolling(pool, call)
    enrolling.user.totp_pending = totp.new_secret()
    return {"SecretCode": enrolling.user.totp_pending, **enrolling.go_on()}


def verify_software_token(pool, call):
    enrolling = Enrolling(pool, call)
    user = enrolling.user
    step = totp.matching_step(user.totp_pending, call.body["UserCode"],
                              call.arrived) if user.totp_pending else None
    if step is None:
        return wrong_code(pool, enrolling)
    user.totp_steps.add(step)
    user.totp_secret, user.totp_pending = user.totp_pending, ""
    user.totp_name = call.body.get("FriendlyDeviceName", "")
    if enrolling.session:
        enrolling.session.login.mfa_setup_done = True
    elif pool.settings.mfa_needs_preference:
        user.factor_choice.setdefault("SOFTWARE_TOKEN_MFA", False)
    return {"Status": "SUCCESS", **enrolling.go_on()}


def wrong_code(pool, enrolling):
    """The service was seen to say it in more than one way."""
    how = pool.settings.enrolment_error
    if how == "status":
        return {"Status": "ERROR", **enrolling.go_on()}
    if how == "mismatch":
        raise ServiceError("CodeMismatchException",
                           "Invalid code received for user")
    raise ServiceError("EnableSoftwareTokenMFAException", "Code mismatch "
                       "and fail enable Software Token MFA")


def answer_setup(pool, _call, login, responses):
    """MFA_SETUP is over: an authenticator was verified, or an address for
    codes is given now."""
    check_keys(responses, "ChallengeResponses", ("USERNAME",),
               ("SECRET_HASH", "DEVICE_KEY", "EMAIL", "email"))
    # The guide and Amplify differ in the key's case.
    address = responses.get("EMAIL", responses.get("email"))
    if address is not None:
        return set_up_email(pool, login, address)
    if not login.mfa_setup_done:
        raise invalid_parameter("No software token was verified in this "
                                "session")
    if pool.settings.mfa_setup_ends_in == "tokens":
        login.factor_done = True
    return next_step(pool, login)


def set_up_email(pool, login, address):
    user = login.user
    if "EMAIL_OTP" not in pool.settings.mfas_can_setup:
        raise invalid_parameter("EMAIL_OTP cannot be set up")
    if "@" not in address:
        raise invalid_parameter("Invalid email address format.")
    user.attributes["email"] = address
    user.knobs.email_code = user.knobs.email_code or user.knobs.reset_code
    return challenge(pool, login, "EMAIL_OTP")


def set_user_mfa_preference(pool, call):
    user = token_owner(pool, call).user
    for member, factor in SETTINGS.items():
        settings = call.body.get(member, {})
        enabled = settings.get("Enabled")
        if enabled and not user.can_use(factor):
            raise invalid_parameter(NOT_SET_UP[factor])
        if enabled is not None:
            user.factor_choice[factor] = enabled
        if settings.get("PreferredMfa"):
            user.preferred_mfa = factor
        elif user.preferred_mfa == factor and settings:
            user.preferred_mfa = ""
    return {}
