# SPDX-License-Identifier: Apache-2.0
"""cognitoctl sync: whose a name is when the pool has another person of that
name, which ids they get, and how they sign in."""

import os
import subprocess
import time

from room import callers, ctl, offline, pool, sync
from room.namespace import ROOM
from test_sync import SyncCase, entry_of, gid_of, use_nss


class BindingTest(SyncCase):
    """proves P16: a name stays whose it was"""

    OTHERS = [sync.user(f"u{i}") for i in range(20)]

    def test_recreated_between_two_syncs(self):
        """a user who was deleted and made again is another one: the account
        stays, disabled, and is nobody's"""
        pool = self.pool(*self.OTHERS, sync.user("alice"))
        sync.sync(pool)
        uid = sync.accounts()["alice"]["uid"]
        pool.delete("alice")
        pool.add(sync.user("alice", password="Stranger-Horse-7"))
        done = sync.sync(pool)
        self.assertIn("another user of the pool", sync.why(done, "alice"))
        self.assertEqual((sync.accounts()["alice"]["uid"],
                          sync.accounts()["alice"]["disabled"]), (uid, True))
        terminal = callers.pamtester(
            self.service("create_account", endpoint=pool.url), "alice")
        terminal.answer("Password: ", "Stranger-Horse-7")
        terminal.end()
        self.assertNotEqual(callers.pam_code(terminal), "success")

    def test_gone_for_a_while(self):
        """the same when a sync in between has removed the account"""
        pool = self.pool(*self.OTHERS, sync.user("alice"))
        sync.sync(pool)
        pool.delete("alice")
        self.assertEqual(sync.names(sync.sync(pool), "removed"), ["alice"])
        self.assertEqual(sync.sync(pool)["changes"], [])
        pool.add(sync.user("alice"))
        for _ in range(2):
            done = sync.sync(pool)
            self.assertIn("another user of the pool",
                          sync.why(done, "alice"))
        self.assertFalse(sync.accounts().get(
            "alice", {"disabled": False}).get("uid") and
            not sync.accounts()["alice"]["disabled"])

    def test_back_again(self):
        """the same user who comes back has the old id"""
        pool = self.pool(*self.OTHERS, sync.user("alice"))
        sync.sync(pool)
        uid = sync.accounts()["alice"]["uid"]
        pool.set("alice", groups=["Guests"])
        self.assertEqual(sync.names(sync.sync(pool), "removed"), ["alice"])
        pool.set("alice", groups=["Staff"])
        self.assertEqual(sync.names(sync.sync(pool), "added"), ["alice"])
        self.assertEqual(sync.accounts()["alice"]["uid"], uid)

    def test_forget(self):
        """cognitoctl forget lets the new one have the name; the id only with
        --same-person"""
        pool = self.pool(*self.OTHERS, sync.user("alice"), sync.user("bob"))
        sync.sync(pool)
        uid = {name: one["uid"] for name, one in sync.accounts().items()}
        for name in ("alice", "bob"):
            pool.delete(name)
            pool.add(sync.user(name))
        sync.sync(pool)
        for words in (("forget", "--same-person", "alice"),
                      ("forget", "bob")):
            done = ctl.run(*words)
            self.assertEqual(done.returncode, ctl.OK, done.stderr)
        done = sync.sync(pool)
        found = sync.accounts()
        self.assertEqual(found["alice"]["uid"], uid["alice"])
        self.assertFalse(found["alice"]["disabled"])
        self.assertNotIn("bob", found)
        self.assertIn(str(uid["bob"]), sync.why(done, "bob"))

    def test_a_login_counts_too(self):
        """who has signed in here is bound, also where no sync saw it"""
        pool = self.pool(*self.OTHERS,
                         sync.user("alice", password="First-Horse-7"))
        terminal = callers.pamtester(
            self.service("create_account", endpoint=pool.url), "alice")
        terminal.answer("Password: ", "First-Horse-7")
        self.assert_code(terminal, "success")
        pool.delete("alice")
        pool.add(sync.user("alice"))
        self.assertIn("another user of the pool",
                      sync.why(sync.sync(pool), "alice"))

    def test_two_of_one_name(self):
        """two users of one login name: neither gets it"""
        pool = self.pool(sync.user("Alice"), sync.user("alice"),
                         sync.user("bob"))
        pool.configure(case_insensitive="yes")
        done = sync.sync(pool)
        self.assertEqual(list(sync.accounts()), ["bob"])
        self.assertIn("two users", sync.why(done, "alice"))

    def keep_hash(self, pool, name, password):
        """Have what offline logins need kept of somebody, and of a local
        user beside."""
        service = self.service("create_account", endpoint=pool.url,
                               offline="password")
        terminal = callers.pamtester(service, name)
        terminal.answer("Password: ", password)
        self.assert_code(terminal, "success")
        self.assertIsNotNone(offline.read(name))
        other = self.person()
        terminal = callers.pamtester(self.service(offline="password"),
                                     other.name)
        terminal.answer("Password: ", other.password)
        self.assert_code(terminal, "success")
        return other

    def test_disabled_is_denied(self):
        """P10: who is disabled in the pool is denied by the account phase
        after the sync, and let in again after the next"""
        pool = self.pool(*self.OTHERS,
                         sync.user("alice", password="First-Horse-7"))
        service = self.service("create_account", endpoint=pool.url)

        def account():
            terminal = callers.pamtester(service, "alice", "acct_mgmt")
            terminal.end()
            return "success" if "has been" in terminal.text or \
                "done" in terminal.text or "success" in terminal.text \
                else callers.pam_code(terminal)

        terminal = callers.pamtester(service, "alice")
        terminal.answer("Password: ", "First-Horse-7")
        self.assert_code(terminal, "success")
        sync.sync(pool)
        self.assertEqual(account(), "success")
        kept = self.keep_hash(pool, "alice", "First-Horse-7")
        pool.set("alice", enabled=False)
        sync.sync(pool, "--dry-run")
        self.assertIsNotNone(offline.read("alice"))
        sync.sync(pool)
        self.assertNotEqual(account(), "success")
        # What would let alice in without the pool is gone, and no other's.
        self.assertIsNone(offline.read("alice"))
        self.assertEqual(offline.read(kept.name)["name"], kept.name)
        pool.set("alice", enabled=True)
        sync.sync(pool)
        self.assertEqual(account(), "success")


