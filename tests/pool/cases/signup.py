# SPDX-License-Identifier: Apache-2.0
"""Sign-up, its confirmation, and the limits on asking for codes."""

from cases.client import PUBLIC, SECRET, PoolCase, secret_hash
from cases.signin import ALICE

PASSWORD = "Correct-Horse-7"
LIMIT = ("LimitExceededException",
         "Attempt limit exceeded, please try after some time.")
MISMATCH = ("CodeMismatchException",
            "Invalid verification code provided, please try again.")
EXPIRED = ("ExpiredCodeException",
           "Invalid code provided, please request a code again.")


def named(name, **members):
    return {"ClientId": PUBLIC, "Username": name, **members}


class SignUp(PoolCase):
    pool = {"alias_attributes": ["email"], "mfa": "ON"}
    users = (ALICE,)

    def sign_up(self, name="eve", email="eve@example.com"):
        return self.call("SignUp", **named(
            name, Password=PASSWORD,
            UserAttributes=[{"Name": "email", "Value": email}]))

    def test_sign_up_confirm_sign_in(self):
        made = self.sign_up()
        self.assertFalse(made["UserConfirmed"])
        self.assertEqual(made["CodeDeliveryDetails"]["Destination"],
                         "e***@e***")
        self.sign_in_refused("eve", PASSWORD, "UserNotConfirmedException",
                             "User is not confirmed.")
        self.refused("ConfirmSignUp", *MISMATCH,
                     **named("eve", ConfirmationCode="000000"))
        self.call("ConfirmSignUp", **named("eve", ConfirmationCode="246810"))
        self.refused("ConfirmSignUp", "NotAuthorizedException",
                     "User cannot be confirmed. Current status is CONFIRMED",
                     **named("eve", ConfirmationCode="246810"))
        # The address is proved, and the first time needs no second factor.
        self.assertIn("AuthenticationResult",
                      self.sign_in("eve@example.com", PASSWORD))
        self.assertEqual(self.sign_in("eve", PASSWORD)["ChallengeName"],
                         "MFA_SETUP")
        shown = self.admin("AdminGetUser", Username="eve")
        self.assertIn({"Name": "sub", "Value": made["UserSub"]},
                      shown["UserAttributes"])

    def test_refused(self):
        self.refused("SignUp", "UsernameExistsException",
                     "User already exists",
                     **named("alice", Password=PASSWORD))
        self.refused("SignUp", "InvalidPasswordException",
                     **named("eve", Password="short"))
        self.refused("SignUp", "NotAuthorizedException",
                     f"Client {SECRET} is configured with secret but "
                     "SECRET_HASH was not received",
                     ClientId=SECRET, Username="eve", Password=PASSWORD)
        self.control("set", pool={"required_attributes": ["name"]})
        self.refused("SignUp", "InvalidParameterException",
                     "Attributes did not conform to the schema: name: The "
                     "attribute name is required",
                     **named("eve", Password=PASSWORD))
        self.control("set_client", id=PUBLIC, set={"write_attributes": []})
        self.refused("SignUp", "NotAuthorizedException",
                     "A client attempted to write unauthorized attribute",
                     **named("eve", Password=PASSWORD, UserAttributes=[
                         {"Name": "name", "Value": "E"}]))
        self.control("set", pool={"sign_up": False})
        self.refused("SignUp", "NotAuthorizedException",
                     "SignUp is not permitted for this user pool",
                     **named("eve", Password=PASSWORD))

    def test_with_a_client_secret(self):
        self.call("SignUp", ClientId=SECRET, Username="eve",
                  Password=PASSWORD, SecretHash=secret_hash("eve"))
        self.call("ConfirmSignUp", ClientId=SECRET, Username="eve",
                  ConfirmationCode="246810", SecretHash=secret_hash("eve"))

    def test_code_lives_a_day(self):
        self.sign_up()
        self.fast_forward(86401)
        self.refused("ConfirmSignUp", *EXPIRED,
                     **named("eve", ConfirmationCode="246810"))
        sent = self.call("ResendConfirmationCode", **named("eve"))
        self.assertEqual(sent["CodeDeliveryDetails"]["DeliveryMedium"],
                         "EMAIL")
        self.call("ConfirmSignUp", **named("eve", ConfirmationCode="246810"))

    def test_address_of_somebody_else(self):
        self.sign_up(email="alice@example.com")
        answer = named("eve", ConfirmationCode="246810")
        self.refused("ConfirmSignUp", "AliasExistsException",
                     "An account with the email already exists.", **answer)
        self.call("ConfirmSignUp", **answer, ForceAliasCreation=True)
        self.assertIn("AuthenticationResult",
                      self.sign_in("alice@example.com", PASSWORD))

    def test_by_an_administrator(self):
        self.sign_up()
        self.admin("AdminConfirmSignUp", Username="eve")
        self.admin_refused("AdminConfirmSignUp", "NotAuthorizedException",
                           Username="eve")
        self.sign_in_refused("eve@example.com", PASSWORD,
                             "NotAuthorizedException")


