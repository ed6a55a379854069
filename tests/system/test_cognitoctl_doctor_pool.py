# SPDX-License-Identifier: Apache-2.0
"""cognitoctl doctor: what it finds out by asking the pool, provoked and cured.

In the room of test_cognitoctl_doctor, and not beside it."""

import glob
import os
import secrets

from room import ctl, pool
from room.doctor import ACCOUNTS, ENVIRONMENT, KEYS, DoctorCase


class DoctorTest(DoctorCase):
    """what the pool says"""

    # ---- the service

    def test_p41_unreached(self):
        """P41, P54: no name, nobody listening, another authority"""
        self.assert_found("pool-unreached", "nowhere.test", *self.with_config(
            endpoint="https://nowhere.test"))
        self.assert_found("pool-unreached", "127.0.0.1:9", *self.with_config(
            endpoint="https://127.0.0.1:9"))
        found = self.assert_found(
            "pool-unreached", "tls", *self.with_config(
                ca_file=None, ca_path="/etc/ssl/certs"))
        self.assertIn("certificate", found["pool-unreached"][0])
        found = self.assert_found("pool-unreached", "CA cert",
                                  *self.with_config(ca_file="/etc/passwd"))
        self.assertNotIn("key-set", found)

    def forget_keys(self):
        """What logins have kept of the key set: it would do for an hour."""
        for path in glob.glob(f"{ACCOUNTS}/jwks-*"):
            os.unlink(path)

    def pool_with(self, **settings):
        pool.control("set", pool=settings)
        self.addCleanup(pool.control, "set",
                        pool={"date_offset_s": 0, "sign_up": True,
                              "prevent_user_existence_errors": True,
                              "case_sensitive": True})

    def client_with(self, **settings):
        pool.control("set_client", id=pool.CLIENT_ID, set=settings)
        self.addCleanup(pool.control, "reload", seed=pool.seed())

    def test_clock(self):
        """the service's clock and ours"""
        for offset, name, words in ((3600, "clock", "behind"),
                                    (-3600, "clock", "ahead"),
                                    (60, "clock-drift", "behind")):
            with self.subTest(offset):
                self.pool_with(date_offset_s=offset)
                self.assert_found(name, words, "--json")

    def test_key_set(self):
        """a pool whose key set cannot be had"""
        for do in ({"do": "status", "status": 404},
                   {"do": "body", "body": '{"keys":[]}'}):
            with self.subTest(do):
                pool.control("faults", faults=[{"operation": "jwks", **do}])
                try:
                    found = self.assert_found("key-set", "jwks.json",
                                              "--json")
                    self.assertIn(f"status {do.get('status', 200)}",
                                  found["key-set"][0])
                finally:
                    pool.control("faults", faults=[])

    def test_p42_pinned_old(self):
        """P42: the pool signs with keys that are not pinned"""
        pinned = f"/etc/cognito/jwks-{secrets.token_hex(4)}.json"
        pool.fetch_keys(pool.PORT, pinned)
        self.addCleanup(self.forget_keys)
        pool.control("rotate_keys", keep=True)
        self.assert_found("pinned-old", pinned,
                          *self.with_config(jwks_file=pinned))

    def test_client(self):
        """an app client that is unknown, has another secret, or no SRP"""
        self.assert_found("client-unknown", "0nosuchclient",
                          *self.with_config(client_id="0nosuchclient"))
        self.assert_found("client-hash", pool.SECRET_CLIENT_ID,
                          *self.with_config(client_id=pool.SECRET_CLIENT_ID))
        self.client_with(explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"])
        self.assert_found("client-flow", "not enabled", "--json")

    def test_p64_client_reveals(self):
        """P64: an app client that tells who exists, seen without
        credentials"""
        self.client_with(prevent_user_existence_errors=False)
        self.assert_found("client-reveals", pool.CLIENT_ID, "--json")

    def test_probe_is_harmless(self):
        """P84: the probe is one login begun for a name that nobody has"""
        before = len(pool.calls())
        self.find()
        calls = [call for call in pool.calls()[before:]
                 if call["operation"] not in ("connect", "handshake")]
        self.assertEqual([call["operation"] for call in calls],
                         ["jwks", "InitiateAuth"])
        self.assertRegex(calls[1]["username"],
                         r"^cognitoctl-doctor-[0-9a-f]{24}$")

    # ---- with AWS credentials

    def test_no_credentials(self):
        """without credentials, what could not be looked at is told"""
        self.assert_found("no-credentials", "credentials", "--json")

    def test_credentials_well(self):
        """with credentials, of the room's pool nothing is found"""
        self.administer()
        found = self.find(env=ENVIRONMENT)
        self.assertEqual(list(found), ["keys-not-pinned"])

    def test_p83_denied(self):
        """P83: credentials that may not describe are a note"""
        pool.control("iam", iam=[{**KEYS, "allow": ["cognito-idp:List*"]}])
        self.addCleanup(pool.control, "iam", iam=[])
        self.assert_found("no-credentials",
                          "DescribeUserPoolClient: misconfigured: AccessDenied",
                          "--json", env=ENVIRONMENT)

    def test_p23_client_writes(self):
        """P23: an app client that can write who somebody is"""
        self.client_with(write_attributes=["name", "custom:uid",
                                           "custom:keys"])
        self.administer()
        found = self.assert_found(
            "client-writes", "id_attribute custom:uid",
            *self.with_config(id_attribute="custom:uid",
                              key_attribute="custom:keys"), env=ENVIRONMENT)
        self.assertIn("key_attribute custom:keys", found["client-writes"])
        self.assertNotIn("client-writes", self.find(env=ENVIRONMENT))

    def test_client_described(self):
        """flows, secret and silence as DescribeUserPoolClient tells them"""
        self.client_with(explicit_auth_flows=[
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"])
        self.administer()
        self.assert_found("client-password-flow", "ALLOW_USER_PASSWORD_AUTH",
                          "--json", env=ENVIRONMENT)

    def test_p24_everybody(self):
        """P24: everybody of a pool to which the world can sign up"""
        self.administer()
        words = self.with_config(allow_groups="*")
        self.assert_found("everybody", "*", *words, env=ENVIRONMENT)
        self.pool_with(sign_up=False)
        self.assertNotIn("everybody", self.find(*words, env=ENVIRONMENT))

    def test_p24_group_unknown(self):
        """P24: groups that the pool does not have, in allow_groups and in
        group_map; without credentials none is said to be missing"""
        words = self.with_config(allow_groups="Staff staff Guests",
                                 group_map="Gests:games Guests:games")
        self.administer()
        found = self.find(*words, env=ENVIRONMENT)
        self.assertEqual(found["group-unknown"],
                         ["allow_groups: staff", "group_map: Gests"])
        self.assertNotIn("group-empty", found)
        found = self.find(*words)
        self.assertNotIn("group-unknown", found)
        self.assertNotIn("group-unknown", self.find(env=ENVIRONMENT))
        pool.control("iam", iam=[{**KEYS, "allow": [
            "cognito-idp:Describe*"]}])
        self.assert_found("no-credentials", "ListGroups", *words,
                          env=ENVIRONMENT)

    def test_p24_group_empty(self):
        """P24: without the pool, groups in which nobody of the last listing
        was, if it was made for this configuration"""
        self.person(local=False)
        self.administer()
        words = self.with_config(allow_groups="Staff Gests",
                                 group_map="Staf:games Staff:games")
        self.assertNotIn("group-empty", self.find(*words, "--offline"))
        self.addCleanup(ctl.run, "apply")
        done = ctl.run("sync", "--force", *words, env=ENVIRONMENT)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        for name, option in (("Gests", "allow_groups"),
                             ("Staf", "group_map")):
            self.assertIn(f"no group {name}, which {option} names",
                          done.stderr)
        for more in (("--offline",), ()):
            self.assertEqual(self.find(*words, *more)["group-empty"],
                             ["allow_groups: Gests", "group_map: Staf"])
        self.assertNotIn("group-empty", self.find("--offline"))
        self.assertNotIn("group-empty", self.find(*words, env=ENVIRONMENT))

    def test_pool_case(self):
        """configuration and pool do not agree on case"""
        self.administer()
        self.assert_found("pool-case", "case_insensitive = yes",
                          *self.with_config(case_insensitive="yes"),
                          env=ENVIRONMENT)
        self.pool_with(case_sensitive=False)
        self.assert_found("pool-case", "case_insensitive = no", "--json",
                          env=ENVIRONMENT)

    def test_pool_of_another_client(self):
        """an app client of another pool, with which each password is refused
        as wrong"""
        self.administer()
        self.assert_found("client-unknown", "does not exist",
                          *self.with_config(client_id="0nosuchclient"),
                          env=ENVIRONMENT)
        found = self.assert_found(
            "client-unknown", "eu-west-1_Other9999",
            *self.with_config(pool_id="eu-west-1_Other9999"), env=ENVIRONMENT)
        self.assertNotIn("no-credentials", found)

    # ---- ids verify asks the pool itself

    def test_p17_ids_verify_of_the_pool(self):
        """P17, P19, P21: what sync would refuse of the pool is told before,
        and nothing is written"""
        good, taken = self.person(local=False), self.person(local=False)
        upper = self.person("X" + secrets.token_hex(4), local=False)
        ctl.become_local(taken.name)
        listed = sorted(os.listdir(ACCOUNTS))
        self.administer()
        told = ctl.read("ids", "verify", code=ctl.ERRORS, env=ENVIRONMENT)
        problems = {row["name"]: row["problem"] for row in told["problems"]}
        self.assertNotIn(good.name, problems)
        self.assertIn("local", problems[taken.name])
        self.assertIn(upper.name, problems)
        self.assertGreaterEqual(told["users"], 3)
        self.assertGreaterEqual(told["groups"], 1)
        self.assertEqual(sorted(os.listdir(ACCOUNTS)), listed)

    def test_p83_ids_verify_without_credentials(self):
        """P83: without credentials it fails, and says why"""
        done = ctl.run("ids", "verify")
        self.assertEqual(done.returncode, ctl.CONFIG, done.stdout)
        self.assertIn("credentials", done.stderr)
        done = ctl.run("ids", "verify", *self.with_config(allow_groups=None))
        self.assertEqual(done.returncode, ctl.CONFIG, done.stdout)
        self.assertIn("allow_groups", done.stderr)
