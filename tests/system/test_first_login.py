# SPDX-License-Identifier: Apache-2.0
"""People who live in the pool only: their first login at the console and by
ssh, their homes, groups, and what a host does with them afterwards."""

import glob
import os
import pwd
import secrets
import subprocess
import time

from room import callers, host, ids, native, pool
from room.case import TOTP_SECRET, Case
from room.other_host import OtherHost
from room.terminal import CODE, make_password

STATE = "/var/lib/cognito"


def say(*command):
    return subprocess.run(command, capture_output=True, text=True,
                          check=False).stdout.strip()


def files_with(name):
    """The files of accounts and logins that have a name anywhere."""
    found = []
    for path in glob.glob(f"{STATE}/*/*"):
        with open(path, "rb") as file:
            if name.encode() in file.read():
                found.append(os.path.basename(path))
    return sorted(found)


class PoolCase(Case):
    def person(self, name=None, **seed):
        """Whom no file of the host has."""
        return super().person(name or host.NEW + secrets.token_hex(4),
                              **{"local": False, **seed})

    def other_host(self, *sshd, **config):
        other = OtherHost(*sshd, **{**host.PROVISIONAL, **config})
        self.addCleanup(other.close)
        return other

    def groups_of(self, name):
        return set(say("id", "-nG", name).split())

    def by_console(self, person, password=None):
        console = callers.login()
        callers.say_name(console, person.name)
        console.answer("Password: ", password or person.password)
        callers.use_shell(console)
        console.close()
        return console

    def enters_at_console(self, person):
        self.assert_in(self.by_console(person), person.name)

    def assert_account(self, name, run=say):
        """As every host computes it, with a home of their own."""
        uid = ids.id_of(name)
        self.assertEqual(
            run("getent", "passwd", name).strip(),
            f"{name}:*:{uid}:{uid}::/home/{name}:/bin/bash")
        self.assertEqual(
            run("stat", "-c", "%u %g %a", f"/home/{name}").strip(),
            f"{uid} {uid} 700")
        self.assertTrue(run("ls", f"/home/{name}/.bashrc"))


class Console(PoolCase):
    """login(1), whose line says create_account"""

    def test_first_login(self):
        """proves P22, P27, P28: one's own id and groups, nobody's power"""
        person = self.person(groups=["Staff", "Builders"])
        self.enters_at_console(person)
        self.assert_account(person.name)
        uid = ids.id_of(person.name)
        self.assertEqual(self.groups_of(person.name),
                         {person.name, "cognito-Staff", "cognito-Builders"})
        self.assertEqual(
            {int(gid) for gid in say("id", "-G", person.name).split()},
            {uid} | {ids.id_of(f"cognito-{group}", "g")
                     for group in ("Staff", "Builders")})
        self.assertEqual(say("getent", "group", "cognito-Staff"),
                         f"cognito-Staff:*:{ids.id_of('cognito-Staff', 'g')}:")

    def test_wrong_password_leaves_no_trace(self):
        person = self.person()
        self.assert_out(self.by_console(person, make_password()))
        self.assertEqual(files_with(person.name), [])
        self.assertFalse(os.path.exists(f"/home/{person.name}"))
        self.assertEqual(say("getent", "passwd", person.name), "")

    def test_later_login_brings_later_groups(self):
        person = self.person(groups=["Staff", "Old"])
        self.enters_at_console(person)
        self.assertIn("cognito-Old", self.groups_of(person.name))
        person.set(groups=["Staff", "New"])
        self.enters_by_ssh(person)
        self.assertEqual(self.groups_of(person.name),
                         {person.name, "cognito-Staff", "cognito-New"})

    def test_name_of_a_person(self):
        """proves P23: what the pool says becomes harmless, or nothing"""
        for text, gecos in (("Ada Lovelace", "Ada Lovelace"),
                            ("a:0:0:root:/:/bin/sh", "a?0?0?root?/?/bin/sh"),
                            ("a,b", "a?b"),
                            ("\u00c4da \u202e", "?da ?"),
                            ("a\nroot::0:0::/:/bin/sh", ""),
                            ("x" * 200, "x" * 127)):
            with self.subTest(text):
                person = self.person(attributes={"name": text})
                self.enters_at_console(person)
                self.assertEqual(pwd.getpwnam(person.name).pw_gecos, gecos)

    def test_a_hundred_groups(self):
        """proves P62: all of them, at the first login"""
        groups = [f"G{i}" for i in range(99)] + ["Staff"]
        person = self.person(groups=groups)
        self.enters_at_console(person)
        self.assertEqual(
            self.groups_of(person.name),
            {person.name} | {f"cognito-{group}" for group in groups})

    def test_groups_that_cannot_be_here(self):
        """proves P25: left out and named, never bent into others"""
        person = self.person(groups=["Staff", "with space", "a:b", "x" * 40,
                                     "-dash", "\u00c4"])
        self.enters_at_console(person)
        self.assertEqual(self.groups_of(person.name),
                         {person.name, "cognito-Staff"})

    def test_attributes_that_decide_nothing(self):
        """proves P23: ids, home and shell are nobody's to choose"""
        person = self.person(attributes={
            "custom:uid": "0", "custom:uidNumber": "1000",
            "custom:home": "/root", "custom:shell": "/bin/evil",
            "profile": "/root"})
        self.enters_at_console(person)
        self.assert_account(person.name)

    def test_homes_of_local_users_are_not_ours(self):
        """A local user without a home keeps having none."""
        name, password = "l" + secrets.token_hex(4), make_password()
        host.add_user(name, password=password)
        subprocess.run(["rm", "-rf", f"/home/{name}"], check=True)
        person = self.person(name, in_pool=False)
        person.password = password
        self.enters_at_console(person)
        self.assertFalse(os.path.exists(f"/home/{name}"))


