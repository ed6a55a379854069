# SPDX-License-Identifier: Apache-2.0
"""DescribeUserPool and DescribeUserPoolClient: the settings as the service
shows them.  What was never set is left out, as there."""

from pool.shown import check_pool_id

# Standard attributes that have other than the usual constraints: type and
# longest text.
STANDARD = ("profile", "address", "birthdate", "gender",
            "preferred_username", "updated_at", "website", "picture",
            "identities", "sub", "phone_number", "phone_number_verified",
            "zoneinfo", "locale", "email", "email_verified", "given_name",
            "family_name", "middle_name", "name", "nickname")
TYPES = {"updated_at": "Number", "email_verified": "Boolean",
         "phone_number_verified": "Boolean"}
LENGTHS = {"sub": ("1", "2048"), "birthdate": ("10", "10")}


def arn(pool):
    region = pool.settings.id.partition("_")[0]
    return (f"arn:aws:cognito-idp:{region}:{pool.settings.account}:"
            f"userpool/{pool.settings.id}")


def without_empty(table):
    """What the service says nothing about when it is not set."""
    return {name: value for name, value in table.items()
            if value not in (None, "", [])}


# Schema

def standard_attribute(name, required):
    kind = TYPES.get(name, "String")
    shown = {"Name": name, "AttributeDataType": kind,
             "DeveloperOnlyAttribute": False, "Mutable": name != "sub",
             "Required": name == "sub" or name in required}
    if kind == "String":
        low, high = LENGTHS.get(name, ("0", "2048"))
        shown["StringAttributeConstraints"] = {"MinLength": low,
                                               "MaxLength": high}
    elif kind == "Number":
        shown["NumberAttributeConstraints"] = {"MinValue": "0"}
    return shown


def custom_attribute(seed):
    shown = {"Name": seed.name, "AttributeDataType": seed.type,
             "DeveloperOnlyAttribute": seed.name.startswith("dev:"),
             "Mutable": seed.mutable, "Required": False}
    limits = {"String": ("String", "Length"), "Number": ("Number", "Value")}
    if seed.type in limits:
        kind, unit = limits[seed.type]
        shown[kind + "AttributeConstraints"] = without_empty(
            {"Min" + unit: seed.min, "Max" + unit: seed.max})
    return shown


# Pool

def describe_user_pool(pool, call):
    check_pool_id(pool, call)
    settings = pool.settings
    policy = settings.password_policy
    shown = {
        "Id": settings.id, "Name": settings.name, "Arn": arn(pool),
        "Policies": {"PasswordPolicy": {
            "MinimumLength": policy.minimum_length,
            "RequireUppercase": policy.require_uppercase,
            "RequireLowercase": policy.require_lowercase,
            "RequireNumbers": policy.require_numbers,
            "RequireSymbols": policy.require_symbols,
            **({"PasswordHistorySize": policy.history}
               if policy.history else {}),
            "TemporaryPasswordValidityDays": 7}},
        "DeletionProtection": "INACTIVE", "LambdaConfig": {},
        "LastModifiedDate": round(pool.created, 3),
        "CreationDate": round(pool.created, 3),
        "SchemaAttributes": [
            *(standard_attribute(name, settings.required_attributes)
              for name in STANDARD),
            *(custom_attribute(one) for one in settings.schema)],
        "AliasAttributes": settings.alias_attributes,
        "UsernameAttributes": settings.username_attributes,
        "UsernameConfiguration": (None if settings.case_sensitive
                                  else {"CaseSensitive": False}),
        "MfaConfiguration": settings.mfa,
        "EstimatedNumberOfUsers": len(pool.users),
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "UserPoolTags": {},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": not settings.sign_up,
            "UnusedAccountValidityDays": 7},
        "AccountRecoverySetting": {"RecoveryMechanisms": [
            {"Priority": 1, "Name": "verified_email"},
            {"Priority": 2, "Name": "verified_phone_number"}]},
        "UserPoolTier": "ESSENTIALS",
    }
    if settings.devices:
        shown["DeviceConfiguration"] = {
            "ChallengeRequiredOnNewDevice": True,
            "DeviceOnlyRememberedOnUserPrompt": settings.devices == "opt_in"}
    if settings.custom_challenge:
        shown["LambdaConfig"] = {
            name: arn(pool).replace(":cognito-idp:", ":lambda:").replace(
                f":userpool/{settings.id}", f":function:{name}")
            for name in ("DefineAuthChallenge", "CreateAuthChallenge",
                         "VerifyAuthChallengeResponse")}
    if settings.issuer_type:
        shown["IssuerConfiguration"] = {"Type": settings.issuer_type}
    return {"UserPool": without_empty(shown)}


# Client

def describe_user_pool_client(pool, call):
    check_pool_id(pool, call)
    client = pool.client(call.body["ClientId"])
    units = dict.fromkeys(("AccessToken", "IdToken", "RefreshToken"),
                          "seconds")
    shown = {
        "UserPoolId": pool.settings.id, "ClientName": client.name,
        "ClientId": client.id, "ClientSecret": client.secret,
        "LastModifiedDate": round(pool.created, 3),
        "CreationDate": round(pool.created, 3),
        "RefreshTokenValidity": client.refresh_token_s,
        "AccessTokenValidity": client.access_token_s,
        "IdTokenValidity": client.id_token_s, "TokenValidityUnits": units,
        "ReadAttributes": client.read_attributes,
        "WriteAttributes": client.write_attributes,
        "ExplicitAuthFlows": client.explicit_auth_flows,
        "AllowedOAuthFlowsUserPoolClient": False,
        "PreventUserExistenceErrors": (
            "ENABLED" if pool.hides_users(client) else "LEGACY"),
        "EnableTokenRevocation": client.token_revocation,
        "EnablePropagateAdditionalUserContextData": False,
        "AuthSessionValidity": max(
            3, min(15, round(pool.settings.session_s / 60))),
        "RefreshTokenRotation": {
            "Feature": ("ENABLED" if client.refresh_rotation
                        else "DISABLED"),
            "RetryGracePeriodSeconds": round(client.rotation_grace_s)},
    }
    return {"UserPoolClient": without_empty(shown)}
