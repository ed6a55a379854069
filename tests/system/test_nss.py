# SPDX-License-Identifier: Apache-2.0
"""What the host's own programs see of people who live in the pool only,
through glibc and libnss_cognito.so.2."""

import os
import re
import secrets
import signal
import subprocess
import threading
import time
import unittest

from room import host, native
from room.namespace import ROOM
from room.nss import (ACCOUNTS, ADMINS, ALICE, BASE, CAROL, DAVE, LINES,
                      RECENT, STAFF, NssHost, as_user, calls)

ALICES = f"alice:*:{ALICE}:{ALICE}:Alice:/home/alice:/bin/bash\n"
NOT_FOUND = 2  # of getent


class NssCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.host = NssHost()
        self.addCleanup(self.host.close)

    def assert_alice(self, **options):
        self.assertEqual(self.host.say("getent", "passwd", "alice",
                                       **options), ALICES)

    def assert_nobody(self, *names):
        for name in names:
            done = self.host.run("getent", "passwd", "--", name)
            self.assertEqual((done.returncode, done.stdout),
                             (NOT_FOUND, ""), name)

    def assert_host_is_well(self):
        """Root and local users are found whatever we say."""
        self.assertIn("root:x:0:0:", self.host.say("getent", "passwd", "0"))
        self.assertIn(f"({host.LOCAL_USER})",
                      self.host.say("id", host.LOCAL_USER))


class Answers(NssCase):
    """Sound files"""

    def setUp(self):
        super().setUp()
        self.host.accounts()

    def test_entries(self):
        self.assert_alice()
        say = self.host.say
        self.assertEqual(say("getent", "passwd", str(ALICE)), ALICES)
        self.assertEqual(say("getent", "group", "cognito-Admins"),
                         f"cognito-Admins:*:{ADMINS}:\n")
        self.assertEqual(say("getent", "group", str(CAROL)),
                         f"carol:*:{CAROL}:\n")
        self.assert_nobody("dave", str(DAVE), "cognito-Admins")
        self.assert_host_is_well()

    def test_id(self):
        self.assertEqual(
            self.host.say("id", "alice"),
            f"uid={ALICE}(alice) gid={ALICE}(alice) groups={ALICE}(alice),"
            f"{ADMINS}(cognito-Admins),{STAFF}(cognito-Staff)\n")
        self.assertEqual(self.host.say("id", "-nG", "carol"),
                         "carol cognito-Staff\n")
        self.assertEqual(self.host.say("getent", "initgroups", "alice"),
                         f"alice                 {ADMINS} {STAFF}\n")

    def test_names_of_files(self):
        """chown, chgrp, ls and stat, by name and back"""
        self.host.script(
            "cd /home; touch a b; chown alice:cognito-Admins a;"
            " chown carol b; chgrp carol b")
        self.assertEqual(
            self.host.script("cd /home; stat -c '%U %G %u %g' a b"),
            f"alice cognito-Admins {ALICE} {ADMINS}\n"
            f"carol carol {CAROL} {CAROL}\n")
        self.assertRegex(self.host.say("ls", "-l", "/home/a"),
                         r" alice cognito-Admins ")

    def test_names_that_are_numbers(self):
        """proves P17: `chown 0` is root's number, whatever anybody is
        called"""
        self.host.script("cd /home; touch a; chown 0 a")
        self.assertEqual(self.host.script("stat -c %u /home/a"), "0\n")

    def test_set_uid_programs(self):
        """proves P31: where the host must not trust its environment"""
        own = f"/home/id-{secrets.token_hex(4)}"
        self.host.script(f"cp /usr/bin/id {own}; chmod 4755 {own}")
        self.assertIn("(cognito-Admins)", self.host.say(
            *as_user(1234), own, "alice"))
        self.assertEqual(self.host.say(
            "sudo", "-n", "-u", "alice", "id", "-nG"),
            "alice cognito-Admins cognito-Staff\n")

    def test_sudoers(self):
        """A pool group has the power that sudoers gives it, no other"""
        self.host.write("/etc/sudoers.d/nss",
                        "%cognito-Admins ALL=(ALL) /usr/bin/id\n")
        self.assertIn("/usr/bin/id", self.host.say("sudo", "-l", "-U",
                                                   "alice"))
        self.assertIn("not allowed", self.host.say("sudo", "-l", "-U",
                                                   "carol"))
        # As cognito.conf(5) warns.
        for line, words in (("", "/usr/bin/id"),
                            ("Defaults !case_insensitive_group\n",
                             "not allowed")):
            self.host.write("/etc/sudoers.d/nss", line +
                            "%cognito-ADMINS ALL=(ALL) /usr/bin/id\n")
            self.assertIn(words, self.host.say("sudo", "-l", "-U", "alice"))

    def test_order_of_sources(self):
        """files cognito systemd: each is asked in its turn"""
        self.host.sources("files", "cognito", "systemd")
        self.assert_alice()
        self.assertIn("carol", self.host.say("id", "carol"))
        self.assert_nobody("nosuch")
        self.assert_host_is_well()

    def test_last_source(self):
        """Somebody absent is absent, also where nobody is asked after us"""
        self.host.sources("cognito")
        ask = native.compile_once(f"{ROOM}/ask_names", "ask_names.c")
        self.assertEqual(self.host.run(ask, "6", "nosuch").returncode, 1)

    def test_first_look_up_and_later_ones(self):
        """By reading, then in memory"""
        ask = native.compile_once(f"{ROOM}/ask_names", "ask_names.c")
        for count in (1, 4, 5, 50):
            done = self.host.run(ask, str(count), "alice", "carol")
            self.assertEqual(done.returncode, 0)

    def test_long_name(self):
        """proves P17, P66: 60,000 bytes"""
        self.assert_nobody("a" * 60000)
        self.assertEqual(self.host.run("id", "a" * 60000).returncode, 1)
        self.assertEqual(self.host.run(
            "getent", "group", "b" * 60000).returncode, NOT_FOUND)

    def test_hostile_names(self):
        """proves P17"""
        for name in ("Alice", "alice.", "alice ", "../alice", "al/ice",
                     "alice:", "-alice", "alïce", "alice\nroot", "+"):
            with self.subTest(name):
                self.assert_nobody(name)


