# SPDX-License-Identifier: Apache-2.0
"""Callers that are not root, in a room whose app client has a secret that
root and the group _cognito-secret may read, and nobody else: screen lockers
ask for their own name, trusted_callers for any, others for none (P96)."""

import grp
import os
import pwd
import resource
import shutil
import signal
import subprocess
import time

from room import callers, host, native, pool, wire
from room.by_hand import Keeper
from room.case import TOTP_SECRET, Case
from room.guest import change_accounts
from room.namespace import ROOM
from room.processes import KEEPER, SPEAKER, working_for
from room.terminal import CODE, make_password

PATH = f"/usr/libexec/{KEEPER}"
SECRET = "/etc/cognito/client_secret"
TRUSTED = "trusty"
UNKNOWN = wire.NUMBERS["REQUEST_ALLOW_UNKNOWN"]
PROVED = wire.NUMBERS["REQUEST_PROVED"]
CREATE = wire.NUMBERS["REQUEST_CREATE_ACCOUNT"]
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
        self.refused("chmod 0600 " + SECRET, reason=SECRET)

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


class ByHand(UnprivilegedCase):
    """proves P96: the keeper started by hand with every request"""

    def ask(self, caller, name, outcomes, **request):
        """Nothing is asked, and none but these verdicts come."""
        with self.keeper(caller) as keeper:
            keeper.request(name, **request)
            self.assertEqual(keeper.question()[0], "END")
            self.assertIn(keeper.verdict()[0], outcomes)

    def test_own_name_by_hand(self):
        """Without it the tests below would show nothing."""
        person = self.person()
        with self.keeper(person.name) as keeper:
            verdict = keeper.log_in(person.name, person.password)
            self.assertEqual(verdict[0], "ADMITTED", verdict)

    def test_every_request(self):
        person, stranger = self.person(), self.person(local=False)
        evil = f"/tmp/evil-{person.name}.conf"
        host.write_config(evil, client_id=pool.SECRET_CLIENT_ID,
                          client_secret_file=SECRET,
                          trusted_callers=host.LOCAL_USER)
        os.chown(evil, pwd.getpwnam(host.LOCAL_USER).pw_uid, -1)
        # Root's, and others can write to the directory above.
        kept = f"/tmp/kept-{person.name}.conf"
        host.write_config(kept, client_id=pool.SECRET_CLIENT_ID,
                          client_secret_file=SECRET,
                          trusted_callers=host.LOCAL_USER)
        # Root's, and in a good place: but not the one path.
        other = f"/etc/cognito/other-{person.name}.conf"
        host.write_config(other, client_id=pool.SECRET_CLIENT_ID,
                          client_secret_file=SECRET,
                          trusted_callers=host.LOCAL_USER)
        flags = (0, UNKNOWN, CREATE, PROVED, UNKNOWN | PROVED,
                 UNKNOWN | CREATE | PROVED
                 | wire.NUMBERS["REQUEST_CONSOLE"]
                 | wire.NUMBERS["REQUEST_CODE_IN_PASSWORD"])
        never = ("NOT_ROOT", "NOT_OURS", "CONFIG", "SYSTEM", "NAME")
        operations = [name[10:] for name in wire.NUMBERS
                      if name.startswith("OPERATION_")]
        self.assertIn("CHANGE", operations)
        for name in (person.name, stranger.name, "root", TRUSTED, "",
                     "../x"):
            for operation in operations:
                for flag in flags if operation in (
                        "LOGIN", "ACCOUNT") else flags[3:4]:
                    with self.subTest(f"{name} {operation} {flag}"):
                        self.ask(host.LOCAL_USER, name, never,
                                 operation=operation, flags=flag)
        for config in (evil, kept, other, "/etc/shadow", SECRET, "", "x",
                       "/etc/cognito/../cognito/cognito.conf",
                       "/proc/self/environ"):
            for operation in operations:
                with self.subTest(f"{config} {operation}"):
                    # Root has said of lena in that one file what a
                    # proof that she makes up would do for her.
                    self.ask(host.LOCAL_USER, person.name, never,
                             operation=operation, config=config,
                             flags=0 if config == other else PROVED)
                    if config != other:
                        self.ask(person.name, person.name, never,
                                 operation=operation, config=config)
        for local_group in ("", "root", "cognito-users"):
            self.ask(host.LOCAL_USER, host.LOCAL_USER, never,
                     local_group=local_group)
        self.assertEqual(self.calls_of(person.name), [])
        self.assertEqual(self.calls_of(stranger.name), [])

    def test_what_is_told_of_a_name(self):
        stranger = self.person(local=False)
        for caller in (host.LOCAL_USER, TRUSTED):
            self.ask(caller, stranger.name, ("NOT_ROOT", "NOT_OURS"),
                     flags=UNKNOWN, told=(1879048200, 1879048200,
                                          "/home/x", "/bin/sh"))

    def test_operations_of_roots_callers(self):
        """a trusted caller gets no other operations, either"""
        person = self.person()
        for operation in ("PRELIM", "CHANGE", "REFRESH", "REVOKE"):
            self.ask(TRUSTED, person.name, ("NOT_ROOT",),
                     operation=operation, flags=PROVED)

    def test_bytes_that_are_no_request(self):
        for message in (b"", b"\x01", b"\x01" * 300, b"\xff" * 32768,
                        os.urandom(500), wire.pack("CHANGE"),
                        wire.pack("GO_CHANGE"), wire.pack("NO_ANSWER")):
            with self.subTest(message[:4]):
                with self.keeper(host.LOCAL_USER) as keeper:
                    keeper.parent.send(message)
                    keeper.person.send(message or b"\0")
                    self.assertNotEqual(keeper.verdict()[0], "ADMITTED")

    def test_states_that_a_caller_can_make(self):
        """each either works or denies; a secret is never lost, and another
        name never served"""
        person = self.person()

        def limit(which, value):
            return lambda: resource.setrlimit(which, (value, value))

        def ignore():
            for number in (signal.valid_signals()
                           - {signal.SIGKILL, signal.SIGSTOP}):
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

        states = {
            **{f"closed {n}": (lambda n=n: os.close(n)) for n in range(5)},
            **{f"{name} {value}": limit(getattr(resource, name), value)
               for name in ("RLIMIT_NOFILE", "RLIMIT_AS", "RLIMIT_DATA",
                            "RLIMIT_STACK", "RLIMIT_FSIZE", "RLIMIT_CPU",
                            "RLIMIT_NPROC", "RLIMIT_CORE", "RLIMIT_MEMLOCK")
               for value in (0, 5, 1 << 20)},
            "signals": ignore,
            "umask": lambda: os.umask(0),
            "nice": lambda: os.nice(10),
            "directory": lambda: os.chdir("/tmp"),
            "timer": lambda: signal.setitimer(signal.ITIMER_REAL, 0.01),
            **{f"a file at {n}": (lambda n=n: os.dup2(
                os.open("/etc/passwd", os.O_RDONLY), n)) for n in range(5)},
            **{f"a terminal at {n}": (lambda n=n: os.dup2(
                os.openpty()[1], n)) for n in range(5)},
        }
        for name, prepare in states.items():
            with self.subTest(name):
                try:
                    with self.keeper(person.name, prepare=prepare) as keeper:
                        outcome, _ = keeper.log_in(person.name,
                                                   person.password)
                    self.assertIn(outcome, ("ADMITTED", "SYSTEM", "END",
                                            "SPEAKER", "CONFIG", "STORE"))
                    with self.keeper(host.LOCAL_USER,
                                     prepare=prepare) as keeper:
                        keeper.request(person.name)
                        self.assertEqual(keeper.question()[0], "END")
                        self.assertNotEqual(keeper.verdict()[0], "ADMITTED")
                except (BrokenPipeError, ConnectionResetError):
                    pass  # It had ended before the request came.

    def test_environment(self):
        """proves P29: not one variable"""
        person = self.person()
        for variable in ("TZ", "SSLKEYLOGFILE", "https_proxy", "A"):
            with self.subTest(variable):
                with self.keeper(person.name, environment={
                        variable: "/tmp/x"}) as keeper:
                    keeper.request(person.name)
                    self.assertEqual(keeper.question()[0], "END")
                    self.assertIn(keeper.verdict()[0], ("SYSTEM", "END"))

    def test_libraries_of_the_callers_choice(self):
        """the loader takes none, and what it takes out of the environment
        does not reach us"""
        person = self.person()
        library = f"/tmp/library-{person.name}.so"
        shutil.copy(native.failing_setgroups(), library)
        os.chmod(library, 0o755)
        for variable in ("LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH",
                         "LD_DEBUG_OUTPUT", "MALLOC_TRACE", "LOCPATH"):
            with self.subTest(variable):
                keeper = self.keeper(person.name,
                                     environment={variable: library})
                keeper.request(person.name)
                self.assertEqual(keeper.question()[0], "ASK")
                for name in (KEEPER, SPEAKER):
                    pid = working_for(os.getpid(), name)
                    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
                        self.assertNotIn("/tmp/", file.read())
                keeper.close()

    def test_links_to_the_program(self):
        """a name of one's own for it is no other program"""
        person = self.person()
        directory = f"/tmp/links-{person.name}"
        os.mkdir(directory)
        os.chown(directory, pwd.getpwnam(host.LOCAL_USER).pw_uid, -1)
        os.symlink(PATH, f"{directory}/{KEEPER}")
        os.link(PATH, f"/usr/lib/{person.name}")
        for path in (f"{directory}/{KEEPER}", f"/usr/lib/{person.name}"):
            with self.keeper(host.LOCAL_USER, path=path) as keeper:
                keeper.request(person.name)
                self.assertEqual(keeper.verdict()[0], "NOT_ROOT")
            with self.keeper(person.name, path=path) as keeper:
                verdict = keeper.log_in(person.name, person.password)
                self.assertEqual(verdict[0], "ADMITTED", verdict)


