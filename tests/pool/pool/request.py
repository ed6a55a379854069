# SPDX-License-Identifier: Apache-2.0
"""The form of a call: which members each operation takes, of what kind.

Stricter than the service on purpose: unknown members, nulls and values
that are not strings where strings are due are refused, so that a client's
slip shows in a test and not in the field.
"""

import dataclasses
import json
import unicodedata

from pool.errors import invalid_parameter, malformed, missing_parameter

TARGET = "AWSCognitoIdentityProviderService."
MAX_METADATA = 131072


@dataclasses.dataclass
class Call:
    """One request on its way through the pool."""
    operation: str
    body: dict
    arrived: float                # by the service's clock
    http: object = None           # the sigv4.Request it came in
    log: dict = dataclasses.field(default_factory=dict)


def no_duplicates(pairs):
    table = dict(pairs)
    if len(table) != len(pairs):
        raise malformed("a member stands twice in one object")
    return table


def decode(data):
    """The JSON object in a body, else a ServiceError."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=no_duplicates)
    except ValueError:
        raise malformed("The body is not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise malformed("The body is not a JSON object")
    return value


# Checks of one member: they raise, or return nothing.

def text(value, place):
    if not isinstance(value, str):
        raise malformed(f"{place}: not a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise malformed(f"{place}: half of a surrogate pair") from None


def flag(value, place):
    if not isinstance(value, bool):
        raise malformed(f"{place}: not a boolean")


def whole(value, place):
    if isinstance(value, bool) or not isinstance(value, int):
        raise malformed(f"{place}: not a whole number")


def text_map(value, place):
    if not isinstance(value, dict):
        raise malformed(f"{place}: not an object")
    for name, item in value.items():
        text(item, f"{place}.{name}")


def metadata(value, place):
    text_map(value, place)
    if len(json.dumps(value)) > MAX_METADATA:
        raise constraint(place, "Member must have length less than or "
                         f"equal to {MAX_METADATA}")


def text_list(value, place):
    if not isinstance(value, list):
        raise malformed(f"{place}: not a list")
    for i, item in enumerate(value):
        text(item, f"{place}[{i}]")


def attribute_list(value, place):
    if not isinstance(value, list):
        raise malformed(f"{place}: not a list")
    for i, item in enumerate(value):
        members({"Name": text, "Value": text}, item, f"{place}[{i}]")
        if "Name" not in item:
            raise constraint(f"{place}.{i}.name", "Member must not be null")


def context(value, place):
    members({"IpAddress": text, "EncodedData": text}, value, place)


def preference(value, place):
    members({"Enabled": flag, "PreferredMfa": flag}, value, place)


def verifier_config(value, place):
    members({"Salt": text, "PasswordVerifier": text}, value, place)


def analytics(value, place):
    members({"AnalyticsEndpointId": text}, value, place)


def name(value, place):
    """User and group names: letters, marks, symbols, digits, marks of
    punctuation; no spaces, no controls."""
    text(value, place)
    if not 1 <= len(value) <= 128 or any(
            unicodedata.category(c)[0] not in "LMSNP" for c in value):
        raise constraint(place, "Member must satisfy regular expression "
                         r"pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+")


def session(value, place):
    text(value, place)
    if not 20 <= len(value) <= 2048:
        raise constraint(place, "Member must have length between 20 and "
                         "2048")


def six_digits(value, place):
    text(value, place)
    if len(value) != 6 or not value.isascii() or not value.isdigit():
        raise constraint(place, "Member must satisfy regular expression "
                         "pattern: [0-9]+ and have length 6")


def page_size(value, place):
    whole(value, place)
    if not 0 <= value <= 60:
        raise constraint(place, "Member must have value less than or equal "
                         "to 60")


def constraint(place, rule):
    """The service's text; it never quotes the value here."""
    place = place[:1].lower() + place[1:]
    return invalid_parameter("1 validation error detected: Value at "
                             f"'{place}' failed to satisfy constraint: "
                             f"{rule}")


def members(known, value, place=""):
    """Check an object's members against a table of checks."""
    if not isinstance(value, dict):
        raise malformed(f"{place or 'body'}: not an object")
    for member, item in value.items():
        where = f"{place}.{member}" if place else member
        if member not in known:
            raise malformed(f"{where}: unknown member")
        if item is None:
            raise malformed(f"{where}: null")
        known[member](item, where)


@dataclasses.dataclass
class Shape:
    """The members of one operation."""
    required: dict
    optional: dict = dataclasses.field(default_factory=dict)
    signed: bool = False  # wants AWS credentials


AUTH_CONTEXT = {"ClientMetadata": metadata, "UserContextData": context,
                "AnalyticsMetadata": analytics}


def admin(required=None, optional=None):
    return Shape({"UserPoolId": text, **(required or {})}, optional or {},
                 signed=True)


DEVICE = {"AccessToken": text, "DeviceKey": text}
USER = {"Username": name}
GROUP = {"GroupName": name}
PAGE = {"Limit": page_size, "NextToken": text}