class Ssh(PoolCase):
    """Never seen here, by ssh, at the first try"""

    def test_first_login(self):
        """proves P22, P86: own home, the ids of every host, one
        connection"""
        person = self.person(groups=["Staff", "Builders"])
        # sshd alone is told.
        self.assertEqual(say("getent", "passwd", person.name), "")
        terminal = self.enters_by_ssh(
            person, command=f"{callers.PROBE}; pwd; id; touch file")
        uid = ids.id_of(person.name)
        self.assertIn(f"/home/{person.name}", terminal.text)
        self.assertIn(f"uid={uid}({person.name})", terminal.text)
        for group in ("Staff", "Builders"):
            gid = ids.id_of(f"cognito-{group}", "g")
            self.assertIn(f"{gid}(cognito-{group})", terminal.text)
        self.assert_account(person.name)
        self.assertEqual(os.stat(f"/home/{person.name}/file").st_uid, uid)
        calls = self.calls_of(person.name)
        self.assertEqual([call["operation"] for call in calls],
                         ["InitiateAuth", "RespondToAuthChallenge"])

    def test_with_a_code(self):
        person = self.person(totp_secret=TOTP_SECRET)
        self.enters_by_ssh(person, ("Password: ", person.password),
                           (CODE, person.code()))
        self.assert_account(person.name)

    def test_with_a_new_password(self):
        """Given by an administrator, changed at the first login"""
        person = self.person(status="FORCE_CHANGE_PASSWORD")
        new = make_password()
        self.enters_by_ssh(person, ("Password: ", person.password),
                           ("New password: ", new),
                           ("New password again: ", new))
        self.assert_account(person.name)

    def test_local_group_by_group_map(self):
        """proves P26, P28: from the first login on, where a line says so"""
        group = "l" + secrets.token_hex(4)
        for mapping, there in ((f"Builders:{group}", True),
                               (f"Others:{group}", False), (None, False)):
            with self.subTest(mapping):
                other = self.other_host(group_map=mapping)
                other.run("groupadd", group)
                person = self.person(groups=["Staff", "Builders"])
                terminal = other.ssh(person.name,
                                     command=f"{callers.PROBE}; id -nG")
                self.finish(terminal, ("Password: ", person.password))
                self.assert_in(terminal, person.name)
                self.assertEqual(group in terminal.text, there)

    def test_by_the_password_method(self):
        person = self.person()
        terminal = callers.ssh(person.name, method="password")
        self.finish(terminal, ("password: ", person.password))
        self.assert_in(terminal, person.name)
        self.assert_account(person.name)

    def test_wrong_password_leaves_no_trace(self):
        person = self.person()
        terminal = callers.ssh(person.name)
        self.finish(terminal, ("Password: ", make_password()))
        self.assert_out(terminal)
        self.assert_reason(person.name, "wrong-password", "sshd")
        self.assertEqual(files_with(person.name), [])
        self.assertFalse(os.path.exists(f"/home/{person.name}"))
        # And the right one, then.
        self.enters_by_ssh(person)
        self.assert_account(person.name)

    def test_many_at_once(self):
        """A class of them, from one address"""
        people = [self.person() for _ in range(12)]
        terminals = [callers.ssh(person.name) for person in people]
        for person, terminal in zip(people, terminals):
            terminal.answer("Password: ", person.password)
        for person, terminal in zip(people, terminals):
            terminal.end()
            self.assert_in(terminal, person.name)
            self.assert_account(person.name)


