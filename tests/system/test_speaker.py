# SPDX-License-Identifier: Apache-2.0
"""The speaker, started by hand: as whom, out of what, with what job. It
serves, that is asks for the password, or it ends without a word."""

import ctypes
import errno
import os
import pwd
import resource
import shutil
import socket

from room import host, native, pool, wire
from room.by_hand import Program, receive
from room.case import Case
from room.namespace import ROOM
from room.processes import SPEAKER

PATH = f"/usr/libexec/{SPEAKER}"
# landlock_create_ruleset(2), on every architecture.
CREATE_RULESET = 444


def become(user="_cognito", groups=()):
    """A step before the program: to be this user, for good."""
    entry = pwd.getpwnam(user)

    def change():
        os.setgroups(list(groups))
        os.setresgid(*[entry.pw_gid] * 3)
        os.setresuid(*[entry.pw_uid] * 3)
    return change


class SpeakerCase(Case):
    def start(self, name, build=None, operation="LOGIN", **how):
        """A speaker with its job."""
        speaker = Program(**{"path": PATH, "prepare": become(), **how})
        self.addCleanup(speaker.close)
        try:
            speaker.parent.send(wire.pack(
                "JOB", build or wire.build_id(),
                wire.NUMBERS[f"OPERATION_{operation}"], pool.ENDPOINT,
                pool.POOL_ID, pool.CLIENT_ID, pool.ISSUER, "",
                host.SETTINGS["ca_file"], "", "", name,
                wire.NUMBERS["WIRE_CLAIM_USERNAME"], 0,
                wire.NUMBERS["WIRE_EARLY_CONNECT"], 5000, 0, 0, 0,
                0, 0, 0))
            speaker.parent.send(wire.pack("SECRET", b""))
            speaker.parent.send(wire.pack("KEYS", b"", 0, 0))
        except BrokenPipeError:
            pass
        return speaker

    def assert_serves(self, speaker):
        kind, fields = receive(speaker.person)
        self.assertEqual(kind, "ASK")
        self.assertEqual(wire.number(fields[0]),
                         wire.NUMBERS["WIRE_ASK_PASSWORD"])

    def assert_ends(self, person, **how):
        speaker = self.start(person.name, **how)
        self.assertEqual(receive(speaker.person)[0], "END")
        self.assertEqual(receive(speaker.parent)[0], "END")
        self.assertEqual(self.calls_of(person.name), [])
        speaker.close()

    def result(self, speaker, answer, may_guess=True):
        speaker.person.send(wire.pack("ANSWER", answer))
        kind, fields = receive(speaker.parent)
        while kind in ("MAY_GUESS", "GUESSED", "NEW_KEYS"):
            if kind == "MAY_GUESS":
                speaker.parent.send(wire.pack("GUESS", int(may_guess)))
            kind, fields = receive(speaker.parent)
        self.assertEqual(kind, "RESULT")
        return wire.outcome(fields[2])


