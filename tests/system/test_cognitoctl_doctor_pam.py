# SPDX-License-Identifier: Apache-2.0
"""cognitoctl doctor: what it finds in the PAM files and in sshd_config,
provoked and cured.

In the room of test_cognitoctl_doctor, and not beside it."""

import contextlib
import os
import re
import secrets
import shutil

from room import ctl, host
from room.doctor import ACCOUNTS, DoctorCase, instead
from room.namespace import ROOM, SOURCE


class DoctorTest(DoctorCase):
    """what the host's stacks say"""

    def stack(self, text):
        self.name = "z" + secrets.token_hex(4)
        return instead(f"/etc/pam.d/{self.name}", text)

    def test_arguments(self):
        """an argument that the module does not know, and a configuration
        that is not there; each argument that it knows is none"""
        line = "auth required pam_cognito.so "
        for word in ("foo=1", "try_firstpass",
                     "config=/etc/cognito/cognto.conf"):
            with self.subTest(word), self.stack(line + word + "\n"):
                self.assert_found("pam-argument",
                                  f"auth: {word} of {self.name}")
        with open(f"{SOURCE}/pam_cognito/options.c",
                  encoding="utf-8") as file:
            known = re.findall(r'^    \{"([a-z_]+=?)", ', file.read(), re.M)
        self.assertIn("minimum_uid=", known)
        for word in known:
            word += host.CONFIG if word.endswith("=") else ""
            with self.subTest(word), self.stack(line + word + "\n"):
                self.assertNotIn("pam-argument", self.find("--offline"))

    OURS = ("[success=done user_unknown=ignore default=die]",
            "pam_cognito.so")

    def test_module_missing(self):
        """a module that is not there, of a service that asks us or was to;
        a line that begins with "-", a control that does not mind, a service
        that has nothing to do with us are fine"""
        ours = " ".join(self.OURS)
        rest = f"account {ours}\n@include common-account\n"
        security = "/usr/lib/x86_64-linux-gnu/security"
        for line, missing in (
                (f"auth {self.OURS[0]} pam_congito.so", "pam_congito.so"),
                ("auth sufficient pam_cognito", "pam_cognito"),
                (f"auth {self.OURS[0]} /opt/pam_cognito.so",
                 "/opt/pam_cognito.so"),
                ("auth required pam_nosuch.so", "pam_nosuch.so"),
                ("auth [default=bad] /lib/pam_nosuch.so",
                 "/lib/pam_nosuch.so"),
                ("-auth required pam_nosuch.so", None),
                ("auth optional pam_nosuch.so", None),
                ("auth [module_unknown=ignore default=bad] pam_nosuch.so",
                 None),
                ("auth required $ISA/pam_nosuch.so", None),
                (f"auth required {security}/pam_permit.so", None),
                ("auth required ../security/pam_permit.so", None)):
            with self.subTest(line), self.stack(f"{line}\n{rest}"):
                found = self.find("--offline").get("pam-module-missing", [])
                place = "" if (missing or "/")[0] == "/" else \
                    f", not in {security}"
                self.assertEqual(found, [f"auth: {missing} of {self.name}"
                                         f"{place}"] if missing else [])
        with self.stack("auth required pam_nosuch.so\n"
                        "account required pam_nosuch.so\n"):
            self.assertNotIn("pam-module-missing", self.find("--offline"))
        with self.stack("auth sufficient pam_congito.so\n"
                        "session required pam_nosuch.so\n"):
            self.assertEqual(len(self.find("--offline")[
                "pam-module-missing"]), 2)
        with instead(f"{security}/pam_cognito.so"):
            found = self.find("--offline")
            self.assertEqual(
                sorted(subject.split(" of ")[0] for subject in
                       found["pam-module-missing"]),
                [f"{facility}: pam_cognito.so" for facility in
                 ("account", "auth", "password", "session")])

    def test_pam_nowhere(self):
        """no service asks us"""
        aside = f"{ROOM}/pam.d"
        shutil.copytree("/etc/pam.d", aside, symlinks=True)
        try:
            for name in os.listdir("/etc/pam.d"):
                path = f"/etc/pam.d/{name}"
                with open(path, encoding="utf-8") as file:
                    if "pam_cognito" in file.read():
                        os.unlink(path)
            self.assert_found("pam-nowhere", "/etc/pam.d")
        finally:
            shutil.copytree(aside, "/etc/pam.d", symlinks=True,
                            dirs_exist_ok=True)

    def test_p10_no_account(self):
        """P10: a service that lets disabled people in with a key"""
        with self.stack("auth [success=done user_unknown=ignore "
                          "default=die] pam_cognito.so\n"
                          "@include common-auth\n@include common-account\n"):
            self.assert_found("pam-no-account", self.name)

    def test_screen_locker(self):
        """one that has lines for auth alone is remarked, unless the lines
        of `other` ask us, which libpam takes then"""
        lines = ("auth [success=done user_unknown=ignore default=die] "
                 "pam_cognito.so\n@include common-auth\n")
        other = ("account [success=ok user_unknown=ignore default=die] "
                 "pam_cognito.so\n@include common-account\n")
        with self.stack(lines):
            found = self.assert_found("pam-password-only", self.name)
            self.assertNotIn("pam-no-account", found)
            with instead("/etc/pam.d/other", other):
                self.assertNotIn("pam-password-only",
                                 self.find("--offline"))
        with self.stack(lines + "@include common-session\n"):
            found = self.assert_found("pam-no-account", self.name)
            self.assertNotIn("pam-password-only", found)

    def test_p10_jobs(self):
        """P10: what runs for people who are gone; Debian's own file for
        systemd-user stands where libpam looks last"""
        self.assertNotIn("pam-jobs", self.find("--offline"))
        with instead("/etc/pam.d/systemd-user"):
            self.assert_found("pam-jobs", "systemd-user")
        with instead("/etc/pam.d/cron", "@include common-account\n"):
            self.assert_found("pam-jobs", "cron")

    def test_pam_unreached(self):
        """a stack that ends before us"""
        with self.stack("@include common-auth\n"
                          "auth sufficient pam_cognito.so\n"
                          "account [success=ok user_unknown=ignore "
                          "default=die] pam_cognito.so\n"
                          "@include common-account\n"):
            self.assert_found("pam-unreached", "auth: " + self.name)

    def test_p8_ignored(self):
        """P8: a denial that another module can undo"""
        with self.stack("auth sufficient pam_cognito.so\n"
                          "@include common-auth\n"
                          "account [success=ok default=ignore] "
                          "pam_cognito.so\n@include common-account\n"):
            found = self.assert_found("pam-ignored",
                                      f"auth: {self.name} (auth_err)")
            self.assertIn(f"account: {self.name} (auth_err)",
                          found["pam-ignored"])
        with self.stack("auth [success=done user_unknown=ignore "
                          "authinfo_unavail=ignore default=die] "
                          "pam_cognito.so\nauth required pam_u2f.so\n"
                          "account required pam_permit.so\n"):
            self.assert_found("pam-ignored",
                              f"{self.name} (authinfo_unavail)")

    def test_p8_fallback(self):
        """P8: an outage, and nothing else, leaves it to pam_unix"""
        outage = ("auth [success=done user_unknown=ignore "
                  "authinfo_unavail=ignore {}default=die] pam_cognito.so\n"
                  "@include common-auth\naccount required pam_permit.so\n")
        with self.stack(outage.format("")):
            found = self.assert_found("pam-fallback", "auth: " + self.name)
            self.assertNotIn("pam-ignored", found)
        with self.stack(outage.format("system_err=ignore ")):
            found = self.assert_found("pam-ignored", self.name)
            self.assertNotIn("pam-fallback", found)

    def test_p8_lockout(self):
        """P8: local users and root denied by our "unknown user" """
        with self.stack("auth required pam_cognito.so\n"
                          "@include common-auth\n"
                          "account required pam_cognito.so\n"
                          "@include common-account\n"):
            found = self.assert_found("pam-lockout", "auth: " + self.name)
            self.assertIn("account: " + self.name, found["pam-lockout"])

    def test_shipped_stacks_are_well(self):
        """P8: of the shipped files, nothing is found"""
        found = self.find("--offline")
        self.assertEqual([name for name in found if name.startswith("pam-")],
                         [])

    def no_maker(self, service, becomes="#"):
        """A shipped PAM file with another line in place of its
        pam_mkhomedir."""
        return instead(f"/etc/pam.d/{service}", edit=lambda text: re.sub(
            r"(?m)^session.*pam_mkhomedir.*$", becomes, text))

    def all_homes(self):
        """The homes of all accounts, for a while."""
        stack = contextlib.ExitStack()
        for one in ctl.read("accounts", "list")["accounts"]:
            home = f"/home/{one['name']}"
            if not os.path.exists(home):
                os.makedirs(home)
                stack.callback(shutil.rmtree, home, True)
        return stack

    def test_no_homes(self):
        """homes that nothing makes, by the stacks that people come in by;
        homes that are there, and other ways to make them, are fine"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        shutil.rmtree(f"/home/{person.name}", ignore_errors=True)
        jump = "session [success=1 default=ignore] pam_permit.so\n"
        maker = "session optional pam_mkhomedir.so"
        for becomes, wrong in (
                ("#", True), (f"{jump}{maker}", True), (maker, False),
                ("session optional pam_oddjob_mkhomedir.so", False),
                ("-session required /opt/pam_mount.so", False),
                ("session required pam_exec.so /bin/true", False),
                ("session optional pam_systemd_home.so", True)):
            with self.subTest(becomes), self.no_maker("sshd", becomes):
                found = self.find("--offline").get("no-homes", [])
                self.assertEqual([about.split(" (")[0] for about in found],
                                 ["session: sshd"] if wrong else [])
        with self.no_maker("sshd"), self.no_maker("login"):
            self.assert_found("no-homes", "session: login, sshd")
        with self.no_maker("sshd"), instead(f"{ACCOUNTS}/recent.cdb"):
            self.assert_found("no-homes", "accounts to come, /home/%u")
        with self.no_maker("sshd"), self.all_homes():
            self.assertNotIn("no-homes", self.find("--offline"))

    def test_sshd(self):
        """sshd without PAM, sshd that cannot ask for codes"""
        path = "/etc/ssh/sshd_config"
        with instead(path, "UsePAM no\n"):
            self.assert_found("sshd-pam", "UsePAM no")
        with instead(path, "Match User x\nUsePAM yes\n"):
            self.assert_found("sshd-pam", "is not set")
        with instead(path, "UsePAM yes\n"
                     "ChallengeResponseAuthentication no\n"
                     "KbdInteractiveAuthentication yes\n"):
            self.assert_found("sshd-questions", "no")
        with instead("/etc/ssh/sshd_config.d/zz.conf",
                     "KbdInteractiveAuthentication no\n"), instead(
                         path, "Include sshd_config.d/z*.conf\nUsePAM yes\n"
                         "KbdInteractiveAuthentication yes\n"):
            self.assert_found("sshd-questions", "no")
