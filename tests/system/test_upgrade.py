# SPDX-License-Identifier: Apache-2.0
"""Installing over what is there, removing, and installing again, with the
profile of pam-auth-update, while people sign in all the time."""

import os
import subprocess
import tempfile
import threading

from room import callers, wire
from room.case import Case
from room.host import LOCAL_PASSWORD, LOCAL_USER, ROOT_PASSWORD
from room.namespace import ROOM

SECURITY = "/usr/lib/x86_64-linux-gnu"
MODULE = f"{SECURITY}/security/pam_cognito.so"
# What stacks, name service and module go on with by name.
IN_USE = (MODULE, f"{SECURITY}/libnss_cognito.so.2",
          "/usr/libexec/pam-cognito-keeper",
          "/usr/libexec/pam-cognito-speaker",
          "/usr/libexec/pam-cognito-admin")
UPGRADES = 4
# Which services are asked for names, and who may what, is written by people.
BY_HAND = ("/etc/nsswitch.conf", "/etc/cognito/cognito.conf", "/etc/sudoers",
           "/etc/ssh/sshd_config")
COMMON = [f"/etc/pam.d/common-{kind}" for kind in
          ("auth", "account", "password", "session")]


def installed_build():
    with open(f"{ROOM}/build", encoding="utf-8") as file:
        return file.read()


def other_build():
    """The same over an overlay, as if made of other sources: its programs
    say another identity, and refuse ours."""
    directory, build = tempfile.mkdtemp(dir=ROOM), installed_build()
    for name in ("upper", "work", "build"):
        os.makedirs(f"{directory}/{name}")
    subprocess.run(
        ["mount", "-t", "overlay", "-o", f"lowerdir={build},upperdir="
         f"{directory}/upper,workdir={directory}/work", "none",
         f"{directory}/build"], check=True)
    ours = wire.build_id().encode()
    for name in (".libs/pam_cognito.so", "pam-cognito-keeper",
                 "pam-cognito-speaker", "pam-cognito-admin"):
        with open(f"{directory}/build/{name}", "r+b") as file:
            content = file.read()
            assert content.count(ours) == 1, name
            file.seek(content.index(ours))
            file.write(ours[::-1])
    return f"{directory}/build"


def make(target, build=None):
    build = build or installed_build()
    with open(f"{ROOM}/log/{target}", "a", encoding="utf-8") as log:
        return subprocess.run(
            ["make", "-C", build, target], stdout=log,
            stderr=subprocess.STDOUT, check=False,
            env={**os.environ,
                 "DEBIAN_FRONTEND": "noninteractive"}).returncode


def read(paths):
    texts = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    return "".join(texts)


class Loop(threading.Thread):
    """Does something again and again; keeps what went wrong."""

    def __init__(self, do):
        super().__init__(daemon=True)
        self.do, self.stopped = do, threading.Event()
        self.count, self.failures = 0, []
        self.start()

    def run(self):
        while not self.stopped.is_set():
            failure = self.do()
            self.count += 1
            if failure:
                self.failures.append(failure)

    def stop(self):
        self.stopped.set()
        self.join()
        return self


def signing_in(start, name, password):
    """What says why one login did not get in; None: it did."""
    def sign_in():
        terminal = start(name)
        try:
            terminal.answer("Password: ", password)
            terminal.end()
        except Exception as problem:  # pylint: disable=broad-except
            return f"{problem}"
        return None if callers.is_in(terminal, name) else terminal.text
    return sign_in


def versions(paths):
    return {path: (status.st_ino, status.st_mtime_ns)
            for path in paths for status in (os.stat(path),)}


def look():
    """Whether each file is there, whole, and may be run by whom it must."""
    for path, (size, mode, group) in WHOLE.items():
        try:
            status = os.stat(path)
        except FileNotFoundError:
            return f"no {path}"
        if (status.st_size, status.st_mode, status.st_gid) != (
                size, mode, group):
            return f"{path}: {status}"
    return None


WHOLE = {}


class Upgrade(Case):
    """proves P97"""

    def setUp(self):
        for path in IN_USE:
            status = os.stat(path)
            WHOLE[path] = (status.st_size, status.st_mode, status.st_gid)

    def assert_fine(self, loop, permitted=0):
        loop.stop()
        self.assertEqual(loop.failures[permitted:], [])
        self.assertGreater(loop.count - len(loop.failures), 3)

    def between_builds(self, person):
        """How often the module of one build met the keeper of another,
        which is all that may have gone wrong."""
        denied = [line for line in self.log_of(person.name)
                  if " denied " in line]
        for line in denied:
            self.assertIn("reason=other-build", line)
        return len(denied)

    def test_logins_while_files_change(self):
        """root and local users always enter; the pool's, too, but while
        nothing of ours is installed"""
        person, by_hand = self.person(), versions(BY_HAND)
        root = Loop(signing_in(callers.ssh, "root", ROOT_PASSWORD))
        local = Loop(signing_in(callers.su, LOCAL_USER, LOCAL_PASSWORD))
        self.addCleanup(root.stop)
        self.addCleanup(local.stop)
        theirs = Loop(signing_in(callers.ssh, person.name, person.password))
        watcher = Loop(look)
        builds = (other_build(), installed_build())
        identities = set()
        for i in range(UPGRADES):
            self.assertEqual(make("install", builds[i % 2]), 0)
            identities.add(wire.build_id())
        self.assertEqual(len(identities), 2)
        self.assert_fine(watcher)
        theirs.stop()
        self.assert_fine(theirs, self.between_builds(person))

        before = root.count
        self.assertEqual(make("uninstall"), 0)
        for path in IN_USE:
            self.assertFalse(os.path.exists(path), path)
        self.assertNotIn("pam_cognito", read(COMMON))
        while root.count < before + 3:
            threading.Event().wait(0.1)

        self.assertEqual(make("install"), 0)
        self.assertNotIn("pam_cognito", read(COMMON))
        self.assertEqual(versions(BY_HAND), by_hand)
        subprocess.run(["pam-auth-update", "--enable", "cognito"],
                       check=True, env={**os.environ,
                                        "DEBIAN_FRONTEND": "noninteractive"})
        self.assertIsNone(
            signing_in(callers.ssh, person.name, person.password)())
        self.assert_fine(root)
        self.assert_fine(local)

    def test_a_stack_that_still_names_us(self):
        """removing stops before anything is gone: a stack that names a
        module that is not there lets nobody in"""
        before = read(COMMON)
        for number, (path, line) in enumerate((
                ("/etc/pam.d/by-hand",
                 "# as people write it\n"
                 "auth\trequired\tpam_cognito.so debug\n"),
                ("/etc/pam.d/by-path", f"auth required {MODULE}\n"),
                ("/etc/pam.d/in-two", "auth required \\\npam_cognito.so\n"),
                ("/etc/pam.conf", "other auth required pam_cognito.so\n"))):
            with self.subTest(line):
                kept = read([path]) if os.path.exists(path) else None
                with open(path, "w", encoding="utf-8") as file:
                    file.write(line)
                self.assertNotEqual(make("uninstall"), 0)
                self.assertIsNone(look())
                with open(f"{ROOM}/log/uninstall", encoding="utf-8") as log:
                    self.assertEqual(log.read().count(path), 1, number)
                if kept is None:
                    os.unlink(path)
                else:
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(kept)
        self.assertTrue(os.path.exists("/usr/share/pam-configs/cognito"))
        self.assertTrue(os.path.exists("/usr/share/doc/pam_cognito/NEWS"))
        self.assertEqual(read(COMMON), before)
        self.assert_root_enters()
