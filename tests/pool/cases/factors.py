# SPDX-License-Identifier: Apache-2.0
"""The challenges after the password."""

import json

from cases.client import (PUBLIC, SECRET, TOTP_SECRET, PoolCase, code,
                          secret_hash)

MISMATCH = "CodeMismatchException"
PASSWORD = "Correct-Horse-7"


class NewPassword(PoolCase):
    pool = {"password_policy": {"minimum_length": 10,
                                "require_uppercase": True,
                                "require_lowercase": True,
                                "require_numbers": True,
                                "require_symbols": True, "history": 2}}
    users = ({"username": "new", "password": PASSWORD,
              "status": "FORCE_CHANGE_PASSWORD",
              "attributes": {"email": "new@example.com"},
              "required_attributes": ["name", "email"],
              "password_history": ["Way-Before-11", "Just-Before-12"]},)
    good = {"NEW_PASSWORD": "Brand-New-99", "userAttributes.name": "N. Ew"}

    def test_parameters(self):
        challenge = self.sign_in("new", PASSWORD)
        self.assertEqual(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED")
        given = challenge["ChallengeParameters"]
        self.assertEqual(json.loads(given["requiredAttributes"]),
                         ["userAttributes.name"])
        self.assertEqual(json.loads(given["userAttributes"]),
                         {"email": "new@example.com"})

    def test_success_changes_the_password(self):
        challenge = self.sign_in("new", PASSWORD)
        self.assertIn("AuthenticationResult",
                      self.respond(challenge, "new", **self.good))
        self.tokens("new", "Brand-New-99")
        self.sign_in_refused("new", PASSWORD, "NotAuthorizedException")

    def test_policy_and_history_leave_the_session_good(self):
        challenge = self.sign_in("new", PASSWORD)
        for password, text in (
                ("Short-1", "Password not long enough"),
                ("all-lower-case-1", "Password must have uppercase "
                 "characters"),
                ("ALL-UPPER-CASE-1", "Password must have lowercase "
                 "characters"),
                ("Without-Numbers", "Password must have numeric characters"),
                ("WithoutSymbols1", "Password must have symbol characters")):
            self.respond_refused(
                challenge, "new", "InvalidPasswordException",
                f"Password did not conform with policy: {text}",
                **{**self.good, "NEW_PASSWORD": password})
        self.respond_refused(challenge, "new", "InvalidParameterException",
                             **{**self.good, "NEW_PASSWORD": " Blank-at-1"})
        for password in (PASSWORD, "Just-Before-12"):
            self.respond_refused(
                challenge, "new", "PasswordHistoryPolicyViolationException",
                **{**self.good, "NEW_PASSWORD": password})
        self.respond(challenge, "new", **self.good)

    def test_attributes(self):
        challenge = self.sign_in("new", PASSWORD)
        self.respond_refused(challenge, "new", "InvalidParameterException",
                             "Invalid attributes given, name is missing",
                             NEW_PASSWORD="Brand-New-99")
        self.respond_refused(challenge, "new", "NotAuthorizedException",
                             "Cannot modify an already provided email",
                             **{**self.good,
                                "userAttributes.email": "x@example.com"})
        self.respond(challenge, "new", **self.good)


class Authenticator(PoolCase):
    users = ({"username": "bob", "password": PASSWORD,
              "totp_secret": TOTP_SECRET},)

    def test_right_code(self):
        challenge = self.sign_in("bob", PASSWORD)
        self.assertEqual(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA")
        result = self.respond(challenge, "bob", SOFTWARE_TOKEN_MFA_CODE=code(
            self.service_time()))
        self.assertIn("AuthenticationResult", result)

    def test_wrong_code_then_right_code(self):
        challenge = self.sign_in("bob", PASSWORD)
        for wrong in ("000000", "abc", code(self.service_time() - 300)):
            self.respond_refused(challenge, "bob", MISMATCH,
                                 "Invalid code received for user",
                                 SOFTWARE_TOKEN_MFA_CODE=wrong)
        self.respond(challenge, "bob", SOFTWARE_TOKEN_MFA_CODE=code(
            self.service_time()))

    def test_used_code_is_expired_and_the_session_good(self):
        used = code(self.service_time())
        self.respond(self.sign_in("bob", PASSWORD), "bob",
                     SOFTWARE_TOKEN_MFA_CODE=used)
        challenge = self.sign_in("bob", PASSWORD)
        self.respond_refused(
            challenge, "bob", "ExpiredCodeException",
            "Your software token has already been used once.",
            SOFTWARE_TOKEN_MFA_CODE=used)
        self.fast_forward(30)
        self.respond(challenge, "bob", SOFTWARE_TOKEN_MFA_CODE=code(
            self.service_time() + 30))

    def test_control_tells_the_code(self):
        challenge = self.sign_in("bob", PASSWORD)
        told = self.control("code", username="bob")["code"]
        self.respond(challenge, "bob", SOFTWARE_TOKEN_MFA_CODE=told)

    def test_session_is_good_for_one_success(self):
        challenge = self.sign_in("bob", PASSWORD)
        right = code(self.service_time())
        self.respond(challenge, "bob", SOFTWARE_TOKEN_MFA_CODE=right)
        self.respond_refused(
            challenge, "bob", "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
            SOFTWARE_TOKEN_MFA_CODE=right)

    def test_session_expires(self):
        challenge = self.sign_in("bob", PASSWORD)
        self.fast_forward(181)
        self.respond_refused(
            challenge, "bob", "NotAuthorizedException",
            "Invalid session for the user, session is expired.",
            SOFTWARE_TOKEN_MFA_CODE=code(self.service_time()))

    def test_wrong_sessions(self):
        challenge = self.sign_in("bob", PASSWORD)
        body = self.response_to(challenge, "bob",
                                SOFTWARE_TOKEN_MFA_CODE="123456")
        for change in ({"Session": "x" * 30}, {"ChallengeName": "SMS_MFA"},
                       {"ChallengeResponses": {
                           "USERNAME": "eve",
                           "SOFTWARE_TOKEN_MFA_CODE": "123456"}}):
            self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                         "Invalid session for the user.",
                         **{**body, **change})
        del body["Session"]
        self.refused("RespondToAuthChallenge", "InvalidParameterException",
                     "Missing required parameter SESSION", **body)

    def test_wrong_codes_lock(self):
        self.control("set", pool={"lockout": {"base_s": 100}})
        challenge = self.sign_in("bob", PASSWORD)
        for _ in range(5):
            self.respond_refused(challenge, "bob", MISMATCH,
                                 SOFTWARE_TOKEN_MFA_CODE="000000")
        self.respond_refused(challenge, "bob", "NotAuthorizedException",
                             "Password attempts exceeded",
                             SOFTWARE_TOKEN_MFA_CODE=code(
                                 self.service_time()))

    def test_secret_hash_is_wanted_in_every_answer(self):
        challenge = self.sign_in("bob", PASSWORD, SECRET)
        body = self.response_to(challenge, "bob",
                                SOFTWARE_TOKEN_MFA_CODE=code(
                                    self.service_time()))
        body["ClientId"] = SECRET
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     f"Client {SECRET} is configured with secret but "
                     "SECRET_HASH was not received", **body)
        body["ChallengeResponses"]["SECRET_HASH"] = secret_hash("bob")
        self.call("RespondToAuthChallenge", **body)