class Scanner(PoolCase):
    """proves P59, P86: what names cost that somebody invents at the port"""

    def knock(self, other, name):
        terminal = other.ssh(name)
        self.finish(terminal, ("Password: ", make_password()))
        self.assert_out(terminal)

    def initiated(self, name):
        return len([call for call in self.calls_of(name)
                    if call["operation"] == "InitiateAuth"])

    def test_provisional_off(self):
        other = self.other_host(provisional=None, provisional_match=None)
        for in_pool in (False, True):
            person = self.person(in_pool=in_pool)
            self.knock(other, person.name)
            self.assertEqual(self.calls_of(person.name), [])
            self.assertEqual(self.log_of(person.name, 0), [])

    def test_names_that_do_not_match(self):
        other = self.other_host()
        for in_pool in (False, True):
            person = self.person("w" + secrets.token_hex(4),
                                 in_pool=in_pool)
            self.knock(other, person.name)
            self.assertEqual(self.calls_of(person.name), [])

    def test_names_that_match(self):
        other = self.other_host()
        for in_pool in (False, True):
            person = self.person(in_pool=in_pool)
            self.knock(other, person.name)
            self.assertEqual(self.initiated(person.name), 1)
            self.assertEqual(
                other.say("sh", "-c", f"grep -l {person.name} {STATE}/*/*"),
                "")

    def test_limit_of_a_name(self):
        """Then nothing is sent, and it reads the same (P63, P64)"""
        other, person = self.other_host(), self.person()
        terminals = [other.ssh(person.name) for _ in range(9)]
        for terminal in terminals:
            self.finish(terminal, ("Password: ", make_password()))
        self.assertGreaterEqual(self.initiated(person.name), 4)
        self.assertLess(self.initiated(person.name), 9)
        self.assertEqual(len({one.text for one in terminals}), 1)
        self.assertTrue([line for line in self.log_of(person.name, 9)
                         if "reason=too-many-starts" in line])

    def test_limit_of_an_address(self):
        other = self.other_host()
        names = [self.person(in_pool=False).name for _ in range(24)]
        terminals = [other.ssh(name) for name in names]
        for terminal in terminals:
            terminal.answer("Password: ", make_password())
        for terminal in terminals:
            terminal.end()
            self.assert_out(terminal)
        # On a slow machine some of the counts decay meanwhile.
        begun = sum(self.initiated(name) for name in names)
        self.assertGreaterEqual(begun, 20)
        self.assertLess(begun, 24)


class Keys(PoolCase):
    """proves P10: provisional only, a key or a certificate opens nothing"""

    def make_key(self, name):
        path = f"/root/.ssh/of-{name}"
        os.makedirs("/root/.ssh", mode=0o700, exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                        "-f", path], check=True)
        return path

    def refused(self, other, person, path):
        terminal = other.ssh(person.name, "-i", path, method="publickey")
        terminal.end()
        self.assert_out(terminal)
        line = [line for line in self.log_of(person.name)
                if "sshd:account" in line][-1]
        self.assertIn("reason=no-login-record", line)
        self.assertEqual(self.calls_of(person.name), [])
        self.assertEqual(files_with(person.name), [])

    def enters(self, other, person, path):
        """After a login by password the same key is good: it was the
        account phase that refused."""
        terminal = other.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)
        terminal = other.ssh(person.name, "-i", path, method="publickey")
        terminal.end()
        self.assert_in(terminal, person.name)

    def test_key(self):
        person = self.person()
        path = self.make_key(person.name)
        keys = f"/etc/ssh/keys-{person.name}"
        with open(path + ".pub", encoding="utf-8") as public, \
                open(keys, "w", encoding="utf-8") as file:
            file.write(public.read())
        other = self.other_host(f"AuthorizedKeysFile={keys}")
        self.refused(other, person, path)
        self.enters(other, person, path)

    def test_certificate(self):
        person = self.person()
        authority = self.make_key(f"ca-{person.name}")
        path = self.make_key(person.name)
        subprocess.run(["ssh-keygen", "-q", "-s", authority, "-I", "x", "-n",
                        person.name, path + ".pub"], check=True)
        trusted = f"/etc/ssh/ca-{person.name}.pub"
        with open(authority + ".pub", encoding="utf-8") as public, \
                open(trusted, "w", encoding="utf-8") as file:
            file.write(public.read())
        other = self.other_host(f"TrustedUserCAKeys={trusted}")
        self.refused(other, person, path)
        self.enters(other, person, path)

    def test_key_and_password(self):
        """Both asked for: the password makes the record that the key
        needs."""
        person = self.person()
        path = self.make_key(person.name)
        keys = f"/etc/ssh/keys-{person.name}"
        with open(path + ".pub", encoding="utf-8") as public, \
                open(keys, "w", encoding="utf-8") as file:
            file.write(public.read())
        other = self.other_host(
            f"AuthorizedKeysFile={keys}",
            "AuthenticationMethods=publickey,keyboard-interactive")
        terminal = other.ssh(person.name, "-i", path,
                             method="publickey,keyboard-interactive")
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)


