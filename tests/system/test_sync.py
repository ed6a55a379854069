# SPDX-License-Identifier: Apache-2.0
"""cognitoctl sync from the pool: who gets an account here, and which."""

import grp
import os
import pwd
import subprocess

from room import ctl, pool, sync
from room.case import Case
from room.namespace import ROOM

RANGE = range(1879048192, 2147352576)
HOSTILE = ("0", "1000", "-rf", "..", "Alice", "al ice", "alice.", "a..b",
           "alice:x:0:0::/:/bin/sh", "a\nroot:x:0:0::/:/bin/sh", "a/b",
           "alice@example.com", "$(id)", "al\u00efce", "\u0430lice",
           "a23456789012345678901234567890123", "x" * 128)
RESERVED = ("root", "admin", "sudo", "docker", "daemon", "systemd-network",
            "cognito-admins", "Cognito-x".lower(), "_cognito")


def getent(database, *keys):
    return subprocess.run(["getent", database, *keys], capture_output=True,
                          text=True, check=False).stdout


def entry_of(name):
    """Asked by a process of its own: this one may hold an older file."""
    fields = getent("passwd", name).rstrip("\n").split(":")
    fields[2:4] = map(int, fields[2:4])
    return pwd.struct_passwd(fields)


def gid_of(name):
    return int(getent("group", name).split(":")[2])


def use_nss():
    """As the documentation says: files cognito systemd."""
    with open("/etc/nsswitch.conf", "r+", encoding="utf-8") as file:
        text = file.read()
        file.seek(0)
        for database in ("passwd", "group"):
            if f"{database}: files cognito" not in text:
                text = text.replace(f"{database}: files",
                                    f"{database}: files cognito")
        file.write(text)


class SyncCase(Case):
    """A pool and a host without accounts for each test."""

    def setUp(self):
        sync.empty_host()

    def pool(self, *users, **more):
        made = sync.UserPool(users, **more)
        self.addCleanup(made.stop)
        return made