class SpeakerTest(SpeakerCase):
    """proves P29, P34, P37, P55, P98"""

    def test_serves(self):
        """Without it the tests below would show nothing."""
        person = self.person()
        speaker = self.start(person.name)
        self.assert_serves(speaker)
        self.assertEqual(self.result(speaker, person.password), "ADMITTED")

    def test_may_not_guess(self):
        """proves P84: what the keeper does not let through is not sent"""
        person = self.person()
        speaker = self.start(person.name)
        self.assert_serves(speaker)
        self.assertEqual(self.result(speaker, person.password, False),
                         "FAILURES")
        self.assertNotIn("RespondToAuthChallenge",
                         [call["operation"]
                          for call in self.calls_of(person.name)])

    def test_started_with_privileges(self):
        """P34: it serves nobody who could harm by it"""
        person = self.person()
        entry = pwd.getpwnam("_cognito")

        def only_group_zero():
            os.setgroups([])
            os.setresgid(0, 0, 0)
            os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)

        for name, prepare in {
                "root": None,
                "root without groups": become("root"),
                "root's group": only_group_zero,
                "a group more": become(groups=[27])}.items():
            with self.subTest(name):
                self.assert_ends(person, prepare=prepare)

    def test_started_with_a_capability(self):
        person = self.person()
        entry = pwd.getpwnam("_cognito")
        words = ["setpriv", f"--reuid={entry.pw_uid}",
                 f"--regid={entry.pw_gid}", "--clear-groups",
                 "--inh-caps=+net_raw", "--ambient-caps=+net_raw",
                 "/usr/bin/env", "-i", PATH]
        self.assert_ends(person, path="/usr/bin/setpriv", argv=words,
                         prepare=None)
        # The same without the capability.
        words[4:6] = []
        self.assert_serves(self.start(person.name, path="/usr/bin/setpriv",
                                      argv=words, prepare=None))

    def test_environment(self):
        person = self.person()
        self.assert_ends(person, environment={"SSLKEYLOGFILE": "/tmp/x"})

    def test_program_that_others_could_look_into(self):
        """P90: readable by its user it could be traced from the start"""
        person = self.person()
        path = f"{ROOM}/readable-{os.urandom(4).hex()}"
        shutil.copy(PATH, path)
        os.chmod(path, 0o755)
        self.assert_ends(person, path=path)
        os.chmod(path, 0o711)
        self.assert_serves(self.start(person.name, path=path))

    def test_descriptors(self):
        person = self.person()

        def spoil(number, path=None):
            def change():
                if path:
                    os.dup2(os.open(path, os.O_RDWR), number)
                else:
                    os.close(number)
                become()()
            return change

        for number in (0, 1, 2, 4):
            with self.subTest(f"{number} closed"):
                self.assert_ends(person, prepare=spoil(number))
        self.assert_ends(person, prepare=spoil(4, "/dev/null"))

        def another():
            os.dup2(os.open("/etc/shadow", os.O_RDONLY), 33)
            become()()

        speaker = self.start(person.name, prepare=another)
        self.assert_serves(speaker)
        self.assertNotIn("33", os.listdir(f"/proc/{speaker.pid}/fd"))

    def test_job_of_another_build(self):
        person = self.person()
        self.assert_ends(person, build="0" * 32)

    def test_answers_that_are_no_password(self):
        """proves P59: no proof is made of them, whatever the module says"""
        for answer in ("", "\b\r\x7fINCORRECT", "a\nb", b"a\0b"):
            with self.subTest(answer):
                person = self.person()
                speaker = self.start(person.name)
                self.assert_serves(speaker)
                self.assertEqual(self.result(speaker, answer), "INPUT")
                self.assertEqual(
                    [call["operation"] for call in
                     self.calls_of(person.name)
                     if call["operation"] != "InitiateAuth"], [])

    def test_limits_of_what_a_server_can_use_up(self):
        def generous():
            for which in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE,
                          resource.RLIMIT_NOFILE):
                hard = resource.getrlimit(which)[1]
                resource.setrlimit(which, (hard, hard))
            become()()

        person = self.person()
        speaker = self.start(person.name, prepare=generous)
        self.assert_serves(speaker)
        with open(f"/proc/{speaker.pid}/limits", encoding="utf-8") as file:
            limits = file.read()
        for line in (r"Max core file size\s+0\s+0",
                     r"Max file size\s+0\s+0",
                     r"Max open files\s+64\s+64",
                     r"Max address space\s+536870912\s+536870912"):
            self.assertRegex(limits, line)


