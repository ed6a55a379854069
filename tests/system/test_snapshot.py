# SPDX-License-Identifier: Apache-2.0
"""cognitoctl export, and sync from what it made: a fleet fed by one host."""

import json
import os
import re
import subprocess
import unittest

from room import ctl, host, sync
from room.namespace import ROOM


def export(server, *words, **more):
    """The bytes of a snapshot."""
    done = sync.run("export", server.config, *words, text=False, errors=None,
                    **more)
    if done.returncode != ctl.OK:
        raise AssertionError(done.stderr)
    return done.stdout


def openssl(*words, **more):
    return subprocess.run(["openssl", *words], capture_output=True,
                          check=False, **more)


def header(snapshot):
    return json.loads(snapshot.split(b"\n")[1])


class ExportTest(unittest.TestCase):
    """proves P73, P16, P81 where a snapshot is made"""

    @classmethod
    def setUpClass(cls):
        cls.public = sync.make_keys()
        cls.pool = sync.UserPool([
            sync.user("alice", "Staff", "Admins",
                      sub="aaaaaaaa-1111-4111-8111-111111111111",
                      attributes={"name": "Alice A",
                                  "email": "a@secret.example"}),
            sync.user("bob", enabled=False), sync.user("Carol"),
            sync.user("dave", "Guests")])

    @classmethod
    def tearDownClass(cls):
        cls.pool.stop()

    def test_openssl_verifies_what_is_signed(self):
        """openssl(1) finds the signature right, and the hash is the body's,
        as cognitoctl(8) says"""
        path = f"{ROOM}/verify"
        snapshot = export(self.pool)
        first, second, body = snapshot.split(b"\n", 2)
        magic, signature = first.split(b" ")
        self.assertEqual(magic, b"cognito-snapshot-1")
        for name, data in (("line", second + b"\n"),
                           ("signature", openssl(
                               "base64", "-d", "-A",
                               input=signature).stdout)):
            with open(f"{path}.{name}", "wb") as file:
                file.write(data)
        done = openssl("pkeyutl", "-verify", "-pubin", "-inkey", self.public,
                       "-rawin", "-in", f"{path}.line", "-sigfile",
                       f"{path}.signature")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        hashed = openssl("dgst", "-sha256", "-r", input=body).stdout
        self.assertEqual(header(snapshot)["body_sha256"],
                         hashed.split()[0].decode())

    def test_holds_what_a_host_needs_and_no_more(self):
        """names, ids, groups: no sub, no e-mail, nobody refused, no other
        group"""
        snapshot = export(self.pool)
        lines = [json.loads(line) for line in
                 snapshot.decode().splitlines()[2:]]
        self.assertEqual([line["group"] for line in lines
                          if "group" in line], ["Staff", "Admins"])
        users = {line["user"]: line for line in lines if "user" in line}
        self.assertEqual(sorted(users), ["alice", "bob"])
        self.assertEqual(users["alice"]["gecos"], "Alice A")
        self.assertEqual(sorted(users["alice"]["groups"]),
                         ["Admins", "Staff"])
        self.assertNotIn("disabled", users["alice"])
        self.assertTrue(users["bob"]["disabled"])
        self.assertEqual(set(users["alice"]), {"user", "uid", "sub_tag",
                                               "gecos", "groups"})
        for text in (b"1111-4111", b"secret.example", b"Carol", b"dave",
                     b"Guests", sync.SECRET.encode()):
            self.assertNotIn(text, snapshot)

    def test_file_is_replaced_whole(self):
        """P73, P74: --output replaces the file by rename, 0644, and a failed
        listing leaves the old one"""
        path = f"{ROOM}/out/pool.snapshot"
        os.makedirs(f"{ROOM}/out", exist_ok=True)
        document = json.loads(sync.run(
            "export", self.pool.config, f"--output={path}",
            "--json").stdout)
        self.assertEqual(document["accounts"], 2)
        self.assertEqual(sync.names(document, "refused"), ["Carol"])
        before = os.stat(path)
        self.assertEqual(before.st_mode & 0o7777, 0o644)
        with open(path, "rb") as old:
            old_bytes = old.read()
            sync.run("export", self.pool.config, f"--output={path}")
            self.assertNotEqual(os.stat(path).st_ino, before.st_ino)
            self.assertEqual(os.pread(old.fileno(), 9999, 0), old_bytes)
        after = os.stat(path)
        self.pool.control("faults", faults=[
            {"operation": "ListUsersInGroup", "do": "error",
             "type": "AccessDeniedException", "message": "no",
             "status": 400}])
        done = sync.run("export", self.pool.config, f"--output={path}")
        self.pool.control("faults", faults=[])
        self.assertNotEqual(done.returncode, ctl.OK)
        self.assertIn("AccessDenied", done.stderr)
        self.assertEqual(os.stat(path), after)
        self.assertEqual(os.listdir(f"{ROOM}/out"), ["pool.snapshot"])

    def test_key_is_root_s_alone(self):
        """P79: a private key that others can read, or that is none, signs
        nothing, and the pool is not even asked"""
        def spoil(path, mode=0o600, owner=0, data=None):
            sync.make_keys(path)
            if data:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(data)
            os.chmod(path, mode)
            os.chown(path, owner, 0)
            return path

        key = "/etc/cognito/spoilt_key"
        asked = len(self.pool.calls())
        for how, words in ((dict(mode=0o640), "others can read"),
                           (dict(mode=0o604), "others can read"),
                           (dict(owner=1001), "not owned by root"),
                           (dict(data="nothing"), "not a private key"),
                           (dict(data="-----BEGIN PRIVATE KEY-----\n"
                                 "AAAA\n-----END PRIVATE KEY-----\n"),
                            "not a private key")):
            with self.subTest(how):
                done = sync.run("export", self.pool.config,
                                f"--key={spoil(key, **how)}")
                self.assertEqual(done.returncode, ctl.CONFIG)
                self.assertRegex(done.stderr, re.escape(key) + ": .")
                self.assertEqual(done.stdout, "")
        for path in ("/etc/cognito/none", "relative",
                     "/etc/cognito/export_key.pub"):
            with self.subTest(path):
                done = sync.run("export", self.pool.config, f"--key={path}")
                self.assertEqual(done.returncode, ctl.CONFIG)
        self.assertEqual(len(self.pool.calls()), asked)

    def test_wrong_words(self):
        for words in (("--json",), ("--max=0",), ("--max=x",), ("--rate=0",),
                      ("word",), ("--output",)):
            with self.subTest(words):
                done = sync.run("export", self.pool.config, *words)
                self.assertEqual(done.returncode, ctl.USAGE, done.stderr)
                self.assertEqual(done.stdout, "")