class NewerLoginTest(SyncCase):
    """proves P78: a listing is of the moment when it began"""

    OTHERS = [sync.user(f"u{i}") for i in range(20)]

    def sign_in(self, pool):
        terminal = callers.pamtester(
            self.service("create_account", endpoint=pool.url), "alice")
        terminal.answer("Password: ", "First-Horse-7")
        self.assert_code(terminal, "success")

    def test_groups_that_a_login_lost(self):
        """a snapshot that was made before a login gives back no group that
        the login did not have any more; a newer one does"""
        public = sync.make_keys()
        pool = self.pool(*self.OTHERS, sync.user(
            "alice", "Staff", "Admins", password="First-Horse-7"))
        sync.sync(pool)
        path = f"{ROOM}/before-a-login"

        def export():
            done = sync.run("export", pool.config, f"--output={path}")
            self.assertEqual(done.returncode, ctl.OK, done.stderr)

        def groups():
            pool.configure(snapshot_key=public)
            sync.sync(pool, f"--from={path}", environment={})
            return sorted(sync.accounts()["alice"]["groups"])

        export()
        pool.set("alice", groups=["Staff"])
        self.sign_in(pool)
        self.assertEqual(sync.accounts()["alice"]["groups"],
                         ["cognito-Staff"])
        self.assertEqual(groups(), ["cognito-Staff"])
        self.assertNotIn("cognito-Admins", subprocess.run(
            ["id", "alice"], capture_output=True, text=True,
            check=True).stdout)
        pool.set("alice", groups=["Staff", "Admins"])
        time.sleep(1.1)  # times are whole seconds
        export()
        self.assertEqual(groups(), ["cognito-Admins", "cognito-Staff"])


