# SPDX-License-Identifier: Apache-2.0
"""Devices: tracked, confirmed, remembered, and used in place of a second
factor."""

import base64
import hashlib
import hmac
import secrets
import unittest

from cases.client import (N, PUBLIC, TOTP_SECRET, PoolCase, code, hashed,
                          padded, stamp, vectors)
from cases.signin import WRONG
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pool import device, device_signin, devices

PASSWORD = "Correct-Horse-7"
GONE = ("ResourceNotFoundException", "Device does not exist.")


class Vectors(unittest.TestCase):
    """Registrations and proofs of three other clients."""

    def test_verifiers_and_proofs(self):
        for case in vectors("device.json")["cases"]:
            with self.subTest(case["id"]):
                given, expected = case["input"], case["expected"]
                config = expected["DeviceSecretVerifierConfig"]
                made = device.Device(given["device_key"],
                                     given["device_group_key"], 0)
                made.salt = devices.base64_number(config["Salt"])
                made.verifier = devices.base64_number(
                    config["PasswordVerifier"])
                self.assertEqual(format(made.salt, "x"), given["SALT"])
                self.assertEqual(made.verifier,
                                 int(case["server"]["verifier"], 16))
                right = device_signin.right_signature(
                    made, device_signin.DeviceSrp(
                        int(expected["SRP_A"], 16),
                        int(case["server"]["b"], 16),
                        int(given["SRP_B"], 16),
                        base64.b64decode(given["SECRET_BLOCK"])),
                    given["TIMESTAMP"])
                self.assertEqual(base64.b64encode(right).decode(),
                                 expected["PASSWORD_CLAIM_SIGNATURE"])