class FleetCase(unittest.TestCase):
    """An exporter with a pool, object storage, and this host."""

    @classmethod
    def setUpClass(cls):
        cls.public = sync.make_keys()
        cls.pool = sync.UserPool(
            [sync.user(f"u{i}") for i in range(20)] +
            [sync.user("alice", "Staff", "Admins",
                       attributes={"name": "Alice A"})])
        cls.bucket = sync.Bucket()
        cls.plain = export(cls.pool)

    @classmethod
    def tearDownClass(cls):
        cls.pool.stop()
        cls.bucket.stop()

    def setUp(self):
        sync.empty_host()
        self.configure()
        self.bucket.put(self.plain)

    def configure(self, **changes):
        """This host, which has no credentials."""
        self.pool.configure(**{"snapshot_url": self.bucket.address,
                               "snapshot_key": self.public, **changes})

    def sync(self, *words, code=ctl.OK):
        asked = len(self.pool.calls())
        document = sync.sync(self.pool, *words, code=code, environment={})
        self.assertEqual(len(self.pool.calls()), asked)
        return document

    def refused(self, reason, *words, code=ctl.FAILED):
        self.assertRegex(sync.fails(self.pool, *words, code=code,
                                    environment={}), reason)

    def sign(self, head, body, key="/etc/cognito/export_key"):
        """A snapshot signed by openssl(1)."""
        path = f"{ROOM}/head"
        line = head if isinstance(head, bytes) else \
            json.dumps(head, separators=(",", ":")).encode() + b"\n"
        with open(path, "wb") as file:
            file.write(line)
        signature = openssl("pkeyutl", "-sign", "-rawin", "-inkey", key,
                            "-in", path).stdout
        return (b"cognito-snapshot-1 " +
                openssl("base64", "-A", input=signature).stdout.strip() +
                b"\n" + line + body)

    def forge(self, body=None, key="/etc/cognito/export_key", **changes):
        """The exporter's snapshot with another body or header, signed."""
        _, line, old = self.plain.split(b"\n", 2)
        body = old if body is None else body
        head = json.loads(line)
        head["body_len"] = len(body)
        head["body_sha256"] = openssl(
            "dgst", "-sha256", "-r", input=body).stdout.split()[0].decode()
        head["users"] = body.count(b'"user":')
        head["groups"] = body.count(b'"group":')
        head.update(changes)
        return self.sign(head, body, key)


