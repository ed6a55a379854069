# SPDX-License-Identifier: Apache-2.0
"""pam_faillock around the module, by the recipe of pam_cognito(8), in the
stack that we ship for sshd: its lines are taken out of the manual."""

import re
import secrets
import subprocess

from room import callers, host
from room.case import Case
from room.namespace import SOURCE
from room.terminal import make_password

DENY = 3


def recipe():
    """The auth lines of the manual, brackets in one line."""
    with open(f"{SOURCE}/man/pam_cognito.8", encoding="utf-8") as file:
        text = file.read()
    block = re.search(r"\.BR pam_faillock \(8\)\..*?\.EX\n(.*?)\.EE", text,
                      re.S).group(1)
    lines = re.sub(r"\n\s+", " ", block).strip().split("\n")
    assert len(lines) == 4 and "pam_cognito.so" in lines[1], lines
    return lines


def tally(name):
    """How often pam_faillock has counted a name."""
    done = subprocess.run(["faillock", "--user", name], check=True,
                          capture_output=True, text=True)
    return len(re.findall(r"^\d{4}-.* V$", done.stdout, re.M))


class Edited(Case):
    def edited(self, **config):
        """The shipped file of sshd, edited as the manual says, as a service
        of its own."""
        name, arguments = "t" + secrets.token_hex(4), ""
        if config:
            path = f"/etc/cognito/{name}.conf"
            host.write_config(path, **config)
            arguments = f" config={path}"
        with open("/etc/pam.d/sshd", encoding="utf-8") as file:
            lines = file.read().split("\n")
        (at,) = [i for i, line in enumerate(lines)
                 if re.match(r"auth\s.*pam_cognito\.so$", line)]
        lines[at:at + 1] = recipe()
        with open(f"/etc/pam.d/{name}", "w", encoding="utf-8") as file:
            file.write("\n".join(lines).replace("pam_cognito.so",
                                                "pam_cognito.so" + arguments))
        return name

    def enter(self, service, name, *answers):
        """All that sshd does; the code, or success."""
        terminal = callers.pamtester(service, name, "authenticate",
                                     "acct_mgmt", "setcred")
        self.finish(terminal, *(("Password: ", text) for text in answers))
        if "successfully been set" in terminal.text:
            return "success"
        return callers.pam_code(terminal)

    def guess_wrong(self, service, person, times):
        """pam_faillock ends the stack: libpam words that as it likes"""
        for _ in range(times):
            self.assertEqual(self.enter(service, person.name,
                                        make_password()), "PAM_PERM_DENIED")


class Locked(Edited):
    def test_locked_and_unlocked(self):
        """after three wrong passwords nothing is asked or sent, until root
        unlocks"""
        person, service = self.person(), self.edited()
        self.assertEqual(self.enter(service, person.name, person.password),
                         "success")
        self.guess_wrong(service, person, DENY)
        sent = len(self.calls_of(person.name))
        terminal = callers.pamtester(service, person.name)
        terminal.end()
        self.assertNotIn("Password", terminal.text)
        self.assertEqual(callers.pam_code(terminal), "PAM_AUTH_ERR")
        self.assertEqual(len(self.calls_of(person.name)), sent)
        subprocess.run(["faillock", "--user", person.name, "--reset"],
                       check=True)
        self.assertEqual(self.enter(service, person.name, person.password),
                         "success")

    def test_success_begins_anew(self):
        person, service = self.person(), self.edited()
        for _ in range(2):
            self.guess_wrong(service, person, DENY - 1)
            self.assertEqual(tally(person.name), DENY - 1)
            self.assertEqual(
                self.enter(service, person.name, person.password), "success")
            self.assertEqual(tally(person.name), 0)

    def test_codes_count(self):
        person = self.person(totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        service = self.edited()
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        wrong = f"{(int(person.code()) + 7) % 1_000_000:06d}"
        while terminal.read_to(r"(?i)code[^\n]*: ", "pamtester: ") == 0:
            terminal.spawned.sendline(wrong)
        terminal.end()
        self.assertEqual(tally(person.name), 1)


class NotCounted(Edited):
    def test_what_does_not_count(self):
        """outages, groups, and who gives up, lock nobody"""
        person = self.person()
        away = self.edited(endpoint="https://cognito.test:9")
        barred = self.edited(allow_groups="Nobody")
        for _ in range(DENY):
            self.assertEqual(self.enter(away, person.name, person.password),
                             "PAM_AUTHINFO_UNAVAIL")
            self.assertEqual(self.enter(barred, person.name, person.password),
                             "PAM_PERM_DENIED")
        self.assertEqual(tally(person.name), 0)
        self.assertEqual(
            self.enter(self.edited(), person.name, person.password),
            "success")

    def test_credentials_in_another_process(self):
        """sshd establishes them where nobody has authenticated"""
        service = self.edited()
        for name in (self.person().name, host.LOCAL_USER, "root"):
            terminal = callers.pamtester(service, name, "setcred")
            terminal.end()
            self.assertIn("successfully been set", terminal.text)

    def test_who_is_not_ours(self):
        """proves P85: local users and root are not counted, nor is a name
        that nobody has, with the password that sshd makes up for it"""
        service = self.edited()
        local, password = "l" + secrets.token_hex(4), make_password()
        host.add_user(local, password=password)
        for _ in range(DENY):
            self.assertEqual(self.enter(service, local, make_password()),
                             "PAM_AUTH_ERR")
        self.assertEqual(tally(local), 0)
        self.assertEqual(self.enter(service, local, password), "success")
        self.assertEqual(self.enter(service, "root", host.ROOT_PASSWORD),
                         "success")
        stranger = "s" + secrets.token_hex(4)
        for _ in range(DENY):
            self.assertIn(
                self.enter(service, stranger, "\b\n\r\x7fINCORRECT"),
                ("PAM_AUTH_ERR", "PAM_USER_UNKNOWN"))
        self.assertEqual(tally(stranger), 0)
