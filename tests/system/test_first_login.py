# SPDX-License-Identifier: Apache-2.0
"""People who live in the pool only: their first login at the console and by
ssh, their homes, groups, and what a host does with them afterwards."""

import glob
import os
import pwd
import secrets
import shutil
import subprocess

from room import callers, host, ids
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

    def test_login_by_another_configuration_between(self):
        """proves P26, P86: what a service of its own has configured
        decides neither whom sshd is told of nor who gets a local group"""
        group = "l" + secrets.token_hex(4)
        service = self.service("create_account",
                               group_map=f"Staff:{group}")
        other, first = self.other_host(), self.person()
        other.run("groupadd", group)
        terminal = other.terminal("pamtester", service, first.name,
                                  "authenticate", "acct_mgmt")
        self.finish(terminal, ("Password: ", first.password))
        self.assertIn("account management done", terminal.text)
        self.assertNotIn(group, other.say("id", "-nG", first.name))
        person = self.person()
        terminal = other.ssh(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_in(terminal, person.name)
        self.assertNotIn("differ", other.say("cognitoctl", "status"))

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

    def test_set_id_program_called_sshd(self):
        """Root's, but with more than its caller has (AT_SECURE)"""
        directory = f"/home/sshd-{secrets.token_hex(4)}"
        os.mkdir(directory)
        program = shutil.copy("/usr/bin/id", f"{directory}/sshd")
        os.chown(program, 0, 1)
        for mode, told in ((0o755, True), (0o2755, False)):
            os.chmod(program, mode)
            name = self.person().name
            self.assertEqual(say(program, "-u", name),
                             str(ids.id_of(name)) if told else "")

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
