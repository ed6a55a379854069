# SPDX-License-Identifier: Apache-2.0
"""cognitoctl sync when something is wrong: all of it or nothing."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

from room import callers, ctl, sync
from room.namespace import ROOM
from test_sync import SyncCase, getent, use_nss

USERS = 190  # four pages
PAGES = 4
# Everything that a page can meet; the pool's README has them.
FAULTS = (
    {"do": "error", "type": "AccessDeniedException", "status": 400,
     "message": "no"},
    {"do": "error", "type": "ResourceNotFoundException", "status": 400,
     "message": "no"},
    {"do": "error", "type": "InventedException", "status": 400,
     "message": "no"},
    {"do": "body", "body": "{}"}, {"do": "body", "body": "[]"},
    {"do": "body", "body": ""}, {"do": "body", "body": "{\"Users\":{}}"},
    {"do": "body", "body": "{\"Users\":[{}]}"},
    {"do": "redirect", "location": "https://cognito.test/"},
    {"do": "endless"}, {"do": "gzip"})


class AllOrNothingTest(SyncCase):
    """proves P78: a listing that is not whole changes nothing"""

    @classmethod
    def setUpClass(cls):
        cls.users = [sync.user(f"u{i:03}") for i in range(USERS)]
        cls.made = sync.UserPool(cls.users)

    @classmethod
    def tearDownClass(cls):
        cls.made.stop()

    def setUp(self):
        super().setUp()
        self.made.control("faults", faults=[])
        self.made.control("set", pool={"short_pages": []})
        self.made.configure()
        sync.sync(self.made)
        self.made.add(sync.user("newcomer"))
        self.addCleanup(self.made.delete, "newcomer")

    def test_a_fault_on_each_page(self):
        """whatever a page meets that asking again does not cure"""
        for operation, pages in (("ListUsersInGroup", PAGES),
                                 ("ListGroups", 1)):
            for page in range(1, pages + 1):
                for fault in FAULTS:
                    with self.subTest(operation=operation, page=page,
                                      fault=fault):
                        self.made.control("faults", faults=[
                            {"operation": operation, "page": page, **fault}])
                        done = sync.run("sync", self.made.config,
                                        "--dry-run")
                        self.assertNotEqual(done.returncode, ctl.OK)
                        self.assertNotIn("newcomer", done.stdout)
        self.assertNotIn("newcomer", sync.accounts())

    def test_files_stay_as_they_are(self):
        """the same without --dry-run: not a byte has changed"""
        for page in (1, PAGES):
            self.made.control("faults", faults=[
                {"operation": "ListUsersInGroup", "page": page,
                 **FAULTS[0]}])
            self.assertIn("AccessDenied", sync.fails(self.made,
                                                     code=ctl.CONFIG))

    def test_short_pages(self):
        """pages of any length, also empty ones, make one whole"""
        self.made.control("set", pool={"short_pages": [7, 0, 60, 1, 0]})
        self.assertEqual(sync.names(sync.sync(self.made), "added"),
                         ["newcomer"])
        self.assertEqual(len(sync.accounts()), USERS + 1)

    def test_throttled(self):
        """throttling, resets and outages in between cost time only: each
        page is read once, and nobody is lost"""
        first = len(self.made.calls())
        self.made.control("faults", faults=[
            {"operation": "ListUsersInGroup", "page": 2, "do": "throttle",
             "nth": {"first": 1, "last": 2}},
            {"operation": "ListUsersInGroup", "page": 3, "do": "reset",
             "nth": 1},
            {"operation": "ListUsersInGroup", "page": 4, "do": "status",
             "status": 503, "nth": 1},
            {"operation": "ListGroups", "do": "throttle", "nth": 1}])
        self.assertEqual(sync.names(sync.sync(self.made), "added"),
                         ["newcomer"])
        pages = [(call["operation"], call["body"].get("GroupName"),
                  call["page"])
                 for call in self.made.calls()[first:]
                 if call["outcome"] == "success" and call.get("page")]
        self.assertEqual(len(pages), len(set(pages)), pages)
        self.assertEqual(len(sync.accounts()), USERS + 1)

    def test_a_fifth(self):
        """one in five may go, one more needs --force"""
        people = [one["username"] for one in self.users]
        for name in people[:11 + USERS // 5]:
            self.addCleanup(self.made.set, name, groups=["Staff"])
        # With the newcomer they are then a multiple of five.
        for name in people[:11]:
            self.made.set(name, groups=["Guests"])
        sync.sync(self.made)
        before = len(sync.accounts())
        self.assertEqual(before % 5, 0)
        gone = people[11:11 + before // 5 + 1]
        for name in gone:
            self.made.set(name, groups=["Guests"])
        self.assertIn(f"{len(gone)} of {before} accounts",
                      sync.fails(self.made, code=ctl.FORCE))
        # What it would have done is printed all the same.
        document = sync.sync(self.made, code=ctl.FORCE)
        self.assertEqual(sync.names(document, "removed"), gone)
        self.assertFalse(document["written"])
        self.made.set(gone[0], groups=["Staff"])
        self.assertEqual(sync.sync(self.made)["removed"], before // 5)

    def test_nothing_left(self):
        """an empty pool, a group that is gone, a group without members"""
        self.made.configure(allow_groups="None")
        self.assertIn(f"all {USERS} accounts",
                      sync.fails(self.made, code=ctl.FORCE))
        empty = self.pool(groups=["Staff2"])
        empty.configure(allow_groups="Staff Staff2")
        self.assertIn(f"all {USERS} accounts",
                      sync.fails(empty, code=ctl.FORCE))
        self.assertEqual(sync.sync(empty, "--force")["removed"], USERS)
        self.assertEqual(sync.accounts(), {})
        self.assertEqual(sync.sync(empty)["changes"], [])

    def test_the_cap(self):
        """more users than max_accounts: none, and the listing ends there"""
        self.made.configure(max_accounts=100)
        first = len(self.made.calls("ListUsersInGroup"))
        self.assertIn("max_accounts", sync.fails(self.made))
        self.assertLess(len(self.made.calls("ListUsersInGroup")) - first,
                        PAGES)
        self.assertIn("max_accounts", sync.fails(
            self.made, f"--max={USERS}"))
        self.assertEqual(sync.sync(self.made, f"--max={USERS + 1}")["added"],
                         1)

    def test_damaged_files(self):
        """an accounts file that is damaged is not replaced: it may hold the
        only word of ids that were given"""
        path = f"{sync.ACCOUNTS}/base.cdb"
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        sync.fails(self.made)


class BesideLoginsTest(SyncCase):
    """sync while people sign in, and when it is killed"""

    def sign_in(self, service, name, password="First-Horse-7"):
        terminal = callers.pamtester(service, name)
        terminal.answer("Password: ", password)
        terminal.end()
        return callers.pam_code(terminal)

    def test_no_login_waits_for_the_network(self):
        """P35: the lock is taken when the listing is there: a first login
        while the pool lets sync wait is as quick as ever"""
        pool = self.pool(sync.user("alice"),
                         sync.user("bob", "Other", password="First-Horse-7"))
        service = self.service("create_account", endpoint=pool.url,
                               allow_groups="Other")
        pool.hold("ListUsersInGroup")
        words = ["/usr/sbin/cognitoctl", "sync", f"--config={pool.config}"]
        with subprocess.Popen(words, env=sync.KEYS,
                              stdout=subprocess.DEVNULL) as running:
            pool.wait_until_held("ListUsersInGroup")
            self.assertEqual(self.sign_in(service, "bob"), "success")
            self.assertIsNone(running.poll())
            pool.release()
            self.assertEqual(running.wait(), 0)
        # Nobody is lost who signed in meanwhile.
        self.assertEqual(sorted(sync.accounts()), ["alice", "bob"])

    def test_no_committed_record_is_lost(self):
        """P76: people sign in for the first time, made a moment before, while
        syncs run that do not know them yet, or are killed: whoever was let
        in has an account from then on"""
        names = [f"first{i}" for i in range(12)]
        pool = self.pool(*[sync.user(f"u{i}") for i in range(400)])
        service = self.service("create_account", endpoint=pool.url)
        sync.sync(pool)
        stop = threading.Event()
        wrong, admitted = [], []

        def run_syncs():
            wait_ms = 0
            while not stop.is_set():
                wait_ms = (wait_ms + 17) % 300
                with subprocess.Popen(
                        ["/usr/sbin/cognitoctl", "sync", "--rate=1000",
                         f"--config={pool.config}"], env=sync.KEYS,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL) as running:
                    try:
                        running.wait(timeout=wait_ms / 1000)
                    except subprocess.TimeoutExpired:
                        running.send_signal(signal.SIGKILL)

        def look_on():
            use_nss()
            while not stop.is_set():
                for name in ("u7", *admitted):
                    if not getent("passwd", name).startswith(f"{name}:*:"):
                        wrong.append(f"{name} was not there")

        workers = [threading.Thread(target=one)
                   for one in (run_syncs, run_syncs, look_on)]
        for worker in workers:
            worker.start()
        for name in names:
            pool.add(sync.user(name, password="First-Horse-7"))
            if self.sign_in(service, name) == "success":
                admitted.append(name)
        stop.set()
        for worker in workers:
            worker.join()
        self.assertGreater(len(admitted), 6)
        self.assertEqual(set(admitted) - set(sync.accounts()), set())
        self.assertEqual(wrong, [])
        # And the next one works, with nothing left over.
        sync.sync(pool)
        for directory in (sync.ACCOUNTS, sync.PRIVATE):
            for name in os.listdir(directory):
                self.assertNotRegex(name, r"new$|^\.")

    def test_p73_two_at_once(self):
        """P73: a slow sync does not undo what a later and faster one has
        brought; a note of the future, by a wrong clock, stops nobody"""
        pool = self.pool(*[sync.user(f"u{i}") for i in range(10)])
        pool.hold("ListUsersInGroup", after=True)
        with subprocess.Popen(
                ["/usr/sbin/cognitoctl", "sync", f"--config={pool.config}"],
                env=sync.KEYS, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True) as slow:
            pool.wait_until_held("ListUsersInGroup")
            time.sleep(1.2)  # listings are told apart by the second
            pool.add(sync.user("newcomer"))
            self.assertEqual(sync.sync(pool)["added"], 11)
            pool.release()
            said = slow.communicate()[1]
        self.assertEqual(slow.returncode, ctl.FAILED)
        self.assertIn("newer listing", said)
        self.assertIn("newcomer", sync.accounts())
        path = f"{sync.PRIVATE}/listing"
        with open(path, encoding="utf-8") as file:
            note = json.load(file)
        note["created"] += 10 ** 9
        with open(path, "w", encoding="utf-8") as file:
            json.dump(note, file)
        pool.add(sync.user("another"))
        self.assertEqual(sync.names(sync.sync(pool), "added"), ["another"])

    def test_killed_at_every_moment(self):
        """P73, P76: kill -9 after so many system calls: the accounts are the
        old ones or the new ones, never others"""
        pool = self.pool(*[sync.user(f"u{i}") for i in range(30)])
        sync.sync(pool)
        old = sorted(sync.accounts())
        pool.add(sync.user("newcomer"))
        new = sorted([*old, "newcomer"])
        seen = set()
        # From the first write on; the calls before only read.
        for nth in range(1, 60):
            done = subprocess.run(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                 "trace=fsync,renameat,openat,fchmod,unlinkat,pwrite64,write",
                 "-e", "inject=fsync,renameat,fchmod,pwrite64:signal=KILL:"
                 f"when={nth}", "cognitoctl", "sync", "--rate=1000",
                 f"--config={pool.config}"], env={
                     **sync.KEYS, "PATH": os.environ["PATH"]},
                capture_output=True, text=True, check=False)
            found = sorted(sync.accounts())
            self.assertIn(found, (old, new), f"after call {nth}")
            seen.add("new" if found == new else "old")
            if done.returncode == 0:
                break
            if found == new:
                break
        self.assertIn("old", seen)
        self.assertEqual(sync.run("sync", pool.config).returncode, ctl.OK)


class CallerTest(SyncCase):
    """proves P82, P83: what the caller's environment can do to it"""

    def listener(self):
        """A port that nobody shall ask."""
        server = socket.socket()
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        self.addCleanup(server.close)
        return server, server.getsockname()[1]

    def assert_silent(self, server):
        with self.assertRaises(TimeoutError):
            server.accept()

    def test_hostile_environment(self):
        """a caller's HOME, proxies, libraries' switches and files of AWS do
        nothing"""
        home = f"{ROOM}/evil"
        os.makedirs(f"{home}/.aws", exist_ok=True)
        with open(f"{home}/.aws/config", "w", encoding="utf-8") as file:
            file.write("[default]\ncredential_process = "
                       f"/usr/bin/touch {home}/was-run\n")
        os.chown(f"{home}/.aws/config", 1001, 1001)
        server, port = self.listener()
        proxy = f"http://127.0.0.1:{port}"
        pool = self.pool(sync.user("alice"))
        hostile = {
            "HOME": home, "AWS_CONFIG_FILE": f"{home}/.aws/config",
            "SSLKEYLOGFILE": f"{home}/keys", "OPENSSL_CONF": f"{home}/conf",
            "https_proxy": proxy, "HTTPS_PROXY": proxy, "http_proxy": proxy,
            "all_proxy": proxy, "AWS_ENDPOINT_URL": proxy,
            "AWS_CA_BUNDLE": f"{home}/ca", "LD_BIND_NOW": "1",
            "SSL_CERT_FILE": f"{home}/ca", "TZ": "right/UTC",
            "LC_ALL": "tr_TR.UTF-8", "TMPDIR": home}
        document = sync.sync(pool, environment={**hostile, **sync.KEYS})
        self.assertEqual(sync.names(document, "added"), ["alice"])
        # Without keys of its own it must not find those of that home.
        pool.delete("alice")
        sync.fails(pool, code=ctl.CONFIG, environment={
            **hostile, "AWS_EC2_METADATA_DISABLED": "true"})
        self.assertEqual(sorted(os.listdir(home)), [".aws"])
        self.assert_silent(server)

    def test_p82_no_secret_in_sight(self):
        """no key in any argument, environment, output or log line"""
        pool = self.pool(sync.user("alice"))
        pool.hold("ListGroups")
        with subprocess.Popen(
                ["/usr/sbin/cognitoctl", "sync", f"--config={pool.config}"],
                env=sync.KEYS, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT) as running:
            pool.wait_until_held("ListGroups")
            with open(f"/proc/{running.pid}/environ", "rb") as file:
                environment = file.read()
            with open(f"/proc/{running.pid}/cmdline", "rb") as file:
                words = file.read()
            pool.release()
            output = running.communicate()[0]
        for text in (environment, words, output):
            self.assertNotIn(sync.SECRET.encode(), text)
        self.assertNotIn(sync.SECRET, json.dumps(
            [call.get("headers") for call in pool.calls()]))

    def test_p83_read_only(self):
        """P83: nothing but Get, List and Describe is asked, and nothing that
        makes a user an active one"""
        pool = self.pool(sync.user("alice"), sync.user("bob"))
        sync.sync(pool)
        pool.configure(allow_groups="*")
        sync.sync(pool)
        asked = {call["operation"] for call in pool.calls()
                 if call["operation"] not in ("connect", "handshake")}
        self.assertEqual(asked, {"ListGroups", "ListUsers",
                                 "ListUsersInGroup"})

    def test_refused_keys(self):
        """wrong, foreign or powerless keys: exit code 3, and a word why"""
        pool = self.pool(sync.user("alice"))
        for keys, word in (
                ({**sync.KEYS, "AWS_SECRET_ACCESS_KEY": "x" * 40},
                 "Signature"),
                ({**sync.KEYS, "AWS_ACCESS_KEY_ID": "AKIANOBODY0000000000"},
                 "UnrecognizedClient")):
            said = sync.fails(pool, code=ctl.CONFIG, environment=keys)
            self.assertIn(word, said)
            self.assertNotIn("x" * 40, said)
        pool.control("iam", iam=[{**sync.IAM[0], "allow": [
            "cognito-idp:ListGroups"]}], roles=[])
        self.assertIn("ListUsersInGroup",
                      sync.fails(pool, code=ctl.CONFIG))

    def test_wrong_words(self):
        pool = self.pool()
        for words in (("word",), ("--nonsense",), ("--max=0",), ("--max=-1",),
                      ("--rate=x",), ("--from",), ("--from=",),
                      ("--from=http://cognito.test/x",)):
            with self.subTest(words):
                done = sync.run("sync", pool.config, *words)
                self.assertEqual(done.returncode, ctl.USAGE)
                self.assertTrue(re.match(r"cognitoctl sync: .|Try|.*root",
                                         done.stderr), done.stderr)
        self.assertEqual(pool.calls(), [])