class Unconfirmed(PoolCase):
    users = (ALICE,
             {"username": "una", "password": PASSWORD,
              "status": "UNCONFIRMED", "confirm_code": "112233",
              "attributes": {"phone_number": "+4915112345678"}},
             {"username": "ugo", "password": PASSWORD,
              "status": "UNCONFIRMED"})

    def test_of_the_seed(self):
        sent = self.call("ResendConfirmationCode", **named("una"))
        self.assertEqual(sent["CodeDeliveryDetails"], {
            "Destination": "+*********5678", "DeliveryMedium": "SMS",
            "AttributeName": "phone_number"})
        self.refused("ConfirmSignUp", *MISMATCH,
                     **named("una", ConfirmationCode="246810"))
        self.call("ConfirmSignUp", **named("una", ConfirmationCode="112233"))
        self.tokens("una", PASSWORD)

    def test_without_an_address(self):
        self.refused("ResendConfirmationCode", "InvalidParameterException",
                     "Cannot resend codes. Auto verification not turned on.",
                     **named("ugo"))
        self.call("ConfirmSignUp", **named("ugo", ConfirmationCode="246810"))
        self.refused("ResendConfirmationCode", "InvalidParameterException",
                     "User is already confirmed.", **named("ugo"))

    def test_unknown_names(self):
        sent = self.call("ResendConfirmationCode", **named("nobody"))
        self.assertEqual(sent["CodeDeliveryDetails"]["Destination"],
                         "n***@e***")
        self.refused("ConfirmSignUp", *EXPIRED,
                     **named("nobody", ConfirmationCode="246810"))
        self.control("set", pool={"prevent_user_existence_errors": False})
        for operation, more in (("ResendConfirmationCode", {}),
                                ("ConfirmSignUp",
                                 {"ConfirmationCode": "1"})):
            self.refused(operation, "UserNotFoundException",
                         "User does not exist.", **named("nobody", **more))


class PerHour(PoolCase):
    users = (ALICE, *Unconfirmed.users[1:])

    def test_limits(self):
        for limited, body, count, first in (
                ("ResendConfirmationCode", named("una"), 5, None),
                ("ConfirmSignUp", named("ugo", ConfirmationCode="0"), 15,
                 "CodeMismatchException"),
                ("ForgotPassword", named("alice"), 20, None)):
            with self.subTest(limited):
                for _ in range(count):
                    if first:
                        self.refused(limited, first, **body)
                    else:
                        self.call(limited, **body)
                self.refused(limited, *LIMIT, **body)
        # Using a code is counted with asking for one.
        confirm = named("alice", ConfirmationCode="246810",
                        Password="Brand-New-99")
        self.refused("ConfirmForgotPassword", *LIMIT, **confirm)
        self.fast_forward(3601)
        self.call("ForgotPassword", **named("alice"))
        self.call("ConfirmForgotPassword", **confirm)

    def test_settings_and_control(self):
        self.control("set", pool={"per_hour": {"ForgotPassword": 1}})
        self.call("ForgotPassword", **named("alice"))
        self.refused("ForgotPassword", *LIMIT, **named("alice"))
        self.control("reset_counts")
        self.call("ForgotPassword", **named("alice"))
