# SPDX-License-Identifier: Apache-2.0
"""People who register themselves, and codes that prove an address: sign-up
and its confirmation."""

from pool import delivery, passwords
from pool.attributes import check_writable, given_attributes
from pool.errors import ServiceError, invalid_parameter, not_authorized
from pool.own import count_try
from pool.seed import UserSeed
from pool.state import check_secret_hash
from pool.users import user_not_found

CODE_S = 86400  # life of a confirmation code


def expired_code():
    return ServiceError("ExpiredCodeException", "Invalid code provided, "
                        "please request a code again.")


def wrong_code():
    return ServiceError("CodeMismatchException", "Invalid verification code "
                        "provided, please try again.")


def person(pool, call):
    """The user of a call with ClientId, SecretHash and Username; None for
    a name that nobody has where that is hidden."""
    client = pool.client(call.body["ClientId"])
    name = call.body["Username"]
    check_secret_hash(client, call.body.get("SecretHash"), name)
    user = pool.users.find(name)
    if not user:
        if not pool.hides_users(client):
            raise user_not_found()
        call.log["reason"] = "no such user"
    return user


def sign_up(pool, call):
    client = pool.client(call.body["ClientId"])
    name = call.body["Username"]
    check_secret_hash(client, call.body.get("SecretHash"), name)
    if not pool.settings.sign_up:
        raise not_authorized("SignUp is not permitted for this user pool")
    password = call.body.get("Password", "")
    passwords.check_form(password, "password")
    passwords.check_policy(password, pool.settings.password_policy)
    attributes = given_attributes(call)
    check_writable(client, attributes)
    for attribute in pool.settings.required_attributes:
        if attribute not in attributes:
            raise invalid_parameter("Attributes did not conform to the "
                                    f"schema: {attribute}: The attribute "
                                    f"{attribute} is required")
    user = pool.add_user(UserSeed(
        username=name, password=password, status="UNCONFIRMED",
        attributes=attributes))
    user.signed_up = True
    result = {"UserConfirmed": False, "UserSub": user.sub}
    details = delivery.for_confirmation(user)
    if details:
        result["CodeDeliveryDetails"] = details
    return result


def resend_confirmation_code(pool, call):
    user = person(pool, call)
    if not user:
        return {"CodeDeliveryDetails": delivery.simulated(
            call.body["Username"])}
    count_try(pool, user, call)
    if user.status != "UNCONFIRMED":
        raise invalid_parameter("User is already confirmed.")
    details = delivery.for_confirmation(user)
    if not details:
        raise invalid_parameter("Cannot resend codes. Auto verification not "
                                "turned on.")
    user.confirm_sent = call.arrived
    return {"CodeDeliveryDetails": details}


def confirm_sign_up(pool, call):
    user = person(pool, call)
    if not user:
        raise expired_code()
    count_try(pool, user, call)
    if user.status != "UNCONFIRMED":
        raise not_authorized("User cannot be confirmed. Current status is "
                             f"{user.status}")
    if call.arrived - user.confirm_sent > CODE_S:
        raise expired_code()
    if call.body["ConfirmationCode"] != user.confirm_code():
        raise wrong_code()
    details = delivery.for_confirmation(user)
    if details:
        prove(pool, user, details["AttributeName"],
              call.body.get("ForceAliasCreation", False))
    user.status = "CONFIRMED"
    user.modified = call.arrived
    return {}


def prove(pool, user, attribute, force):
    """The address is verified now; as an alias it is one person's."""
    owner = (pool.users.find(user.attributes[attribute])
             if attribute in pool.settings.alias_attributes else None)
    if owner and owner is not user:
        if not force:
            raise ServiceError("AliasExistsException", "An account with the "
                               f"{attribute} already exists.")
        owner.attributes[f"{attribute}_verified"] = "false"
    user.attributes[f"{attribute}_verified"] = "true"


def admin_confirm_sign_up(pool, user):
    """Confirmed by an administrator: no address is proved."""
    if user.status != "UNCONFIRMED":
        raise not_authorized("User cannot be confirmed. Current status is "
                             f"{user.status}")
    user.status = "CONFIRMED"
    return {}
