# SPDX-License-Identifier: Apache-2.0
"""Administration: the operations that want AWS credentials."""

import secrets

from pool import passwords, signup
from pool.attributes import given_attributes
from pool.errors import ServiceError, invalid_parameter
from pool.seed import UserSeed
from pool.shown import (check_pool_id, find_group, group_object, target,
                        user_object)
from pool.users import user_not_found

# Users

def admin_get_user(pool, call):
    user = target(pool, call)
    shown = user_object(user, "UserAttributes")
    factors = user.factors(pool.settings)
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
    user = pool.add_user(UserSeed(
        username=name, password=password, status="FORCE_CHANGE_PASSWORD",
        attributes=given_attributes(call)))
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


def admin_confirm_sign_up(pool, call):
    return signup.admin_confirm_sign_up(pool, target(pool, call))


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


# Groups

def create_group(pool, call):
    check_pool_id(pool, call)
    name = call.body["GroupName"]
    if name in pool.groups:
        raise ServiceError("GroupExistsException", "A group with the name "
                           "already exists.")
    group = pool.add_group(name, call.body.get("Description", ""),
                           call.body.get("Precedence"),
                           call.body.get("RoleArn", ""))
    return {"Group": group_object(pool, group)}


def get_group(pool, call):
    check_pool_id(pool, call)
    return {"Group": group_object(pool, find_group(pool, call))}


def delete_group(pool, call):
    check_pool_id(pool, call)
    pool.remove_group(find_group(pool, call))
    return {}


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
