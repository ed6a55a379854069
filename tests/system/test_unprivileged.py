# SPDX-License-Identifier: Apache-2.0
"""Callers that are not root, in a room whose app client has a secret that
root and the group _cognito-secret may read, and nobody else: screen lockers
ask for their own name, trusted_callers for any, others for none (P96)."""

import grp
import os
import pwd
import shutil
import subprocess

from room import callers, host, pool
from room.by_hand import Keeper
from room.case import TOTP_SECRET, Case
from room.guest import change_accounts
from room.namespace import ROOM
from room.processes import KEEPER, SPEAKER
from room.terminal import CODE, make_password

PATH = f"/usr/libexec/{KEEPER}"
SECRET = "/etc/cognito/client_secret"
TRUSTED = "trusty"
NO_BIT = f"{ROOM}/keeper-without-the-bit"


def write_secret(path, mode=0o640, group="_cognito-secret"):
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(pool.CLIENT_SECRET + "\n")
    os.chown(f"{path}.new", 0, grp.getgrnam(group).gr_gid)
    os.chmod(f"{path}.new", mode)
    os.rename(f"{path}.new", path)


def setUpModule():
    """Each class is a process of its own, and they all want the same."""
    with host.accounts_lock():
        try:
            pwd.getpwnam(TRUSTED)
        except KeyError:
            host.run("useradd", TRUSTED)
    write_secret(SECRET)
    host.write_config(f"{host.CONFIG}.new", client_id=pool.SECRET_CLIENT_ID,
                      client_secret_file=SECRET, trusted_callers=TRUSTED)
    os.rename(f"{host.CONFIG}.new", host.CONFIG)
    shutil.copy(PATH, f"{NO_BIT}.{os.getpid()}")
    os.chmod(f"{NO_BIT}.{os.getpid()}", 0o755)
    os.rename(f"{NO_BIT}.{os.getpid()}", NO_BIT)


def become(name):
    """What makes a process an ordinary user's."""
    user = pwd.getpwnam(name)

    def prepare():
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    return prepare


