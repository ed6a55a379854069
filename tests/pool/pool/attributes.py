# SPDX-License-Identifier: Apache-2.0
"""Writing attributes: what an app client may, and what administrators may."""

from pool.delivery import by_email, by_phone
from pool.errors import invalid_parameter, not_authorized
from pool.own import token_owner
from pool.shown import target
from pool.users import VERIFIED

DELIVERIES = {"email": by_email, "phone_number": by_phone}


def check_writable(client, names):
    """Raise when the client may not write one of these."""
    allowed = client.write_attributes
    if allowed is not None and not set(names) <= set(allowed):
        raise not_authorized("A client attempted to write unauthorized "
                             "attribute")


def given_attributes(call):
    return {item["Name"]: item.get("Value", "")
            for item in call.body.get("UserAttributes", [])}


def check_mutable(pool, user, names):
    fixed = {"sub", *(one.name for one in pool.settings.schema
                      if not one.mutable)}
    for name in names:
        if name == "sub" or name in fixed and user.attributes.get(name):
            raise invalid_parameter(f"user.{name}: Attribute cannot be "
                                    "updated.")


def write(pool, user, attributes, now):
    """Other values; a changed address is not verified any more unless the
    same call says that it is."""
    check_mutable(pool, user, attributes)
    for name in VERIFIED:
        if attributes.get(name, user.attributes.get(name)) != (
                user.attributes.get(name)):
            user.attributes[name + "_verified"] = "false"
    user.attributes.update(attributes)
    user.modified = now


def erase(pool, user, names, now):
    check_mutable(pool, user, names)
    for name in names:
        user.attributes.pop(name, None)
        if name in VERIFIED:
            user.attributes.pop(name + "_verified", None)
    user.modified = now


# Own attributes

def update_user_attributes(pool, call):
    grant = token_owner(pool, call)
    attributes = given_attributes(call)
    check_writable(grant.client, attributes)
    for name in attributes:
        if name.endswith("_verified"):
            raise invalid_parameter(f"Cannot modify the non-mutable "
                                    f"attribute {name}")
    write(pool, grant.user, attributes, call.arrived)
    return {"CodeDeliveryDetailsList": [
        DELIVERIES[name](grant.user) for name in attributes
        if name in DELIVERIES]}


def delete_user_attributes(pool, call):
    grant = token_owner(pool, call)
    names = call.body["UserAttributeNames"]
    check_writable(grant.client, names)
    erase(pool, grant.user, names, call.arrived)
    return {}


# Administration

def admin_update_user_attributes(pool, call):
    write(pool, target(pool, call), given_attributes(call), call.arrived)
    return {}


def admin_delete_user_attributes(pool, call):
    erase(pool, target(pool, call), call.body["UserAttributeNames"],
          call.arrived)
    return {}