class Phases(PoolCase):
    """What the module says to a program called sshd, which alone is told"""

    def as_sshd(self, service, name, *words):
        terminal = callers.Terminal(
            "bash", "-c", 'exec -a sshd pamtester "$@"', "bash", service,
            name, *words)
        return terminal

    def assert_said(self, terminal, code):
        """The last word of a pamtester that is called sshd"""
        terminal.end()
        self.assertEqual(terminal.text.replace("\r", "").split("\n")[-2],
                         f"sshd: {callers.PAM_TEXTS[code]}", terminal.text)

    def test_account_phase_of_a_provisional_name(self):
        """proves P10, also where unknown names are taken"""
        for arguments in ("", "create_account", "allow_unknown"):
            with self.subTest(arguments):
                person = self.person()
                terminal = self.as_sshd(self.service(arguments), person.name,
                                        "acct_mgmt")
                self.assert_said(terminal, "PAM_PERM_DENIED")
                self.assert_reason(person.name, "no-login-record")

    def test_proof_that_was_not_written(self):
        """proves P10: this handle has proved the name, but what was
        written is gone, and the name is provisional again"""
        for arguments in ("", "allow_unknown"):
            person = self.person()
            service = self.service(arguments)
            forget = f"/etc/cognito/forget-{person.name}"
            with open(forget, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\nexec /usr/sbin/cognitoctl forget"
                           f" --same-person {person.name}\n")
            os.chmod(forget, 0o755)
            with open(f"/etc/pam.d/{service}", "r+",
                      encoding="utf-8") as file:
                lines = file.read()
                file.seek(0)
                file.write(f"account required pam_exec.so {forget}\n"
                           + lines)
            terminal = self.as_sshd(service, person.name, "authenticate",
                                    "acct_mgmt")
            terminal.answer("Password: ", person.password)
            self.assert_said(terminal, "PAM_PERM_DENIED")
            self.assertIn("successfully authenticated", terminal.text)

    def test_setcred_and_password(self):
        """A provisional name has neither credentials nor a password."""
        person = self.person()
        for word, code in (("setcred", "PAM_PERM_DENIED"),
                           ("chauthtok", "PAM_USER_UNKNOWN")):
            terminal = self.as_sshd(self.service(), person.name, word)
            self.assert_said(terminal, code)
        self.assertEqual(self.calls_of(person.name), [])

    def test_whole_stack(self):
        """Each phase in its turn, as sshd's password method has it"""
        person = self.person()
        terminal = self.as_sshd("sshd", person.name, "authenticate",
                                "acct_mgmt", "setcred", "open_session",
                                "close_session")
        terminal.answer("Password: ", person.password)
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assert_account(person.name)


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

    def test_disk_that_is_full(self):
        """proves P74"""
        other, person = self.other_host(), self.person()
        other.run("sh", "-c", "mkdir /run/small && mount -t tmpfs -o"
                  " size=128k,mode=0755 none /run/small && cp -a"
                  " /var/lib/cognito/accounts/. /run/small/ && mount --bind"
                  " /run/small /var/lib/cognito/accounts")
        terminal = self.at_the_prompt(other, person)
        other.run("sh", "-c", "cat /dev/zero >/run/small/filler || true",
                  stderr=subprocess.DEVNULL)
        self.finish_refused(terminal, person, "store-failure")
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
            self.assertEqual(callers.is_in(terminal, person.name), enters)

    def test_ordinary_callers_write_nothing(self):
        """proves P35: su and sudo of one who has a record"""
        person = self.signed_in()
        person.set(groups=["Staff", "Later"])
        terminal = callers.su(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)
        self.assertNotIn("cognito-Later", self.groups_of(person.name))
