# SPDX-License-Identifier: Apache-2.0
"""cognitoctl authorized-keys, by hand and as sshd's AuthorizedKeysCommand.

In a room of its own: sshd and the name services are set up for it."""

import os
import pwd
import secrets
import subprocess
import time
import uuid

from room import callers, ctl, host, native, pool, syslog
from room.case import Case
from room.namespace import ROOM
from room.terminal import make_password

KEYS = "/var/lib/cognito/accounts/keys.cdb"
NOBODY = pwd.getpwnam("nobody")


def make_key(*options):
    """A key pair: the private one's path, and the public line."""
    path = f"{ROOM}/key-{secrets.token_hex(4)}"
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-C", "a comment",
                    "-f", path, *(options or ("-t", "ed25519"))], check=True)
    with open(path + ".pub", encoding="ascii") as file:
        return path, file.read().strip()


def without_comment(line):
    return " ".join(line.split()[:2])


def restart_sshd():
    """Have sshd read its configuration; back when it listens again."""
    def times():
        with open(syslog.PATH, encoding="utf-8") as file:
            return file.read().count("Server listening on")

    before = times()
    subprocess.run(["pkill", "-HUP", "-o", "-x", "sshd"], check=True)
    for _ in range(500):
        if times() > before:
            return
        time.sleep(0.02)
    raise RuntimeError("sshd does not come back")