class SentCodes(PoolCase):
    users = ({"username": "sms", "password": PASSWORD, "sms_code": "135790",
              "attributes": {"phone_number": "+4915112345678"}},
             {"username": "mail", "password": PASSWORD,
              "email_code": "24680135",
              "attributes": {"email": "mail@example.com"}},
             {"username": "otp", "password": PASSWORD, "sms_code": "112233",
              "mfa": ["SMS_OTP"]},
             {"username": "two", "password": PASSWORD, "sms_code": "135790",
              "totp_secret": TOTP_SECRET},
             {"username": "prefers", "password": PASSWORD,
              "sms_code": "135790", "totp_secret": TOTP_SECRET,
              "preferred_mfa": "SMS_MFA"})

    def test_each_kind(self):
        for name, kind, key, right, destination in (
                ("sms", "SMS_MFA", "SMS_MFA_CODE", "135790",
                 "+*********5678"),
                ("mail", "EMAIL_OTP", "EMAIL_OTP_CODE", "24680135",
                 "m***@e***"),
                ("otp", "SMS_OTP", "SMS_OTP_CODE", "112233", None)):
            with self.subTest(kind):
                challenge = self.sign_in(name, PASSWORD)
                self.assertEqual(challenge["ChallengeName"], kind)
                if destination:
                    self.assertEqual(
                        challenge["ChallengeParameters"]
                        ["CODE_DELIVERY_DESTINATION"], destination)
                self.respond_refused(challenge, name, MISMATCH,
                                     **{key: "000000"})
                self.respond_refused(challenge, name,
                                     "InvalidParameterException",
                                     f"Missing required parameter {key}")
                result = self.respond(challenge, name, **{key: right})
                self.assertIn("AuthenticationResult", result)

    def test_selection(self):
        challenge = self.sign_in("two", PASSWORD)
        self.assertEqual(challenge["ChallengeName"], "SELECT_MFA_TYPE")
        choice = json.loads(
            challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
        self.assertEqual(choice, ["SOFTWARE_TOKEN_MFA", "SMS_MFA"])
        self.respond_refused(challenge, "two", "InvalidParameterException",
                             ANSWER="EMAIL_OTP")
        following = self.respond(challenge, "two", ANSWER="SMS_MFA")
        self.assertEqual(following["ChallengeName"], "SMS_MFA")
        self.assertNotEqual(following["Session"], challenge["Session"])
        self.respond(following, "two", SMS_MFA_CODE="135790")

    def test_preferred_factor(self):
        self.assertEqual(
            self.sign_in("prefers", PASSWORD)["ChallengeName"], "SMS_MFA")

    def test_pool_without_factors(self):
        self.control("set", pool={"mfa": "OFF"})
        self.tokens("two", PASSWORD)


class Setup(PoolCase):
    pool = {"mfa": "ON"}
    users = ({"username": "fresh", "password": PASSWORD},)

    def enrol(self):
        challenge = self.sign_in("fresh", PASSWORD)
        self.assertEqual(challenge["ChallengeName"], "MFA_SETUP")
        self.assertEqual(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"],
                         '["SOFTWARE_TOKEN_MFA"]')
        secret = self.call("AssociateSoftwareToken",
                           Session=challenge["Session"])
        self.refused("VerifySoftwareToken",
                     "EnableSoftwareTokenMFAException",
                     Session=secret["Session"], UserCode="000000")
        right = code(self.service_time(), secret["SecretCode"] + "====")
        verified = self.call("VerifySoftwareToken",
                             Session=secret["Session"], UserCode=right)
        self.assertEqual(verified["Status"], "SUCCESS")
        return secret["SecretCode"], self.respond(
            {**challenge, "Session": verified["Session"]}, "fresh")

    def test_ends_in_tokens(self):
        self.assertIn("AuthenticationResult", self.enrol()[1])

    def test_ends_in_a_challenge(self):
        self.control("set", pool={"mfa_setup_ends_in": "challenge"})
        secret, challenge = self.enrol()
        self.assertEqual(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA")
        self.respond(challenge, "fresh", SOFTWARE_TOKEN_MFA_CODE=code(
            self.service_time() + 30, secret + "===="))

    def test_unverified_setup_is_refused(self):
        challenge = self.sign_in("fresh", PASSWORD)
        self.respond_refused(challenge, "fresh", "InvalidParameterException")


class Forced(PoolCase):
    def test_challenges_that_a_client_has_to_refuse(self):
        for name in ("MFA_SETUP", "CUSTOM_CHALLENGE", "DEVICE_SRP_AUTH",
                     "WEB_AUTHN", "SOMETHING_NEW"):
            with self.subTest(name):
                self.control("create", user={
                    "username": f"user-{name}", "password": PASSWORD,
                    "force_challenge": name,
                    "parameters": {name: {"hint": "x"}}})
                challenge = self.sign_in(f"user-{name}", PASSWORD)
                self.assertEqual(challenge["ChallengeName"], name)
                self.assertEqual(challenge["ChallengeParameters"]["hint"],
                                 "x")
                response, _ = self.post(
                    "RespondToAuthChallenge",
                    {"ChallengeName": name, "ClientId": PUBLIC,
                     "Session": challenge["Session"],
                     "ChallengeResponses": {"USERNAME": f"user-{name}"}})
                self.assertEqual(response.status, 400)
