# SPDX-License-Identifier: Apache-2.0
"""The pam-auth-update profile, in a machine of its own: no stack file is
ours there, only common-auth, common-account and common-password change."""

import os
import re
import secrets
import subprocess

from room import callers, host, ids
from room.case import TOTP_SECRET, Case
from room.terminal import CODE, make_password


def stack(name):
    with open(f"/etc/pam.d/common-{name}", encoding="utf-8") as file:
        return [re.sub(r"\s+", " ", line).strip() for line in file
                if line.strip() and not line.startswith("#")]


class ProfileTest(Case):
    """proves P8, P85"""

    def test_what_pam_auth_update_makes_of_it(self):
        for kind in ("auth", "account", "password"):
            with self.subTest(kind):
                lines = stack(kind)
                modules = [re.search(r"pam_\w+", line).group()
                           for line in lines]
                self.assertEqual(modules[0], "pam_cognito", lines)
                self.assertIn("user_unknown=ignore", lines[0])
                self.assertIn("default=die", lines[0])
                self.assertNotIn("authinfo_unavail", lines[0])
                jump = re.search(r"success=(\w+)", lines[0]).group(1)
                if kind == "account":
                    # pam_unix comes after ours.
                    self.assertEqual(jump, "ok")
                    self.assertEqual(modules[1], "pam_unix")
                else:
                    self.assertEqual(modules[int(jump)], "pam_deny", lines)
                    self.assertEqual(modules[int(jump) + 1], "pam_permit")

    def test_screen_locker(self):
        """one that runs as its user: ours by the pool, local users as
        before, each by their own password alone"""
        service = self.service()
        with open(f"/etc/pam.d/{service}", "w", encoding="utf-8") as file:
            file.write("@include common-auth\n@include common-account\n")
        person, account = self.person(), self.person(local=False)
        terminal = callers.pamtester(self.service("create_account"),
                                     account.name)
        terminal.answer("Password: ", account.password)
        self.assert_code(terminal, "success")
        for name, password, enters in (
                (account.name, account.password, True),
                (person.name, person.password, True),
                (person.name, make_password(), False),
                (host.LOCAL_USER, host.LOCAL_PASSWORD, True),
                (host.LOCAL_USER, make_password(), False)):
            with self.subTest(f"{name} {enters}"):
                terminal = callers.pamtester(service, name, "authenticate",
                                             "acct_mgmt", user=name)
                terminal.answer("Password: ", password)
                self.assertEqual(terminal.end() == 0, enters, terminal.text)

    def test_ours_at_every_door(self):
        for caller in ("ssh", "su"):
            with self.subTest(caller):
                person = self.person(totp_secret=TOTP_SECRET)
                terminal = getattr(callers, caller)(person.name)
                self.finish(terminal, ("Password: ", person.password),
                            (CODE, person.code()))
                self.assert_in(terminal, person.name)
        person = self.person()
        terminal = callers.sudo(person.name)
        self.finish(terminal, (callers.SUDO_PASSWORD, person.password))
        self.assert_in(terminal, "root")
        person = self.person()
        terminal = callers.login()
        callers.say_name(terminal, person.name)
        terminal.answer("Password: ", person.password)
        callers.use_shell(terminal)
        self.assert_in(terminal, person.name)

    def test_first_login(self):
        """Who lives in the pool only gets a home; local users keep what
        they have."""
        person = self.person(host.NEW + secrets.token_hex(4), local=False)
        self.enters_by_ssh(person, command=f"{callers.PROBE}; pwd")
        status = os.stat(f"/home/{person.name}")
        self.assertEqual((status.st_uid, status.st_mode & 0o7777),
                         (ids.id_of(person.name), 0o700))
        name, password = "l" + secrets.token_hex(4), make_password()
        host.add_user(name, password=password)
        subprocess.run(["rm", "-rf", f"/home/{name}"], check=True)
        terminal = callers.ssh(name)
        self.finish(terminal, ("Password: ", password))
        self.assert_in(terminal, name)
        self.assertFalse(os.path.exists(f"/home/{name}"))

    def test_ours_with_a_wrong_password(self):
        person = self.person()
        terminal = callers.ssh(person.name)
        self.finish(terminal, ("Password: ", make_password()))
        self.assert_out(terminal)
        # pam_unix did not ask after us.
        self.assertEqual(terminal.text.count("assword: "), 1)

    def test_ours_in_an_outage(self):
        person = self.person()
        self.fault(person, "InitiateAuth", "reset")
        terminal = callers.su(person.name)
        self.finish(terminal, ("Password: ", person.password))
        self.assert_out(terminal)
        self.assert_reason(person.name, "no-connection", "su")

    def test_ours_change_their_password(self):
        person, new = self.person(), make_password()
        terminal = callers.passwd(person.name)
        status = self.finish(
            terminal, ("Current password: ", person.password),
            ("New password: ", new), ("(?i)(re-?type|again).*: ", new))
        self.assertEqual(status, 0, terminal.text)
        self.enters_by_ssh(person, ("Password: ", new))

    def test_local_users(self):
        self.assert_root_enters()
        for terminal in (callers.ssh(host.LOCAL_USER),
                         callers.su(host.LOCAL_USER)):
            terminal.answer("Password: ", host.LOCAL_PASSWORD)
            terminal.end()
            self.assert_in(terminal, host.LOCAL_USER)

    def test_local_user_changes_the_local_password(self):
        """What the profile's Password-Initial has its pam_unix line for"""
        host.add_user("lutz", password="Old-Local-5512")
        terminal = callers.passwd("lutz")
        status = self.finish(
            terminal, ("Current password: ", "Old-Local-5512"),
            ("New password: ", "New-Local-8812"),
            ("(?i)(re-?type|again).*: ", "New-Local-8812"))
        self.assertEqual(status, 0, terminal.text)
        terminal = callers.su("lutz")
        self.finish(terminal, ("Password: ", "New-Local-8812"))
        self.assert_in(terminal, "lutz")

    def test_local_passwords_in_an_outage(self):
        """The other profile stands in place of the first, and lets an
        outage, and nothing else, go on to pam_unix."""
        before, session = stack("auth"), stack("session")
        self.exchange("cognito", "cognito-fallback")
        try:
            lines = stack("auth")
            modules = [re.search(r"pam_\w+", line).group() for line in lines]
            self.assertEqual(modules.count("pam_cognito"), 1, lines)
            self.assertIn("authinfo_unavail=ignore default=die", lines[0])
            self.assertEqual(modules[:2], ["pam_cognito", "pam_unix"])
            self.assertNotIn("authinfo_unavail", "".join(
                stack("account") + stack("password")))
            self.assertEqual(stack("session"), session)
            person, local = self.person(), make_password()
            host.set_password(person.name, local)
            self.enters_by_ssh(person)
            self.fault(person, "InitiateAuth", "reset")
            terminal = callers.su(person.name)
            self.finish(terminal, ("Password: ", person.password),
                        ("Password: ", local))
            self.assert_in(terminal, person.name)
        finally:
            self.exchange("cognito-fallback", "cognito")
        self.assertEqual(stack("auth"), before)

    @staticmethod
    def exchange(old, new):
        """As pam_cognito(8) says."""
        subprocess.run(["pam-auth-update", "--disable", old, "--enable",
                        new], check=True,
                       env={**os.environ,
                            "DEBIAN_FRONTEND": "noninteractive"})

    def test_removed_again(self):
        """Leaves the stacks as they were; put back for the others."""
        arguments = ["pam-auth-update", "--remove", "cognito"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        with_us = {kind: stack(kind) for kind in
                   ("auth", "account", "password")}
        subprocess.run(arguments, check=True, env=environment)
        try:
            for kind in with_us:
                self.assertNotIn("pam_cognito", "".join(stack(kind)))
            self.assert_root_enters()
        finally:
            arguments[1] = "--enable"
            subprocess.run(arguments, check=True, env=environment)
        self.assertEqual(with_us, {kind: stack(kind) for kind in with_us})
