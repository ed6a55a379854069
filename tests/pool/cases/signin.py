# SPDX-License-Identifier: Apache-2.0
"""The password's part of a sign-in."""

import time

from cases.client import (PUBLIC, SECRET, N, PoolCase, claims, header,
                          secret_hash, stamp, verify)

WRONG = "Incorrect username or password."
EXCEEDED = "Password attempts exceeded"
ALICE = {"username": "alice", "password": "Correct-Horse-7",
         "sub": "3f1b9c52-7d0e-4a61-9c3b-0a1e5d7f2b48",
         "attributes": {"email": "alice@example.com",
                        "email_verified": True, "name": "Alice A."},
         "groups": ["Admins", "Users"]}
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Password(PoolCase):
    users = (ALICE,
             {"username": "\u00e9ve", "password": "p\u00e4ss w\u00f6rd"})

    def test_right_password_gives_tokens(self):
        result = self.sign_in("alice", "Correct-Horse-7")
        self.assertEqual(result["ChallengeParameters"], {})
        self.assertNotIn("ChallengeName", result)
        self.assertEqual(result["AuthenticationResult"]["TokenType"],
                         "Bearer")
        self.assertIn("IdToken",
                      self.sign_in("\u00e9ve", "p\u00e4ss w\u00f6rd")[
                          "AuthenticationResult"])

    def test_wrong_password_is_refused(self):
        self.sign_in_refused("alice", "wrong", "NotAuthorizedException",
                             WRONG)
        self.assertEqual(self.log_lines()[-1]["reason"], "signature")

    def test_first_answer_has_no_session_and_takes_none(self):
        challenge = self.start("alice")
        self.assertNotIn("Session", challenge)
        challenge["Session"] = "x" * 20
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     "Invalid session for the user.",
                     **self.proof(challenge, "Correct-Horse-7"))

    def test_a_session_that_was_sent_has_to_come_back(self):
        self.reload(first_session=True)
        challenge = self.start("alice")
        body = self.proof(challenge, "Correct-Horse-7")
        del body["Session"]
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     "Invalid session for the user.", **body)
        self.tokens("alice", "Correct-Horse-7")

    def test_challenge_is_good_for_one_answer(self):
        challenge = self.start("alice")
        body = self.proof(challenge, "Correct-Horse-7")
        self.call("RespondToAuthChallenge", **body)
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     WRONG, **body)
        challenge = self.start("alice")
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     WRONG, **self.proof(challenge, "wrong"))
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     WRONG, **self.proof(challenge, "Correct-Horse-7"))

    def test_challenge_of_another_client_is_refused(self):
        challenge = self.start("alice")
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     WRONG, **self.proof(challenge, "Correct-Horse-7",
                                         SECRET))

    def test_late_proof_is_refused_and_counted(self):
        challenge = self.start("alice")
        self.fast_forward(6)
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     WRONG, **self.proof(challenge, "Correct-Horse-7"))
        line = self.log_lines("RespondToAuthChallenge")[-1]
        self.assertEqual(line["late_proofs"], 1)
        self.assertGreaterEqual(line["proof_age_ms"], 6000)
        self.tokens("alice", "Correct-Horse-7")

    def test_timestamp_form_and_age(self):
        now = self.service_time()
        for text in (stamp(now - 320), stamp(now + 320),
                     stamp(now).replace("UTC", "GMT"),
                     time.strftime("%a %b {:02d} %H:%M:%S UTC %Y", (
                         2026, 5, 5, 1, 1, 1, 1, 1, 0)).format(5)):
            with self.subTest(text):
                self.control("reset_counts")
                challenge = self.start("alice")
                self.refused(
                    "RespondToAuthChallenge", "NotAuthorizedException",
                    WRONG, **self.proof(challenge, "Correct-Horse-7",
                                        timestamp=text))
        challenge = self.start("alice")
        self.call("RespondToAuthChallenge", **self.proof(
            challenge, "Correct-Horse-7", timestamp=stamp(now - 280)))

    def test_clock_of_the_service(self):
        self.fast_forward(86400)
        tokens = self.tokens("alice", "Correct-Horse-7")
        age = time.time() + 86400 - claims(tokens["IdToken"])["iat"]
        self.assertLess(abs(age), 60)
        challenge = self.start("alice")
        self.refused(
            "RespondToAuthChallenge", "NotAuthorizedException", WRONG,
            **self.proof(challenge, "Correct-Horse-7",
                         timestamp=stamp(time.time())))

    def test_public_value_is_checked(self):
        for text in ("0", format(N, "x"), "-1", "xyz", "1" * 1000):
            self.refused(
                "InitiateAuth", "InvalidParameterException",
                "SRP_A is not valid", AuthFlow="USER_SRP_AUTH",
                ClientId=PUBLIC,
                AuthParameters={"USERNAME": "alice", "SRP_A": text})

    def test_salt_is_of_the_user_and_constant(self):
        first = self.start("alice")["ChallengeParameters"]
        second = self.start("alice")["ChallengeParameters"]
        self.assertEqual(first["SALT"], second["SALT"])
        self.assertNotEqual(first["SRP_B"], second["SRP_B"])
        self.assertNotEqual(first["SECRET_BLOCK"], second["SECRET_BLOCK"])
        self.assertEqual(first["USER_ID_FOR_SRP"], "alice")

    def test_device_key_is_unknown_and_the_challenge_still_good(self):
        challenge = self.start("alice", DEVICE_KEY="eu-west-1_x")
        body = self.proof(challenge, "Correct-Horse-7",
                          DEVICE_KEY="eu-west-1_x")
        self.refused("RespondToAuthChallenge", "ResourceNotFoundException",
                     "Device does not exist.", **body)
        del body["ChallengeResponses"]["DEVICE_KEY"]
        self.call("RespondToAuthChallenge", **body)

    def test_other_flows_are_not_enabled(self):
        for flow, message in (
                ("USER_PASSWORD_AUTH",
                 "USER_PASSWORD_AUTH is not enabled for the client."),
                ("CUSTOM_AUTH", "Custom auth lambda trigger is not "
                 "configured for the user pool.")):
            self.refused("InitiateAuth", "InvalidParameterException",
                         message, AuthFlow=flow, ClientId=PUBLIC,
                         AuthParameters={"USERNAME": "alice"})
        self.refused("InitiateAuth", "ResourceNotFoundException",
                     "User pool client nobody does not exist.",
                     AuthFlow="USER_SRP_AUTH", ClientId="nobody")