class Listing(NssCase):
    """Everybody, or nobody"""

    def names(self, kind):
        return [line.split(":")[0] for line in
                self.host.say("getent", kind).splitlines()]

    def test_off(self):
        self.host.accounts()
        self.assertNotIn("alice", self.names("passwd"))
        self.assertNotIn("cognito-Staff", self.names("group"))
        self.assertIn("root", self.names("passwd"))

    def test_on(self):
        self.host.accounts(options=("--enumerate",))
        self.assertEqual(self.names("passwd")[-2:], ["alice", "carol"])
        groups = self.host.say("getent", "group")
        self.assertIn(f"\ncognito-Staff:*:{STAFF}:alice,carol\n", groups)
        self.assertIn(f"\nalice:*:{ALICE}:\n", groups)

    def test_large_group(self):
        """A buffer grows until all members fit, once and for all"""
        self.host.accounts(
            *(f"member-number-{i} {ALICE + i} - cognito-Staff:{STAFF}"
              for i in range(3000)), options=("--enumerate",))
        line = self.host.say("getent", "group", "cognito-Staff")
        self.assertEqual(len(line.strip().split(":")[3].split(",")), 3000)
        self.assertEqual(len(set(self.names("passwd"))
                             & {f"member-number-{i}"
                                for i in range(3000)}), 3000)