class Devices(PoolCase):
    pool = {"devices": "always"}
    users = ({"username": "bob", "password": PASSWORD,
              "totp_secret": TOTP_SECRET},
             {"username": "plain", "password": PASSWORD})

    def sign_in_with_code(self):
        self.control("reset_counts")
        return self.respond(
            self.sign_in("bob", PASSWORD), "bob",
            SOFTWARE_TOKEN_MFA_CODE=code(
                self.service_time()))["AuthenticationResult"]

    def inner(self, group, key):
        return hashlib.sha256(f"{group}{key}:device secret".encode()
                              ).digest()

    def config(self, metadata, salt=0x1234):
        x = hashed(padded(salt), self.inner(metadata["DeviceGroupKey"],
                                            metadata["DeviceKey"]))
        return {"Salt": base64.b64encode(padded(salt)).decode(),
                "PasswordVerifier": base64.b64encode(
                    padded(pow(2, x, N))).decode()}

    def confirm(self, result, **more):
        metadata = result["NewDeviceMetadata"]
        return self.call("ConfirmDevice", AccessToken=result["AccessToken"],
                         DeviceKey=metadata["DeviceKey"], DeviceName="box",
                         DeviceSecretVerifierConfig=self.config(metadata),
                         **more)

    def begin(self, key):
        """As far as the password leads, with the device told."""
        challenge = self.start("bob", DEVICE_KEY=key)
        return self.call("RespondToAuthChallenge", **self.proof(
            challenge, PASSWORD, DEVICE_KEY=key))

    def device_proof(self, challenge, group, a):
        given = challenge["ChallengeParameters"]
        b_public = int(given["SRP_B"], 16)
        u = hashed(padded(pow(2, a, N)), padded(b_public))
        x = hashed(padded(int(given["SALT"], 16)),
                   self.inner(group, given["DEVICE_KEY"]))
        k = hashed(padded(N), padded(2))
        secret = pow(b_public - k * pow(2, x, N), a + u * x, N)
        key = HKDF(hashes.SHA256(), 16, padded(u),
                   b"Caldera Derived Key").derive(padded(secret))
        at = stamp(self.service_time())
        text = (group + given["DEVICE_KEY"]).encode() + base64.b64decode(
            given["SECRET_BLOCK"]) + at.encode()
        mac = hmac.new(key, text, hashlib.sha256).digest()
        return {"DEVICE_KEY": given["DEVICE_KEY"], "TIMESTAMP": at,
                "PASSWORD_CLAIM_SECRET_BLOCK": given["SECRET_BLOCK"],
                "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(mac).decode()}

    def test_remembered_device_replaces_the_code(self):
        result = self.sign_in_with_code()
        metadata = result["NewDeviceMetadata"]
        self.assertRegex(metadata["DeviceKey"], "^eu-west-1_[0-9a-f-]{36}$")
        self.assertEqual(self.confirm(result),
                         {"UserConfirmationNecessary": False})
        key, group = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        challenge = self.begin(key)
        self.assertEqual(challenge["ChallengeName"], "DEVICE_SRP_AUTH")
        a = secrets.randbits(256)
        following = self.respond(challenge, "bob", DEVICE_KEY=key,
                                 SRP_A=format(pow(2, a, N), "x"))
        self.assertEqual(following["ChallengeName"],
                         "DEVICE_PASSWORD_VERIFIER")
        done = self.respond(following, "bob",
                            **self.device_proof(following, group, a))
        self.assertNotIn("NewDeviceMetadata", done["AuthenticationResult"])
        challenge = self.begin(key)
        following = self.respond(challenge, "bob", DEVICE_KEY=key,
                                 SRP_A=format(pow(2, a, N), "x"))
        self.respond_refused(following, "bob", "NotAuthorizedException",
                             WRONG, **self.device_proof(following, "x", a))

    def test_opt_in(self):
        self.control("set", pool={"devices": "opt_in"})
        result = self.sign_in_with_code()
        self.assertEqual(self.confirm(result),
                         {"UserConfirmationNecessary": True})
        key = result["NewDeviceMetadata"]["DeviceKey"]
        self.assertEqual(self.begin(key)["ChallengeName"],
                         "SOFTWARE_TOKEN_MFA")
        self.call("UpdateDeviceStatus", AccessToken=result["AccessToken"],
                  DeviceKey=key, DeviceRememberedStatus="remembered")
        self.assertEqual(self.begin(key)["ChallengeName"],
                         "DEVICE_SRP_AUTH")

    def test_unknown_device_leaves_the_challenge_good(self):
        challenge = self.start("plain", DEVICE_KEY="eu-west-1_x")
        self.refused("RespondToAuthChallenge", *GONE, **self.proof(
            challenge, PASSWORD, DEVICE_KEY="eu-west-1_x"))
        self.call("RespondToAuthChallenge", **self.proof(challenge,
                                                         PASSWORD))

    def test_refresh_wants_the_device(self):
        result = self.sign_in_with_code()
        refresh = {"ClientId": PUBLIC,
                   "RefreshToken": result["RefreshToken"]}
        key = result["NewDeviceMetadata"]["DeviceKey"]
        operation = "GetTokensFromRefreshToken"
        self.refused(operation, "NotAuthorizedException",
                     "Invalid Refresh Token", **refresh, DeviceKey=key)
        self.confirm(result)
        self.refused(operation, "NotAuthorizedException",
                     "Invalid Refresh Token", **refresh)
        self.call(operation, **refresh, DeviceKey=key)
        self.call("InitiateAuth", AuthFlow="REFRESH_TOKEN_AUTH",
                  ClientId=PUBLIC, AuthParameters={
                      "REFRESH_TOKEN": result["RefreshToken"],
                      "DEVICE_KEY": key})
        self.call("ForgetDevice", AccessToken=result["AccessToken"],
                  DeviceKey=key)
        self.refused(operation, "NotAuthorizedException",
                     "Invalid Refresh Token", **refresh, DeviceKey=key)

    def test_lists(self):
        result = self.sign_in_with_code()
        access = result["AccessToken"]
        self.assertEqual(self.call("ListDevices", AccessToken=access),
                         {"Devices": []})
        self.confirm(result)
        key = result["NewDeviceMetadata"]["DeviceKey"]
        shown = self.call("GetDevice", AccessToken=access,
                          DeviceKey=key)["Device"]
        self.assertIn({"Name": "dev:device_remembered_status",
                       "Value": "remembered"}, shown["DeviceAttributes"])
        self.assertEqual(self.call("ListDevices", AccessToken=access),
                         {"Devices": [shown]})
        self.refused("ConfirmDevice", "DeviceKeyExistsException",
                     AccessToken=access, DeviceKey=key)
        self.refused("ConfirmDevice", "InvalidParameterException",
                     "Invalid device key given.", AccessToken=access,
                     DeviceKey="eu-west-1_x")
        self.refused("GetDevice", *GONE, AccessToken=access,
                     DeviceKey="eu-west-1_x")
