# SPDX-License-Identifier: Apache-2.0
"""Own accounts and administration."""

from cases.client import (CLIENT_SECRET, POOL_ID, PUBLIC, SECRET, PoolCase,
                          claims, secret_hash)
from cases.signin import ALICE, WRONG

PASSWORD = ALICE["password"]


class Own(PoolCase):
    users = (ALICE,)

    def setUp(self):
        super().setUp()
        self.granted = self.tokens("alice", PASSWORD)
        self.access = self.granted["AccessToken"]

    def test_get_user(self):
        shown = self.call("GetUser", AccessToken=self.access)
        self.assertEqual(shown["Username"], "alice")
        self.assertIn({"Name": "email_verified", "Value": "true"},
                      shown["UserAttributes"])
        self.refused("GetUser", "NotAuthorizedException",
                     "Invalid Access Token", AccessToken="abc")
        self.fast_forward(3601)
        self.refused("GetUser", "NotAuthorizedException",
                     "Access Token has expired", AccessToken=self.access)

    def write(self, **attributes):
        return {"AccessToken": self.access, "UserAttributes": [
            {"Name": name.replace("_", ":", 1) if name.startswith(
                "custom") else name, "Value": value}
            for name, value in attributes.items()]}

    def attributes(self):
        shown = self.call("GetUser", AccessToken=self.access)
        return {item["Name"]: item["Value"]
                for item in shown["UserAttributes"]}

    def test_own_attributes(self):
        self.control("set", pool={"schema": [
            {"name": "custom:uid", "mutable": False}]})
        sent = self.call("UpdateUserAttributes", **self.write(
            name="A. Lice", email="new@example.com", custom_uid="1"))
        self.assertEqual([one["AttributeName"] for one
                          in sent["CodeDeliveryDetailsList"]], ["email"])
        found = self.attributes()
        self.assertEqual(
            (found["name"], found["email_verified"], found["custom:uid"]),
            ("A. Lice", "false", "1"))
        for bad in ({"custom_uid": "2"}, {"sub": "x"},
                    {"email_verified": "true"}):
            self.refused("UpdateUserAttributes",
                         "InvalidParameterException", **self.write(**bad))
        self.call("DeleteUserAttributes", AccessToken=self.access,
                  UserAttributeNames=["name"])
        self.assertNotIn("name", self.attributes())

    def test_what_a_client_may_read_and_write(self):
        self.control("set_client", id=PUBLIC, set={
            "read_attributes": ["name"], "write_attributes": ["name"]})
        self.assertEqual(set(self.attributes()), {"sub", "name"})
        shown = claims(self.tokens("alice", PASSWORD)["IdToken"])
        self.assertIn("name", shown)
        self.assertNotIn("email", shown)
        self.call("UpdateUserAttributes", **self.write(name="x"))
        self.refused("UpdateUserAttributes", "NotAuthorizedException",
                     "A client attempted to write unauthorized attribute",
                     **self.write(custom_uid="0"))
        self.refused("DeleteUserAttributes", "NotAuthorizedException",
                     AccessToken=self.access, UserAttributeNames=["email"])

    def test_attributes_by_an_administrator(self):
        self.admin("AdminUpdateUserAttributes", Username="alice",
                   UserAttributes=self.write(
                       email="b@example.com", email_verified="true",
                       custom_uid="7")["UserAttributes"])
        found = self.attributes()
        self.assertEqual((found["email_verified"], found["custom:uid"]),
                         ("true", "7"))
        self.admin("AdminDeleteUserAttributes", Username="alice",
                   UserAttributeNames=["email"])
        self.assertNotIn("email_verified", self.attributes())

    def change(self, old, new):
        return {"AccessToken": self.access, "PreviousPassword": old,
                "ProposedPassword": new}

    def test_change_password(self):
        self.assertEqual(self.call(
            "ChangePassword", **self.change(PASSWORD, "Brand-New-99")), {})
        self.sign_in_refused("alice", PASSWORD, "NotAuthorizedException")
        self.tokens("alice", "Brand-New-99")

    def test_change_password_refused_and_limited(self):
        self.refused("ChangePassword", "NotAuthorizedException", WRONG,
                     **self.change("wrong", "Brand-New-99"))
        self.refused("ChangePassword", "InvalidPasswordException",
                     "Password did not conform with policy: Password not "
                     "long enough", **self.change(PASSWORD, "short"))
        for _ in range(3):
            self.refused("ChangePassword", "NotAuthorizedException", WRONG,
                         **self.change("wrong", "Brand-New-99"))
        self.refused("ChangePassword", "LimitExceededException",
                     "Attempt limit exceeded, please try after some time.",
                     **self.change(PASSWORD, "Brand-New-99"))
        self.control("reset_counts")
        self.call("ChangePassword", **self.change(PASSWORD, "Brand-New-99"))

    def test_global_sign_out(self):
        self.call("GlobalSignOut", AccessToken=self.access)
        self.refused("GetUser", "NotAuthorizedException",
                     "Access Token has been revoked",
                     AccessToken=self.access)
        self.refused("GetTokensFromRefreshToken", "NotAuthorizedException",
                     "Refresh Token has been revoked", ClientId=PUBLIC,
                     RefreshToken=self.granted["RefreshToken"])

    def test_revoke_token(self):
        refresh = self.granted["RefreshToken"]
        self.refused("RevokeToken", "UnsupportedTokenTypeException",
                     ClientId=PUBLIC, Token=self.access)
        self.call("RevokeToken", ClientId=PUBLIC, Token=refresh)
        self.refused("GetUser", "NotAuthorizedException",
                     "Access Token has been revoked",
                     AccessToken=self.access)
        self.call("RevokeToken", ClientId=PUBLIC, Token=refresh)

    def test_disabled_and_deleted_users_lose_their_tokens(self):
        self.control("disable", username="alice")
        self.refused("GetUser", "NotAuthorizedException",
                     "User is disabled.", AccessToken=self.access)
        self.control("enable", username="alice")
        self.call("GetUser", AccessToken=self.access)
        self.control("delete", username="alice")
        self.control("create", user={"username": "alice",
                                     "password": PASSWORD})
        self.refused("GetUser", "NotAuthorizedException",
                     AccessToken=self.access)
        token = self.tokens("alice", PASSWORD)["IdToken"]
        self.assertNotEqual(claims(token)["sub"], ALICE["sub"])