class SeededVerifier(PoolCase):
    # Of srp.json's first case, whose pool has another name: the proof goes
    # by the pool's, so this user is calculated for TestPool1 here.
    def test_verifier_instead_of_password(self):
        from pool import srp
        salt = 0x5ca1e
        self.control("create", user={
            "username": "carol", "salt": format(salt, "x"),
            "verifier": format(srp.verifier("TestPool1", "carol",
                                            "By-Verifier-1", salt), "x")})
        self.tokens("carol", "By-Verifier-1")
        self.sign_in_refused("carol", "other", "NotAuthorizedException")


class Secret(PoolCase):
    pool = {"alias_attributes": ["email"]}
    users = (ALICE,)

    def test_right_hashes(self):
        self.sign_in("alice", "Correct-Horse-7", SECRET)
        self.sign_in("alice@example.com", "Correct-Horse-7", SECRET)

    def test_missing_and_wrong_hash_at_initiate(self):
        body = {"AuthFlow": "USER_SRP_AUTH", "ClientId": SECRET,
                "AuthParameters": {"USERNAME": "alice", "SRP_A": "2"}}
        self.refused("InitiateAuth", "NotAuthorizedException",
                     f"Client {SECRET} is configured with secret but "
                     "SECRET_HASH was not received", **body)
        body["AuthParameters"]["SECRET_HASH"] = secret_hash("bob")
        self.refused("InitiateAuth", "NotAuthorizedException",
                     f"Unable to verify secret hash for client {SECRET}",
                     **body)

    def test_alias_in_the_answer_is_refused(self):
        alias = "alice@example.com"
        challenge = self.start(alias, SECRET)
        body = self.proof(challenge, "Correct-Horse-7", SECRET,
                          USERNAME=alias)
        self.refused("RespondToAuthChallenge", "NotAuthorizedException",
                     f"Unable to verify secret hash for client {SECRET}",
                     **body)

    def test_hash_for_a_client_without_secret(self):
        self.refused("InitiateAuth", "NotAuthorizedException",
                     AuthFlow="USER_SRP_AUTH", ClientId=PUBLIC,
                     AuthParameters={"USERNAME": "alice", "SRP_A": "2",
                                     "SECRET_HASH": secret_hash("alice")})


