# SPDX-License-Identifier: Apache-2.0
"""What people do with their own account: with an access token, with a
refresh token, or with a code after a forgotten password."""

from pool import delivery, passwords
from pool.errors import (ServiceError, missing_parameter,
                         not_authorized, wrong_password)
from pool.state import check_client_secret, check_secret_hash
from pool.users import user_not_found

HOUR_S = 3600
# Asking for a code and using it are counted together.
COUNTED_AS = {"ConfirmForgotPassword": "ForgotPassword"}


def token_owner(pool, call):
    """The grant behind the call's access token."""
    grant = pool.tokens.check_access(call.body["AccessToken"])
    call.log["username"] = grant.user.username
    if not grant.user.enabled:
        raise not_authorized("User is disabled.")
    return grant


def get_user(pool, call):
    grant = token_owner(pool, call)
    user, readable = grant.user, grant.client.read_attributes
    result = {"Username": user.username, "UserAttributes": [
        item for item in user.attribute_list()
        if readable is None or item["Name"] in ("sub", *readable)]}
    factors = user.factors(pool.settings)
    if factors:
        result["UserMFASettingList"] = factors
    if user.preferred_mfa:
        result["PreferredMfaSetting"] = user.preferred_mfa
    return result


def change_password(pool, call):
    user = token_owner(pool, call).user
    proposed = call.body["ProposedPassword"]
    passwords.check_form(proposed, "proposedPassword")
    if "PreviousPassword" in call.body:
        passwords.check_form(call.body["PreviousPassword"],
                             "previousPassword")
    elif user.password:
        raise missing_parameter("PreviousPassword")
    count_try(pool, user, call)
    if user.password and not user.password.matches(
            call.body["PreviousPassword"]):
        raise wrong_password("previous password")
    passwords.check_new(user, proposed, pool.settings.password_policy,
                        "proposedPassword")
    user.set_password(proposed, call.arrived)
    return {}


def count_try(pool, user, call):
    """The service's limits per user and hour.  Every try counts, also one
    that fails."""
    name = COUNTED_AS.get(call.operation, call.operation)
    limit = getattr(pool.settings.per_hour, name)
    tries = [at for at in user.tries.get(name, [])
             if call.arrived - at < HOUR_S]
    if len(tries) >= limit:
        raise ServiceError("LimitExceededException", "Attempt limit "
                           "exceeded, please try after some time.")
    user.tries[name] = [*tries, call.arrived]


def global_sign_out(pool, call):
    pool.tokens.revoke_all(token_owner(pool, call).user)
    return {}


def revoke_token(pool, call):
    client = pool.client(call.body["ClientId"])
    try:
        check_client_secret(client, call.body.get("ClientSecret"))
    except ServiceError as error:
        raise ServiceError("UnauthorizedException",
                           error.message) from None
    if not client.token_revocation:
        raise ServiceError("UnsupportedOperationException",
                           "Token revocation is not enabled for the client")
    token = call.body["Token"]
    if token.count(".") == 2:
        raise ServiceError("UnsupportedTokenTypeException",
                           "Unsupported token type")
    grant = pool.tokens.find_refresh(token)
    if not grant:
        # As RFC 7009 wants it; the log tells.
        call.log["reason"] = "unknown token"
        return {}
    if grant.client is not client:
        raise ServiceError("UnauthorizedException",
                           "The token is another client's")
    call.log["username"] = grant.user.username
    grant.revoked = True
    return {}


def get_tokens_from_refresh_token(pool, call):
    client = pool.client(call.body["ClientId"])
    check_client_secret(client, call.body.get("ClientSecret"))
    token = call.body["RefreshToken"]
    grant = pool.tokens.check_refresh(token, client,
                                      call.body.get("DeviceKey"))
    call.log["username"] = grant.user.username
    if not grant.user.enabled:
        raise not_authorized("User is disabled.")
    return {"AuthenticationResult": pool.tokens.refresh(
        grant, token if client.refresh_rotation else None)}


# Forgotten passwords

def forgot_password(pool, call):
    client = pool.client(call.body["ClientId"])
    name = call.body["Username"]
    check_secret_hash(client, call.body.get("SecretHash"), name)
    user = pool.users.find(name)
    if not user:
        if not pool.hides_users(client):
            raise user_not_found()
        call.log["reason"] = "no such user"
        return {"CodeDeliveryDetails": delivery.simulated(name)}
    count_try(pool, user, call)
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if user.status == "FORCE_CHANGE_PASSWORD":
        raise not_authorized("User password cannot be reset in the current "
                             "state.")
    details = delivery.for_reset(user)
    user.send_reset_code(call.arrived)
    return {"CodeDeliveryDetails": details}


def confirm_forgot_password(pool, call):
    client = pool.client(call.body["ClientId"])
    name = call.body["Username"]
    check_secret_hash(client, call.body.get("SecretHash"), name)
    password = call.body["Password"]
    passwords.check_form(password, "password")
    user = pool.users.find(name)
    if user:
        count_try(pool, user, call)
    elif not pool.hides_users(client):
        raise user_not_found()
    if (not user or not user.reset_code
            or call.arrived - user.reset_sent > HOUR_S):
        raise ServiceError("ExpiredCodeException", "Invalid code provided, "
                           "please request a code again.")
    if call.body["ConfirmationCode"] != user.reset_code:
        raise ServiceError("CodeMismatchException", "Invalid verification "
                           "code provided, please try again.")
    passwords.check_new(user, password, pool.settings.password_policy,
                        "password")
    user.set_password(password, call.arrived)
    user.reset_code = ""
    user.status = "CONFIRMED"
    return {}
