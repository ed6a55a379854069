# SPDX-License-Identifier: Apache-2.0
"""proves P77: a host with nscd(8), which keeps what name services said"""

import os
import socket
import subprocess
import time

from room import callers, host
from room.by_hand import Keeper
from room.namespace import ROOM
from test_first_login import PoolCase
from test_keeper import CREATE, KeeperCase

SILENT = ("mkdir -p /run/nscd", "mount -t tmpfs none /run/nscd")


class Nscd(PoolCase):
    def start(self, **config):
        """A host with nscd. A console makes the accounts there: with nscd
        sshd is told of nobody new."""
        self.host = self.other_host(**config)
        self.nscd = subprocess.Popen(
            self.host.inside("nscd", "-F"), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.stop)
        for _ in range(300):
            if "socket" in self.host.say("ls", "/run/nscd"):
                break
            time.sleep(0.05)
        self.assertIn("enabled", self.host.say("nscd", "-g"))

    def stop(self):
        self.nscd.kill()
        self.nscd.wait()

    def sign_in(self, person):
        console = self.host.terminal("login")
        callers.say_name(console, person.name)
        console.answer("Password: ", person.password)
        callers.use_shell(console)
        console.close()
        self.assert_in(console, person.name)

    def test_new_account(self):
        """nscd has said that there is no such user, for 20 seconds"""
        self.start()
        person = self.person()
        for _ in range(3):
            self.assertEqual(self.host.say("getent", "passwd", person.name),
                             "")
        self.sign_in(person)
        self.assertIn(person.name,
                      self.host.say("getent", "passwd", person.name))

    def test_new_group(self):
        """nscd has said that there is none, for a minute"""
        self.start()
        person = self.person()
        group = "N" + os.urandom(4).hex()
        self.sign_in(person)
        for _ in range(3):
            self.assertEqual(
                self.host.say("getent", "group", f"cognito-{group}"), "")
        person.set(groups=["Staff", group])
        self.sign_in(person)
        self.assertIn(group,
                      self.host.say("getent", "group", f"cognito-{group}"))

    def test_other_groups(self):
        """nscd keeps lists of somebody's groups for an hour"""
        self.start()
        person = self.person(groups=["Staff", "Old"])

        def groups():
            return set(self.host.say("id", "-nG", person.name).split())

        self.sign_in(person)
        for _ in range(3):
            self.assertEqual(groups(),
                             {person.name, "cognito-Staff", "cognito-Old"})
        person.set(groups=["Staff", "New"])
        self.sign_in(person)
        self.assertEqual(groups(),
                         {person.name, "cognito-Staff", "cognito-New"})

    def test_account_that_is_gone(self):
        """What nscd still says of a forgotten account admits nobody, with
        an ssh key neither"""
        self.start(provisional=None, provisional_match=None)
        person = self.person()
        key = f"/root/.ssh/of-{person.name}"
        os.makedirs("/root/.ssh", mode=0o700, exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                        key], check=True)
        self.sign_in(person)
        directory = f"/home/{person.name}/.ssh"
        self.host.run("install", "-d", "-m", "0700", "-o", person.name,
                      directory)
        self.host.run("install", "-m", "0600", "-o", person.name,
                      key + ".pub", f"{directory}/authorized_keys")

        def knock():
            terminal = self.host.ssh(person.name, "-i", key,
                                     method="publickey", patience=90)
            terminal.end()
            return callers.is_in(terminal, person.name)

        self.assertTrue(knock())
        # Forgotten behind nscd's back.
        self.host.run("unshare", "-m", "sh", "-c", "mount -t tmpfs none"
                      f" /run/nscd && cognitoctl forget {person.name}",
                      stdout=subprocess.DEVNULL)
        # As sshd will be told.
        self.assertIn(person.name,
                      self.host.say("getent", "passwd", person.name))
        self.assertFalse(knock())
        self.assertIn("reason=no-login-record",
                      self.log_of(person.name)[-1])

    def test_no_provisional_names(self):
        """nscd asks in sshd's place, and is told of nobody: fail closed"""
        self.start()
        person = self.person()
        terminal = self.host.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_out(terminal)
        self.assertEqual(self.calls_of(person.name), [])
        self.host.run("sed", "-i", "s/\\(enable-cache.*passwd.*\\)yes/\\1no/",
                      "/etc/nscd.conf")
        self.stop()
        self.nscd = subprocess.Popen(
            self.host.inside("nscd", "-F"), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        terminal = self.host.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)


class Silent(KeeperCase):
    def test_nscd_that_never_answers(self):
        """proves P85: a login is delayed by its limit, no more, and the
        log says so"""
        path = f"{ROOM}/silent-nscd-{os.urandom(4).hex()}"
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(path)
            silent.listen(8)
            person = self.person(host.NEW + os.urandom(4).hex(), local=False)
            keeper = self.keeper(*SILENT, "touch /run/nscd/socket",
                                 f"mount --bind {path} /run/nscd/socket")
            self.assertIsInstance(keeper, Keeper)
            verdict = keeper.log_in(person.name, person.password,
                                    flags=CREATE)
            self.assertEqual(verdict[0], "ADMITTED", verdict)
            self.assertTrue([note for note in keeper.notes
                             if "nscd was not told" in note], keeper.notes)
            # Nothing has changed: nobody needs to be told.
            keeper = self.keeper(*SILENT, "touch /run/nscd/socket",
                                 f"mount --bind {path} /run/nscd/socket")
            verdict = keeper.log_in(person.name, person.password)
            self.assertEqual((verdict[0], keeper.notes), ("ADMITTED", []))
