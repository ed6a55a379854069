# SPDX-License-Identifier: Apache-2.0
"""account_check = admin: the account phase asks the pool with AWS
credentials of this machine."""

import json
import os
import secrets
import subprocess
import time

from room import callers, host, native, other_pool, pool, sync
from room.by_hand import false_program
from room.case import Case
from room.namespace import ROOM, SOURCE
from test_credentials import CLOUD, METADATA, ROLE, Trap
from test_keeper import KeeperCase
from test_sshd import put_key

CREDENTIALS = "/etc/cognito/aws_credentials"
ASKED = ["AdminGetUser", "AdminListGroupsForUser"]


def policy():
    """What we tell administrators to permit, and nothing else."""
    with open(f"{SOURCE}/etc/iam-policy-account-check.json",
              encoding="utf-8") as file:
        return json.load(file)["Statement"][0]["Action"]


def write_credentials(path=CREDENTIALS, secret=sync.SECRET, mode=0o600,
                      section="[default]", more=""):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{section}\naws_access_key_id = {sync.KEY_ID}\n"
                   f"aws_secret_access_key = {secret}\n{more}")
    os.chmod(path, mode)
    return path


class AdminCase(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        native.mark_record()
        pool.control("iam", roles=[{"arn": ROLE, "mint": "same",
                                    "allow": policy()}],
                     iam=[{"access_key_id": sync.KEY_ID,
                           "secret": sync.SECRET, "allow": policy()}])
        write_credentials()

    @classmethod
    def tearDownClass(cls):
        os.unlink(CREDENTIALS)
        super().tearDownClass()

    def asker(self, **config):
        """A service that asks the pool at each account phase."""
        settings = {"account_check": "admin", "account_max_age": "30",
                    "admin_credentials_file": CREDENTIALS, **config}
        return self.service(**{key: value for key, value in settings.items()
                               if value is not None})

    def sign_in(self, service, person):
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")

    def member(self, **seed):
        """Somebody who signed in here a while ago."""
        person = self.person(**seed)
        self.sign_in(self.asker(), person)
        self.age(person)
        return person

    @staticmethod
    def age(person, seconds=3600):
        subprocess.run([native.mark_record(), "login", person.name, "older",
                        str(seconds)], check=True)

    def account(self, service, person):
        """The account phase alone, as with a key: its code."""
        terminal = callers.pamtester(service, person.name, "acct_mgmt")
        terminal.end()
        if "account management done" in terminal.text:
            return "success"
        return callers.pam_code(terminal)

    def asked(self, person):
        return [call["operation"] for call in self.calls_of(person.name)
                if call["operation"].startswith("Admin")]


class Admin(AdminCase):
    def test_still_there(self):
        """proves P83: two calls that read, no token of the person's; and
        none while the last word is young"""
        person = self.person()
        service = self.asker()
        self.sign_in(service, person)
        self.assertEqual(self.account(service, person), "success")
        self.assertEqual(self.asked(person), [])
        self.age(person)
        for _ in range(2):
            self.assertEqual(self.account(service, person), "success")
        self.assertEqual(self.asked(person), ASKED)
        operations = {call["operation"] for call in
                      self.calls_of(person.name)}
        self.assertNotIn("GetTokensFromRefreshToken", operations)

    def assert_refused_for_good(self, person, reason):
        service = self.asker()
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")
        lines = self.log_of(person.name)
        self.assertTrue(any(f"reason={reason} " in line for line in lines),
                        lines)
        # Also when nobody can be asked.
        away = self.asker(on_unavailable="cached",
                          endpoint="https://cognito.test:9")
        for stack in (service, away):
            self.assertEqual(self.account(stack, person), "PAM_PERM_DENIED")

    def test_disabled(self):
        """proves P10: disabled in the pool, refused until a login"""
        person = self.member()
        pool.control("disable", username=person.name)
        self.assert_refused_for_good(person, "disabled-in-pool")
        pool.control("enable", username=person.name)
        self.assertEqual(self.account(self.asker(), person),
                         "PAM_PERM_DENIED")
        self.sign_in(self.asker(), person)
        self.assertEqual(self.account(self.asker(), person), "success")

    def test_deleted(self):
        """proves P10: deleted in the pool"""
        person = self.member()
        pool.control("delete", username=person.name)
        self.assert_refused_for_good(person, "wrong-password")

    def test_deleted_and_made_anew(self):
        """proves P16: another person of that name"""
        person = self.member()
        pool.control("delete", username=person.name)
        pool.control("create", user={
            **pool.person(person.name, person.password),
            "sub": "77777777-7777-4777-8777-777777777777"})
        self.assert_refused_for_good(person, "other-sub")

    def test_not_confirmed(self):
        person = self.member()
        person.set(status="UNCONFIRMED")
        self.assert_refused_for_good(person, "not-confirmed")

    def test_group_lost(self):
        """proves P24: who leaves the groups is out, also while away"""
        person = self.member()
        person.set(groups=["Guests"])
        away = self.asker(on_unavailable="cached",
                          endpoint="https://cognito.test:9")
        for service in (self.asker(), self.asker(), away):
            self.assertEqual(self.account(service, person),
                             "PAM_PERM_DENIED")

    def test_groups_follow(self):
        person = self.member()
        person.set(groups=["Staff", "Guests"])
        self.assertEqual(self.account(self.asker(), person), "success")
        self.assertEqual(
            self.account(self.asker(allow_groups="Guests"), person),
            "success")

    def test_never_signed_in(self):
        """proves P10: without a login record nobody is asked about"""
        person = self.person()
        self.assertEqual(self.account(self.asker(), person),
                         "PAM_PERM_DENIED")
        self.assertEqual(self.asked(person), [])

    def test_record_of_another_pool(self):
        """proves P10: who has signed in by a service of another pool does
        not come in, and this pool is not asked about them"""
        other = other_pool.OtherPool(other_pool.names(1))
        self.addCleanup(other.close)
        (person,) = other.people.values()
        theirs = self.service("create_account", allow_groups="*",
                              **other.config)
        self.sign_in(theirs, person)
        self.age(person)
        self.assertEqual(self.account(self.asker(allow_groups="*"), person),
                         "PAM_PERM_DENIED")
        self.assertIn("reason=no-login-record", self.log_of(person.name)[-1])
        self.assertEqual(self.asked(person), [])
        self.assertEqual(self.account(theirs, person), "success")

    def test_address_that_is_another(self):
        """proves P15: with login_claim = email the address must still be
        theirs, and verified"""
        person = self.person(in_pool=False)
        mine = {"email": f"{person.name}@example.org",
                "email_verified": "true"}
        by_email = sync.UserPool(
            [sync.user("somebody", password=person.password,
                       attributes=mine)],
            settings={"alias_attributes": ["email"]})
        self.addCleanup(by_email.stop)
        service = self.asker(endpoint=by_email.url, login_claim="email",
                             sign_in_name="%u@example.org")
        self.sign_in(service, person)
        self.age(person)
        self.assertEqual(self.account(service, person), "success")
        self.age(person)
        by_email.set("somebody", attributes={
            **mine, "email": "other@example.org"})
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")

    def test_name_that_became_an_alias(self):
        """proves P15: whoever the pool finds under an alias is another"""
        person = self.person(in_pool=False)
        aliases = sync.UserPool(
            [sync.user(person.name, password=person.password),
             sync.user("other")],
            settings={"alias_attributes": ["preferred_username"]})
        self.addCleanup(aliases.stop)
        service = self.asker(endpoint=aliases.url)
        self.sign_in(service, person)
        self.age(person)
        aliases.delete(person.name)
        aliases.set("other",
                    attributes={"preferred_username": person.name})
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")
        self.assertIn("reason=other-identity", self.log_of(person.name)[-1])

    def test_credentials_that_cannot_ask(self):
        """proves P7, P79: missing, loose, malformed or refused: as if the
        pool were away, and nobody is held for gone"""
        person = self.member()
        bad = f"/etc/cognito/aws-{secrets.token_hex(4)}"
        cases = {
            "missing": lambda: None,
            "wrong": lambda: write_credentials(bad, secret="x" * 40),
            "loose": lambda: write_credentials(bad, mode=0o644),
            "empty": lambda: open(bad, "w", encoding="utf-8").close(),
            "no profile": lambda: write_credentials(bad,
                                                    section="[other]"),
            "a program": lambda: write_credentials(
                bad, more="credential_process = /bin/touch /run/ran\n"),
            "too long": lambda: write_credentials(bad,
                                                  more="#" * 5000 + "\n"),
        }
        for name, make in cases.items():
            with self.subTest(name):
                if os.path.exists(bad):
                    os.unlink(bad)
                make()
                service = self.asker(admin_credentials_file=bad)
                self.assertEqual(self.account(service, person),
                                 "PAM_AUTHINFO_UNAVAIL")
                cached = self.asker(admin_credentials_file=bad,
                                    on_unavailable="cached")
                self.assertEqual(self.account(cached, person), "success")
        self.assertFalse(os.path.exists("/run/ran"))
        self.assertEqual(self.account(self.asker(), person), "success")

    def test_policy_that_permits_less(self):
        """IAM says no: no word about the person"""
        person = self.member()
        pool.control("iam", iam=[{"access_key_id": sync.KEY_ID,
                                  "secret": sync.SECRET,
                                  "allow": policy()[:1]}], roles=[])
        self.addCleanup(self.setUpClass)
        self.assertEqual(self.account(self.asker(), person),
                         "PAM_AUTHINFO_UNAVAIL")
        self.assertIn("AccessDenied", self.log_of(person.name)[-1])

    def test_pool_away(self):
        """proves P7, P10: on old words for as long as is said"""
        person = self.member()
        away = {"endpoint": "https://cognito.test:9"}
        for settings, code in (
                ({}, "PAM_AUTHINFO_UNAVAIL"),
                ({"on_unavailable": "cached"}, "success"),
                ({"on_unavailable": "cached", "unavailable_max_age": "60"},
                 "PAM_AUTHINFO_UNAVAIL")):
            self.assertEqual(
                self.account(self.asker(**away, **settings), person), code,
                settings)

    def test_pool_that_is_silent(self):
        """proves P46: within the time of any other operation, so that
        on_unavailable holds there too"""
        person = self.member()
        self.fault(person, "AdminGetUser", "delay", ms=15000)
        cached = self.asker(timeout="2", on_unavailable="cached")
        self.assertEqual(self.account(cached, person), "success")
        self.assertEqual(self.account(self.asker(timeout="2"), person),
                         "PAM_AUTHINFO_UNAVAIL")

    def test_caller_that_is_not_root(self):
        """proves P35, P85: root and local users are not asked about"""
        for name in ("root", host.LOCAL_USER):
            terminal = callers.pamtester(self.asker(), name, "acct_mgmt")
            terminal.end()
            self.assertEqual(callers.pam_code(terminal), "PAM_USER_UNKNOWN")


class Metadata(AdminCase):
    """proves P83: the role of the instance"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run(["ip", "addr", "replace", f"{METADATA}/32", "dev",
                        "lo"], check=True)
        cls.log = f"{ROOM}/log/cloud-{secrets.token_hex(4)}.jsonl"
        with open(f"{cls.log}.seed", "w", encoding="utf-8") as file:
            json.dump({"roles": [{"arn": ROLE, "mint": "same"}],
                       "imds": {"role": ROLE}}, file)
        cls.cloud = subprocess.Popen(
            ["/usr/bin/python3", CLOUD, "--listen",
             f"imds=http://{METADATA}:80", "--seed", f"{cls.log}.seed",
             "--log", cls.log], stdout=subprocess.PIPE, text=True)
        cls.cloud.stdout.readline()

    @classmethod
    def tearDownClass(cls):
        cls.cloud.terminate()
        cls.cloud.wait()
        cls.cloud.stdout.close()
        subprocess.run(["ip", "addr", "del", f"{METADATA}/32", "dev", "lo"],
                       check=True)
        super().tearDownClass()

    def setUp(self):
        open(self.log, "w", encoding="utf-8").close()

    def metadata(self):
        with open(self.log, encoding="utf-8") as file:
            calls = [json.loads(line) for line in file]
        return [call["operation"] for call in calls
                if call["operation"] != "connect"]

    def asker(self, **config):
        return super().asker(**{"admin_credentials_file": None, **config})

    def test_role(self):
        person = self.member()
        self.assertEqual(self.account(self.asker(), person), "success")
        self.assertEqual(self.metadata(), ["imds.token", "imds.roles",
                                           "imds.credentials"])
        signers = {call["signer"] for call in self.calls_of(person.name)
                   if call.get("signer")}
        self.assertTrue(all("exporter" in one for one in signers), signers)

    def test_never_through_a_proxy(self):
        """the pool is asked through it, the metadata service is not"""
        person = self.member()
        trap = Trap()
        self.addCleanup(trap.socket.close)
        service = self.asker(proxy=trap.url, timeout="2")
        self.assertEqual(self.account(service, person),
                         "PAM_AUTHINFO_UNAVAIL")
        self.assertEqual(self.metadata(), ["imds.token", "imds.roles",
                                           "imds.credentials"])
        heard = b"".join(trap.heard())
        self.assertNotIn(METADATA.encode(), heard)
        self.assertNotIn(b"latest", heard)

    def test_file_goes_first(self):
        """and if it is wrong, no other identity takes its place"""
        person = self.member()
        bad = f"/etc/cognito/aws-{secrets.token_hex(4)}"
        write_credentials(bad, secret="y" * 40)
        self.assertEqual(
            self.account(self.asker(admin_credentials_file=bad), person),
            "PAM_AUTHINFO_UNAVAIL")
        self.assertEqual(self.metadata(), [])

    def test_no_metadata(self):
        """no EC2: an outage like another"""
        person = self.member()
        subprocess.run(["ip", "addr", "del", f"{METADATA}/32", "dev", "lo"],
                       check=True)
        self.addCleanup(subprocess.run, ["ip", "addr", "replace",
                                         f"{METADATA}/32", "dev", "lo"],
                        check=True)
        self.assertEqual(self.account(self.asker(), person),
                         "PAM_AUTHINFO_UNAVAIL")
        cached = self.asker(on_unavailable="cached")
        self.assertEqual(self.account(cached, person), "success")


# What stands in for pam-cognito-admin: it answers when it is told to.
ANSWER = """
job = hear()[1]
for _ in ("SECRET", "KEYS", "AWS_FILE"):
    hear()
while not os.path.exists("GO"):
    time.sleep(0.02)
result(job, "OUTCOME", sub="SUB")
"""


class AtOnce(AdminCase, KeeperCase):
    """Two account phases of one person at once"""

    def asking(self, person, config, outcome):
        """A keeper that waits for this answer, and what brings it."""
        go_on = f"{ROOM}/go-{secrets.token_hex(4)}"
        body = (ANSWER.replace("GO", go_on).replace("OUTCOME", outcome)
                .replace("SUB", pool.person(person.name, "")["sub"]))
        keeper = self.keeper(f"mount --bind {false_program(body)} "
                             "/usr/libexec/pam-cognito-admin")
        keeper.request(person.name, "ACCOUNT", config=config)
        return keeper, lambda: open(go_on, "w", encoding="utf-8").close()

    def test_no_that_came_first_holds(self):
        """proves P10: a yes that was asked for earlier, and comes later,
        takes no mark away"""
        person = self.member()
        config = f"/etc/cognito/{self.asker()}.conf"
        slow, answer_yes = self.asking(person, config, "ADMITTED")
        time.sleep(1)
        fast, answer_no = self.asking(person, config, "DISABLED")
        answer_no()
        self.assertEqual(fast.verdict()[0], "DISABLED")
        answer_yes()
        self.assertEqual(slow.verdict()[0], "MARKED")
        self.assertEqual(self.ask(person.name, config=config), "MARKED")

    def test_yes(self):
        """Without it the test above would show nothing."""
        person = self.member()
        config = f"/etc/cognito/{self.asker()}.conf"
        keeper, answer = self.asking(person, config, "ADMITTED")
        answer()
        self.assertEqual(keeper.verdict()[0], "ADMITTED")


class SshKey(AdminCase):
    """With the shipped stack and a real key."""

    def test_leaver_with_a_key(self):
        """proves P10: disabled in the pool, refused with a valid key"""
        person = self.person()
        key = put_key(person.name)
        host.write_config("/etc/cognito/cognito.conf", account_check="admin",
                          admin_credentials_file=CREDENTIALS,
                          account_max_age="30")
        self.addCleanup(host.write_config, "/etc/cognito/cognito.conf")
        self.enters_by_ssh(person)
        self.age(person)
        terminal = callers.ssh(person.name, *key, method="publickey")
        terminal.end()
        self.assert_in(terminal, person.name)
        self.assertEqual(self.asked(person), ASKED)
        pool.control("disable", username=person.name)
        self.age(person)
        terminal = callers.ssh(person.name, *key, method="publickey")
        terminal.end()
        self.assert_out(terminal)
        self.assert_root_enters()
