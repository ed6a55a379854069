# SPDX-License-Identifier: Apache-2.0
"""A machine with a configuration of its own, and PAM services with others:
what they write does not become what the machine's own would be."""

import os
import secrets

from room import host
from room.other_host import OtherHost
from room.other_pool import OtherPoolCase

RECENT = "/var/lib/cognito/accounts/recent.cdb"


class Configurations(OtherPoolCase):
    PEOPLE = 2

    def other_host(self, **config):
        other = OtherHost(**{**host.PROVISIONAL, **config})
        self.addCleanup(other.close)
        return other

    def sign_in(self, other, service, person):
        """By a service; what is said of it."""
        terminal = other.terminal("pamtester", service, person.name,
                                  "authenticate", "acct_mgmt")
        self.finish(terminal, ("Password: ", person.password))
        return terminal.text

    def new_person(self, name=None):
        return self.person(name or host.NEW + secrets.token_hex(4),
                           local=False)

    def test_names_that_are_groups(self):
        """proves P19: an account that another configuration makes is not
        named like the machine's groups either"""
        mapped = "l" + secrets.token_hex(4)
        service = self.service("create_account", group_prefix="db-")
        other = self.other_host(group_map=f"Staff:{mapped}")
        for name in ("cognito-a" + secrets.token_hex(4), mapped):
            with self.subTest(name):
                person = self.new_person(name)
                self.assertIn("Permission denied",
                              self.sign_in(other, service, person))
                self.assert_reason(name, "name-refused")
                self.assertEqual(other.say("getent", "passwd", name), "")
        self.assertIn("account management done",
                      self.sign_in(other, service, self.new_person()))

    def test_groups_of_another_pool(self):
        """proves P25: groups of the one pool never have the names that those
        of the other have here"""
        services = [self.service("create_account", **self.other.config,
                                 **config)
                    for config in ({}, {"group_prefix": "db-"})]
        other = self.other_host()
        for service, groups in zip(services, ((), ("db-Staff",))):
            with self.subTest(groups=groups):
                person = self.stranger()
                self.assertIn("account management done",
                              self.sign_in(other, service, person))
                self.assertEqual(
                    set(other.say("id", "-nG", person.name).split()),
                    {person.name, *groups})

    def look_of(self, other, person):
        entry = other.say("getent", "passwd", person.name).strip()
        return (*entry.split(":")[5:],
                *sorted(set(other.say("id", "-nG", person.name).split())
                        - {person.name}))

    def test_accounts_as_they_are(self):
        """What the machine's own configuration has made of somebody stays,
        whichever service they sign in to"""
        mine = {"home": "/srv/%u", "shell": "/bin/sh", "group_prefix": "lx-"}
        own = self.service("create_account")
        first, second = (self.service("create_account", shell=shell)
                         for shell in ("/bin/bash", "/bin/dash"))
        others = [first, second,
                  *(self.service("create_account", **{**mine, key: value})
                    for key, value in (("group_prefix", "db-"),
                                       ("home", "/mnt/%u"),
                                       ("id_base", 3000000)))]
        other = self.other_host(**mine)
        person, guest = self.new_person(), self.new_person()
        look = (f"/srv/{person.name}", "/bin/sh", "lx-Staff")
        for service in (own, *others, own):
            self.assertIn("account management done",
                          self.sign_in(other, service, person))
            self.assertEqual(self.look_of(other, person), look)
        # What is checked of an account is checked all the same.
        uid = other.say("id", "-u", person.name).strip()
        other.run("useradd", "-o", "-u", uid, "l" + secrets.token_hex(4))
        self.assertIn("Permission denied",
                      self.sign_in(other, second, person))
        self.assertIn("reason=id-taken", self.log_of(person.name, 13)[-1])
        # An account that is another's goes with that, until the machine's own
        # configuration has it, too.
        home = f"/home/{guest.name}"
        for service, look in (
                (first, (home, "/bin/bash", "cognito-Staff")),
                (second, (home, "/bin/dash", "cognito-Staff")),
                (own, (f"/srv/{guest.name}", "/bin/sh", "lx-Staff")),
                (first, (f"/srv/{guest.name}", "/bin/sh", "lx-Staff"))):
            self.assertIn("account management done",
                          self.sign_in(other, service, guest))
            self.assertEqual(self.look_of(other, guest), look)

    def test_apply_of_another(self):
        """Checking a service's own file is not making it the machine's"""
        other = self.other_host()
        path = f"/etc/cognito/{secrets.token_hex(4)}.conf"
        host.write_config(path, shell="/bin/dash")
        self.addCleanup(os.unlink, path)
        apply = ("cognitoctl", f"--config={path}", "apply")
        self.assertIn("checked", other.run(*apply, text=True,
                                           capture_output=True).stderr)
        for option in ((), (f"--config={path}",)):
            self.assertNotIn("differ", other.say("cognitoctl", *option,
                                                 "status"))
        other.run("sed", "-i", "s/pool_id/pool/", path)
        self.assertIn(f"{path}:1", other.run(*apply, text=True, check=False,
                                             capture_output=True).stderr)
        other.run("sed", "-i", "s/pool/pool_id/", path)
        # A mistake in the machine's own does not make another one that.
        before = other.say("cksum", RECENT)
        other.run("sh", "-c", f"echo mistake >{host.CONFIG}")
        self.assertIn("checked", other.run(*apply, text=True,
                                           capture_output=True).stderr)
        self.assertEqual(other.say("cksum", RECENT), before)
        # Where there is no other, it is the machine's.
        other.run("rm", host.CONFIG)
        self.assertEqual(other.run(*apply, capture_output=True).stderr, b"")
        self.assertNotIn("differ", other.say(
            "cognitoctl", f"--config={path}", "status"))
