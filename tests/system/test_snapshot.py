# SPDX-License-Identifier: Apache-2.0
"""cognitoctl export, and sync from what it made: a fleet fed by one host."""

import json
import os
import re
import subprocess
import time
import unittest

from room import ctl, host, pool, sync
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
