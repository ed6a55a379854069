# SPDX-License-Identifier: Apache-2.0
"""After everything else: nothing that the tests typed can be found.

Runs last and alone. Searched are all logs but the pool's (the pool is the
other side, and its log holds what left the host), the files that were
written into the overlays, /run, /tmp, and what /proc tells of every
process.
"""

import glob
import os
import re

from room import callers, host, pool
from room.case import TOTP_SECRET, Case
from room.namespace import ROOM
from room.terminal import CODE, TYPED

# The other side, what the tests themselves keep, and the sources.
NOT_OURS = (TYPED, f"{ROOM}/faults", f"{ROOM}/ca",
            f"{ROOM}/tree", "/etc/cognito/client_secret",
            f"{ROOM}/upper/etc/cognito/client_secret")
TOKEN = re.compile(rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}")


def secrets_typed():
    """Everything typed at a prompt; codes only as words of their own."""
    with open(TYPED, "rb") as file:
        words = {line.rstrip(b"\n") for line in file}
    words |= {pool.CLIENT_SECRET.encode(), TOTP_SECRET.encode()}
    words -= {host.LOCAL_PASSWORD.encode(), host.ROOT_PASSWORD.encode()}
    return [word for word in words if len(word) >= 8]


def files():
    for top in (f"{ROOM}/log", f"{ROOM}/upper", "/run", "/tmp", "/dev/shm"):
        for directory, names, found in os.walk(top):
            names[:] = [name for name in names if not os.path.join(
                directory, name).startswith(NOT_OURS) and
                (not directory.startswith("/run") or top != "/run"
                 or os.path.join(directory, name) != f"{ROOM}/upper")
                and not os.path.ismount(os.path.join(directory, name))]
            for name in found:
                path = os.path.join(directory, name)
                if (".jsonl" not in name and os.path.isfile(path)
                        and not os.path.islink(path)
                        and not path.startswith(NOT_OURS)):
                    yield path


def of_processes():
    for kind in ("environ", "cmdline"):
        yield from glob.glob(f"/proc/[0-9]*/{kind}")


def read_data(path):
    """What is written of a file: lastlog has room for every user id, some
    hundred gigabytes of holes."""
    parts, at = [], 0
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if size < 1 << 24:
            return file.read()
        while at < size:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            parts.append(os.pread(file.fileno(), end - at, at))
            at = end
    return b"".join(parts)


class SecretsTest(Case):
    """proves P89, P90, P92, P93"""

    def search(self, paths, words):
        pattern = re.compile(b"|".join(re.escape(word) for word in words))
        found, count = [], 0
        for path in paths:
            try:
                content = read_data(path)
            except OSError:
                continue
            count += 1
            hit = pattern.search(content) or TOKEN.search(content)
            if hit:
                found.append(f"{path}: {hit.group()[:12]!r}...")
        return found, count

    def test_nothing_is_found(self):
        person = self.person(totp_secret=TOTP_SECRET)
        terminal = callers.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password),
                    (CODE, person.code()))
        self.assert_in(terminal, person.name)
        words = secrets_typed()
        self.assertIn(person.password.encode(), words)
        found, count = self.search(files(), words)
        self.assertEqual(found, [])
        self.assertGreater(count, 50, "too little was searched")
        found, _ = self.search(of_processes(), words)
        self.assertEqual(found, [])

    def test_search_finds(self):
        """The search itself: a word planted in each kind of place."""
        words = secrets_typed()
        for path in (f"{ROOM}/log/planted", "/home/planted", "/tmp/planted",
                     "/run/planted", "/var/lib/cognito/planted"):
            with open(path, "wb") as file:
                file.write(b"x" + words[0] + b"y")
            try:
                planted = [name for name in files()
                           if name.endswith("/planted")]
                self.assertNotEqual(self.search(planted, words)[0], [], path)
            finally:
                os.unlink(path)

    def test_files_left_behind(self):
        """proves P72, P92: what a login leaves, and its modes"""
        self.enters_by_ssh(self.person())
        places = {"/var/lib/cognito": 0o755,
                  "/var/lib/cognito/accounts": 0o755,
                  "/var/lib/cognito/private": 0o700,
                  "/etc/cognito": 0o755}
        for path, mode in places.items():
            self.assertEqual(os.stat(path).st_mode & 0o777, mode, path)
        # Directories of their own, in the tests that ask for them.
        asked = [f"/var/lib/cognito/private/{name}"
                 for name in ("offline", "breakglass", "tokens")]
        for path in glob.glob("/var/lib/cognito/*/*") + [
                entry for name in asked for entry in glob.glob(f"{name}/*")]:
            kind = os.stat(path)
            self.assertEqual((kind.st_uid, kind.st_gid), (0, 0), path)
            self.assertEqual(kind.st_mode & (0o077 if path in asked
                                             else 0o133), 0, path)
            if "/private/" in path:
                self.assertEqual(kind.st_mode & 0o077, 0, path)
            self.assertNotRegex(path, r"tmp|\.new|~", "a temporary file")

    def test_no_cores(self):
        self.assertEqual(glob.glob("/core*") + glob.glob("/tmp/core*")
                         + glob.glob("/var/lib/cognito/**/core*")
                         + glob.glob("/home/*/core*"), [])

    def test_pool_kept_nothing_from_strangers(self):
        """proves P59: names that are not ours were never sent"""
        sent = {call.get("username") for call in pool.calls()}
        for name in ("root", "daemon", "sshd", host.LOCAL_USER):
            self.assertNotIn(name, sent)
