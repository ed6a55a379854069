# SPDX-License-Identifier: Apache-2.0
"""The operations by name."""

from pool import (admin, attributes, describe, devices, enrol, listing, own,
                  request, signin, signup)
from pool.errors import ServiceError

OPERATIONS = {
    "InitiateAuth": signin.initiate_auth,
    "RespondToAuthChallenge": signin.respond_to_auth_challenge,
    "AssociateSoftwareToken": enrol.associate_software_token,
    "VerifySoftwareToken": enrol.verify_software_token,
    "UpdateUserAttributes": attributes.update_user_attributes,
    "DeleteUserAttributes": attributes.delete_user_attributes,
    "SetUserMFAPreference": enrol.set_user_mfa_preference,
    "ConfirmDevice": devices.confirm_device,
    "UpdateDeviceStatus": devices.update_device_status,
    "ForgetDevice": devices.forget_device,
    "GetDevice": devices.get_device,
    "ListDevices": devices.list_devices,
    "GetUser": own.get_user,
    "ChangePassword": own.change_password,
    "GlobalSignOut": own.global_sign_out,
    "RevokeToken": own.revoke_token,
    "GetTokensFromRefreshToken": own.get_tokens_from_refresh_token,
    "ForgotPassword": own.forgot_password,
    "ConfirmForgotPassword": own.confirm_forgot_password,
    "SignUp": signup.sign_up,
    "ConfirmSignUp": signup.confirm_sign_up,
    "ResendConfirmationCode": signup.resend_confirmation_code,
    "AdminGetUser": admin.admin_get_user,
    "AdminCreateUser": admin.admin_create_user,
    "AdminDeleteUser": admin.admin_delete_user,
    "AdminEnableUser": admin.admin_enable_user,
    "AdminDisableUser": admin.admin_disable_user,
    "AdminConfirmSignUp": admin.admin_confirm_sign_up,
    "AdminUpdateUserAttributes": attributes.admin_update_user_attributes,
    "AdminDeleteUserAttributes": attributes.admin_delete_user_attributes,
    "AdminUserGlobalSignOut": admin.admin_user_global_sign_out,
    "AdminResetUserPassword": admin.admin_reset_user_password,
    "AdminSetUserPassword": admin.admin_set_user_password,
    "AdminAddUserToGroup": admin.admin_add_user_to_group,
    "AdminRemoveUserFromGroup": admin.admin_remove_user_from_group,
    "AdminListGroupsForUser": listing.admin_list_groups_for_user,
    "ListUsers": listing.list_users,
    "ListGroups": listing.list_groups,
    "ListUsersInGroup": listing.list_users_in_group,
    "CreateGroup": admin.create_group,
    "GetGroup": admin.get_group,
    "DeleteGroup": admin.delete_group,
    "DescribeUserPool": describe.describe_user_pool,
    "DescribeUserPoolClient": describe.describe_user_pool_client,
}


def perform(pool, call):
    """Carry out a call: the result, or a ServiceError."""
    if call.operation not in OPERATIONS:
        raise ServiceError("UnknownOperationException", "")
    with pool.lock:
        if request.SHAPES[call.operation].signed:
            authorize(pool, call)
        pool.rates.check(call.operation)
        request.check(call.operation, call.body)
        return OPERATIONS[call.operation](pool, call)


def authorize(pool, call):
    """Whose signature it is, and whether they may."""
    signer = pool.iam.authenticate(call.http)
    call.log["signer"] = signer.arn
    pool.iam.authorize(signer, call.operation,
                       call.body.get("UserPoolId", "*"))


def outcome_of(result):
    """The word for the log: what a successful call led to."""
    return result.get("ChallengeName") or "success"
