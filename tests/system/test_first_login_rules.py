# SPDX-License-Identifier: Apache-2.0
"""Who becomes no user of the machine by a first login; and what a first login
is on two machines, and afterwards."""

import os
import secrets
import subprocess
import time

from room import callers, host, ids, native, pool
from room.terminal import make_password
from test_first_login import PoolCase, say


class Refused(PoolCase):
    """What a host was told no longer holds"""

    def at_the_prompt(self, other, person):
        terminal = other.ssh(person.name)
        terminal.read_to("Password: ")
        return terminal

    def finish_refused(self, terminal, person, reason):
        terminal.send(person.password + "\r")
        terminal.end()
        self.assert_out(terminal)
        self.assertIn(f"reason={reason}", self.log_of(person.name)[-1])

    def test_configuration_that_was_not_applied(self):
        for change, what in (({"shell": "/bin/sh"}, "shell"),
                             ({"home": "/srv/%u"}, "home"),
                             ({"id_base": "1900000000", "id_range": "500"},
                              "uid")):
            with self.subTest(what):
                other, person = self.other_host(), self.person()
                other.config(**{**host.PROVISIONAL, **change})
                terminal = self.at_the_prompt(other, person)
                self.finish_refused(terminal, person, "record-changed")
                self.assertIn(f"another {what}",
                              self.log_of(person.name)[-1])
                other.run("cognitoctl", "apply", stdout=subprocess.DEVNULL)
                terminal = other.ssh(person.name)
                self.finish(terminal, ("Password: ", person.password))
                self.assert_in(terminal, person.name)

    def test_configuration_that_was_applied_meanwhile(self):
        """sshd goes on with what it was told first in this connection"""
        for change, reason in (({"shell": "/bin/sh"}, "record-changed"),
                               ({"home": "/srv/%u"}, "record-changed"),
                               # Whom no range has is nobody's.
                               ({"id_base": "1900000000",
                                 "id_range": "500"}, "wrong-password"),
                               ({"provisional": None,
                                 "provisional_match": None},
                                "wrong-password")):
            with self.subTest(change):
                other, person = self.other_host(), self.person()
                terminal = other.ssh(person.name, prompts=3)
                terminal.answer("Password: ", make_password())
                terminal.read_to("Password: ")
                other.config(**{**host.PROVISIONAL, **change})
                other.run("cognitoctl", "apply", stdout=subprocess.DEVNULL)
                # The prompt before knew the old configuration.
                terminal.send(make_password() + "\r")
                terminal.read_to("Password: ")
                self.finish_refused(terminal, person, reason)

    def test_account_that_was_made_meanwhile(self):
        """By somebody else's configuration: the same name, another id"""
        other, person = self.other_host(), self.person()
        terminal = other.ssh(person.name, prompts=3)
        terminal.answer("Password: ", make_password())
        terminal.read_to("Password: ")
        mapped = "/etc/cognito/ids"
        other.run("sh", "-c", f"echo '{person.name} {ids.ID_BASE + 5}'"
                  f" >{mapped}")
        other.config(id_map=mapped)
        console = other.terminal("login")
        callers.say_name(console, person.name)
        console.answer("Password: ", person.password)
        callers.use_shell(console)
        self.assert_in(console, person.name)
        # The prompt before knew of no account. Another there is not.
        terminal.send(make_password() + "\r")
        terminal.end()
        self.assert_out(terminal)
        self.assertIn("reason=name-refused", self.log_of(person.name)[-1])

    def test_account_made_meanwhile_is_another(self):
        """By other settings: the same id, another home or shell than sshd
        was told"""
        for change, what in (({"shell": "/bin/sh"}, "shell"),
                             ({"home": "/srv/%u"}, "home")):
            with self.subTest(what):
                other, person = self.other_host(), self.person()
                terminal = other.ssh(person.name, prompts=3)
                terminal.answer("Password: ", make_password())
                terminal.read_to("Password: ")
                other.config(**{**host.PROVISIONAL, **change})
                other.run("cognitoctl", "apply", stdout=subprocess.DEVNULL)
                console = other.terminal("login")
                callers.say_name(console, person.name)
                console.answer("Password: ", person.password)
                callers.use_shell(console)
                self.assert_in(console, person.name)
                # The prompt before knew of no account.
                terminal.send(make_password() + "\r")
                terminal.read_to("Password: ")
                self.finish_refused(terminal, person, "record-changed")
                self.assertIn(f"another {what}",
                              self.log_of(person.name)[-1])
                terminal = other.ssh(person.name)
                self.finish(terminal, ("Password: ", person.password))
                self.assert_in(terminal, person.name)

    def test_id_that_a_local_user_got(self):
        other, person = self.other_host(), self.person()
        terminal = self.at_the_prompt(other, person)
        other.run("useradd", "-M", "-u", str(ids.id_of(person.name)),
                  "l" + secrets.token_hex(4))
        self.finish_refused(terminal, person, "id-taken")
        # From now on sshd is not told of it at all.
        terminal = other.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_out(terminal)

    def test_name_that_a_local_group_got(self):
        """proves P13, P19"""
        other, person = self.other_host(), self.person()
        terminal = self.at_the_prompt(other, person)
        other.run("groupadd", person.name)
        self.finish_refused(terminal, person, "name-refused")

    def test_accounts_file_that_cannot_be_written(self):
        other, person = self.other_host(), self.person()
        terminal = self.at_the_prompt(other, person)
        other.run("mount", "-o", "remount,bind,ro",
                  "/var/lib/cognito/accounts")
        self.finish_refused(terminal, person, "store-failure")
        self.assertIn("Read-only file system", self.log_of(person.name)[-1])

    def test_disk_that_is_full(self):
        """proves P74"""
        other, person = self.other_host(), self.person()
        other.run("sh", "-c", "mkdir -p /run/small && mount -t tmpfs -o"
                  " size=128k,mode=0755 none /run/small && cp -a"
                  " /var/lib/cognito/accounts/. /run/small/ && mount --bind"
                  " /run/small /var/lib/cognito/accounts")
        terminal = self.at_the_prompt(other, person)
        other.run("sh", "-c", "cat /dev/zero >/run/small/filler || true",
                  stderr=subprocess.DEVNULL)
        self.finish_refused(terminal, person, "store-failure")
        self.assertIn("No space left", self.log_of(person.name)[-1])
        self.assertEqual(other.say("ls", "/run/small").split(),
                         ["filler", "recent.cdb"])

    def test_other_person_of_the_same_name(self):
        """proves P16: deleted and made again in the pool, until an
        administrator forgets the name; the id stays retired"""
        person = self.person()
        self.enters_by_ssh(person)
        pool.control("delete", username=person.name)
        again = pool.person(person.name, person.password)
        again["sub"] = "00000000-0000-4000-8000-" + secrets.token_hex(6)
        pool.control("create", user=again)
        terminal = callers.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_out(terminal)
        self.assert_reason(person.name, "other-sub", "sshd")
        subprocess.run(["cognitoctl", "forget", person.name], check=True,
                       stdout=subprocess.DEVNULL)
        # proves P21: nobody gets the old id, by this name neither.
        terminal = callers.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_out(terminal)
        self.assertEqual(say("getent", "passwd", person.name), "")