class Damage(NssCase):
    """proves P70, P71, P85: files that are not to be believed answer
    nothing, and stand in nobody's way"""

    def spoil(self, *commands):
        for command in commands:
            with self.subTest(command):
                self.host.script(f"rm -rf {ACCOUNTS}/*")
                self.host.accounts(options=("--enumerate",))
                self.assert_alice()
                self.host.script(f"cd {ACCOUNTS}; {command}")
                self.assert_nobody("alice", str(ALICE))
                self.assertEqual(self.host.say("id", "alice"), "")
                self.assertNotIn("alice", self.host.say("getent", "passwd"))
                self.assertNotIn("Staff", self.host.say("getent", "group"))
                self.assert_host_is_well()

    def test_not_roots(self):
        self.spoil(*(f"{change} {name}" for name in ("recent.cdb", "base.cdb")
                     for change in ("chown 1000", "chmod 666", "chmod 664",
                                    "chmod 646")))

    def test_contents(self):
        self.spoil("truncate -s 0 recent.cdb", "truncate -s 100 recent.cdb",
                   "truncate -s -1 base.cdb", "truncate -s +1 base.cdb",
                   "truncate -s 5G base.cdb",
                   "head -c 5000 /dev/urandom > recent.cdb",
                   "head -c 5000 /dev/zero > base.cdb",
                   "echo alice > recent.cdb")

    def test_kinds(self):
        self.spoil("rm recent.cdb", "rm base.cdb", "rm *",
                   "mv base.cdb b; ln -s b base.cdb",
                   "rm recent.cdb; mkdir recent.cdb",
                   "rm recent.cdb; mkfifo recent.cdb",
                   "rm base.cdb; mknod base.cdb c 1 5")

    def test_no_directory(self):
        self.host.script(f"umount {ACCOUNTS}; mount -t tmpfs none"
                         " /var/lib/cognito")
        self.assert_nobody("alice")
        self.assert_host_is_well()

    def test_being_replaced(self):
        """proves P69, P73: readers of every kind while the files change"""
        self.host.accounts()
        ask = native.compile_once(f"{ROOM}/ask_names", "ask_names.c")
        readers = [self.host.start(ask, "100000000", "alice", "carol")
                   for _ in range(2)]
        self.addCleanup(lambda: [reader.kill() for reader in readers])
        ended = threading.Event()
        wrong = []

        def start_programs():
            while not ended.is_set():
                if self.host.say("id", "-nG", "alice") != (
                        "alice cognito-Admins cognito-Staff\n"):
                    wrong.append("id")

        starter = threading.Thread(target=start_programs)
        starter.start()
        for i in range(40):
            self.host.accounts(f"dave {DAVE} - cognito-Staff:{STAFF}",
                               options=("--login",))
            self.host.accounts(*LINES, *(
                f"u{j} {DAVE + j} -" for j in range(1, i)))
        ended.set()
        starter.join()
        self.assertEqual(wrong, [])
        self.assertEqual([reader.poll() for reader in readers], [None, None])

    def test_news_reach_running_programs(self):
        """One more person, one fewer: at once, in programs that have the
        files in memory"""
        self.host.accounts()
        shell = self.host.start("sh", stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (shell.stdin.close(), shell.stdout.close(),
                                 shell.wait()))

        def seen(name):
            # A shell's own tilde expansion is getpwnam in one process.
            shell.stdin.write(f"echo ~{name}\n")
            shell.stdin.flush()
            return shell.stdout.readline().strip()

        for _ in range(8):
            self.assertEqual(seen("alice"), "/home/alice")
        self.assertEqual(seen("dave"), "~dave")
        self.host.accounts(f"dave {DAVE} -", options=("--login",))
        self.assertEqual(seen("dave"), "/home/dave")
        self.host.accounts(f"dave {DAVE} -", options=("--remove",))
        self.assertEqual(seen("dave"), "~dave")
        self.assertEqual(seen("alice"), "/home/alice")


