# SPDX-License-Identifier: Apache-2.0
"""What administration is about, and how users and groups are shown."""

from pool.errors import ServiceError


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


def user_object(user, attributes_in="Attributes"):
    return {"Username": user.username,
            attributes_in: user.attribute_list(),
            "UserCreateDate": round(user.created, 3),
            "UserLastModifiedDate": round(user.modified, 3),
            "Enabled": user.enabled, "UserStatus": user.status}


def group_object(pool, group):
    shown = {"GroupName": group.name, "UserPoolId": pool.settings.id,
             "LastModifiedDate": round(group.modified, 3),
             "CreationDate": round(group.created, 3)}
    if group.description:
        shown["Description"] = group.description
    if group.role_arn:
        shown["RoleArn"] = group.role_arn
    if group.precedence is not None:
        shown["Precedence"] = group.precedence
    return shown
