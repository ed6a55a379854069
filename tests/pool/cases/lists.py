# SPDX-License-Identifier: Apache-2.0
"""Lists, pages, descriptions, rates, and pools of many users."""

import json

from cases.client import CLIENT_SECRET, POOL_ID, PUBLIC, SECRET, PoolCase
from cases.signin import ALICE

PASSWORD = ALICE["password"]
MEMBERS = {"ListUsers": ("Users", "PaginationToken", "Username"),
           "ListUsersInGroup": ("Users", "NextToken", "Username"),
           "ListGroups": ("Groups", "NextToken", "GroupName"),
           "AdminListGroupsForUser": ("Groups", "NextToken", "GroupName")}


class ListCase(PoolCase):
    def pages(self, operation, **body):
        """The names on each page."""
        items, token, name = MEMBERS[operation]
        found, more = [], {}
        while True:
            page = self.admin(operation, **body, **more)
            found.append([item[name] for item in page[items]])
            if token not in page:
                return found
            more = {token: page[token]}

    def names(self, operation, **body):
        return sum(self.pages(operation, **body), [])


class Lists(ListCase):
    users = ({**ALICE, "attributes": {**ALICE["attributes"],
                                      "custom:uid": "7001"}},
             {"username": "bob", "password": PASSWORD, "enabled": False,
              "attributes": {"email": "bob@example.com"}},
             {"username": "carol", "status": "EXTERNAL_PROVIDER"},
             {"username": "dave", "status": "FORCE_CHANGE_PASSWORD",
              "password": PASSWORD, "groups": ["Users"]},
             {"username": "erin", "status": "RESET_REQUIRED"})
    groups = ({"name": "Ops", "description": "On call", "precedence": 3,
               "role_arn": "arn:aws:iam::123456789012:role/ops"},)
    ALL = ["alice", "bob", "carol", "dave", "erin"]

    def test_users_as_shown(self):
        users = {user["Username"]: user
                 for user in self.admin("ListUsers")["Users"]}
        self.assertEqual(list(users), self.ALL)
        self.assertEqual(users["alice"]["Attributes"], [
            {"Name": "sub", "Value": ALICE["sub"]},
            {"Name": "email", "Value": "alice@example.com"},
            {"Name": "email_verified", "Value": "true"},
            {"Name": "name", "Value": "Alice A."},
            {"Name": "custom:uid", "Value": "7001"}])
        self.assertFalse(users["bob"]["Enabled"])
        self.assertEqual([user["UserStatus"] for user in users.values()],
                         ["CONFIRMED", "CONFIRMED", "EXTERNAL_PROVIDER",
                          "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"])
        self.assertIsInstance(users["bob"]["UserCreateDate"], float)

    def test_other_statuses_sign_nobody_in(self):
        self.sign_in_refused("carol", PASSWORD, "NotAuthorizedException",
                             "Incorrect username or password.")

    def test_groups_as_shown(self):
        groups = self.admin("ListGroups")["Groups"]
        ops = self.admin("GetGroup", GroupName="Ops")["Group"]
        self.assertEqual(ops, groups[0])
        self.assertEqual((ops["Description"], ops["Precedence"],
                          ops["RoleArn"], ops["UserPoolId"]),
                         ("On call", 3, "arn:aws:iam::123456789012:role/ops",
                          POOL_ID))
        self.assertNotIn("Precedence", groups[1])
        self.admin_refused("GetGroup", "ResourceNotFoundException",
                           "Group not found.", GroupName="None")

    def test_members(self):
        self.assertEqual(self.pages("ListUsersInGroup", GroupName="Users",
                                    Limit=1), [["alice"], ["dave"]])
        self.assertEqual(self.names("ListUsersInGroup", GroupName="Ops"), [])
        self.admin_refused("ListUsersInGroup", "ResourceNotFoundException",
                           GroupName="None")

    def test_deleted_group_has_no_members(self):
        self.admin("DeleteGroup", GroupName="Users")
        self.control("create_group", group={"name": "Users"})
        self.assertEqual(self.names("ListUsersInGroup", GroupName="Users"),
                         [])
        self.control("delete_group", name="Users")
        self.assertEqual(self.names("ListGroups"), ["Ops", "Admins"])

    def test_limit_cuts_every_list(self):
        self.assertEqual(self.pages("ListUsers", Limit=2),
                         [["alice", "bob"], ["carol", "dave"], ["erin"]])
        self.assertEqual(self.pages("ListGroups", Limit=2),
                         [["Ops", "Admins"], ["Users"]])
        self.assertEqual(self.pages("AdminListGroupsForUser", Limit=1,
                                    Username="alice"),
                         [["Admins"], ["Users"]])
        self.assertEqual(self.pages("ListUsers", Limit=0), [self.ALL])
        self.admin_refused("ListUsers", "InvalidParameterException",
                           Limit=61)

    def test_pages_may_be_short_and_empty(self):
        self.control("set", pool={"short_pages": [2, 0, 1]})
        self.assertEqual(self.pages("ListUsers"), [
            ["alice", "bob"], [], ["carol"], ["dave", "erin"], [], []])
        self.assertEqual(self.pages("ListUsersInGroup", GroupName="Users"),
                         [["alice", "dave"], [], []])

    def test_changes_between_pages(self):
        page = self.admin("ListUsers", Limit=2)
        self.control("delete", username="alice")
        self.control("delete", username="carol")
        self.control("create", user={"username": "aaron"})
        rest = self.admin("ListUsers",
                          PaginationToken=page["PaginationToken"])
        self.assertEqual([user["Username"] for user in rest["Users"]],
                         ["dave", "erin", "aaron"])

    def test_tokens_are_of_one_request(self):
        token = self.admin("ListUsers", Limit=2)["PaginationToken"]
        bad = {"kind": "InvalidParameterException",
               "message": "Invalid pagination token"}
        for text in ("x", token[:-4], "A" * len(token)):
            self.admin_refused("ListUsers", **bad, PaginationToken=text)
        self.admin_refused("ListUsers", **bad, PaginationToken=token,
                           Filter='name = "x"')
        self.admin_refused("ListGroups", **bad, NextToken=token)
        self.admin("ListUsers", PaginationToken=token, Limit=1)
        self.control("set", pool={"page_token_s": -1})
        self.admin_refused("ListUsers", **bad, PaginationToken=token)

    def test_attributes_to_get(self):
        found = self.admin("ListUsers", AttributesToGet=["name", "sub"],
                           Filter='username = "alice"')["Users"][0]
        self.assertEqual(found["Attributes"],
                         [{"Name": "name", "Value": "Alice A."},
                          {"Name": "sub", "Value": ALICE["sub"]}])
        self.admin_refused("ListUsers", "InvalidParameterException",
                           AttributesToGet=["custom:uid"])

    def test_filters(self):
        for text, wanted in (('status = "Disabled"', ["bob"]),
                             ('status = "disabled"', []),
                             ('cognito:user_status = "reset_required"',
                              ["erin"]),
                             (f'sub = "{ALICE["sub"]}"', ["alice"]),
                             (r'"username" = "al\ice"', ["alice"]),
                             ('username ^= ""', self.ALL), ("", self.ALL)):
            with self.subTest(text):
                self.assertEqual(self.names("ListUsers", Filter=text),
                                 wanted)
        self.assertEqual(self.pages("ListUsers", Filter='status = "Enabled"',
                                    Limit=2),
                         [["alice", "carol"], ["dave", "erin"]])

    def test_fault_on_a_page(self):
        self.control("faults", faults=[
            {"operation": "ListUsers", "page": 2, "nth": 1,
             "do": "throttle"}])
        page = self.admin("ListUsers", Limit=2)
        more = {"Limit": 2, "PaginationToken": page["PaginationToken"]}
        self.admin_refused("ListUsers", "TooManyRequestsException", **more)
        self.admin("ListUsers", **more)
        self.assertEqual([line["page"] for line in self.log_lines(
            "ListUsers")], [1, 2, 2])


