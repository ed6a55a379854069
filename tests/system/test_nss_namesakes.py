# SPDX-License-Identifier: Apache-2.0
"""Who has a name or an id that pool and machine both have: the machine."""

import re

from room.nss import ADMINS, ALICE, CAROL, LINES, STAFF
from test_nss import NOT_FOUND, NssCase


class Namesakes(NssCase):
    """proves P27: local users and pool users of the same name"""

    def test_bob_and_root(self):
        """initgroups asks every source by name"""
        before = self.host.say("id", "root")
        self.host.append("/etc/passwd", "bob:x:1100:1100::/home/bob:/bin/sh\n")
        self.host.append("/etc/group", "bob:x:1100:\n")
        self.host.accounts(
            f"root {ALICE} - cognito-Admins:{ADMINS}",
            f"bob {CAROL} - cognito-Staff:{STAFF}",
            options=("--forge", "--map", f"{ADMINS}:shadow"))
        self.assertEqual(self.host.say("id", "root"), before)
        self.assertEqual(self.host.say("id", "bob"),
                         "uid=1100(bob) gid=1100(bob) groups=1100(bob)\n")
        self.assertEqual(self.host.say("getent", "initgroups", "bob"),
                         "bob                  \n")
        self.assertEqual(
            self.host.say("sudo", "-n", "-u", "bob", "id", "-G"), "1100\n")

    def test_local_user_made_after_the_record(self):
        self.host.accounts(
            f"bob {CAROL} - cognito-Staff:{STAFF}", *LINES[:1],
            options=("--enumerate",))
        self.assertEqual(self.host.say("id", "-nG", "bob"),
                         "bob cognito-Staff\n")
        # useradd itself refuses a name that NSS knows; a package may not.
        self.assertNotEqual(self.host.run("useradd", "bob").returncode, 0)
        self.host.append("/etc/passwd", "bob:x:1100:1100::/home/bob:/bin/sh\n")
        self.host.append("/etc/group", "bob:x:1100:\n")
        self.assertEqual(self.host.say("id", "bob"),
                         "uid=1100(bob) gid=1100(bob) groups=1100(bob)\n")
        self.assertEqual(self.host.say("getent", "group", "cognito-Staff"),
                         f"cognito-Staff:*:{STAFF}:alice\n")
        names = self.host.say("getent", "passwd")
        self.assertEqual(len(re.findall("^bob:", names, flags=re.M)), 1)

    def test_session_of_a_name_that_became_local(self):
        """proves P13: what sudoers gives to the local bob is not given to a
        session of the pool's, which has his name no more"""
        session = ("setpriv", f"--reuid={CAROL}", f"--regid={CAROL}",
                   "--clear-groups")
        self.host.accounts(f"bob {CAROL} -", *LINES[:1])
        # Our account phase says no by itself: to sshd's name as to sudo's.
        self.host.write("/etc/pam.d/sudo", "".join(
            f"{kind} required pam_permit.so\n"
            for kind in ("auth", "account", "session")))
        self.host.write("/etc/sudoers.d/bob", "bob ALL=(ALL) NOPASSWD: ALL\n")
        self.assertEqual(self.host.say(*session, "sudo", "-n", "id", "-u"),
                         "0\n")
        self.host.append("/etc/passwd", "bob:x:1100:1100::/home/bob:/bin/sh\n")
        done = self.host.run(*session, "sudo", "-n", "id", "-u")
        self.assertEqual(done.stdout, "", done.stderr)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.host.run("getent", "passwd",
                                       str(CAROL)).returncode, NOT_FOUND)
        self.assertEqual(self.host.say("sudo", "-n", "-u", "bob", "sudo",
                                       "-n", "id", "-u"), "0\n")

    def test_names_apart_by_case_only(self):
        """proves P12, P19: sudo takes Debian-Snmp and debian-snmp, of users
        as of groups, for one name"""
        session = ("setpriv", f"--reuid={CAROL}", f"--regid={CAROL}",
                   "--clear-groups", "sudo", "-n", "id", "-u")
        self.host.accounts(f"snmp-er {CAROL} - cognito-Staff:{STAFF}")
        self.host.write("/etc/pam.d/sudo", "".join(
            f"{kind} required pam_permit.so\n"
            for kind in ("auth", "account", "session")))
        for file, line, rule in (
                ("passwd", "Snmp-ER:x:120:1:::/bin/sh", "Snmp-ER"),
                ("group", "Snmp-ER:x:120:", "%Snmp-ER")):
            with self.subTest(file=file):
                before = self.host.say("cat", f"/etc/{file}")
                self.host.write("/etc/sudoers.d/snmp",
                                f"{rule} ALL=(ALL) NOPASSWD: ALL\n")
                self.assertEqual(self.host.say(*session), "0\n")
                self.host.append(f"/etc/{file}", line + "\n")
                done = self.host.run(*session)
                self.assertEqual(done.stdout, "", done.stderr)
                self.assertNotEqual(done.returncode, 0)
                self.assertEqual(self.host.run(
                    "getent", file, str(CAROL)).returncode, NOT_FOUND)
                self.assertIn("Snmp-ER", self.host.say("getent", file,
                                                       "Snmp-ER"))
                self.host.write(f"/etc/{file}", before)

    def test_local_group_made_after_the_record(self):
        """proves P19: the name is the local group's alone, for those who
        ask by number, too; what sudoers gives to it is not given to ours"""
        self.host.sources("files", "cognito")
        self.host.accounts(options=("--enumerate",))
        self.host.write("/etc/sudoers.d/late",
                        "%cognito-Staff,%alice ALL=(ALL) /usr/bin/id\n")
        self.assertIn("/usr/bin/id", self.host.say("sudo", "-l", "-U",
                                                   "alice"))
        # groupadd itself refuses a name that NSS knows; a package may not.
        self.host.append("/etc/group",
                         "alice:x:1300:\ncognito-Staff:x:1301:\n")
        for gid in (ALICE, STAFF):
            self.assertEqual(
                self.host.run("getent", "group", str(gid)).returncode,
                NOT_FOUND)
        self.assertEqual(self.host.say("getent", "group", "alice"),
                         "alice:x:1300:\n")
        names = self.host.say("getent", "group")
        self.assertEqual(re.findall("^(?:alice|cognito-Staff):.*", names,
                                    flags=re.M),
                         ["alice:x:1300:", "cognito-Staff:x:1301:"])
        self.assertEqual(
            self.host.say("id", "alice"),
            f"uid={ALICE}(alice) gid={ALICE} groups={ALICE},"
            f"{ADMINS}(cognito-Admins),{STAFF}\n")
        self.assertIn("not allowed", self.host.say("sudo", "-l", "-U",
                                                   "alice"))
        # Also where somebody asks us first, or alone.
        self.host.sources("cognito")
        self.assertEqual(self.host.run("getent", "group",
                                       "cognito-Staff").returncode, NOT_FOUND)

    def test_group_map(self):
        """proves P26: a local group by its name, with its gid of now"""
        self.host.append("/etc/group", "builders:x:1300:\n")
        self.host.accounts(options=("--map", f"{ADMINS}:builders", "--map",
                                    f"{STAFF}:nosuch"))
        self.assertEqual(self.host.say("id", "-nG", "alice"),
                         "alice cognito-Admins cognito-Staff builders\n")
        self.assertEqual(self.host.say("id", "-nG", "carol"),
                         "carol cognito-Staff\n")
        self.host.script("sed -i s/1300/1301/ /etc/group")
        self.assertIn("1301(builders)", self.host.say("id", "alice"))
        self.host.script("sed -i s/1301/0/ /etc/group")
        self.assertEqual(self.host.say("id", "-G", "alice"),
                         f"{ALICE} {ADMINS} {STAFF}\n")