class SnapshotTest(FleetCase):
    """proves P73 where a snapshot is read"""

    def test_a_host_without_credentials(self):
        """a host gets the accounts of the exporter's pool without asking
        it"""
        document = self.sync()
        self.assertEqual(document["accounts"], 21)
        self.assertEqual(document["source"], self.bucket.address)
        self.assertEqual(sorted(sync.accounts()["alice"]["groups"]),
                         ["cognito-Admins", "cognito-Staff"])
        # And they are those that it would have made itself.
        before = {name: one["uid"] for name, one in sync.accounts().items()}
        sync.empty_host()
        self.pool.configure()
        sync.sync(self.pool)
        self.assertEqual({name: one["uid"] for name, one in
                          sync.accounts().items()}, before)

    def test_unchanged_is_not_downloaded_again(self):
        """the second time it is 304; a change is taken; what was lost
        meanwhile, or another configuration, is downloaded again"""
        def gets():
            return [call["status"] for call in
                    self.bucket.calls("GetObject")]

        first = len(gets())
        self.assertEqual(self.sync()["added"], 21)
        again = self.sync()
        self.assertTrue(again["unchanged"])
        self.assertFalse(again["written"])
        self.pool.add(sync.user("new"))
        self.addCleanup(self.pool.delete, "new")
        self.configure(snapshot_url=None)
        fresh = export(self.pool)
        self.configure()
        self.bucket.put(fresh)
        self.assertEqual(sync.names(self.sync(), "added"), ["new"])
        sync.empty_host(note=True)
        self.assertEqual(self.sync()["added"], 22)
        self.configure(shell="/bin/sh")
        self.assertEqual(self.sync()["changed"], 22)
        self.assertTrue(self.sync()["unchanged"])
        self.assertFalse(self.sync("--force")["unchanged"])
        self.assertEqual(gets()[first:],
                         [200, 304, 200, 200, 200, 304, 200])

    def test_a_file(self):
        """--from FILE needs no network; nobody can change it while it is
        used, and only files are read"""
        path = f"{ROOM}/given.snapshot"
        with open(path, "wb") as file:
            file.write(self.plain)
        os.chmod(path, 0o666)
        self.assertEqual(self.sync(f"--from={path}")["accounts"], 21)
        os.mkfifo(f"{path}.fifo")
        for wrong in (f"{path}.fifo", "/dev/zero", "/none", ROOM):
            with self.subTest(wrong):
                self.refused(re.escape(wrong), f"--from={wrong}")
        for wrong in ("http://cognito.test/x", ""):
            self.refused("https", f"--from={wrong}", code=ctl.USAGE)

    def test_damaged(self):
        """truncated, changed by a bit, longer, empty, unsigned, signed by
        somebody else: refused, and nothing changes"""
        self.sync()
        _, line, body = self.plain.split(b"\n", 2)
        flipped = bytearray(self.plain)
        flipped[-10] ^= 1
        sync.make_keys("/etc/cognito/stranger_key")
        for reason, data in (
                ("shorter", self.plain[:-1]),
                ("no snapshot", self.plain[:100]),
                ("body is not what was signed", bytes(flipped)),
                ("longer", self.plain + b"\n"),
                ("no snapshot", b""),
                ("not signed", line + b"\n" + body),
                ("signature", self.forge(key="/etc/cognito/stranger_key")),
                ("another version", self.forge(format="x")),
                ("lines", self.forge(users=999)),
                ("malformed", self.forge(body.replace(b"u7", b"U7"))),
                ("malformed", self.forge(body.replace(
                    b'"uid":', b'"uid":0,"was":')))):
            with self.subTest(reason):
                self.bucket.put(data)
                self.refused(reason)
        self.bucket.put(self.forge(created=header(self.plain)["created"]))
        self.sync()

    def test_no_disk_for_strangers(self):
        """what is not signed, or goes on behind what was, is not written to
        the disk, however much it is"""
        much = b"x" * (8 << 20)
        stranger = f"{ROOM}/stranger.pem"
        sync.make_keys(stranger)
        kept = f"{ROOM}/kept-private"
        subprocess.run(
            ["sh", "-c", f"cp -a {sync.PRIVATE} {kept} && mount -t tmpfs -o"
             f" size=4m,mode=0700 none {sync.PRIVATE} && cp -a {kept}/."
             f" {sync.PRIVATE}/"], check=True)
        try:
            for snapshot, reason in (
                    (much, "no snapshot"),
                    (self.sign(header(self.plain), b"", stranger) +
                     much, "signature"),
                    (self.plain + much, "longer than its header"),
                    (self.forge(b"") + much, "longer than its header")):
                self.bucket.put(snapshot)
                self.refused(reason)
            self.bucket.put(self.plain)
            self.sync()
        finally:
            subprocess.run(["umount", sync.PRIVATE], check=True)

    def test_of_somebody_else(self):
        """of another pool, or made with other ids: refused"""
        for reason, change in (
                ("another pool", {"pool_id": "eu-west-1_TestPool2"}),
                ("id_key", {"key_tag": "0123456789abcdef"}),
                ("id_base", {"id_base": 1879048193}),
                ("id_range", {"id_range": 1000}),
                ("id_attribute", {"id_attribute": "custom:uid"}),
                ("group_prefix", {"group_prefix": "aws-"})):
            with self.subTest(change):
                self.bucket.put(self.forge(**change))
                self.refused(reason)

    def test_another_key_and_nothing_new(self):
        """P73: what is in place is looked at again by another snapshot_key
        or id_key: sync does not say of it that nothing has changed"""
        self.sync()
        self.assertTrue(self.sync()["unchanged"])
        public = sync.make_keys("/etc/cognito/new_key")
        self.configure(snapshot_key=public)
        self.refused("not by snapshot_key")
        self.configure()
        self.assertTrue(self.sync()["unchanged"])
        os.rename("/etc/cognito/id_key", "/etc/cognito/id_key.old")
        try:
            ctl.run("ids", "init")
            self.refused("another id_key")
        finally:
            os.rename("/etc/cognito/id_key.old", "/etc/cognito/id_key")
        self.assertTrue(self.sync()["unchanged"])

    def test_other_ids(self):
        """an id that this host would not give refuses all of it"""
        with open("/etc/cognito/fleet-map", "w", encoding="utf-8") as file:
            file.write("alice 1900000001\n")
        self.configure(id_map="/etc/cognito/fleet-map")
        self.refused("alice has id 1900000001 here .*id_map")
        with open("/etc/cognito/fleet-map", "w", encoding="utf-8") as file:
            file.write("%cognito-Admins 1900000001\n")
        self.refused("cognito-Admins has id 1900000001 here .*id_map")

    def test_age(self):
        """too old, of the future, older than what is in place: refused; the
        one in place may come again"""
        made = header(self.plain)["created"]
        for reason, created in (("hours old", made - 25 * 3600),
                                ("future", made + 3600)):
            with self.subTest(reason):
                self.bucket.put(self.forge(created=created))
                self.refused(reason)
        self.bucket.put(self.forge(created=made - 60))
        self.sync()
        self.bucket.put(self.forge(created=made - 61))
        self.refused("older than what is in place")
        self.bucket.put(self.forge(created=made - 60))
        self.sync("--force")
        # Also the pool's own word is never followed by an older one.
        self.configure(snapshot_url=None)
        sync.sync(self.pool)
        self.configure()
        self.bucket.put(self.forge(created=made - 30))
        self.refused("older than what is in place")

    def test_an_exporter_that_stopped(self):
        """a snapshot that stays the same until it is too old is an error"""
        self.sync()
        path = f"{sync.PRIVATE}/listing"
        with open(path, encoding="utf-8") as file:
            note = json.load(file)
        note["created"] -= 25 * 3600
        with open(path, "w", encoding="utf-8") as file:
            json.dump(note, file)
        self.refused("not changed for 2[45] hours")
        self.assertEqual(len(sync.accounts()), 21)

    def test_a_damaged_note(self):
        """when nobody can tell what is in place, nothing follows it"""
        self.sync()
        with open(f"{sync.PRIVATE}/listing", "w", encoding="utf-8") as file:
            file.write("{")
        self.refused("listing")
        self.refused("listing", "--force")

    def test_p43_the_way_there(self):
        """no redirect, no endless body, no gzip, no missing object"""
        self.sync()
        for fault in ({"do": "redirect", "location": self.bucket.address},
                      {"do": "endless"}, {"do": "gzip"}, {"do": "truncate"},
                      {"do": "status", "status": 403},
                      {"do": "status", "status": 206},
                      {"do": "status", "status": 304}, {"do": "reset"}):
            with self.subTest(fault):
                self.bucket.control("faults", faults=[
                    {"operation": "GetObject", **fault}])
                self.refused(".", "--force")
        self.bucket.control("faults", faults=[])
        self.bucket.control("delete", key="pool")
        self.refused("404")

    def test_p78_loss(self):
        """P78: losing more than a fifth needs --force, a snapshot too"""
        self.sync()
        body = self.plain.split(b"\n", 2)[2]
        lines = body.splitlines(keepends=True)
        few = b"".join(line for line in lines if b'"user":"u1' not in line)
        self.bucket.put(self.forge(few))
        self.refused("11 of 21 accounts would be lost", code=ctl.FORCE)
        self.bucket.put(self.forge(b""))
        self.refused("all 21 accounts would be lost", code=ctl.FORCE)
        self.refused("max_accounts", "--max=20", f"--from={self.file()}")
        self.bucket.put(self.forge(few))
        self.assertEqual(self.sync("--force")["removed"], 11)

    def file(self):
        path = f"{ROOM}/plain.snapshot"
        with open(path, "wb") as file:
            file.write(self.plain)
        return path

    def test_allow_groups_of_this_host(self):
        """P24: each host has its own allow_groups"""
        self.configure(allow_groups="Admins")
        document = self.sync()
        self.assertEqual(list(sync.accounts()), ["alice"])
        self.assertEqual(document["not_allowed"], 20)

    def test_local_names_of_this_host(self):
        """P12, P17: what is local here stays local, whatever was signed"""
        body = self.plain.split(b"\n", 2)[2]
        host.add_user("u7")
        self.addCleanup(subprocess.run, ["userdel", "-r", "u7"],
                        stderr=subprocess.DEVNULL, check=True)
        document = self.sync()
        self.assertIn("local", sync.why(document, "u7"))
        self.assertEqual(len(sync.accounts()), 20)
        self.bucket.put(self.forge(
            body.replace(b'"user":"u8"', b'"user":"root"')))
        self.refused("root has id")

    def test_keys_needed(self):
        """without snapshot_key nothing is believed"""
        self.pool.configure()
        self.refused("snapshot_key", f"--from={self.file()}",
                     code=ctl.CONFIG)
        for mode in (0o666, 0o664):
            os.chmod(self.public, mode)
            self.configure()
            self.refused("export_key.pub", code=ctl.CONFIG)
        os.chmod(self.public, 0o644)
        self.configure(snapshot_key="/etc/cognito/export_key")
        self.refused("not a public key", code=ctl.CONFIG)

    def test_two_hosts(self):
        """P22: two hosts with one id key have the same ids, a third with
        another key takes nothing"""
        here = {name: one["uid"] for name, one in
                (self.sync(), sync.accounts())[1].items()}
        script = (
            "mount -t tmpfs none /var/lib/cognito && "
            "mkdir -m 755 /var/lib/cognito/accounts && "
            "mkdir -m 700 /var/lib/cognito/private && "
            "cognitoctl apply && {} cognitoctl sync --config={} "
            ">/dev/null && cognitoctl accounts list --json")

        def there(before=""):
            return subprocess.run(
                ["unshare", "-m", "sh", "-c",
                 script.format(before, self.pool.config)],
                capture_output=True, text=True, check=False)

        other = json.loads(there().stdout)["accounts"]
        self.assertEqual({one["name"]: one["uid"] for one in other}, here)
        third = there("mount -t tmpfs none /mnt && cp -a /etc/cognito/. /mnt "
                      "&& rm /mnt/id_key && mount --bind /mnt /etc/cognito "
                      "&& cognitoctl ids init && cognitoctl apply &&")
        self.assertNotEqual(third.returncode, 0)
        self.assertIn("id_key", third.stderr)