class Described(PoolCase):
    pool = {"schema": [{"name": "custom:uid", "type": "Number",
                        "mutable": False, "min": "1000"}],
            "alias_attributes": ["email"], "mfa": "ON", "name": "staff",
            "issuer_type": "UPDATED",
            "password_policy": {"minimum_length": 12, "history": 4}}
    clients = ({"id": "narrowclient00000000000000", "name": "narrow",
                "read_attributes": ["email"], "write_attributes": ["name"],
                "explicit_auth_flows": ["ALLOW_USER_PASSWORD_AUTH"],
                "prevent_user_existence_errors": False,
                "refresh_rotation": True, "rotation_grace_s": 30},)
    users = (ALICE,)

    def test_pool(self):
        shown = self.admin("DescribeUserPool")["UserPool"]
        self.assertEqual(
            (shown["Id"], shown["Name"], shown["MfaConfiguration"],
             shown["AliasAttributes"], shown["EstimatedNumberOfUsers"],
             shown["IssuerConfiguration"]),
            (POOL_ID, "staff", "ON", ["email"], 1, {"Type": "UPDATED"}))
        self.assertEqual(shown["Policies"]["PasswordPolicy"][
            "MinimumLength"], 12)
        schema = {one["Name"]: one for one in shown["SchemaAttributes"]}
        self.assertEqual(schema["custom:uid"], {
            "Name": "custom:uid", "AttributeDataType": "Number",
            "DeveloperOnlyAttribute": False, "Mutable": False,
            "Required": False,
            "NumberAttributeConstraints": {"MinValue": "1000"}})
        self.assertFalse(schema["sub"]["Mutable"])
        for name in ("UsernameConfiguration", "UsernameAttributes"):
            self.assertNotIn(name, shown)
        self.control("set", pool={
            "case_sensitive": False, "devices": "opt_in",
            "custom_challenge": [{"answer": "x"}]})
        shown = self.admin("DescribeUserPool")["UserPool"]
        self.assertEqual(shown["UsernameConfiguration"],
                         {"CaseSensitive": False})
        self.assertTrue(shown["DeviceConfiguration"][
            "DeviceOnlyRememberedOnUserPrompt"])
        self.assertEqual(
            shown["LambdaConfig"]["CreateAuthChallenge"],
            "arn:aws:lambda:eu-west-1:123456789012:function:"
            "CreateAuthChallenge")

    def client(self, name):
        return self.admin("DescribeUserPoolClient",
                          ClientId=name)["UserPoolClient"]

    def test_clients(self):
        public = self.client(PUBLIC)
        for name in ("ReadAttributes", "WriteAttributes", "ClientSecret"):
            self.assertNotIn(name, public)
        self.assertEqual(public["PreventUserExistenceErrors"], "ENABLED")
        self.assertEqual(public["ExplicitAuthFlows"],
                         ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
        self.assertEqual(self.client(SECRET)["ClientSecret"], CLIENT_SECRET)
        narrow = self.client("narrowclient00000000000000")
        self.assertEqual(
            {name: narrow[name] for name in (
                "ClientName", "ReadAttributes", "WriteAttributes",
                "ExplicitAuthFlows", "PreventUserExistenceErrors",
                "RefreshTokenRotation")},
            {"ClientName": "narrow", "ReadAttributes": ["email"],
             "WriteAttributes": ["name"],
             "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
             "PreventUserExistenceErrors": "LEGACY",
             "RefreshTokenRotation": {"Feature": "ENABLED",
                                      "RetryGracePeriodSeconds": 30}})
        self.admin_refused("DescribeUserPoolClient",
                           "ResourceNotFoundException",
                           "User pool client nobody does not exist.",
                           ClientId="nobody")


class Rates(PoolCase):
    users = (ALICE,)

    def test_category_and_operation(self):
        # So slow that no load of this machine lets a second one through.
        self.control("set", pool={"rates": {"UserList": 0.001}})
        self.admin("ListUsersInGroup", GroupName="Users")
        for _ in range(3):
            self.admin_refused("ListUsers", "TooManyRequestsException",
                               "Rate exceeded")
        self.admin("ListGroups")
        self.assertEqual(self.log_lines("ListUsers")[-1]["reason"],
                         "rate of UserList")
        self.control("reset_counts")
        self.admin("ListUsers")
        self.control("set", pool={"rates": {"ListGroups": 0.001}})
        self.admin("ListGroups")
        self.admin_refused("ListGroups", "TooManyRequestsException")
        self.admin("ListUsers")

    def test_public_calls(self):
        self.control("set", pool={"rates": {"UserAuthentication": 0.001}})
        challenge = self.start("alice")
        self.refused("InitiateAuth", "TooManyRequestsException",
                     AuthFlow="USER_SRP_AUTH", ClientId=PUBLIC)
        self.call("RespondToAuthChallenge",
                  **self.proof(challenge, PASSWORD))

    def test_unknown_category(self):
        response, _ = self.exchange(
            "POST", "/_control",
            json.dumps({"do": "set", "pool": {"rates": {"Users": 1}}}),
            {"X-Test-Control": "1"})
        self.assertEqual(response.status, 400)


class Generated(ListCase):
    COUNT = 100_000
    pool = {"alias_attributes": ["email"], "case_sensitive": False}
    users = ({"username": "zoe", "groups": ["All"]},
             {"username": "u00000007", "groups": ["Seven"]})
    generate = {"count": COUNT, "prefix": "u", "digits": 8,
                "password": "Generated-1",
                "attributes": {"email": "{name}@example.com",
                               "email_verified": True,
                               "custom:uid": "{n}"},
                "disabled": {"every": 1000},
                "groups": {"All": {}, "Odd": {"every": 2, "rest": 1},
                           "Few": {"every": 25_000, "first": 30_000}}}

    def test_all_of_them(self):
        names = self.names("ListUsers")
        self.assertEqual(len(names), self.COUNT + 1)
        self.assertEqual(names[:4],
                         ["zoe", "u00000007", "u00000001", "u00000002"])
        self.assertEqual(names[-1], f"u{self.COUNT:08d}")
        self.assertEqual(len(set(names)), len(names))
        self.assertEqual(self.admin("DescribeUserPool")["UserPool"][
            "EstimatedNumberOfUsers"], self.COUNT + 1)

    def test_members(self):
        self.assertEqual(len(self.names("ListUsersInGroup",
                                        GroupName="Odd")),
                         self.COUNT // 2 - 1)
        self.assertEqual(self.pages("ListUsersInGroup", GroupName="Few",
                                    Limit=2),
                         [["u00050000", "u00075000"], ["u00100000"]])
        self.assertEqual(self.names("ListUsersInGroup", GroupName="Seven"),
                         ["u00000007"])
        self.assertEqual(self.names("ListGroups"),
                         ["All", "Seven", "Odd", "Few"])

    def test_one_of_them(self):
        shown = self.admin("AdminGetUser", Username="u00050000")
        attributes = {item["Name"]: item["Value"]
                      for item in shown["UserAttributes"]}
        self.assertEqual(attributes, {
            "sub": "8d9870e1-8e98-57af-8b81-65ae31ffb73b",
            "email": "u00050000@example.com", "email_verified": "true",
            "custom:uid": "50000"})
        self.assertFalse(shown["Enabled"])
        for name in ("U00000008", "u00000008@example.com"):
            self.tokens(name, "Generated-1")
        by_sub = self.admin("AdminGetUser", Username=attributes["sub"])
        self.assertEqual(by_sub["Username"], "u00050000")
        for name in ("u8", "u00100001", "u00000000", "u"):
            self.admin_refused("AdminGetUser", "UserNotFoundException",
                               Username=name)

    def test_changed_ones_keep_their_place(self):
        self.control("set_user", username="u00000003",
                     set={"groups": ["Few"]})
        self.control("delete", username="u00000004")
        self.control("create", user={"username": "last"})
        first = self.admin("ListUsers", Limit=6)["Users"]
        self.assertEqual([user["Username"][-1] for user in first],
                         ["e", "7", "1", "2", "3", "5"])
        self.assertEqual(self.names("ListUsersInGroup", GroupName="Few")[0],
                         "u00000003")
        odd = self.admin("ListUsersInGroup", GroupName="Odd", Limit=3)
        self.assertEqual([user["Username"] for user in odd["Users"]],
                         ["u00000001", "u00000005", "u00000009"])
        self.admin_refused("AdminGetUser", "UserNotFoundException",
                           Username="u00000004")
        self.assertEqual(
            self.names("ListUsers", Filter='username = "last"'), ["last"])
        self.control("delete_group", name="Odd")
        self.admin_refused("ListUsersInGroup", "ResourceNotFoundException",
                           GroupName="Odd")

    def test_mistakes_are_named(self):
        response, _ = self.exchange(
            "POST", "/_control", json.dumps({"do": "reload", "seed": {
                "pool": {"id": POOL_ID, "username_attributes": ["email"]},
                "generate": {"count": 5}}}), {"X-Test-Control": "1"})
        self.assertEqual(response.status, 400)