class KeysTest(Case):
    """One class, as there is one file of keys."""

    @classmethod
    def setUpClass(cls):
        """As the manual says."""
        with open("/etc/nsswitch.conf", "r+", encoding="utf-8") as file:
            text = file.read()
            file.seek(0)
            file.write(text.replace("passwd: files", "passwd: files cognito")
                       .replace("group: files", "group: files cognito"))
        with open("/etc/ssh/sshd_config.d/keys.conf", "w",
                  encoding="utf-8") as file:
            file.write("AuthorizedKeysCommand "
                       "/usr/sbin/cognitoctl authorized-keys %u\n"
                       "AuthorizedKeysCommandUser _cognito\n"
                       "AuthorizedKeysFile none\n")
        restart_sshd()

    def put(self, **texts):
        """The file of keys, as a sync would write it."""
        words = []
        for name, text in texts.items():
            path = f"{ROOM}/text-{secrets.token_hex(4)}"
            with open(path, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
            words += [name, path]
        subprocess.run([native.put_keys(), *words], check=True)

    def account(self, **seed):
        person = self.person(local=False, **seed)
        ctl.make_account(self, person)
        return person

    def keys_of(self, name, **more):
        """What sshd would read, as the user whom it would run this as."""
        return ctl.run("authorized-keys", name, user=NOBODY.pw_uid,
                       group=NOBODY.pw_gid, extra_groups=(), cwd="/", env={},
                       **more)

    # ---- by hand

    def test_key_and_nothing_else(self):
        """type and key are printed; comments are not"""
        person = self.account()
        _, one = make_key()
        _, two = make_key("-t", "ecdsa", "-b", "384")
        self.put(**{person.name: f"# mine\n\n{one}\n{two}"})
        done = self.keys_of(person.name)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        self.assertEqual(done.stdout, without_comment(one) + "\n"
                         + without_comment(two) + "\n")
        self.assertEqual(done.stderr, "")
        shown = ctl.read("accounts", "show", person.name)
        self.assertEqual((shown["ssh_keys"], shown["refused_keys"]),
                         (True, []))

    def test_keys_with_options_are_left_out(self):
        """a restricted key opens nothing at all, rather than everything;
        why is told where it is asked for"""
        person = self.account()
        good, *others = (make_key()[1] for _ in range(6))
        options = ('command="/bin/backup \\"x",restrict',
                   'from="10.0.0.0/8"', "cert-authority",
                   'expiry-time="20200101"', "no-pty")
        self.put(**{person.name: "\n".join(
            [f"{word} {key}" for word, key in zip(options, others)]
            + [good])})
        done = self.keys_of(person.name)
        self.assertEqual(done.stdout, without_comment(good) + "\n")
        why = [f"line {i} has options, which are not taken"
               for i in range(1, 6)]
        for line in why:
            self.assertIn(line, done.stderr)
        shown = ctl.read("accounts", "show", person.name)
        self.assertEqual((shown["ssh_keys"], shown["refused_keys"]),
                         (True, why))
        self.put(**{person.name: f"restrict {good}"})
        self.assertEqual(self.keys_of(person.name).stdout, "")
        self.assertFalse(ctl.read("accounts", "show",
                                  person.name)["ssh_keys"])
        self.assertIn("has options", ctl.run("accounts", "show",
                                             person.name).stdout)

    def test_malformed_keys_are_left_out(self):
        """a refused key is told, the others are printed"""
        person = self.account()
        _, good = make_key()
        weak = make_key("-t", "rsa", "-b", "1024")[1]
        dsa = make_key("-t", "dsa")[1]
        cut = good[:-20]
        evil = b"ssh-ed25519 \x1b[2J\xff\0\n"
        self.put(**{person.name: evil + "\n".join(
            (weak, dsa, cut, good, "nonsense")).encode()})
        done = self.keys_of(person.name)
        self.assertEqual(done.stdout, without_comment(good) + "\n")
        self.assertEqual(done.stderr.count("\n"), 5, done.stderr)
        self.assertNotIn("\x1b", done.stderr)
        self.assertIn("RSA with less than 2048 bits", done.stderr)

    def test_agrees_with_ssh_keygen(self):
        """what is printed ssh-keygen takes; what ssh-keygen makes of the
        listed types is printed"""
        person = self.account()
        lines = [make_key(*options)[1] for options in (
            ("-t", "ed25519"), ("-t", "ecdsa", "-b", "256"),
            ("-t", "ecdsa", "-b", "384"), ("-t", "ecdsa", "-b", "521"),
            ("-t", "rsa", "-b", "2048"), ("-t", "rsa", "-b", "3072"),
            ("-t", "rsa", "-b", "4096"))]
        damaged = []
        for line in lines:
            kind, blob, _ = line.split(maxsplit=2)
            for at in (0, 4, 8, 14, 20, 30):
                damaged.append(f"{kind} {blob[:at]}B{blob[at + 1:]}")
                damaged.append(f"{kind} {blob[:at]}{blob[at + 1:]}")
        printed = set()
        for some in [lines] + [damaged[i:i + 20]
                               for i in range(0, len(damaged), 20)]:
            self.put(**{person.name: "\n".join(some)})
            printed.update(self.keys_of(person.name).stdout.splitlines())
        self.assertLessEqual({without_comment(line) for line in lines},
                             printed)
        for line in printed:
            with self.subTest(line):
                done = subprocess.run(["ssh-keygen", "-l", "-f", "-"],
                                      input=line, text=True, check=False,
                                      capture_output=True)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_p12_names_that_are_not_ours(self):
        """P12, P13: local users get no keys of the pool, nor does a name
        without an account; no error for them either"""
        _, line = make_key()
        person = self.account()
        nobody = "q" + secrets.token_hex(4)
        later = self.account()
        self.put(**{name: line for name in (
            "root", host.LOCAL_USER, nobody, later.name)})
        ctl.become_local(later.name)
        for name in ("root", host.LOCAL_USER, nobody, later.name,
                     person.name, "A", "a/b", "-x", "", "n" * 5000):
            with self.subTest(name):
                done = ctl.run("authorized-keys", "--", name)
                self.assertEqual(done.stdout, "")
                if len(name) < 5000:
                    self.assertEqual(done.returncode, ctl.OK, done.stderr)

    def test_no_file(self):
        """before the first sync nobody has keys, and nothing is wrong"""
        person = self.account()
        self.put()
        os.unlink(KEYS)
        done = self.keys_of(person.name)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (ctl.OK, "", ""))

    def test_p70_damaged_or_foreign_file(self):
        """P70, P71: a damaged, foreign or writable file gives no key"""
        person = self.account()
        self.put(**{person.name: make_key()[1]})
        for spoil in ("chmod 666", "chown nobody", "truncate -s -9",
                      "printf x | dd conv=notrunc bs=1 seek=2120 of="):
            with self.subTest(spoil):
                subprocess.run(["cp", "-p", KEYS, KEYS + ".good"],
                               check=True)
                subprocess.run(["sh", "-c", spoil + ("" if spoil.endswith("=")
                                                     else " ") + KEYS],
                               check=True, stderr=subprocess.DEVNULL)
                done = self.keys_of(person.name)
                self.assertEqual(done.stdout, "")
                self.assertEqual(done.returncode, ctl.FAILED)
                os.rename(KEYS + ".good", KEYS)
        self.assertNotEqual(self.keys_of(person.name).stdout, "")

    def test_unwritable_output(self):
        """keys that do not arrive are a failure"""
        person = self.account()
        self.put(**{person.name: make_key()[1]})
        with open("/dev/full", "wb") as full:
            done = ctl.run("authorized-keys", person.name, stdout=full,
                           capture_output=False, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, ctl.FAILED)

    def recreate(self, person):
        """The pool user is deleted, and somebody else takes the name."""
        pool.control("delete", username=person.name)
        password = make_password()
        pool.control("create", user=pool.person(
            person.name, password, sub=str(uuid.uuid4())))
        person.password = password

    # ---- by sshd

    def ssh(self, name, key):
        terminal = callers.ssh(name, "-i", key, "-o", "IdentitiesOnly=yes",
                               method="publickey")
        terminal.end()
        return terminal

    def test_key_comes_in(self):
        """the key of the pool's attribute lets its owner in, others not"""
        person = self.account()
        key, line = make_key()
        other, _ = make_key()
        self.put(**{person.name: line})
        self.assert_in(self.ssh(person.name, key), person.name)
        self.assert_out(self.ssh(person.name, other))

    def test_p10_disabled(self):
        """P10: the account phase denies who is disabled, key or no key"""
        person = self.account()
        key, line = make_key()
        self.put(**{person.name: line})
        self.assert_in(self.ssh(person.name, key), person.name)
        subprocess.run([native.mark_record(), "login", person.name,
                        "disabled"], check=True)
        self.assertNotEqual(self.keys_of(person.name).stdout, "")
        self.assert_out(self.ssh(person.name, key))
        self.assertTrue(any("reason=disabled" in text
                            for text in self.log_of(person.name)))

    def test_disabled_by_sync(self):
        """whom the pool has disabled gets no keys at all"""
        person = self.account()
        key, line = make_key()
        self.put(**{person.name: line})
        subprocess.run([native.mark_record(), "account", person.name,
                        "disabled"], check=True)
        self.assertEqual(self.keys_of(person.name).stdout, "")
        self.assert_out(self.ssh(person.name, key))

    def test_p16_forget_takes_the_keys(self):
        """P16: after forget, the first person's key lets nobody in as the
        second, not even from an old file of keys"""
        person, other = self.account(), self.account()
        key, line = make_key()
        kept = make_key()[1]
        self.put(**{person.name: line, other.name: kept})
        self.assert_in(self.ssh(person.name, key), person.name)
        with open(KEYS, "rb") as file:
            old = file.read()
        self.recreate(person)
        done = ctl.run("forget", "--same-person", person.name)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        with open(KEYS, "rb") as file:
            self.assertNotIn(line.split()[1].encode(), file.read())
        self.assertNotEqual(self.keys_of(other.name).stdout, "")
        ctl.make_account(self, person)
        self.assertEqual(self.keys_of(person.name).stdout, "")
        self.assert_out(self.ssh(person.name, key))
        with open(KEYS, "wb") as file:
            file.write(old)
        self.assertEqual(self.keys_of(person.name).stdout, "")
        self.assert_out(self.ssh(person.name, key))
        self.assertNotEqual(self.keys_of(other.name).stdout, "")

    def test_pool_away(self):
        """a login by key asks the pool nothing"""
        person = self.account()
        key, line = make_key()
        self.put(**{person.name: line})
        before = len(pool.calls())
        self.assert_in(self.ssh(person.name, key), person.name)
        self.assertEqual([call for call in pool.calls()[before:]
                          if call.get("username") == person.name], [])