class Names(PoolCase):
    users = (ALICE, {"username": "carol", "password": "Correct-Horse-9",
                     "attributes": {"email": "carol@example.com"}})

    def test_unknown_name_gets_a_constant_simulated_challenge(self):
        first = self.start("nobody")["ChallengeParameters"]
        second = self.start("nobody")["ChallengeParameters"]
        self.assertRegex(first["USER_ID_FOR_SRP"], f"^{UUID}$")
        for name in ("SALT", "USERNAME", "USER_ID_FOR_SRP"):
            self.assertEqual(first[name], second[name])
        self.assertEqual(set(first), set(
            self.start("alice")["ChallengeParameters"]))
        self.sign_in_refused("nobody", "x1", "NotAuthorizedException",
                             WRONG)

    def test_unknown_name_without_suppression(self):
        self.reload(prevent_user_existence_errors=False)
        self.refused("InitiateAuth", "UserNotFoundException",
                     "User does not exist.", AuthFlow="USER_SRP_AUTH",
                     ClientId=PUBLIC,
                     AuthParameters={"USERNAME": "nobody", "SRP_A": "2"})

    def test_negative_salt(self):
        self.reload(simulated_salt_negative=True)
        self.assertTrue(self.start("nobody")["ChallengeParameters"]["SALT"]
                        .startswith("-"))

    def test_verified_alias(self):
        self.reload(alias_attributes=["email"])
        challenge = self.start("alice@example.com")
        self.assertEqual(challenge["ChallengeParameters"]["USERNAME"],
                         "alice")
        self.tokens("alice@example.com", "Correct-Horse-7")

    def test_unverified_or_undeclared_alias_is_nobody(self):
        self.sign_in_refused("alice@example.com", "Correct-Horse-7",
                             "NotAuthorizedException", WRONG)
        self.reload(alias_attributes=["email"])
        self.sign_in_refused("carol@example.com", "Correct-Horse-9",
                             "NotAuthorizedException", WRONG)

    def test_case(self):
        self.sign_in_refused("Alice", "Correct-Horse-7",
                             "NotAuthorizedException", WRONG)
        self.reload(case_sensitive=False)
        challenge = self.start("ALICE")
        self.assertEqual(challenge["ChallengeParameters"]["USERNAME"],
                         "alice")
        self.tokens("ALICE", "Correct-Horse-7")

    def test_names_the_service_does_not_take(self):
        for name in ("two words", "line\nbreak", "x" * 129):
            self.refused("InitiateAuth", "InvalidParameterException",
                         AuthFlow="USER_SRP_AUTH", ClientId=PUBLIC,
                         AuthParameters={"USERNAME": name, "SRP_A": "2"})
        for name in ("x" * 128, "a/b", "-x", "a:b", "1000", "root"):
            self.start(name)