class TwoHosts(PoolCase):
    def test_same_ids_on_both(self):
        """proves P22: with the same id key, in whatever order they come"""
        hosts = [self.other_host() for _ in range(2)]
        people = [self.person(groups=["Staff", "Builders"])
                  for _ in range(3)]
        for other, order in zip(hosts, (people, people[::-1])):
            for person in order:
                terminal = other.ssh(person.name)
                self.finish(terminal, ("Password: ", person.password))
                self.assert_in(terminal, person.name)
        for person in people:
            first, second = (other.say("id", person.name)
                             for other in hosts)
            self.assertEqual(first, second)
            self.assertIn(f"uid={ids.id_of(person.name)}", first)

    def test_other_ids_with_another_key(self):
        other, person = self.other_host(), self.person()
        other.run("sh", "-c", "rm /etc/cognito/id_key; cognitoctl ids init;"
                  " cognitoctl apply", stdout=subprocess.DEVNULL)
        terminal = other.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)
        self.assertNotIn(str(ids.id_of(person.name)),
                         other.say("id", person.name))


class Afterwards(PoolCase):
    """Who has a record, at the other doors of the host"""

    def signed_in(self, **seed):
        person = self.person(**seed)
        self.enters_at_console(person)
        return person

    def test_root_becomes_them(self):
        """proves P9, P10: su - of root, by the record alone"""
        person = self.signed_in()
        before = len(self.calls_of(person.name))
        terminal = callers.Terminal("su", "-", person.name, "-c",
                                    f"{callers.PROBE}; pwd")
        terminal.end()
        self.assert_in(terminal, person.name)
        self.assertIn(f"/home/{person.name}", terminal.text)
        self.assertEqual(len(self.calls_of(person.name)), before)

    def test_account_phase_without_network(self):
        """proves P10"""
        person = self.signed_in()
        self.fault(person, "InitiateAuth", "reset")
        for service in ("sshd", "login", "cron", "su", "sudo"):
            with self.subTest(service):
                tried = subprocess.run(
                    ["pamtester", service, person.name, "acct_mgmt"],
                    capture_output=True, text=True, check=False)
                self.assertEqual(tried.returncode, 0, tried.stderr)

    def test_cron(self):
        """proves P8, P10: cron(8) itself, at its next minute"""
        person, marked = self.signed_in(), self.signed_in()
        subprocess.run([native.mark_record(), "login", marked.name,
                        "disabled"], check=True)
        for name in ("root", person.name, marked.name):
            path = f"/etc/cron.d/of-{name}"
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"* * * * * {name} id >/tmp/cron-{name}.new &&"
                           f" mv /tmp/cron-{name}.new /tmp/cron-{name}\n")
            os.chmod(path, 0o644)
        with subprocess.Popen(["/usr/sbin/cron", "-f"]) as cron:
            self.addCleanup(cron.kill)
            denied = []
            for _ in range(900):
                denied = [line for line in self.log_of(marked.name)
                          if "(cron:account): denied" in line]
                if denied and all(os.path.exists(f"/tmp/cron-{name}")
                                  for name in ("root", person.name)):
                    break
                time.sleep(0.1)
            cron.kill()
        self.assertTrue(denied)
        self.assertFalse(os.path.exists(f"/tmp/cron-{marked.name}"))
        with open(f"/tmp/cron-{person.name}", encoding="utf-8") as file:
            text = file.read()
        self.assertIn(f"uid={ids.id_of(person.name)}({person.name})", text)
        self.assertIn("cognito-Staff", text)

    def test_sudo_by_pool_group(self):
        """proves P25, P26, P28: %cognito-... is what sudoers gives power
        to; a pool group named sudo, root or docker is none of the host's"""
        for group in ("sudo", "root", "docker", "wheel", "admin"):
            with self.subTest(group):
                person = self.signed_in(groups=["Staff", group])
                self.assertEqual(
                    self.groups_of(person.name) - {person.name},
                    {"cognito-Staff", f"cognito-{group}"})
                local = say("getent", "group", group).split(":")
                if local[0]:
                    self.assertNotIn(
                        local[2], say("id", "-G", person.name).split())
                self.refuses_sudo(person)
                with open(f"/etc/sudoers.d/{person.name}", "w",
                          encoding="utf-8") as file:
                    file.write(f"%cognito-{group} ALL=(ALL) ALL\n")
                terminal = callers.sudo(person.name)
                self.finish(terminal, (callers.SUDO_PASSWORD,
                                       person.password))
                self.assert_in(terminal, "root")
                os.unlink(f"/etc/sudoers.d/{person.name}")

    def refuses_sudo(self, person):
        """The host's own sudoers, with %sudo, %admin and %wheel in it."""
        with open("/etc/sudoers.d/usual", "w", encoding="utf-8") as file:
            file.write("%sudo ALL=(ALL:ALL) ALL\n%admin ALL=(ALL) ALL\n"
                       "%wheel ALL=(ALL) ALL\n%docker ALL=(ALL) ALL\n"
                       "%root ALL=(ALL) ALL\n")
        terminal = callers.sudo(person.name)
        self.finish(terminal, (callers.SUDO_PASSWORD, person.password))
        self.assert_out(terminal)
        self.assertIn("not in the sudoers", terminal.text)

    def test_pool_user_named_like_the_local_group(self):
        """proves P26: nobody is in cognito-users by being in the pool"""
        person = self.signed_in(groups=["Staff", "cognito-users"])
        self.assertNotIn("cognito-users", self.groups_of(person.name))

    def test_local_group_made_after_the_record(self):
        """proves P13, P19: the name has become power of the host's"""
        person = self.signed_in()
        host.write_group(person.name)
        terminal = callers.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_out(terminal)
        self.assertIn("reason=name-refused", self.log_of(person.name)[-1])

    def test_local_names_in_another_case(self):
        """proves P12, P19: to sudo(8) Debian-snmp and debian-snmp are one"""
        def write_user(name):
            host.write_user(name, make_password())

        for write, asks in ((write_user, False), (host.write_group, True)):
            with self.subTest(write=write.__name__):
                person = self.signed_in()
                write(person.name.upper())
                terminal = callers.ssh(person.name)
                self.finish(terminal, *(("Password: ", person.password),)
                            * asks)
                self.assert_out(terminal)
                self.assertIn("reason=name-refused",
                              self.log_of(person.name)[-1])
                person = self.person()
                write(person.name.upper())
                self.assert_out(self.by_console(person))
                self.assertNotIn(person.name, say("getent", "passwd"))

    def test_local_user_made_after_the_record(self):
        """proves P13, P27: it is the local user's from then on, and the
        pool's groups are not"""
        person, password = self.signed_in(), make_password()
        host.write_user(person.name, password)
        self.assertEqual(
            say("id", "-G", person.name), say("id", "-g", person.name))
        for word, enters in ((person.password, False), (password, True)):
            terminal = callers.ssh(person.name)
            self.finish(terminal, ("Password: ", word))
            if enters:
                self.assert_in(terminal, person.name)
            else:
                self.assert_out(terminal)

    def test_ordinary_callers_write_nothing(self):
        """proves P35: su and sudo of one who has a record"""
        person = self.signed_in()
        person.set(groups=["Staff", "Later"])
        terminal = callers.su(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)
        self.assertNotIn("cognito-Later", self.groups_of(person.name))