class Refresh(PoolCase):
    users = (ALICE,)
    clients = ({"id": "rotatingclient000000000000",
                "refresh_rotation": True},)

    def test_refresh_token_auth(self):
        refresh = self.tokens("alice", PASSWORD)["RefreshToken"]
        result = self.call("InitiateAuth", AuthFlow="REFRESH_TOKEN_AUTH",
                           ClientId=PUBLIC,
                           AuthParameters={"REFRESH_TOKEN": refresh})
        self.assertNotIn("RefreshToken", result["AuthenticationResult"])
        self.assertIn("IdToken", result["AuthenticationResult"])
        self.refused("InitiateAuth", "NotAuthorizedException",
                     "Invalid Refresh Token", AuthFlow="REFRESH_TOKEN_AUTH",
                     ClientId=PUBLIC,
                     AuthParameters={"REFRESH_TOKEN": "abc"})
        self.fast_forward(31 * 86400)
        self.refused("InitiateAuth", "NotAuthorizedException",
                     "Refresh Token has expired",
                     AuthFlow="REFRESH_TOKEN_AUTH", ClientId=PUBLIC,
                     AuthParameters={"REFRESH_TOKEN": refresh})

    def test_with_a_client_secret(self):
        refresh = self.sign_in("alice", PASSWORD, SECRET)[
            "AuthenticationResult"]["RefreshToken"]
        for name, right in (("alice@example.com", False), ("alice", True)):
            body = {"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": SECRET,
                    "AuthParameters": {"REFRESH_TOKEN": refresh,
                                       "SECRET_HASH": secret_hash(name)}}
            if right:
                self.call("InitiateAuth", **body)
            else:
                self.refused("InitiateAuth", "NotAuthorizedException",
                             "SecretHash does not match for the client: "
                             f"{SECRET}", **body)
        self.refused("GetTokensFromRefreshToken", "NotAuthorizedException",
                     f"Client {SECRET} is configured for secret but secret "
                     "was not received", ClientId=SECRET,
                     RefreshToken=refresh)
        self.call("GetTokensFromRefreshToken", ClientId=SECRET,
                  ClientSecret=CLIENT_SECRET, RefreshToken=refresh)

    def test_rotation(self):
        client = "rotatingclient000000000000"
        first = self.sign_in("alice", PASSWORD, client)[
            "AuthenticationResult"]["RefreshToken"]
        second = self.call(
            "GetTokensFromRefreshToken", ClientId=client,
            RefreshToken=first)["AuthenticationResult"]["RefreshToken"]
        self.assertNotEqual(first, second)
        self.refused("GetTokensFromRefreshToken",
                     "RefreshTokenReuseException", ClientId=client,
                     RefreshToken=first)
        self.call("GetTokensFromRefreshToken", ClientId=client,
                  RefreshToken=second)


