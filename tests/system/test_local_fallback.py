# SPDX-License-Identifier: Apache-2.0
"""The one edit of the shipped PAM files that lets members of the local
group in by their local password while the pool cannot be reached."""

import os
import re
import secrets
import subprocess

from room import callers, host
from room.case import Case
from room.namespace import ROOM, SOURCE
from room.terminal import make_password
from test_outage_phases import over

EDITED = ("login", "sshd", "su", "sudo", "sudo-i")
# su lets root pass; it is tried by somebody else below.
DOORS = ("login", "sshd", "sudo", "sudo-i")


def documented_edit():
    """The command as pam_cognito(8) has it."""
    with open(f"{SOURCE}/man/pam_cognito.8", encoding="utf-8") as file:
        text = file.read().replace("\\-", "-").replace("\\e", "\\")
    (command,) = re.findall(r"^(sed -i .*authinfo_unavail.*?)\n\.EE", text,
                            re.M | re.S)
    return command.replace("\n", " ")


class Fallback(Case):
    """proves P8, P11: what the edit opens, and what it does not"""

    @classmethod
    def setUpClass(cls):
        cls.edited = f"{ROOM}/edited-{secrets.token_hex(4)}"
        subprocess.run(["cp", "-a", f"{SOURCE}/etc/pam.d", cls.edited],
                       check=True)
        command = documented_edit()
        assert "/etc/pam.d" in command, command
        subprocess.run(["sh", "-c", command.replace("/etc/pam.d",
                                                    cls.edited)], check=True)
        cls.away = f"{ROOM}/{secrets.token_hex(4)}.conf"
        host.write_config(cls.away, endpoint="https://cognito.test:9",
                          timeout=3)

    def known(self, **more):
        """Somebody of the pool with a local password, who has signed in."""
        person = self.person(**more)
        person.local_password = make_password()
        host.set_password(person.name, person.local_password)
        self.enters_by_ssh(person)
        return person

    def begin(self, service, person, away=True, edited=True, operations=(
            "authenticate", "acct_mgmt")):
        """The shipped file of a service, for one host that sees it so."""
        directory = self.edited if edited else f"{SOURCE}/etc/pam.d"
        mounts = {f"/etc/pam.d/{service}": f"{directory}/{service}"}
        if away:
            mounts[host.CONFIG] = self.away
        return over(mounts, "pamtester", service, person.name, *operations)

    def meet(self, terminal, *answers):
        for text in answers:
            terminal.answer("(?i)password: ", text)
        terminal.end()
        return "account management done" in terminal.text

    def test_edit_is_of_the_auth_lines_alone(self):
        for service in EDITED:
            with open(f"{self.edited}/{service}", encoding="utf-8") as file:
                lines = [line for line in file if "pam_cognito.so" in line
                         and not line.startswith("#")]
            for line in lines:
                self.assertEqual("authinfo_unavail=ignore default=die" in
                                 line, line.startswith("auth"), line)

    def test_local_password_enters_in_an_outage(self):
        person = self.known()
        for service in DOORS:
            with self.subTest(service):
                terminal = self.begin(service, person)
                self.assertTrue(self.meet(terminal, person.password,
                                          person.local_password),
                                terminal.text)
                terminal = self.begin(service, person)
                self.assertFalse(self.meet(terminal, person.local_password,
                                           make_password()), terminal.text)
                terminal = self.begin(service, person)
                # The pool's password opens nothing without the pool.
                self.assertFalse(self.meet(terminal, person.password,
                                           person.password), terminal.text)

    def test_as_shipped_it_does_not(self):
        person = self.known()
        terminal = self.begin("sshd", person, edited=False)
        self.assertFalse(self.meet(terminal, person.local_password))
        self.assertEqual(callers.pam_code(terminal), "PAM_AUTHINFO_UNAVAIL")

    def test_wrong_password_of_the_pool_does_not_fall_through(self):
        person = self.known()
        for service in DOORS:
            with self.subTest(service):
                terminal = self.begin(service, person, away=False)
                self.assertFalse(self.meet(terminal, person.local_password))
                self.assertEqual(terminal.text.count("assword: "), 1)
                terminal = self.begin(service, person, away=False)
                self.assertTrue(self.meet(terminal, person.password))

    def test_who_has_no_local_password_stays_out(self):
        """Locked in the shadow file, or of the pool only"""
        locked = self.person()
        self.enters_by_ssh(locked)
        newcomer = self.person(local=False)
        terminal = callers.login()
        callers.say_name(terminal, newcomer.name)
        terminal.answer("Password: ", newcomer.password)
        callers.use_shell(terminal)
        self.assert_in(terminal, newcomer.name)
        for person in (locked, newcomer):
            for password in (person.password, "", "*", "!"):
                terminal = self.begin("sshd", person)
                self.assertFalse(self.meet(terminal, person.password,
                                           password), terminal.text)

    def test_account_phase_still_decides(self):
        """Never signed in here: the local password alone does not enter."""
        person = self.person()
        local = make_password()
        host.set_password(person.name, local)
        terminal = self.begin("sshd", person)
        self.assertFalse(self.meet(terminal, person.password, local))
        self.assertIn("successfully authenticated", terminal.text)
        self.assertIn("no-login-record", "".join(self.log_of(person.name)))

    def su(self, person, away=True):
        mounts = {"/etc/pam.d/su": f"{self.edited}/su"}
        if away:
            mounts[host.CONFIG] = self.away
        return over(mounts, "setpriv", f"--reuid={host.LOCAL_USER}",
                    f"--regid={host.LOCAL_USER}", "--init-groups", "su",
                    person.name, "-c", f"'{callers.PROBE}'")

    def test_real_su(self):
        person = self.known()
        terminal = self.su(person)
        self.finish(terminal, ("Password: ", person.password),
                    ("Password: ", person.local_password))
        self.assert_in(terminal, person.name)
        terminal = self.su(person)
        self.finish(terminal, ("Password: ", person.password),
                    ("Password: ", make_password()))
        self.assert_out(terminal)
        terminal = self.su(person, away=False)
        self.finish(terminal, ("Password: ", person.local_password))
        self.assert_out(terminal)
        self.assertEqual(terminal.text.count("assword: "), 1)

    def test_root_enters(self):
        terminal = over({"/etc/pam.d/login": f"{self.edited}/login",
                         host.CONFIG: self.away}, "login")
        callers.say_name(terminal, "root")
        terminal.answer("Password: ", host.ROOT_PASSWORD)
        callers.use_shell(terminal)
        self.assert_in(terminal, "root")
        self.assertTrue(os.path.exists(self.away))