class ListingTest(SyncCase):
    """who is an account and who is not"""

    def test_added_changed_removed(self):
        """accounts follow the pool, and what changed is told; again, nothing
        has"""
        pool = self.pool(*[sync.user(f"u{i}") for i in range(10)],
                         sync.user("alice", "Staff", "Admins",
                                   attributes={"name": "Alice A"}))
        first = sync.sync(pool)
        self.assertEqual(len(sync.names(first, "added")), 11)
        self.assertEqual((first["accounts"], first["added"],
                          first["written"]), (11, 11, True))
        again = sync.sync(pool)
        self.assertEqual(again["changes"], [])
        self.assertEqual(again["accounts"], 11)
        pool.set("alice", groups=["Staff"])
        pool.set("u1", attributes={"name": "One"})
        pool.set("u2", enabled=False)
        pool.delete("u3")
        pool.add(sync.user("bob"))
        then = sync.sync(pool)
        self.assertEqual(sync.names(then, "added"), ["bob"])
        self.assertEqual(sync.names(then, "changed"), ["alice", "u1", "u2"])
        self.assertEqual(sync.names(then, "removed"), ["u3"])
        found = sync.accounts()
        self.assertEqual(found["alice"]["groups"], ["cognito-Staff"])
        self.assertTrue(found["u2"]["disabled"])
        self.assertNotIn("u3", found)
        self.assertEqual(sync.sync(pool)["changes"], [])

    def test_for_people(self):
        """without --json it is a table, of twenty of each kind at most"""
        pool = self.pool(*[sync.user(f"u{i:02}") for i in range(30)])
        done = sync.run("sync", pool.config, "--dry-run")
        self.assertEqual(done.returncode, ctl.OK)
        self.assertEqual(done.stdout.count("added   "), 21)
        self.assertRegex(done.stdout, r"(?m)^added +30$")
        self.assertIn("--verbose", done.stderr)
        done = sync.run("sync", pool.config, "--verbose")
        self.assertEqual(done.stdout.count("added   "), 31)

    def test_dry_run(self):
        """--dry-run tells the same and changes nothing"""
        pool = self.pool(sync.user("alice"))
        before = sync.contents(), sorted(os.listdir(sync.PRIVATE))
        self.assertEqual(sync.names(sync.sync(pool, "--dry-run"), "added"),
                         ["alice"])
        self.assertFalse(sync.sync(pool, "--dry-run")["written"])
        self.assertEqual((sync.contents(), sorted(os.listdir(sync.PRIVATE))),
                         before)

    def test_getent_and_id(self):
        """what was synced is a user of the host, with groups, for getent, id
        and ls"""
        use_nss()
        pool = self.pool(sync.user("alice", "Staff", "Admins",
                                   attributes={"name": "Alice A"}))
        sync.sync(pool)
        uid = sync.accounts()["alice"]["uid"]
        self.assertIn(uid, RANGE)
        self.assertEqual(getent("passwd", "alice"),
                         f"alice:*:{uid}:{uid}:Alice A:/home/alice:"
                         "/bin/bash\n")
        self.assertEqual(getent("passwd", str(uid)),
                         getent("passwd", "alice"))
        groups = subprocess.run(["id", "-Gn", "alice"], capture_output=True,
                                text=True, check=True).stdout.split()
        self.assertEqual(sorted(groups), ["alice", "cognito-Admins",
                                          "cognito-Staff"])
        subprocess.run(["chown", "alice:cognito-Admins", pool.log],
                       check=True)
        self.assertIn("alice cognito-Admins", subprocess.run(
            ["ls", "-l", pool.log], capture_output=True, text=True,
            check=True).stdout)

    def test_enumerate(self):
        """with enumerate getent lists users, groups and members"""
        use_nss()
        pool = self.pool(sync.user("alice"), sync.user("bob"))
        sync.sync(pool)
        self.assertNotIn("alice", getent("passwd"))
        pool.configure(enumerate="yes")
        sync.sync(pool)
        self.assertRegex(getent("passwd"), r"(?m)^alice:(.*\n)*^bob:")
        self.assertRegex(getent("group"), r"(?m)^cognito-Staff:.*alice")

    def test_p27_local_users_are_no_members(self):
        """P27: a local user named like one of the pool has none of its
        groups and is nobody's member, also one who came later"""
        use_nss()
        pool = self.pool(sync.user("lena", "Staff", "Admins"),
                         sync.user("late", "Staff", "Admins"),
                         *[sync.user(f"u{i}", "Admins") for i in range(10)])
        pool.configure(enumerate="yes", allow_groups="Staff Admins")
        sync.sync(pool)
        self.assertIn("late", getent("group", "cognito-Admins"))
        with open("/etc/passwd", "a", encoding="utf-8") as file:
            file.write("late:x:4243:4243::/:/bin/sh\n")
        self.addCleanup(subprocess.run, ["sed", "-i", "/^late:/d",
                                         "/etc/passwd"], check=True)
        for _ in range(2):
            for name in ("lena", "late"):
                self.assertNotIn("cognito-", subprocess.run(
                    ["id", name], capture_output=True, text=True,
                    check=True).stdout)
                self.assertNotRegex(getent("group", "cognito-Admins"),
                                    rf"[:,]{name}\b")
            sync.sync(pool)

    def test_p24_only_members_of_allow_groups(self):
        """P24, P28: who is in none of allow_groups has no account, and the
        pool's users are not listed"""
        pool = self.pool(sync.user("alice"), sync.user("bob", "Guests"),
                         sync.user("carol", "Guests", "Staff"),
                         groups=["Guests", "Empty"])
        self.assertEqual(sync.names(sync.sync(pool), "added"),
                         ["alice", "carol"])
        self.assertEqual(sorted(sync.accounts()["carol"]["groups"]),
                         ["cognito-Guests", "cognito-Staff"])
        self.assertEqual(pool.calls("ListUsers"), [])
        pool.configure(allow_groups="Guests Empty None")
        done = sync.run("sync", pool.config, "--json", "--force")
        self.assertEqual(sorted(sync.accounts()), ["bob", "carol"])
        self.assertIn("no group None", done.stderr)

    def test_p24_nobody_without_allow_groups(self):
        pool = self.pool(sync.user("alice"))
        pool.configure(allow_groups=None)
        self.assertIn("allow_groups", sync.fails(pool, code=ctl.CONFIG))
        self.assertEqual(pool.calls(), [])

    def test_everybody(self):
        """allow_groups = *: also who is in no group"""
        pool = self.pool(sync.user("alice"), sync.user("bob", groups=[]),
                         sync.user("carol", "Guests"))
        pool.configure(allow_groups="*")
        self.assertEqual(sync.names(sync.sync(pool), "added"),
                         ["alice", "bob", "carol"])
        self.assertEqual(sync.accounts()["bob"]["groups"], [])
        self.assertEqual(sync.accounts()["carol"]["groups"],
                         ["cognito-Guests"])

    def test_allowed_groups_only(self):
        """--allowed-groups-only asks for members of no other group, but of
        those in group_map"""
        pool = self.pool(sync.user("alice", "Staff", "Customers", "Ops"))
        pool.configure(group_map="Ops:adm")
        sync.sync(pool, "--allowed-groups-only")
        self.assertEqual(sorted(call["body"]["GroupName"] for call in
                                pool.calls("ListUsersInGroup")),
                         ["Ops", "Staff"])
        self.assertEqual(sorted(sync.accounts()["alice"]["groups"]),
                         ["cognito-Ops", "cognito-Staff"])

    def test_addresses(self):
        """P15: with login_claim = email the address counts whole, and
        verified"""
        people = {"alice@example.com": "true", "bob@example.com": "false",
                  "carol@evil.example": "true"}
        pool = self.pool(*[sync.user(f"id-{i}", attributes={
            "email": mail, "email_verified": verified})
            for i, (mail, verified) in enumerate(people.items())])
        pool.configure(login_claim="email", sign_in_name="%u@example.com")
        done = sync.sync(pool)
        self.assertEqual(list(sync.accounts()), ["alice"])
        self.assertIn("verified", sync.why(done, "id-1"))
        self.assertIn("sign_in_name", sync.why(done, "id-2"))

    def test_who_cannot_sign_in(self):
        """unconfirmed and federated users get no account; compromised ones
        are disabled"""
        pool = self.pool(sync.user("alice", status="UNCONFIRMED"),
                         sync.user("bob", status="EXTERNAL_PROVIDER"),
                         sync.user("carol", status="COMPROMISED"),
                         sync.user("dave", status="RESET_REQUIRED"))
        done = sync.sync(pool)
        self.assertEqual(sync.names(done, "refused"), ["alice", "bob"])
        found = sync.accounts()
        self.assertEqual({name: one["disabled"] for name, one in
                          found.items()}, {"carol": True, "dave": False})

    def test_keys(self):
        """keys of key_attribute are there for sshd, until they are not; a
        disabled user has none"""
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                        "", "-f", f"{ROOM}/sync-key"], check=True)
        with open(f"{ROOM}/sync-key.pub", encoding="utf-8") as file:
            key = file.read().strip()
        pool = self.pool(sync.user("alice", attributes={"custom:keys": key}),
                         sync.user("bob", attributes={"custom:keys": key}))
        pool.configure(key_attribute="custom:keys")

        def keys(name):
            return ctl.run("authorized-keys", name).stdout.strip()

        sync.sync(pool)
        self.assertEqual((keys("alice"), keys("bob")), (key, key))
        pool.set("bob", attributes={"custom:keys": f"restrict {key}"})
        done = sync.sync(pool)
        self.assertEqual(sync.names(done, "no_key"), ["bob"])
        self.assertIn("line 1 has options", sync.why(done, "bob"))
        self.assertEqual((done["no_key"], keys("bob")), (1, ""))
        pool.set("bob", attributes={"custom:keys": key})
        self.assertEqual(sync.sync(pool)["no_key"], 0)
        self.assertEqual(keys("bob"), key)
        self.assertIn(key.encode(), sync.contents()["keys.cdb"])
        pool.set("alice", enabled=False)
        pool.set("bob", attributes={"custom:keys": "nonsense"})
        sync.sync(pool)
        self.assertEqual((keys("alice"), keys("bob")), ("", ""))
        self.assertNotIn(key.encode(), sync.contents()["keys.cdb"])
        # An option that was taken away takes them all.
        pool.set("bob", attributes={"custom:keys": key})
        pool.configure()
        sync.sync(pool)
        self.assertEqual(keys("bob"), "")


