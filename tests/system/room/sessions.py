# SPDX-License-Identifier: Apache-2.0
"""Sessions with tokens: begin one, look at what the person has, end it."""

import ctypes
import os
import pwd
import subprocess
import time

from room import callers, host, pool, syslog
from room.case import Case

RUN = "/run/cognito"
PENDING = f"{RUN}/pending"
SESSIONS = f"{RUN}/sessions"
# What the programs inside of a session are asked for; "in-42" as ever.
HELD = f"{callers.PROBE}; read line; eval \"$line\""


def directory(person):
    return f"{RUN}/{pwd.getpwnam(person.name).pw_uid}"


def tokens(person):
    """The lines of the person's file; None when there is none."""
    try:
        with open(f"{directory(person)}/tokens", encoding="utf-8") as file:
            return file.read().split("\n")
    except FileNotFoundError:
        return None


def refresh_token(person):
    return tokens(person)[6]


def entries(path):
    """Files that say something; locks do not."""
    try:
        return [name for name in os.listdir(path)
                if not name.endswith(".lock")]
    except FileNotFoundError:
        return []


def files_of(person, *directories):
    """What root's files there hold of a person: their paths."""
    found = []
    for path in (f"{top}/{name}" for top in directories
                 for name in entries(top)):
        try:
            with open(path, encoding="utf-8") as file:
                if f"\n{person.name}\n" in file.read():
                    found.append(path)
        except FileNotFoundError:
            pass  # just now
    return found


def revoked(path=pool.LOG):
    """Every token that the pool was asked to revoke, oldest first."""
    return [call["body"]["Token"] for call in pool.calls(path)
            if call["operation"] == "RevokeToken"
            and call["outcome"] == "success"]


def run_as(person, *command, **more):
    """As somebody with that uid, outside of any session."""
    return subprocess.run(
        ["setpriv", f"--reuid={person.name}", f"--regid={person.name}",
         "--init-groups", *command], capture_output=True, text=True,
        check=False, timeout=60, errors="backslashreplace",
        env={"PATH": "/usr/sbin:/usr/bin:/bin",
             "HOME": f"/home/{person.name}"}, **more)


# A file system that answers the first request, its making, and no other.
SILENT = """
import os, struct, sys
fd = int(sys.argv[1])
while True:
    length, operation, unique = struct.unpack("<IIQ", os.read(fd, 1 << 17)[:16])
    if operation == 26:
        body = struct.pack("<4I2H2I", 7, 31, 65536, 0, 0, 0, 65536, 1)
        body = body.ljust(64, b"\\0")
        os.write(fd, struct.pack("<IiQ", 16 + len(body), 0, unique) + body)
        print("mounted", flush=True)
"""


def mount_silence(person):
    """What fusermount does for anybody on a directory of their own; the
    process that holds it there."""
    path, status = directory(person), os.stat(f"/home/{person.name}")
    if not os.path.exists("/dev/fuse"):
        os.mknod("/dev/fuse", 0o20666, os.makedev(10, 229))
    device = os.open("/dev/fuse", os.O_RDWR)
    options = (f"fd={device},rootmode=40000,user_id={status.st_uid},"
               f"group_id={status.st_gid}")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"silence", path.encode(), b"fuse", 6,
                  options.encode()) != 0:
        raise OSError(ctypes.get_errno(), "mount")
    server = subprocess.Popen(
        ["/usr/bin/python3", "-c", SILENT, str(device)],
        pass_fds=(device,), stdout=subprocess.PIPE)
    os.close(device)
    server.stdout.readline()
    return server


class SessionCase(Case):
    """The shipped stacks, with session_tokens for the whole machine."""

    config = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host.write_config(session_tokens="yes", **cls.config)

    @classmethod
    def tearDownClass(cls):
        host.write_config()
        super().tearDownClass()

    def openers(self, person):
        """How many sessions of a person are counted."""
        for name in entries(SESSIONS):
            with open(f"{SESSIONS}/{name}", encoding="utf-8") as file:
                lines = file.read().split("\n")
            if lines[1] == person.name:
                return int(lines[3])
        return 0

    def begin(self, person, *answers, **options):
        """A session by ssh that lasts until end()."""
        terminal = callers.ssh(person.name, command=HELD, **options)
        self.addCleanup(terminal.close)
        for prompt, text in answers or (("Password: ", person.password),):
            terminal.answer(prompt, text)
        terminal.read_to("in-42")
        return terminal

    def begin_with_key(self, person, key):
        terminal = callers.ssh(person.name, *key, method="publickey",
                               command=HELD)
        self.addCleanup(terminal.close)
        terminal.read_to("in-42")
        return terminal

    def end(self, terminal, command=""):
        """End a session with this as its last command; what it printed.
        sshd closes its side when the client has gone."""
        begun = len(terminal.text)
        terminal.send(f"{command}\n")
        terminal.end()
        return terminal.text[begun:]

    def wait_for(self, happened, what):
        for _ in range(300):
            if happened():
                return
            time.sleep(0.05)
        self.fail(what)

    def wait_until_gone(self, person):
        self.wait_for(lambda: not os.path.exists(directory(person)),
                      f"{directory(person)} is still there")

    def wait_until_revoked(self, token):
        self.wait_for(lambda: token in revoked(), "not revoked")

    def assert_nothing_left(self, person):
        """proves P92"""
        self.wait_until_gone(person)
        self.wait_for(lambda: not files_of(person, PENDING, SESSIONS),
                      "root's files have something left")

    def silence(self, person):
        """A person's file system that never answers, in place of theirs."""
        server = mount_silence(person)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)

    def notes(self, words):
        """Lines of ours in the log that have these words."""
        with open(syslog.PATH, encoding="utf-8") as file:
            return [line for line in file
                    if "pam_cognito" in line and words in line]
