# SPDX-License-Identifier: Apache-2.0
"""Factors that people set up, questions of the pool's owner, and how long
what they were given lasts."""

from cases.client import PUBLIC, TOTP_SECRET, PoolCase, claims, code
from cases.signin import ALICE, WRONG

PASSWORD = ALICE["password"]
CUSTOM = "customclient00000000000000"
ROTATING = "rotatingclient000000000000"
MISMATCH = ("EnableSoftwareTokenMFAException",
            "Code mismatch and fail enable Software Token MFA")


class SignedIn(PoolCase):
    """An authenticator with an access token."""

    users = (ALICE, {"username": "sms", "password": PASSWORD,
                     "sms_code": "135790"})

    def setUp(self):
        super().setUp()
        self.access = self.tokens("alice", PASSWORD)["AccessToken"]

    def enrol(self):
        secret = self.call("AssociateSoftwareToken",
                           AccessToken=self.access)
        self.assertNotIn("Session", secret)
        self.refused("VerifySoftwareToken", *MISMATCH,
                     AccessToken=self.access, UserCode="000000")
        done = self.call(
            "VerifySoftwareToken", AccessToken=self.access,
            FriendlyDeviceName="phone", UserCode=code(
                self.service_time(), secret["SecretCode"] + "===="))
        self.assertEqual(done, {"Status": "SUCCESS"})

    def test_verified_authenticator_is_asked_for(self):
        self.enrol()
        challenge = self.sign_in("alice", PASSWORD)
        self.assertEqual(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA")
        self.assertEqual(challenge["ChallengeParameters"][
            "FRIENDLY_DEVICE_NAME"], "phone")

    def test_or_only_once_it_is_preferred(self):
        self.control("set", pool={"mfa_needs_preference": True})
        self.enrol()
        self.tokens("alice", PASSWORD)
        self.call("SetUserMFAPreference", AccessToken=self.access,
                  SoftwareTokenMfaSettings={"Enabled": True,
                                            "PreferredMfa": True})
        self.assertEqual(self.sign_in("alice", PASSWORD)["ChallengeName"],
                         "SOFTWARE_TOKEN_MFA")
        shown = self.call("GetUser", AccessToken=self.access)
        self.assertEqual(shown["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA")
        self.call("SetUserMFAPreference", AccessToken=self.access,
                  SoftwareTokenMfaSettings={"Enabled": False})
        self.assertNotIn("PreferredMfaSetting",
                         self.call("GetUser", AccessToken=self.access))
        self.tokens("alice", PASSWORD)

    def test_refused(self):
        for settings, text in (
                ("SoftwareTokenMfaSettings", "User has not set up software "
                 "token mfa"),
                ("SMSMfaSettings", "User does not have delivery config set "
                 "to turn on SMS_MFA")):
            self.refused("SetUserMFAPreference",
                         "InvalidParameterException", text,
                         AccessToken=self.access,
                         **{settings: {"Enabled": True}})
        self.refused("AssociateSoftwareToken", "InvalidParameterException")
        self.refused("AssociateSoftwareToken", "NotAuthorizedException",
                     "Invalid Access Token", AccessToken="x")
        self.control("set", pool={"mfa": "OFF"})
        self.refused("AssociateSoftwareToken",
                     "SoftwareTokenMFANotFoundException",
                     AccessToken=self.access)


class Setup(PoolCase):
    pool = {"mfa": "ON"}
    users = ({"username": "fresh", "password": PASSWORD},)

    def test_wrong_code_in_other_words(self):
        self.control("set", pool={"enrolment_error": "mismatch"})
        challenge = self.sign_in("fresh", PASSWORD)
        session = self.call("AssociateSoftwareToken",
                            Session=challenge["Session"])["Session"]
        self.refused("VerifySoftwareToken", "CodeMismatchException",
                     Session=session, UserCode="000000")
        self.control("set", pool={"enrolment_error": "status"})
        answer = self.call("VerifySoftwareToken", Session=session,
                           UserCode="000000")
        self.assertEqual(answer["Status"], "ERROR")
        self.respond_refused({**challenge, "Session": answer["Session"]},
                             "fresh", "InvalidParameterException")

    def test_whose_calls(self):
        """The log knows by the session, also of a call that is refused."""
        session = self.sign_in("fresh", PASSWORD)["Session"]
        session = self.call("AssociateSoftwareToken",
                            Session=session)["Session"]
        self.refused("VerifySoftwareToken", "InvalidParameterException",
                     Session=session, UserCode="no digits")
        self.refused("VerifySoftwareToken", "NotAuthorizedException",
                     Session="x" * 40, UserCode="000000")
        self.assertEqual([(line["operation"], line["username"])
                          for line in self.log_lines()[-3:]],
                         [("AssociateSoftwareToken", "fresh"),
                          ("VerifySoftwareToken", "fresh"),
                          ("VerifySoftwareToken", None)])

    def test_an_address_instead(self):
        self.control("set", pool={"mfas_can_setup": [
            "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]})
        challenge = self.sign_in("fresh", PASSWORD)
        self.assertEqual(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"],
                         '["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]')
        self.respond_refused(challenge, "fresh", "InvalidParameterException",
                             "Invalid email address format.", EMAIL="x")
        following = self.respond(challenge, "fresh",
                                 email="fresh@example.com")
        self.assertEqual(following["ChallengeName"], "EMAIL_OTP")
        self.assertEqual(following["ChallengeParameters"][
            "CODE_DELIVERY_DESTINATION"], "f***@e***")
        self.respond(following, "fresh", EMAIL_OTP_CODE="246810")
        self.assertEqual(self.sign_in("fresh", PASSWORD)["ChallengeName"],
                         "EMAIL_OTP")

    def test_an_address_where_none_is_offered(self):
        challenge = self.sign_in("fresh", PASSWORD)
        self.respond_refused(challenge, "fresh", "InvalidParameterException",
                             "EMAIL_OTP cannot be set up",
                             EMAIL="fresh@example.com")


class Custom(PoolCase):
    clients = ({"id": CUSTOM, "explicit_auth_flows": ["ALLOW_CUSTOM_AUTH"]},)
    users = ({"username": "quizzed", "password": PASSWORD,
              "totp_secret": TOTP_SECRET, "custom_challenge": [
                  {"parameters": {"question": "Colour?"}, "answer": "red"},
                  {"parameters": {"question": "Number?"}, "answer": "7",
                   "tries": 1}]},
             {"username": "endless", "password": PASSWORD,
              "force_challenge": "CUSTOM_CHALLENGE", "custom_challenge": [
                  {"parameters": {"question": "?"}, "tries": 0}]},
             ALICE)

    def begin(self, name="quizzed"):
        """CUSTOM_AUTH with the password first."""
        challenge = self.start(name, CUSTOM, "CUSTOM_AUTH",
                               CHALLENGE_NAME="SRP_A")
        return self.call("RespondToAuthChallenge",
                         **self.proof(challenge, PASSWORD, CUSTOM))

    def answer(self, challenge, text, name="quizzed"):
        return self.call("RespondToAuthChallenge",
                         **self.body(challenge, text, name))

    def body(self, challenge, text, name="quizzed", client=CUSTOM):
        return {**self.response_to(challenge, name, ANSWER=text),
                "ClientId": client}

    def test_questions_after_the_password(self):
        first = self.begin()
        self.assertEqual(first["ChallengeName"], "CUSTOM_CHALLENGE")
        self.assertEqual(first["ChallengeParameters"],
                         {"USERNAME": "quizzed", "question": "Colour?"})
        again = self.answer(first, "blue")
        self.assertEqual(again["ChallengeParameters"],
                         first["ChallengeParameters"])
        self.assertNotEqual(again["Session"], first["Session"])
        second = self.answer(again, "red")
        self.assertEqual(second["ChallengeParameters"]["question"],
                         "Number?")
        # No second factor follows in this flow.
        self.assertIn("AuthenticationResult", self.answer(second, "7"))

    def test_the_last_try(self):
        second = self.answer(self.begin(), "red")
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     WRONG, **self.body(second, "8"))
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     "Invalid session for the user.",
                     **self.body(second, "7"))

    def test_without_a_password(self):
        body = {"AuthFlow": "CUSTOM_AUTH", "ClientId": CUSTOM}
        first = self.call("InitiateAuth", **body,
                          AuthParameters={"USERNAME": "quizzed"})
        self.assertEqual(first["ChallengeName"], "CUSTOM_CHALLENGE")
        self.refused("InitiateAuth", "NotAuthorizedException", WRONG, **body,
                     AuthParameters={"USERNAME": "nobody"})
        self.refused("InitiateAuth", "InvalidParameterException",
                     "CUSTOM_AUTH is not enabled for the client.",
                     **{**body, "ClientId": PUBLIC},
                     AuthParameters={"USERNAME": "quizzed"})

    def test_without_end(self):
        challenge = self.sign_in("endless", PASSWORD)
        for _ in range(20):
            challenge = self.call("RespondToAuthChallenge", **self.body(
                challenge, "x", "endless", PUBLIC))
            self.assertEqual(challenge["ChallengeName"],
                             "CUSTOM_CHALLENGE")

    def test_nobody_has_questions(self):
        self.control("delete", username="quizzed")
        self.control("delete", username="endless")
        self.refused("InitiateAuth", "InvalidParameterException",
                     "Custom auth lambda trigger is not configured for the "
                     "user pool.", AuthFlow="CUSTOM_AUTH", ClientId=CUSTOM,
                     AuthParameters={"USERNAME": "alice"})
        self.control("set", pool={"custom_challenge": [
            {"parameters": {"q": "all?"}, "answer": "yes"}]})
        first = self.begin("alice")
        self.assertEqual(first["ChallengeParameters"]["q"], "all?")


class Rotation(PoolCase):
    users = (ALICE,)
    clients = ({"id": ROTATING, "refresh_rotation": True,
                "rotation_grace_s": 30},)

    def renew(self, token):
        return self.call("GetTokensFromRefreshToken", ClientId=ROTATING,
                         RefreshToken=token)["AuthenticationResult"]

    def reuse(self, token, kind="RefreshTokenReuseException"):
        self.refused("GetTokensFromRefreshToken", kind, ClientId=ROTATING,
                     RefreshToken=token)

    def first(self):
        return self.sign_in("alice", PASSWORD, ROTATING)[
            "AuthenticationResult"]["RefreshToken"]

    def test_grace_for_a_lost_answer(self):
        first = self.first()
        lost, kept = (self.renew(first)["RefreshToken"] for _ in range(2))
        self.fast_forward(31)
        self.reuse(first)
        # Both answers were given, so both tokens are good.
        self.renew(lost)
        self.renew(kept)

    def test_lifetime_is_the_first_ones(self):
        self.control("set_client", id=ROTATING,
                     set={"refresh_token_s": 100})
        first = self.first()
        self.fast_forward(60)
        second = self.renew(first)["RefreshToken"]
        self.fast_forward(60)
        self.reuse(second, "NotAuthorizedException")

    def test_reuse_may_revoke_all(self):
        self.control("set_client", id=ROTATING,
                     set={"reuse_revokes": True, "rotation_grace_s": 0})
        first = self.first()
        second = self.renew(first)["RefreshToken"]
        self.fast_forward(1)
        self.reuse(first)
        self.reuse(second, "NotAuthorizedException")

    def test_groups_and_disabled_users(self):
        first = self.first()
        self.control("set_user", username="alice", set={"groups": ["New"]})
        result = self.renew(first)
        self.assertEqual(claims(result["IdToken"])["cognito:groups"],
                         ["New"])
        self.control("disable", username="alice")
        self.reuse(result["RefreshToken"], "NotAuthorizedException")

    def test_only_so_many_sessions(self):
        self.control("set", pool={"sessions_per_user": 2})
        first, second = self.first(), self.first()
        self.fast_forward(1)
        first = self.renew(first)["RefreshToken"]
        third = self.first()
        self.reuse(second, "NotAuthorizedException")
        self.renew(first)
        self.renew(third)