class IdTest(SyncCase):
    """which ids they get"""

    def test_map(self):
        """the map file goes before the computed id, for users and groups"""
        use_nss()
        pool = self.pool(sync.user("alice"), sync.user("bob"))
        with open("/etc/cognito/sync-map", "w", encoding="utf-8") as file:
            file.write("alice 1900000001\n%cognito-Staff 1900000500\n")
        os.chmod("/etc/cognito/sync-map", 0o644)
        pool.configure(id_map="/etc/cognito/sync-map")
        sync.sync(pool)
        self.assertEqual(sync.accounts()["alice"]["uid"], 1900000001)
        self.assertEqual(gid_of("cognito-Staff"), 1900000500)
        with open("/etc/cognito/sync-map", "a", encoding="utf-8") as file:
            file.write("nonsense\n")
        self.assertRegex(sync.fails(pool, code=ctl.CONFIG), "sync-map.*3")

    def attribute_pool(self, users, **client):
        made = self.pool(*users, clients=[
            {"id": "publicclient00000000000000", **client}])
        made.configure(id_attribute="custom:uid")
        return made

    def test_attribute(self):
        """P20: an id of the declared attribute is taken where it is inside
        the range"""
        ids = {"alice": "1900000001", "bob": "0", "carol": "1000",
               "dave": "1900000001", "erin": "x", "fay": None}
        pool = self.attribute_pool(
            [sync.user(name, attributes={"custom:uid": text} if text else {})
             for name, text in ids.items()], write_attributes=["name"])
        done = sync.sync(pool)
        self.assertEqual({name: one["uid"] for name, one in
                          sync.accounts().items()}, {"alice": 1900000001})
        self.assertIn("alice", sync.why(done, "dave"))
        for name, words in (("bob", "outside"), ("carol", "outside"),
                            ("erin", "no id"), ("fay", "no id_attribute")):
            self.assertIn(words, sync.why(done, name))

    def test_p21_the_id_of_a_group(self):
        """P21: a user with the id of a pool group is refused, and the group
        keeps its members"""
        use_nss()
        sync.sync(self.pool(sync.user("alice")))
        gid = gid_of("cognito-Staff")
        pool = self.attribute_pool(
            [sync.user(name, attributes={"custom:uid": str(uid)})
             for name, uid in (("adam", gid), ("bob", 1900000002),
                               ("zoe", 1900000003))],
            write_attributes=["name"])
        done = sync.sync(pool, "--force")
        self.assertEqual(sorted(sync.accounts()), ["bob", "zoe"])
        self.assertRegex(sync.why(done, "adam"), rf"{gid}.*cognito-Staff")

    def test_p23_attribute_that_users_may_write(self):
        """P23: nothing is done where the app client may write the attribute,
        or where nobody can tell"""
        users = [sync.user("alice", attributes={"custom:uid": "1900000001"})]
        pool = self.attribute_pool(users,
                                   write_attributes=["name", "custom:uid"])
        self.assertIn("may write", sync.fails(pool, code=ctl.CONFIG))
        pool = self.attribute_pool(users, write_attributes=["name"])
        pool.control("iam", iam=[{**sync.IAM[0], "allow": [
            "cognito-idp:List*"]}], roles=[])
        self.assertIn("DescribeUserPoolClient",
                      sync.fails(pool, code=ctl.CONFIG))


class SignInTest(SyncCase):
    """who was synced signs in"""

    def test_first_ssh_login(self):
        """somebody who was never on this host comes in by ssh at the first
        try, as the user that the sync made"""
        use_nss()
        person = self.person(local=False)
        pool.control("iam", iam=sync.IAM, roles=[])
        done = ctl.run("sync", env=sync.KEYS)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        uid = entry_of(person.name).pw_uid
        terminal = self.enters_by_ssh(person, command=f"{callers.PROBE};"
                                      "echo uid-$(id -u)-")
        self.assertIn(f"uid-{uid}-", terminal.text)
        self.assertFalse(sync.accounts()[person.name]["disabled"])
        self.assertEqual(sync.accounts()[person.name]["uid"], uid)

    def test_before_apply(self):
        """P16, P21: without the login store, which has whose the names and
        ids are, nothing is written, and sync says what to do"""
        made = self.pool(sync.user("alice"))
        os.unlink(f"{sync.PRIVATE}/logins.cdb")
        self.assertEqual(sync.names(sync.sync(made, "--dry-run"), "added"),
                         ["alice"])
        self.assertIn("cognitoctl apply", sync.fails(made))
        self.assertEqual(ctl.run("apply").returncode, ctl.OK)
        self.assertEqual(sync.names(sync.sync(made), "added"), ["alice"])