class AddressAsName(PoolCase):
    pool = {"username_attributes": ["email"]}
    users = ({"username": "alice@example.com", "password": "Correct-Horse-7",
              "sub": ALICE["sub"]},)

    def test_internal_name_is_the_sub(self):
        challenge = self.start("alice@example.com")["ChallengeParameters"]
        self.assertEqual(challenge["USERNAME"], ALICE["sub"])
        token = self.tokens("alice@example.com", "Correct-Horse-7")["IdToken"]
        self.assertEqual(claims(token)["cognito:username"], ALICE["sub"])
        self.assertEqual(claims(token)["email"], "alice@example.com")
        self.sign_in("alice@example.com", "Correct-Horse-7", SECRET)


class States(PoolCase):
    clients = ({"id": "legacyclient00000000000000",
                "prevent_user_existence_errors": False},)
    users = ({"username": "off", "password": "Correct-Horse-7",
              "enabled": False},
             {"username": "unconfirmed", "password": "Correct-Horse-7",
              "status": "UNCONFIRMED"},
             {"username": "reset", "password": "Correct-Horse-7",
              "status": "RESET_REQUIRED"},
             {"username": "stale", "password": "Correct-Horse-7",
              "status": "FORCE_CHANGE_PASSWORD",
              "temporary_password_expired": True})

    def test_disabled(self):
        self.sign_in_refused("off", "Correct-Horse-7",
                             "NotAuthorizedException", "User is disabled.")
        self.sign_in_refused("off", "wrong", "NotAuthorizedException", WRONG)
        self.control("set", pool={"disabled_at": "initiate"})
        self.refused("InitiateAuth", "NotAuthorizedException",
                     "User is disabled.", AuthFlow="USER_SRP_AUTH",
                     ClientId=PUBLIC,
                     AuthParameters={"USERNAME": "off", "SRP_A": "2"})

    def test_unconfirmed(self):
        self.sign_in_refused("unconfirmed", "Correct-Horse-7",
                             "UserNotConfirmedException",
                             "User is not confirmed.")

    def test_reset_required(self):
        self.sign_in_refused("reset", "Correct-Horse-7",
                             "NotAuthorizedException", WRONG)
        self.sign_in_refused("reset", "Correct-Horse-7",
                             "PasswordResetRequiredException",
                             client="legacyclient00000000000000")

    def test_expired_temporary_password(self):
        self.sign_in_refused(
            "stale", "Correct-Horse-7", "NotAuthorizedException",
            "Temporary password has expired and must be reset by an "
            "administrator.")


class Lockout(PoolCase):
    users = (ALICE,)
    # Long locks, so that a slow machine cannot outlast them.
    pool = {"lockout": {"base_s": 100, "max_s": 300}}

    def fail(self, message):
        self.sign_in_refused("alice", "wrong", "NotAuthorizedException",
                             message)

    def test_locked_after_five_failures(self):
        for _ in range(5):
            self.fail(WRONG)
        self.sign_in_refused("alice", "Correct-Horse-7",
                             "NotAuthorizedException", EXCEEDED)
        self.fail(EXCEEDED)
        self.fast_forward(101)  # attempts during the lock did not extend it
        self.fail(WRONG)
        self.fast_forward(150)  # the sixth failure locks twice as long
        self.fail(EXCEEDED)
        self.fast_forward(51)
        self.tokens("alice", "Correct-Horse-7")
        for _ in range(4):      # the count began anew
            self.fail(WRONG)
        self.tokens("alice", "Correct-Horse-7")

    def test_count_is_forgotten(self):
        for _ in range(4):
            self.fail(WRONG)
        self.fast_forward(901)
        self.fail(WRONG)
        self.tokens("alice", "Correct-Horse-7")


