# SPDX-License-Identifier: Apache-2.0
"""Administration: the operations that want AWS credentials."""

import base64
import binascii
import re
import secrets

from pool import passwords
from pool.errors import ServiceError, invalid_parameter
from pool.seed import UserSeed
from pool.users import user_not_found

PAGE = 60
FILTER = re.compile(r'\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*')
SEARCHABLE = ("username", "email", "phone_number", "name", "given_name",
              "family_name", "preferred_username", "cognito:user_status",
              "status", "sub")


def check_pool_id(pool, call):
    if call.body["UserPoolId"] != pool.settings.id:
        raise ServiceError("ResourceNotFoundException", "User pool "
                           f"{call.body['UserPoolId']} does not exist.")


def target(pool, call):
    """The user an admin call is about."""
    check_pool_id(pool, call)
    return pool.users.find_for_admin(call.body["Username"])


def find_group(pool, call):
    group = pool.groups.get(call.body["GroupName"])
    if not group:
        raise ServiceError("ResourceNotFoundException", "Group not found.")
    return group


# How users and groups are shown

def user_object(user, attributes_in="Attributes"):
    return {"Username": user.username,
            attributes_in: user.attribute_list(),
            "UserCreateDate": round(user.created, 3),
            "UserLastModifiedDate": round(user.modified, 3),
            "Enabled": user.enabled, "UserStatus": user.status}


def group_object(pool, group):
    shown = {"GroupName": group.name, "UserPoolId": pool.settings.id,
             "LastModifiedDate": round(group.created, 3),
             "CreationDate": round(group.created, 3)}
    if group.description:
        shown["Description"] = group.description
    if group.precedence is not None:
        shown["Precedence"] = group.precedence
    return shown


def page(call, items, token_name):
    """One page of a list, and the token of the next if there is one."""
    start = 0
    if token_name in call.body:
        try:
            start = int(base64.b64decode(call.body[token_name],
                                         validate=True))
        except (binascii.Error, ValueError):
            raise invalid_parameter("Invalid pagination token") from None
    end = start + (call.body.get("Limit") or PAGE)
    following = {}
    if end < len(items):
        token = base64.b64encode(str(end).encode()).decode()
        following = {token_name: token}
    return items[start:end], following


# Users

def admin_get_user(pool, call):
    user = target(pool, call)
    shown = user_object(user, "UserAttributes")
    factors = user.factors(pool.settings.mfa)
    if factors:
        shown["UserMFASettingList"] = factors
    if user.preferred_mfa:
        shown["PreferredMfaSetting"] = user.preferred_mfa
    return shown


def admin_create_user(pool, call):
    check_pool_id(pool, call)
    name = call.body["Username"]
    if call.body.get("MessageAction") == "RESEND":
        found = pool.users.find(name)
        if not found:
            raise user_not_found()
        return {"User": user_object(found)}
    if "email" in pool.settings.alias_attributes and "@" in name:
        raise invalid_parameter("Username cannot be of email format, since "
                                "user pool is configured for email alias.")
    if pool.settings.username_attributes == ["email"] and "@" not in name:
        raise invalid_parameter("Username should be an email.")
    password = call.body.get("TemporaryPassword",
                             secrets.token_urlsafe(12) + "aA1!")
    passwords.check_form(password, "temporaryPassword")
    passwords.check_policy(password, pool.settings.password_policy)
    attributes = {item["Name"]: item.get("Value", "")
                  for item in call.body.get("UserAttributes", [])}
    user = pool.add_user(UserSeed(
        username=name, password=password, status="FORCE_CHANGE_PASSWORD",
        attributes=attributes))
    return {"User": user_object(user)}


def admin_delete_user(pool, call):
    user = target(pool, call)
    pool.tokens.revoke_all(user)
    pool.users.remove(user)
    return {}


def admin_enable_user(pool, call):
    target(pool, call).enabled = True
    return {}


def admin_disable_user(pool, call):
    user = target(pool, call)
    user.enabled = False
    pool.tokens.revoke_all(user)
    return {}


def admin_user_global_sign_out(pool, call):
    pool.tokens.revoke_all(target(pool, call))
    return {}


def admin_reset_user_password(pool, call):
    user = target(pool, call)
    user.status = "RESET_REQUIRED"
    user.send_reset_code(call.arrived)
    return {}


def admin_set_user_password(pool, call):
    user = target(pool, call)
    passwords.check_new(user, call.body["Password"],
                        pool.settings.password_policy, "password")
    user.set_password(call.body["Password"], call.arrived)
    user.status = ("CONFIRMED" if call.body.get("Permanent")
                   else "FORCE_CHANGE_PASSWORD")
    return {}


def list_users(pool, call):
    check_pool_id(pool, call)
    users = list(pool.users)
    if call.body.get("Filter"):
        users = [u for u in users if matches(u, call.body["Filter"])]
    chosen, following = page(call, users, "PaginationToken")
    shown = [user_object(user) for user in chosen]
    wanted = call.body.get("AttributesToGet")
    if wanted is not None:
        for one in shown:
            one["Attributes"] = [item for item in one["Attributes"]
                                 if item["Name"] in wanted]
    return {"Users": shown, **following}


def matches(user, text):
    """Does the user meet a filter such as name ^= "al"?  The user name is
    compared with its case even in insensitive pools."""
    found = FILTER.fullmatch(text)
    if not found or found.group(1) not in SEARCHABLE:
        raise invalid_parameter("Input fails to satisfy the constraints.")
    name, relation, value = found.groups()
    value = re.sub(r"\\(.)", r"\1", value)
    actual = {"username": user.username, "sub": user.sub,
              "cognito:user_status": user.status,
              "status": "Enabled" if user.enabled else "Disabled",
              }.get(name, user.attributes.get(name, ""))
    if relation == "=":
        return actual == value
    return actual.startswith(value)


# Groups

def create_group(pool, call):
    check_pool_id(pool, call)
    name = call.body["GroupName"]
    if name in pool.groups:
        raise ServiceError("GroupExistsException", "A group with the name "
                           "already exists.")
    group = pool.add_group(name, call.body.get("Description", ""),
                           call.body.get("Precedence"))
    return {"Group": group_object(pool, group)}


def list_groups(pool, call):
    check_pool_id(pool, call)
    groups, following = page(call, list(pool.groups.values()), "NextToken")
    return {"Groups": [group_object(pool, g) for g in groups], **following}


def list_users_in_group(pool, call):
    check_pool_id(pool, call)
    group = find_group(pool, call)
    users = [u for u in pool.users if group.name in u.groups]
    chosen, following = page(call, users, "NextToken")
    return {"Users": [user_object(u) for u in chosen], **following}


def admin_list_groups_for_user(pool, call):
    user = target(pool, call)
    groups, following = page(
        call, [pool.groups[name] for name in user.groups], "NextToken")
    return {"Groups": [group_object(pool, g) for g in groups], **following}


def admin_add_user_to_group(pool, call):
    user, group = target(pool, call), find_group(pool, call)
    if group.name not in user.groups:
        user.groups.append(group.name)
    return {}


def admin_remove_user_from_group(pool, call):
    user, group = target(pool, call), find_group(pool, call)
    if group.name in user.groups:
        user.groups.remove(group.name)
    return {}