class Forgotten(PoolCase):
    users = (ALICE, {"username": "bob", "password": PASSWORD},
             {"username": "new", "password": PASSWORD,
              "status": "FORCE_CHANGE_PASSWORD"})

    def confirm(self, name, code, password="Brand-New-99"):
        return {"ClientId": PUBLIC, "Username": name,
                "ConfirmationCode": code, "Password": password}

    def test_reset(self):
        self.refused("ConfirmForgotPassword", "ExpiredCodeException",
                     **self.confirm("alice", "246810"))
        sent = self.call("ForgotPassword", ClientId=PUBLIC, Username="alice")
        self.assertEqual(sent["CodeDeliveryDetails"]["Destination"],
                         "a***@e***")
        self.refused("ConfirmForgotPassword", "CodeMismatchException",
                     **self.confirm("alice", "000000"))
        self.refused("ConfirmForgotPassword", "InvalidPasswordException",
                     **self.confirm("alice", "246810", "short"))
        self.call("ConfirmForgotPassword", **self.confirm("alice", "246810"))
        self.tokens("alice", "Brand-New-99")

    def test_who_cannot_reset(self):
        self.refused("ForgotPassword", "InvalidParameterException",
                     "Cannot reset password for the user as there is no "
                     "registered/verified email or phone_number",
                     ClientId=PUBLIC, Username="bob")
        self.refused("ForgotPassword", "NotAuthorizedException",
                     "User password cannot be reset in the current state.",
                     ClientId=PUBLIC, Username="new")
        self.call("ForgotPassword", ClientId=PUBLIC, Username="nobody")


class Admin(PoolCase):
    users = (ALICE, {"username": "bob", "password": PASSWORD,
                     "attributes": {"email": "bob@example.com"}})

    def test_credentials_and_pool_are_wanted(self):
        self.refused("ListUsers", "MissingAuthenticationTokenException",
                     UserPoolId=POOL_ID)
        self.admin_refused("ListUsers", "ResourceNotFoundException",
                           UserPoolId="eu-west-1_Other")

    def test_create_user_and_sign_in(self):
        made = self.admin("AdminCreateUser", Username="dave",
                          TemporaryPassword="Temporary-1",
                          UserAttributes=[{"Name": "email",
                                           "Value": "d@example.com"}])
        self.assertEqual(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD")
        self.assertEqual(self.sign_in("dave", "Temporary-1")[
            "ChallengeName"], "NEW_PASSWORD_REQUIRED")
        self.admin("AdminSetUserPassword", Username="dave",
                   Password="Permanent-1", Permanent=True)
        self.tokens("dave", "Permanent-1")
        self.admin_refused("AdminCreateUser", "UsernameExistsException",
                           Username="dave")

    def test_enable_disable_delete(self):
        self.admin("AdminDisableUser", Username="alice")
        self.sign_in_refused("alice", PASSWORD, "NotAuthorizedException",
                             "User is disabled.")
        self.admin("AdminEnableUser", Username=ALICE["sub"])
        self.tokens("alice", PASSWORD)
        self.admin("AdminDeleteUser", Username="alice")
        self.sign_in_refused("alice", PASSWORD, "NotAuthorizedException",
                             WRONG)
        self.admin_refused("AdminGetUser", "UserNotFoundException",
                           Username="alice")

    def test_groups(self):
        self.admin("CreateGroup", GroupName="Ops", Precedence=1)
        self.admin("AdminAddUserToGroup", Username="bob", GroupName="Ops")
        token = self.tokens("bob", PASSWORD)["IdToken"]
        self.assertEqual(claims(token)["cognito:groups"], ["Ops"])
        names = [group["GroupName"] for group
                 in self.admin("ListGroups")["Groups"]]
        self.assertEqual(names, ["Admins", "Users", "Ops"])
        found = self.admin("ListUsersInGroup", GroupName="Ops")["Users"]
        self.assertEqual([user["Username"] for user in found], ["bob"])
        found = self.admin("AdminListGroupsForUser",
                           Username="alice")["Groups"]
        self.assertEqual([group["GroupName"] for group in found],
                         ["Admins", "Users"])
        self.admin("AdminRemoveUserFromGroup", Username="bob",
                   GroupName="Ops")
        self.assertEqual(self.admin("ListUsersInGroup",
                                    GroupName="Ops")["Users"], [])

    def test_pages(self):
        seen, token = [], {}
        while True:
            page = self.admin("ListUsers", Limit=1, **token)
            seen += [user["Username"] for user in page["Users"]]
            if "PaginationToken" not in page:
                break
            token = {"PaginationToken": page["PaginationToken"]}
        self.assertEqual(seen, ["alice", "bob"])

    def test_filter(self):
        for text, wanted in (('username = "alice"', ["alice"]),
                             ('email ^= "bo"', ["bob"]),
                             ('status = "Enabled"', ["alice", "bob"]),
                             ('username = "ALICE"', [])):
            found = self.admin("ListUsers", Filter=text)["Users"]
            self.assertEqual([u["Username"] for u in found], wanted, text)
        self.admin_refused("ListUsers", "InvalidParameterException",
                           Filter='custom:x = "1"')

    def test_sign_out(self):
        access = self.tokens("alice", PASSWORD)["AccessToken"]
        self.admin("AdminUserGlobalSignOut", Username="alice")
        self.refused("GetUser", "NotAuthorizedException",
                     "Access Token has been revoked", AccessToken=access)