class Tokens(PoolCase):
    users = (ALICE, {"username": "bob", "password": "Correct-Horse-8"})

    def test_signed_with_the_two_published_keys(self):
        tokens, jwks = self.tokens("alice", "Correct-Horse-7"), self.jwks()
        self.assertEqual(len(jwks["keys"]), 2)
        kids = set()
        for name in ("IdToken", "AccessToken"):
            verify(tokens[name], jwks)
            kids.add(header(tokens[name])["kid"])
        self.assertEqual(kids, {key["kid"] for key in jwks["keys"]})

    def test_claims(self):
        tokens = self.tokens("alice", "Correct-Horse-7")
        id_token = claims(tokens["IdToken"])
        access = claims(tokens["AccessToken"])
        for found in (id_token, access):
            self.assertEqual(found["sub"], ALICE["sub"])
            self.assertEqual(found["iss"], "https://cognito-idp.eu-west-1."
                             "amazonaws.com/eu-west-1_TestPool1")
            self.assertEqual(found["cognito:groups"], ["Admins", "Users"])
            self.assertEqual(found["exp"], found["iat"] + 3600)
            self.assertEqual(found["origin_jti"], id_token["origin_jti"])
            for name in ("jti", "event_id", "origin_jti"):
                self.assertRegex(found[name], f"^{UUID}$")
        self.assertEqual(id_token["token_use"], "id")
        self.assertEqual(id_token["aud"], PUBLIC)
        self.assertEqual(id_token["cognito:username"], "alice")
        self.assertEqual(id_token["email"], "alice@example.com")
        self.assertIs(id_token["email_verified"], True)
        self.assertEqual(id_token["name"], "Alice A.")
        self.assertEqual(access["token_use"], "access")
        self.assertEqual(access["client_id"], PUBLIC)
        self.assertEqual(access["username"], "alice")
        self.assertNotIn("aud", access)
        self.assertNotIn("email", access)
        token = self.tokens("bob", "Correct-Horse-8")["IdToken"]
        self.assertNotIn("cognito:groups", claims(token))

    def test_rotated_keys(self):
        old = self.tokens("alice", "Correct-Horse-7")["IdToken"]
        self.control("rotate_keys", keep=True)
        verify(old, self.jwks())
        self.control("rotate_keys")
        self.assertNotIn(header(old)["kid"],
                         [key["kid"] for key in self.jwks()["keys"]])
        verify(self.tokens("alice", "Correct-Horse-7")["IdToken"],
               self.jwks())

    def broken(self, **token):
        self.control("set_user", username="alice", set={"token": token})
        return self.tokens("alice", "Correct-Horse-7")

    def test_broken_on_purpose(self):
        token = self.broken(claims={"aud": "x", "sub": None})["IdToken"]
        self.assertEqual(claims(token)["aud"], "x")
        self.assertNotIn("sub", claims(token))
        verify(token, self.jwks())
        tokens = self.broken(use="access")
        self.assertEqual(tokens["IdToken"], tokens["AccessToken"])
        self.assertNotIn("IdToken", self.broken(omit=["IdToken"]))
        token = self.broken(alg="none")["IdToken"]
        self.assertEqual(header(token)["alg"], "none")
        self.assertTrue(token.endswith("."))
        token = self.broken(header={"kid": None, "crit": ["x"]})["IdToken"]
        self.assertEqual(header(token), {"alg": "RS256", "crit": ["x"]})
        self.assertEqual(self.broken(id_token="abc")["IdToken"], "abc")

    def test_wrong_signatures(self):
        for knobs in ({"key": "foreign"}, {"key": "swapped"},
                      {"alg": "HS256"}):
            token = self.broken(**knobs)["IdToken"]
            with self.assertRaises(Exception):
                verify(token, self.jwks())
        token = self.broken(key="unknown_kid")["IdToken"]
        self.assertNotIn(header(token)["kid"],
                         [key["kid"] for key in self.jwks()["keys"]])

    def test_early_tokens(self):
        self.control("set_user", username="alice",
                     set={"early_tokens": True})
        self.assertIn("AuthenticationResult", self.start("alice"))

    def test_parameters_changed_on_purpose(self):
        self.control("set_user", username="alice", set={"parameters": {
            "PASSWORD_VERIFIER": {"SRP_B": "0", "USERNAME": None}}})
        given = self.start("alice")["ChallengeParameters"]
        self.assertEqual(given["SRP_B"], "0")
        self.assertNotIn("USERNAME", given)
