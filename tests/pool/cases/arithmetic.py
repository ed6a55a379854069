# SPDX-License-Identifier: Apache-2.0
"""The pool's arithmetic against vectors made by independent programs."""

import base64
import unittest

from cases.client import vectors
from pool import srp, timestamp, totp


class Srp(unittest.TestCase):
    def each(self, *names):
        for name in names:
            for case in vectors(name)["cases"]:
                with self.subTest(case["id"]):
                    yield case

    def test_constants(self):
        known = vectors("srp.json")
        self.assertEqual(srp.N, int(known["N"], 16))
        self.assertEqual(srp.G, int(known["g"], 16))
        self.assertEqual(srp.K, int(known["k"], 16))
        self.assertEqual(srp.INFO.decode(), known["info"])

    def test_padding(self):
        for case in vectors("primitives.json")["padding"]["cases"]:
            with self.subTest(case["number"]):
                self.assertEqual(srp.pad(int(case["number"], 16)).hex(),
                                 case["bytes"])

    def test_verifier_and_public_value_of_honest_servers(self):
        checked = 0
        for case in self.each("srp.json", "srp-negative-salt.json"):
            if not case.get("server"):
                continue
            given, server = case["input"], case["server"]
            salt = int(given["SALT"], 16)
            verifier = int(server["verifier"], 16)
            self.assertEqual(srp.verifier(
                given["pool_name"], given["user_id_for_srp"],
                given["password"], salt), verifier)
            b_public = srp.public_value(verifier, int(server["b"], 16))
            self.assertEqual(b_public, int(given["SRP_B"], 16))
            checked += 1
        self.assertGreater(checked, 60)

    def test_shared_secret_and_signature(self):
        for case in self.each("srp.json", "srp-negative-salt.json"):
            if not case.get("server"):
                continue
            given, expected = case["input"], case["expected"]
            a_public = srp.parse_public(expected["SRP_A"])
            u = srp.scrambler(a_public, int(given["SRP_B"], 16))
            self.assertEqual(u, int(expected["u"], 16))
            secret = srp.shared_secret(
                a_public, int(case["server"]["verifier"], 16), u,
                int(case["server"]["b"], 16))
            self.assertEqual(secret, int(expected["S"], 16))
            self.check_signature(given, expected, secret, u)

    def test_published_answers(self):
        for case in vectors("srp-known-answers.json")["full"]:
            with self.subTest(case["id"]):
                given, expected = case["input"], case["expected"]
                a_public = srp.parse_public(expected["SRP_A"])
                u = srp.scrambler(a_public, int(given["SRP_B"], 16))
                self.assertEqual(u, int(expected["u"], 16))
                self.check_signature(given, expected,
                                     int(expected["S"], 16), u)

    def check_signature(self, given, expected, secret, u):
        key = srp.proof_key(secret, u)
        self.assertEqual(key.hex(), expected["hkdf_key"])
        if "SECRET_BLOCK" not in given:
            return  # published without one
        found = srp.signature(
            key, given["pool_name"], given["user_id_for_srp"],
            base64.b64decode(given["SECRET_BLOCK"]), given["TIMESTAMP"])
        self.assertEqual(base64.b64encode(found).decode(),
                         expected["PASSWORD_CLAIM_SIGNATURE"])

    def test_public_values_of_clients(self):
        limit = format(srp.N, "x")
        for text in ("", "0", "00", "-1", "+1", " 1", "1 ", "0x1", "1g",
                     "1\n", "\u0661", limit, format(2 * srp.N, "x"),
                     "f" * 769, "1" * 100000):
            with self.subTest(text[:20]):
                self.assertIsNone(srp.parse_public(text))
        self.assertEqual(srp.parse_public("0A"), 10)
        self.assertEqual(srp.parse_public(format(srp.N - 1, "X")),
                         srp.N - 1)

    def test_secret_hash(self):
        for case in vectors("primitives.json")["secret_hash"]["cases"]:
            with self.subTest(case["username"]):
                found = srp.secret_hash(case["client_secret"],
                                        case["username"], case["client_id"])
                self.assertEqual(base64.b64encode(found).decode(),
                                 case["secret_hash"])


class Timestamp(unittest.TestCase):
    def test_vectors_both_ways(self):
        for case in vectors("primitives.json")["timestamp"]["cases"]:
            with self.subTest(case["text"]):
                self.assertEqual(timestamp.text_of(case["unix"]),
                                 case["text"])
                self.assertEqual(timestamp.parse(case["text"]),
                                 case["unix"])

    def test_other_forms_are_refused(self):
        for text in ("Tue May 05 00:09:04 UTC 2026",
                     "Tue May  5 00:09:04 UTC 2026",
                     "Wed May 5 00:09:04 UTC 2026",
                     "Tue May 5 0:09:04 UTC 2026",
                     "Tue May 5 00:09:04 GMT 2026",
                     "Tue May 5 24:09:04 UTC 2026",
                     "Tue May 5 00:09:04 UTC 2026 ",
                     "tue may 5 00:09:04 UTC 2026",
                     "Di Mai 5 00:09:04 UTC 2026",
                     "Fri Feb 30 00:09:04 UTC 2026",
                     "2026-05-05T00:09:04Z", ""):
            with self.subTest(text):
                self.assertIsNone(timestamp.parse(text))


class Totp(unittest.TestCase):
    def test_vectors(self):
        for case in vectors("primitives.json")["totp"]["cases"]:
            with self.subTest(case["unix"]):
                self.assertEqual(
                    totp.code_at(case["secret_base32"], case["unix"]),
                    case["code"])

    def test_one_step_of_tolerance(self):
        secret = totp.new_secret()
        step = 1000000
        code = totp.code_at_step(secret, step)
        for distance, wanted in ((-2, None), (-1, step), (0, step),
                                 (1, step), (2, None)):
            now = (step + distance) * 30
            self.assertEqual(totp.matching_step(secret, code, now), wanted)