class TakenOver(SpeakerCase):
    """proves P34: what a speaker that was taken over can still call"""

    ALLOWED = ("getpid", "read a file")
    NOT_THERE = ("write a file", "truncate a file", "old open to write",
                 "openat2", "fork", "clone3", "kill the keeper",
                 "tgkill another", "limit another", "raw socket",
                 "owner of a socket", "signals of a socket",
                 "type at a terminal", "be dumpable")
    DEADLY = ("run a program", "vfork", "trace another",
              "read another's memory", "listen", "new namespace",
              "change a mode", "remove a file", "io_uring", "bpf")

    def outcome(self, name, user="_cognito", argument=""):
        """What came of a call; None if it killed."""
        word = f"{ROOM}/in-sandbox-{os.urandom(4).hex()}"
        with open(word, "w", encoding="utf-8") as file:
            file.write(name)
        path = "/run/room/in-sandbox"
        with open(path, "a", encoding="utf-8"):
            pass
        mounts = " && ".join((
            "PATH=/usr/bin:/usr/sbin:/bin", "mkdir -p /run/etc.$$/u"
            " /run/etc.$$/w", "mount -t overlay -o lowerdir=/etc,upperdir="
            "/run/etc.$$/u,workdir=/run/etc.$$/w none /etc",
            f"mount --bind {word} {path}",
            f"echo {native.in_sandbox()} >/etc/ld.so.preload"))
        entry = pwd.getpwnam(user)
        speaker = self.start(
            "nobody-in-particular", path="/usr/bin/unshare", prepare=None,
            argv=["unshare", "-m", "/bin/sh", "-c", f"{mounts} && exec"
                  f" setpriv --reuid={entry.pw_uid} --regid={entry.pw_gid}"
                  f" --clear-groups env -i {PATH} {argument}"])
        try:
            return speaker.parent.recv(100).decode() or None
        except ConnectionResetError:
            return None
        finally:
            speaker.close()

    def test_files_of_its_caller(self):
        """proves P96: one that runs as a caller who is not root sees files
        of the system, and none of that caller's"""
        if ctypes.CDLL(None).syscall(CREATE_RULESET, None, 0, 1) < 1:
            self.skipTest("this kernel has no Landlock")
        entry = pwd.getpwnam(host.LOCAL_USER)
        own = []
        for place in (entry.pw_dir, "/tmp", "/var/tmp", "/etc", "/run/lock"):
            path = f"{place}/own-{os.urandom(4).hex()}"
            with open(path, "w", encoding="utf-8") as file:
                file.write("own")
            os.chown(path, entry.pw_uid, -1)
            own.append(path)
        how = (host.LOCAL_USER, "as-caller")
        for path in ("/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf",
                     "/usr/lib/os-release", "/etc/ssl/certs",
                     host.SETTINGS["ca_file"]):
            with self.subTest(path):
                self.assertEqual(self.outcome(f"read {path}", *how),
                                 "worked")
        for path in (*own, entry.pw_dir, "/", "/etc/passwd", "/proc/1/stat",
                     "/proc/self/status", host.CONFIG):
            with self.subTest(path):
                self.assertEqual(self.outcome(f"read {path}", *how),
                                 f"error {errno.EACCES}")
        for name in ("write a file", "remove a file", "run a program"):
            self.assertNotEqual(self.outcome(name, *how), "worked")

    def test_local_services_of_its_caller(self):
        """proves P96: which would take it for that user, by its uid"""
        path = "/run/room/in-sandbox.socket"
        with socket.socket(socket.AF_UNIX) as service:
            service.bind(path)
            self.addCleanup(os.unlink, path)
            os.chmod(path, 0o777)
            service.listen(8)
            how = (host.LOCAL_USER, "as-caller")
            for name, error in (("local socket", errno.EAFNOSUPPORT),
                                ("local datagrams", errno.EAFNOSUPPORT),
                                ("pair of datagrams", errno.ENOSYS),
                                ("pair of packets", errno.ENOSYS),
                                ("connect a pair", errno.EISCONN),
                                # Of another type, and connected.
                                ("connect the keeper's", errno.EPROTOTYPE)):
                with self.subTest(name):
                    self.assertEqual(self.outcome(name, *how),
                                     f"error {error}")
            for name in ("local socket", "pair of datagrams"):
                self.assertEqual(self.outcome(name), "worked")
            self.assertEqual(self.outcome("pair of streams", *how), "worked")

    def test_calls(self):
        for names, wanted in ((self.ALLOWED, "worked"),
                              (self.NOT_THERE, f"error {errno.ENOSYS}"),
                              (self.DEADLY, None)):
            for name in names:
                with self.subTest(name):
                    self.assertEqual(self.outcome(name), wanted)