class HostileTest(SyncCase):
    """what a pool may hold that this host must not"""

    def test_p17_p19_names(self):
        """P17, P19: hostile and reserved names get no account, and are told
        harmless; the others go on"""
        pool = self.pool(*[sync.user(name) for name in
                           (*HOSTILE, *RESERVED, "alice")])
        done = sync.run("sync", pool.config, "--verbose")
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        self.assertEqual(list(sync.accounts()), ["alice"])
        self.assertNotIn("root:x:0:0", done.stdout.replace("\\x0a", "\n")
                         .split("\n"))
        self.assertRegex(done.stdout, r"\A[\n -~]*\Z")
        self.assertRegex(done.stdout, rf"(?m)^refused +"
                                      rf"{len(HOSTILE) + len(RESERVED)}$")

    def test_p78_values_that_are_no_text(self):
        """P78: a NUL, half a character or too long a text, in attributes
        that are used and in others, are their owner's loss and end no
        listing"""
        nothing = ("a\0b", "\0", "\ud800", "x\udc00y", "x" * 9000)
        pool = self.pool(
            *[sync.user(f"n{i}", attributes={"name": value, "profile": value})
              for i, value in enumerate(nothing)],
            sync.user("alice", attributes={"name": "Alice A"}))
        first = sync.sync(pool)
        self.assertEqual(sync.names(first, "added"),
                         ["alice", *(f"n{i}" for i in range(len(nothing)))])
        use_nss()
        self.assertEqual(entry_of("alice").pw_gecos, "Alice A")
        for i in range(len(nothing)):
            self.assertEqual(entry_of(f"n{i}").pw_gecos, "")
        pool.set("alice", enabled=False)
        self.assertEqual(sync.names(sync.sync(pool), "changed"), ["alice"])

    def test_p23_attributes(self):
        """P23: uid, gid, home, shell and groups come from no attribute; the
        full name is made harmless"""
        pool = self.pool(sync.user("alice", attributes={
            "name": "A:0:0,\u202e\u00e9\x1b[2J", "profile": "/bin/evil",
            "custom:uid": "0", "custom:gid": "0", "custom:home": "/root",
            "custom:shell": "/bin/evil", "custom:groups": "sudo"}))
        sync.sync(pool)
        use_nss()
        entry = entry_of("alice")
        self.assertEqual(entry.pw_uid, entry.pw_gid)
        self.assertIn(entry.pw_uid, RANGE)
        self.assertEqual((entry.pw_dir, entry.pw_shell),
                         ("/home/alice", "/bin/bash"))
        self.assertRegex(entry.pw_gecos, r"\A[ -~]*\Z")
        self.assertNotRegex(entry.pw_gecos, "[:,]")
        self.assertEqual(sync.accounts()["alice"]["groups"],
                         ["cognito-Staff"])

    def test_p25_p26_groups(self):
        """P25, P26: pool groups sudo, root, docker are groups with a prefix;
        the local ones have no new member; what is no group name is none"""
        use_nss()
        before = {name: grp.getgrnam(name).gr_mem
                  for name in ("sudo", "root", "adm")}
        pool = self.pool(sync.user("alice", "Staff", "sudo", "root",
                                   "docker", "Linux Users", "-x", "caf\u00e9"))
        pool.configure(allow_groups="Staff")
        sync.sync(pool)
        groups = subprocess.run(["id", "-Gn", "alice"], capture_output=True,
                                text=True, check=True).stdout.split()
        self.assertEqual(sorted(groups), [
            "alice", "cognito-Staff", "cognito-docker", "cognito-root",
            "cognito-sudo"])
        for name, members in before.items():
            self.assertEqual(grp.getgrnam(name).gr_mem, members)
            self.assertNotIn(str(grp.getgrnam(name).gr_gid), subprocess.run(
                ["id", "-G", "alice"], capture_output=True, text=True,
                check=True).stdout.split())

    def test_p25_a_local_group_of_that_name(self):
        """P25: a pool group whose Unix name or id is a local group's is left
        out; its members are not"""
        pool = self.pool(sync.user("alice", "Staff", "Builders", "Ops"))
        sync.sync(pool)
        use_nss()
        gid = gid_of("cognito-Ops")
        for line in ("cognito-Builders:x:4242:\n", f"taken:x:{gid}:\n"):
            with open("/etc/group", "a", encoding="utf-8") as file:
                file.write(line)
        self.addCleanup(subprocess.run, ["sed", "-i", "/^taken:/d; "
                                         "/^cognito-Builders:/d",
                                         "/etc/group"], check=True)
        done = sync.sync(pool)
        self.assertEqual(sync.accounts()["alice"]["groups"],
                         ["cognito-Staff"])
        self.assertIn("local", sync.why(done, "Builders"))
        self.assertIn("taken", sync.why(done, "Ops"))

    def test_p12_local_names(self):
        """P12, P13, P19: a user or group of /etc/passwd or /etc/group gets no
        account; one that is added later loses it"""
        pool = self.pool(*[sync.user(f"u{i}") for i in range(10)],
                         sync.user("lena"), sync.user("late"),
                         sync.user("team"))
        done = sync.sync(pool)
        self.assertIn("local", sync.why(done, "lena"))
        # useradd would find them taken, by us.
        for path, line in (("/etc/passwd", "late:x:4243:4243::/:/bin/sh\n"),
                           ("/etc/group", "team:x:4244:\n")):
            with open(path, "a", encoding="utf-8") as file:
                file.write(line)
            self.addCleanup(subprocess.run,
                            ["sed", "-i", "/^late:/d; /^team:/d", path],
                            check=True)
        done = sync.sync(pool)
        self.assertEqual(sync.names(done, "refused"),
                         ["late", "lena", "team"])
        self.assertEqual(sync.names(done, "removed"), ["late", "team"])
        self.assertEqual(len(sync.accounts()), 10)

    def test_p21_taken_ids(self):
        """P21: an id of a local user is not given to somebody of the pool,
        and both are named"""
        pool = self.pool(sync.user("alice"), sync.user("bob"))
        sync.sync(pool)
        uid = sync.accounts()["alice"]["uid"]
        sync.empty_host()
        subprocess.run(["useradd", "--no-create-home", "--uid", str(uid),
                        "thief"], check=True)
        self.addCleanup(subprocess.run, ["userdel", "thief"], check=True)
        done = sync.sync(pool)
        self.assertEqual(list(sync.accounts()), ["bob"])
        self.assertRegex(sync.why(done, "alice"), rf"{uid}.* thief")