class Elsewhere(NssCase):
    """proves P70: other roots, other ids"""

    def make_root(self, owner="root"):
        """A place to chroot into, with the programs of the host."""
        self.host.accounts()
        self.host.script(f"""
            mkdir -p /home/root
            mount -t tmpfs -o mode=0755 none /home/root
            cd /home/root
            mkdir -p usr etc var/lib/cognito/accounts dev
            ln -s usr/bin bin; ln -s usr/lib lib; ln -s usr/lib64 lib64
            mount --rbind /usr usr
            grep ^root: /etc/passwd > etc/passwd
            cp /etc/nsswitch.conf etc
            cp {ACCOUNTS}/*.cdb var/lib/cognito/accounts
            chown -R {owner} var etc
            """)

    def in_root(self, *command):
        return self.host.run("chroot", "/home/root", *command)

    def test_chroot(self):
        self.make_root()
        self.assertEqual(self.in_root("getent", "passwd", "alice").stdout,
                         ALICES)

    def test_chroot_without_files(self):
        self.make_root()
        self.host.script("rm -r /home/root/var")
        self.assertEqual(
            self.in_root("getent", "passwd", "alice").returncode, NOT_FOUND)
        self.assertIn("root:", self.in_root("getent", "passwd",
                                            "root").stdout)
        self.host.script("rm -r /home/root/etc")
        self.assertEqual(
            self.in_root("getent", "passwd", "alice").returncode, NOT_FOUND)

    def test_chroot_of_a_user(self):
        """Files there say what the user likes"""
        self.make_root(owner="1000")
        self.assertEqual(
            self.in_root("getent", "passwd", "alice").returncode, NOT_FOUND)
        self.assertEqual(self.in_root("id", "alice").returncode, 1)

    def test_user_namespace(self):
        """Without ids of one's own the files are nobody's"""
        self.host.accounts()
        self.assertEqual(self.host.run(
            "unshare", "-U", "getent", "passwd", "alice").returncode,
            NOT_FOUND)
        self.assertEqual(self.host.run(
            *as_user(1234), "unshare", "-U", "-r", "getent", "passwd",
            "alice").returncode, NOT_FOUND)

    def test_user_namespace_of_root(self):
        self.host.accounts()
        self.assertEqual(self.host.say(
            "unshare", "-U", "-r", "getent", "passwd", "alice"), ALICES)