SHAPES = {
    "InitiateAuth": Shape(
        {"ClientId": text, "AuthFlow": text},
        {"AuthParameters": text_map, "Session": session, **AUTH_CONTEXT}),
    "RespondToAuthChallenge": Shape(
        {"ClientId": text, "ChallengeName": text},
        {"ChallengeResponses": text_map, "Session": session,
         **AUTH_CONTEXT}),
    "AssociateSoftwareToken": Shape(
        {}, {"AccessToken": text, "Session": session}),
    "VerifySoftwareToken": Shape(
        {"UserCode": six_digits},
        {"AccessToken": text, "Session": session,
         "FriendlyDeviceName": text}),
    "ForgotPassword": Shape(
        {"ClientId": text, "Username": name},
        {"SecretHash": text, **AUTH_CONTEXT}),
    "ConfirmForgotPassword": Shape(
        {"ClientId": text, "Username": name, "ConfirmationCode": text,
         "Password": text},
        {"SecretHash": text, **AUTH_CONTEXT}),
    "UpdateUserAttributes": Shape(
        {"AccessToken": text, "UserAttributes": attribute_list},
        {"ClientMetadata": metadata}),
    "DeleteUserAttributes": Shape(
        {"AccessToken": text, "UserAttributeNames": text_list}),
    "SetUserMFAPreference": Shape(
        {"AccessToken": text},
        {"SMSMfaSettings": preference,
         "SoftwareTokenMfaSettings": preference,
         "EmailMfaSettings": preference}),
    "ConfirmDevice": Shape(
        DEVICE, {"DeviceSecretVerifierConfig": verifier_config,
                 "DeviceName": text}),
    "UpdateDeviceStatus": Shape(DEVICE, {"DeviceRememberedStatus": text}),
    "ForgetDevice": Shape(DEVICE),
    "GetDevice": Shape(DEVICE),
    "ListDevices": Shape({"AccessToken": text},
                         {"Limit": page_size, "PaginationToken": text}),
    "SignUp": Shape(
        {"ClientId": text, "Username": name},
        {"SecretHash": text, "Password": text,
         "UserAttributes": attribute_list, "ValidationData": attribute_list,
         **AUTH_CONTEXT}),
    "ConfirmSignUp": Shape(
        {"ClientId": text, "Username": name, "ConfirmationCode": text},
        {"SecretHash": text, "ForceAliasCreation": flag,
         "Session": session, **AUTH_CONTEXT}),
    "ResendConfirmationCode": Shape(
        {"ClientId": text, "Username": name},
        {"SecretHash": text, **AUTH_CONTEXT}),
    "RevokeToken": Shape(
        {"Token": text, "ClientId": text}, {"ClientSecret": text}),
    "GetTokensFromRefreshToken": Shape(
        {"RefreshToken": text, "ClientId": text},
        {"ClientSecret": text, "DeviceKey": text,
         "ClientMetadata": metadata}),
    "GetUser": Shape({"AccessToken": text}),
    "ChangePassword": Shape(
        {"AccessToken": text, "ProposedPassword": text},
        {"PreviousPassword": text}),
    "GlobalSignOut": Shape({"AccessToken": text}),
    "AdminGetUser": admin(USER),
    "AdminCreateUser": admin(USER, {
        "UserAttributes": attribute_list, "ValidationData": attribute_list,
        "TemporaryPassword": text, "ForceAliasCreation": flag,
        "MessageAction": text, "DesiredDeliveryMediums": text_list,
        "ClientMetadata": metadata}),
    "AdminDeleteUser": admin(USER),
    "AdminEnableUser": admin(USER),
    "AdminDisableUser": admin(USER),
    "AdminConfirmSignUp": admin(USER, {"ClientMetadata": metadata}),
    "AdminUpdateUserAttributes": admin(
        {**USER, "UserAttributes": attribute_list},
        {"ClientMetadata": metadata}),
    "AdminDeleteUserAttributes": admin(
        {**USER, "UserAttributeNames": text_list}),
    "AdminUserGlobalSignOut": admin(USER),
    "AdminResetUserPassword": admin(USER, {"ClientMetadata": metadata}),
    "AdminSetUserPassword": admin(
        {**USER, "Password": text}, {"Permanent": flag}),
    "AdminAddUserToGroup": admin({**USER, **GROUP}),
    "AdminRemoveUserFromGroup": admin({**USER, **GROUP}),
    "AdminListGroupsForUser": admin(USER, PAGE),
    "ListUsers": admin({}, {
        "Limit": page_size, "PaginationToken": text, "Filter": text,
        "AttributesToGet": text_list}),
    "ListGroups": admin({}, PAGE),
    "ListUsersInGroup": admin(GROUP, PAGE),
    "GetGroup": admin(GROUP),
    "DeleteGroup": admin(GROUP),
    "DescribeUserPool": admin(),
    "DescribeUserPoolClient": admin({"ClientId": text}),
    "CreateGroup": admin(GROUP, {
        "Description": text, "RoleArn": text, "Precedence": whole}),
}


def check(operation, body):
    """Raise unless the body is of the operation's form."""
    shape = SHAPES[operation]
    members({**shape.required, **shape.optional}, body)
    for member in shape.required:
        if member not in body:
            raise constraint(member, "Member must not be null")


def check_keys(table, place, required, optional):
    """Which keys a map of strings has to and may have."""
    for key in required:
        if not table.get(key):
            raise missing_parameter(key)
    for key in table:
        if key not in required and key not in optional:
            raise malformed(f"{place}.{key}: unknown key")