class Secrecy(UnprivilegedCase):
    """proves P90, P96: the secret is not the caller's to see, though the
    processes that know it run as that one"""

    def at_the_prompt(self):
        person = self.person()
        keeper = self.keeper(person.name)
        keeper.request(person.name)
        self.assertEqual(keeper.question()[0], "ASK")
        return (person, keeper, working_for(os.getpid(), KEEPER),
                working_for(os.getpid(), SPEAKER))

    @staticmethod
    def as_user(person, *command):
        return subprocess.run(
            ["setpriv", f"--reuid={person.name}", f"--regid={person.name}",
             "--clear-groups", *command], capture_output=True, text=True,
            check=False, cwd="/tmp")

    def test_ids(self):
        person, keeper, pid, speaker = self.at_the_prompt()
        user = pwd.getpwnam(person.name)
        for one in (pid, speaker):
            with open(f"/proc/{one}/status", encoding="utf-8") as file:
                status = dict(line.split(":\t", 1) for line in file
                              if ":\t" in line)
            self.assertEqual(status["Uid"].split(), [str(user.pw_uid)] * 4)
            self.assertEqual(status["Gid"].split(), [str(user.pw_gid)] * 4)
            self.assertEqual(status["NoNewPrivs"].strip(), "1")
            self.assertEqual(int(status["CapPrm"], 16), 0)
            with open(f"/proc/{one}/environ", encoding="utf-8") as file:
                self.assertEqual(file.read(), "")
            for number in os.listdir(f"/proc/{one}/fd"):
                self.assertRegex(
                    os.readlink(f"/proc/{one}/fd/{number}"),
                    r"^(socket:|pipe:|anon_inode:|/dev/null$)")
        with open(f"/proc/{speaker}/status", encoding="utf-8") as file:
            self.assertIn("Seccomp:\t2", file.read())
        keeper.answer(person.password)
        self.assertEqual(keeper.verdict()[0], "ADMITTED")

    def test_who_may_look_into_them(self):
        person, keeper, pid, speaker = self.at_the_prompt()
        for one in (pid, speaker):
            for name in ("mem", "environ", "maps", "auxv", "syscall"):
                tried = self.as_user(person, "head", "-c1",
                                     f"/proc/{one}/{name}")
                self.assertNotEqual(tried.returncode, 0, name)
            for name in ("fd", "map_files", "cwd/", "root/"):
                self.assertNotEqual(self.as_user(
                    person, "ls", f"/proc/{one}/{name}").returncode, 0, name)
            tried = self.as_user(person, "strace", "-p", str(one))
            self.assertIn("Operation not permitted", tried.stderr)
        # The same user may look into what is not protected.
        with subprocess.Popen(
                ["sh", "-c", "echo ready; read word"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, preexec_fn=become(person.name)) as sh:
            sh.stdout.readline()
            self.assertEqual(self.as_user(
                person, "head", "-c0", f"/proc/{sh.pid}/mem").returncode, 0)
        keeper.close()

    def test_no_core(self):
        """their user can kill them, and has nothing from it"""
        for which in (0, 1):
            person, keeper, *pids = self.at_the_prompt()
            before = set(os.listdir("/tmp"))
            self.as_user(person, "kill", "-SEGV", str(pids[which]))
            self.assertIn(keeper.verdict()[0], ("END", "SPEAKER"))
            self.assertEqual(
                [name for name in set(os.listdir("/tmp")) - before
                 if "core" in name], [])
            keeper.close()

    def test_stopped(self):
        """nobody waits for who stops their own"""
        person, keeper, pid, _ = self.at_the_prompt()
        self.as_user(person, "kill", "-STOP", str(pid))
        other = self.person()
        self.sign_in(self.service(), other, other.name)
        terminal = callers.pamtester(self.service(), person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        os.kill(pid, signal.SIGKILL)
        keeper.close()

    def test_traced_from_the_start(self):
        """who traces it from its first instruction traces one without the
        group"""
        person = self.person()
        trace = f"/tmp/trace-{person.name}"
        keeper = self.keeper(person.name, path="/usr/bin/strace", argv=[
            "strace", "-f", "-o", trace, "-s", "300", PATH])
        keeper.request(person.name)
        self.assertEqual(keeper.verdict()[0], "NOT_ROOT")
        for _ in range(100):
            if os.path.exists(trace):
                break
            time.sleep(0.02)
        with open(trace, encoding="utf-8") as file:
            self.assertNotIn(pool.CLIENT_SECRET, file.read())

    def test_namespace_of_ones_own(self):
        """who is root in a user namespace has no group there"""
        person = self.person()
        keeper = self.keeper(person.name, path="/usr/bin/unshare", argv=[
            "unshare", "--user", "--map-root-user", PATH])
        keeper.request(person.name)
        self.assertIn(keeper.verdict()[0], ("CONFIG", "END", "SYSTEM",
                                            "NOT_ROOT", "STORE",
                                            "SPEAKER"))
        self.assertEqual(self.calls_of(person.name), [])
