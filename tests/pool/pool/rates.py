# SPDX-License-Identifier: Apache-2.0
"""Request rates: how many calls of a category go through in a second.

Categories and what is in them are the service's ("Quotas in Amazon
Cognito").  Measured by this machine's monotonic clock, since it is the
client's pace that counts.
"""

import time

from pool.errors import ServiceError

CATEGORIES = {
    "UserAuthentication": ("InitiateAuth", "GetTokensFromRefreshToken",
                           "RespondToAuthChallenge"),
    "UserCreation": ("SignUp", "ConfirmSignUp", "AdminCreateUser"),
    "UserAccountRecovery": ("ForgotPassword", "ConfirmForgotPassword",
                            "ChangePassword", "AdminResetUserPassword",
                            "AdminSetUserPassword"),
    "UserRead": ("GetUser", "AdminGetUser"),
    "UserUpdate": ("AdminDeleteUser", "AdminEnableUser", "AdminDisableUser",
                   "AdminAddUserToGroup", "AdminRemoveUserFromGroup",
                   "AdminUserGlobalSignOut", "GlobalSignOut",
                   "UpdateUserAttributes", "DeleteUserAttributes",
                   "AdminUpdateUserAttributes",
                   "AdminDeleteUserAttributes"),
    "UserToken": ("RevokeToken",),
    "UserResourceRead": ("AdminListGroupsForUser",
                         "ResendConfirmationCode"),
    "UserResourceUpdate": ("AssociateSoftwareToken", "VerifySoftwareToken",
                           "SetUserMFAPreference"),
    "UserList": ("ListUsers", "ListUsersInGroup"),
    "UserPoolResourceRead": ("ListGroups", "GetGroup"),
    "UserPoolRead": ("DescribeUserPool",),
    "UserPoolClientRead": ("DescribeUserPoolClient",),
}
CATEGORY_OF = {operation: category
               for category, operations in CATEGORIES.items()
               for operation in operations}
# "RespondToAuthChallenge has 3 times that".
SHARE = {"RespondToAuthChallenge": 3}


class Rates:
    """A bucket for each limit: it holds a second's worth of calls."""

    def __init__(self, settings):
        self.settings = settings
        self.reset()

    def reset(self):
        self._buckets = {}  # name -> [calls left, when that was so]

    def check(self, operation):
        """Raise when the category or the operation has its own limit and
        this call is beyond it.  A refused call takes nothing."""
        for name in (CATEGORY_OF.get(operation), operation):
            rate = self.settings.rates.get(name)
            if rate is not None:
                self._take(name, operation,
                           rate * SHARE.get(operation, 1))

    def _take(self, name, operation, rate):
        key = (name, operation if operation in SHARE else "")
        now = time.monotonic()
        full = max(rate, 1)
        left, since = self._buckets.get(key, (full, now))
        left = min(full, left + (now - since) * rate)
        taken = 1 if left >= 1 else 0
        self._buckets[key] = (left - taken, now)
        if not taken:
            raise ServiceError("TooManyRequestsException", "Rate exceeded",
                               f"rate of {name}")