class UnprivilegedCase(Case):
    def sign_in(self, service, person, caller, code="success",
                password=None, operations=("authenticate",)):
        terminal = callers.pamtester(service, person.name, *operations,
                                     user=caller)
        if terminal.read_to("Password: ", callers.pexpect.EOF) == 0:
            terminal.send((password or person.password) + "\r")
        if len(operations) > 1 and code == "success":
            self.assertEqual(terminal.end(), 0, terminal.text)
        else:
            self.assert_code(terminal, code)
        return terminal

    def keeper(self, caller, prepare=None, path=PATH, **how):
        become_caller = become(caller)

        def both():
            become_caller()
            if prepare:
                prepare()
        keeper = Keeper(path, prepare=both, **how)
        self.addCleanup(keeper.close)
        return keeper

    def account(self):
        """Somebody who lives in the pool, and has an account here."""
        person = self.person(local=False)
        terminal = callers.pamtester(self.service("create_account"),
                                     person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        return person


class ScreenLocker(UnprivilegedCase):
    """proves P96: for the caller's own account only, as unix_chkpwd"""

    def test_own_name(self):
        for person in (self.person(), self.account()):
            with self.subTest(person.local):
                self.sign_in(self.service(), person, person.name)
                self.assertTrue(any(
                    f"ClientId\": \"{pool.SECRET_CLIENT_ID}"
                    in str(call).replace("'", '"')
                    for call in self.calls_of(person.name)))

    def test_second_factor(self):
        person = self.person(totp_secret=TOTP_SECRET)
        terminal = callers.pamtester(self.service(), person.name,
                                     user=person.name)
        terminal.answer("Password: ", person.password)
        terminal.answer(CODE, person.code())
        self.assert_code(terminal, "success")

    def test_account_phase(self):
        """only behind a login in the same transaction"""
        person = self.person()
        service = self.service()
        self.sign_in(service, person, person.name,
                     operations=("authenticate", "acct_mgmt", "setcred"))
        terminal = callers.pamtester(service, person.name, "acct_mgmt",
                                     user=person.name)
        self.assert_code(terminal, "PAM_CRED_INSUFFICIENT")

    def test_account_phase_of_another_configuration(self):
        """what one configuration let in is not in by another one"""
        person = self.person()
        service = self.service()
        other = f"/etc/cognito/{service}.conf"
        host.write_config(other, allow_groups="Others")
        with open(f"/etc/pam.d/{service}", "w", encoding="utf-8") as file:
            file.write("auth required pam_cognito.so\n"
                       f"account required pam_cognito.so config={other}\n")
        self.sign_in(service, person, person.name)
        self.sign_in(service, person, person.name, "PAM_CRED_INSUFFICIENT",
                     operations=("authenticate", "acct_mgmt"))

    def test_wrong_password(self):
        person = self.person()
        self.sign_in(self.service(), person, person.name, "PAM_AUTH_ERR",
                     password=make_password())
        self.assert_reason(person.name, "wrong-password")

    def test_groups_that_are_not_allowed(self):
        """proves P24"""
        person = self.person(groups=["Guests"])
        self.sign_in(self.service(), person, person.name,
                     "PAM_PERM_DENIED")

    def test_another_name(self):
        person = self.person()
        before = len(self.calls_of(person.name))
        for service in (self.service(), self.service("allow_unknown")):
            self.sign_in(service, person, host.LOCAL_USER,
                         "PAM_CRED_INSUFFICIENT")
        stranger = self.person(local=False)
        self.sign_in(self.service("allow_unknown"), stranger,
                     host.LOCAL_USER, "PAM_CRED_INSUFFICIENT")
        self.assertEqual(len(self.calls_of(person.name)), before)
        self.assertEqual(self.calls_of(stranger.name), [])
        self.assertIn("not its own", self.log_of(person.name)[0])

    def test_another_name_with_the_same_uid(self):
        """the first name of a uid is the one, as getpwuid says"""
        person = self.person()
        twin = "t" + person.name
        change_accounts("useradd", "--non-unique", "--uid",
                        str(pwd.getpwnam(person.name).pw_uid), "--groups",
                        "cognito-users", twin)
        pool.control("create", user=pool.person(twin, person.password))
        twin = type(person)(twin, person.password, True)
        self.sign_in(self.service(), twin, person.name,
                     "PAM_CRED_INSUFFICIENT")
        self.assertEqual(self.calls_of(twin.name), [])

    def test_local_user_with_the_uid_of_an_account(self):
        """proves P13: who is in /etc/passwd is that one, and nobody else"""
        person = self.account()
        thief = "x" + person.name
        with host.accounts_lock(), open("/etc/passwd", "a",
                                        encoding="utf-8") as file:
            uid = pwd.getpwnam(person.name).pw_uid
            file.write(f"{thief}:x:{uid}:65534::/tmp:/bin/sh\n")
        before = len(self.calls_of(person.name))
        keeper = self.keeper(thief)
        keeper.request(person.name)
        self.assertEqual(keeper.question()[0], "END")
        self.assertEqual(keeper.verdict()[0], "NOT_ROOT")
        self.assertEqual(len(self.calls_of(person.name)), before)

    def test_trusted_caller(self):
        person, stranger = self.person(), self.person(local=False)
        self.sign_in(self.service(), person, TRUSTED)
        self.sign_in(self.service("allow_unknown"), stranger, TRUSTED,
                     operations=("authenticate", "acct_mgmt"))
        for name in ("root", host.LOCAL_USER, "daemon"):
            terminal = callers.pamtester(self.service("allow_unknown"), name,
                                         user=TRUSTED)
            self.assert_code(terminal, "PAM_USER_UNKNOWN")

    def test_local_user_behind_us(self):
        """who is not ours is pam_unix's, as without us"""
        service = self.service()
        with open(f"/etc/pam.d/{service}", "w", encoding="utf-8") as file:
            file.write("auth [success=done new_authtok_reqd=done"
                       " user_unknown=ignore ignore=ignore default=die]"
                       " pam_cognito.so\n@include common-auth\n")
        for password, code in ((host.LOCAL_PASSWORD, "success"),
                               (make_password(), "PAM_AUTH_ERR")):
            terminal = callers.pamtester(service, host.LOCAL_USER,
                                         user=host.LOCAL_USER)
            terminal.answer("Password: ", password)
            self.assert_code(terminal, code)
        person = self.person()
        self.sign_in(service, person, person.name)
        self.sign_in(service, person, host.LOCAL_USER,
                     "PAM_CRED_INSUFFICIENT")

    def test_nothing_is_written(self):
        person = self.person()
        self.sign_in(self.service(), person, person.name)
        found = subprocess.run(
            ["find", "/etc/cognito", "/var/lib/cognito", "/run/cognito",
             "/tmp", "-user", person.name], capture_output=True, text=True,
            check=False)
        self.assertEqual(found.stdout, "")
        terminal = callers.pamtester(self.service(), person.name,
                                     "acct_mgmt")
        self.assert_code(terminal, "PAM_PERM_DENIED")
        self.assertIn("never signed in", self.log_of(person.name, 2)[-1])

    def test_password_change(self):
        """passwd is root's: nobody else changes one"""
        person = self.person()
        terminal = callers.pamtester(self.service(), person.name,
                                     "chauthtok", user=person.name)
        self.assert_code(terminal, "PAM_CRED_INSUFFICIENT")

    def test_bounded_guesses(self):
        """proves P84 as far as it goes: four failures in one login"""
        person = self.person(totp_secret=TOTP_SECRET)
        wrong = f"{(int(person.code()) + 7) % 1_000_000:06d}"
        terminal = callers.pamtester(self.service(), person.name,
                                     user=person.name)
        terminal.answer("Password: ", person.password)
        for _ in range(12):
            if terminal.read_to(CODE, callers.pexpect.EOF) != 0:
                break
            terminal.spawned.sendline(wrong)
        self.assert_code(terminal, "PAM_AUTH_ERR")
        self.assertLessEqual(len([
            call for call in self.calls_of(person.name)
            if call["operation"] == "RespondToAuthChallenge"]), 5)


class Files(UnprivilegedCase):
    """proves P79, P96: what must be as it is"""

    def refused(self, *shell, reason, code="PAM_SERVICE_ERR", arguments=""):
        """Own name, on a machine where the shell was run before."""
        person = self.person()
        terminal = callers.Terminal(
            "unshare", "-m", "sh", "-c", " && ".join((
                'd=/run/etc.$$', 'mkdir -p $d/u $d/w',
                "mount -t overlay -o lowerdir=/etc,upperdir=$d/u,workdir=$d/w"
                " none /etc", *shell, 'exec "$@"')), "sh",
            "setpriv", f"--reuid={person.name}", f"--regid={person.name}",
            "--init-groups", "pamtester", self.service(arguments),
            person.name, "authenticate")
        if terminal.read_to("Password: ", callers.pexpect.EOF) == 0:
            terminal.send(person.password + "\r")
        self.assert_code(terminal, code)
        self.assertEqual(self.calls_of(person.name), [])
        if reason:
            self.assertIn(reason, self.log_of(person.name)[0])

    def test_installed(self):
        """proves P81: the keeper belongs to the group, and its bit is set;
        nobody is in the group"""
        status = os.stat(PATH)
        group = grp.getgrnam("_cognito-secret")
        self.assertEqual((status.st_uid, status.st_gid, status.st_mode
                          & 0o7777), (0, group.gr_gid, 0o2755))
        self.assertEqual(group.gr_mem, [])
        self.assertNotIn(group.gr_gid,
                         [user.pw_gid for user in pwd.getpwall()])
        self.assertEqual(os.stat(f"/usr/libexec/{SPEAKER}").st_mode & 0o7777,
                         0o711)

    def test_doctor(self):
        """it takes bit and mode for right, with that group only"""
        def modes(*shell):
            done = subprocess.run(
                ["unshare", "-m", "sh", "-c", " && ".join((
                    'd=/run/etc.$$', 'mkdir -p $d/u $d/w $d/U $d/W',
                    "mount -t overlay -o lowerdir=/etc,upperdir=$d/u,"
                    "workdir=$d/w none /etc",
                    "mount -t overlay -o lowerdir=/usr,upperdir=$d/U,"
                    "workdir=$d/W none /usr", *shell,
                    "cognitoctl doctor --offline"))],
                capture_output=True, text=True, check=False)
            return [line for line in done.stdout.splitlines()
                    if ": mode " in line]
        self.assertEqual([line for line in modes()
                          if PATH in line or SECRET in line], [])
        for shell, path in ((f"chgrp adm {PATH} && chmod 2755 {PATH}", PATH),
                            (f"chmod 4755 {PATH}", PATH),
                            ("chgrp adm " + SECRET, SECRET),
                            ("chmod 0644 " + SECRET, SECRET)):
            with self.subTest(shell):
                self.assertTrue(any(path in line for line in modes(shell)))

    def test_without_the_bit(self):
        self.refused(arguments=f"keeper={NO_BIT}",
                     code="PAM_CRED_INSUFFICIENT", reason="setgid")

    def test_service_without_new_privileges(self):
        """as systemd starts some: the bit does not hold there"""
        person = self.person()
        terminal = callers.Terminal(
            "setpriv", "--no-new-privs", f"--reuid={person.name}",
            f"--regid={person.name}", "--init-groups", "pamtester",
            self.service(), person.name, "authenticate")
        if terminal.read_to("Password: ", callers.pexpect.EOF) == 0:
            terminal.send(person.password + "\r")
        self.assert_code(terminal, "PAM_CRED_INSUFFICIENT")
        self.assertIn("setgid", self.log_of(person.name)[0])

    def test_secret_of_another_group(self):
        self.refused("chgrp adm " + SECRET, reason=SECRET)

    def test_secret_that_root_alone_may_read(self):
        # The cure in the log, too: with root's callers all is well.
        self.refused("chmod 0600 " + SECRET,
                     reason=SECRET + ": cannot be opened (for callers that"
                     " are not root: mode 0640, group _cognito-secret)")

    def test_secret_that_others_may_read(self):
        self.refused("chmod 0644 " + SECRET, reason="readable")

    def test_secret_that_the_group_may_write(self):
        self.refused("chmod 0660 " + SECRET, reason="writable")

    def test_no_such_group(self):
        self.refused("sed -i /^_cognito-secret/d /etc/group",
                     code="PAM_CRED_INSUFFICIENT", reason="setgid")

    def test_root_reads_it_as_before(self):
        """0640 is fine for root's callers, too, for that group only"""
        person = self.person()
        terminal = callers.pamtester(self.service(), person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        path = f"/etc/cognito/{self.service()}.secret"
        write_secret(path, group="adm")
        service = self.service(client_id=pool.SECRET_CLIENT_ID,
                               client_secret_file=path)
        other = self.person()
        terminal = callers.pamtester(service, other.name)
        terminal.answer("Password: ", other.password)
        self.assert_code(terminal, "PAM_SERVICE_ERR")

    def test_configuration_of_the_callers_choice(self):
        """the group is used with the compiled path alone: with another,
        also one of root's, there is none"""
        person = self.person()
        service = self.service(client_id=pool.SECRET_CLIENT_ID,
                               client_secret_file=SECRET)
        self.sign_in(service, person, person.name, "PAM_CRED_INSUFFICIENT")
        self.assertEqual(self.calls_of(person.name), [])

    def test_public_client_of_another_configuration(self):
        """where nothing of ours is used, anybody may ask for any name"""
        person, stranger = self.person(), self.person(local=False)
        config = {"client_id": pool.CLIENT_ID}
        self.sign_in(self.service(**config), person, host.LOCAL_USER)
        self.sign_in(self.service("allow_unknown", **config), stranger,
                     host.LOCAL_USER,
                     operations=("authenticate", "acct_mgmt"))
        self.sign_in(self.service(**config), person, host.LOCAL_USER,
                     "PAM_AUTH_ERR", password=make_password())