class Surroundings(NssCase):
    """proves P31, P32, P39, P68: nothing of the caller's makes a
    difference"""

    def setUp(self):
        super().setUp()
        self.host.accounts()

    def test_environment(self):
        native.locales()
        for changes in ({"LC_ALL": "tr_TR.UTF-8"}, {"LC_ALL": "ar_SA.UTF-8"},
                        {"LC_ALL": "de_DE.UTF-8", "TZ": "right/UTC"},
                        {"COGNITO_ACCOUNTS": "/tmp", "HOME": "/tmp"},
                        {"HTTPS_PROXY": "http://127.0.0.1:9"}):
            with self.subTest(changes):
                self.assert_alice(env={**os.environ, **changes})

    def test_nothing_else_is_opened(self):
        lines = calls(self.host, "getent", "passwd", "alice", env={
            **os.environ, "TZ": "right/UTC", "HOME": "/tmp/x"})
        opened = [re.search(r'openat\(.*?"(.*?)"', line).group(1)
                  for line in lines if "openat(" in line]
        start = next(i for i, path in enumerate(opened)
                     if path.endswith("libnss_cognito.so.2"))
        ours = [path for path in opened[start + 1:]
                if not path.startswith(("/etc/ld.so", "/lib", "/usr/lib"))]
        self.assertEqual(ours, [RECENT, BASE])

    def test_twins(self):
        """proves P38: a host may have functions of all our names"""
        module = f"{native.LIBRARIES}/libnss_cognito.so.2"
        names = {line.split()[-1] for line in subprocess.run(
            ["nm", "--defined-only", module], capture_output=True,
            text=True, check=True).stdout.splitlines()
            if line.split()[-2] in "tT"}
        names = {name for name in names if re.fullmatch(r"[a-z]\w+", name)}
        names -= {"end", "frame_dummy", "main"}
        self.assertIn("cog_cache_use_name", names)
        source, twin = f"{ROOM}/twins.c", f"{ROOM}/twins"
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <stdlib.h>\n" + "".join(
                f"void {name}(void) {{ abort(); }}\n" for name in names))
        subprocess.run(["gcc", "-w", "-fno-builtin", "-D_GNU_SOURCE",
                        "-rdynamic", "-o", twin, source,
                        f"{native.NATIVE}/ask_names.c"], check=True)
        self.assertEqual(self.host.run(twin, "20", "alice",
                                       "carol").returncode, 0)

    def test_ulimits(self):
        for limit in ("-n 6", "-s 128", "-v 60000", "-d 1000", "-c 0"):
            with self.subTest(limit):
                self.assertEqual(self.host.say(
                    "bash", "-c", f"ulimit {limit};"
                    " exec getent passwd alice"), ALICES)

    def test_stopped_reader_holds_nobody_up(self):
        """proves P35, P68: a reader holds no lock"""
        ask = native.compile_once(f"{ROOM}/ask_names", "ask_names.c")
        reader = self.host.start(ask, "100000000", "alice")
        self.addCleanup(reader.kill)
        for _ in range(20):
            time.sleep(0.01)
            os.kill(reader.pid, signal.SIGSTOP)
            self.host.accounts(f"dave {DAVE} -", options=("--login",))
            self.host.accounts(f"dave {DAVE} -", options=("--remove",))
            os.kill(reader.pid, signal.SIGCONT)
        self.assertIsNone(reader.poll())


class Costs(NssCase):
    """What a look-up costs that is repeated, counted, without a clock"""

    USERS = 1000
    # Instructions of ours and glibc's for each of glibc's with a module that
    # returns a constant. Some 2.4 where this was written.
    MOST = 3.0

    def setUp(self):
        super().setUp()
        self.host.accounts(*(f"user{i} {ALICE + i} Sample"
                             f" cognito-Staff:{STAFF}"
                             for i in range(self.USERS)))
        self.ask = native.compile_once(f"{ROOM}/ask_names", "ask_names.c")
        native.compile_once(
            f"{native.LIBRARIES}/libnss_constant.so.2",
            "../../bench/nss_constant.c", "-shared", "-fPIC")
        self.names = [f"user{i * 37 % self.USERS}" for i in range(100)]

    def instructions(self, count):
        path = f"/run/room/callgrind-{os.urandom(6).hex()}"
        done = self.host.run("valgrind", "--tool=callgrind",
                             f"--callgrind-out-file={path}", self.ask,
                             str(count), *self.names)
        self.assertEqual(done.returncode, 0, done.stderr)
        os.unlink(path)
        return int(re.search(r"Collected : (\d+)", done.stderr).group(1))

    def cost(self, service):
        """Of one look-up that is not among a process's first: a hundred of
        them after the first hundred."""
        self.host.sources(service)
        return (self.instructions(200) - self.instructions(100)) / 100

    def test_instructions(self):
        ratio = self.cost("cognito") / self.cost("constant")
        self.assertLess(ratio, self.MOST)
        self.assertGreater(ratio, 1.0)

    def test_system_calls(self):
        """proves P68, P69: none of ours; glibc looks at nsswitch.conf"""
        self.host.sources("cognito")
        lines = [re.sub(r"^\d+ +", "", line)
                 for line in calls(self.host, self.ask, "200", *self.names)]
        self.assertTrue(lines[-2].startswith("exit_group(0)"))
        for line in lines[-102:-2]:  # of the second hundred
            self.assertTrue(line.startswith(
                'newfstatat(AT_FDCWD, "/etc/nsswitch.conf"'), line)


if __name__ == "__main__":
    unittest.main()
