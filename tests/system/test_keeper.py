# SPDX-License-Identifier: Apache-2.0
"""The keeper, started by hand: by whom, out of what state, with what
request; and its stores when they are damaged or marked."""

import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import time

from room import host, native, pool, wire
from room.by_hand import Keeper
from room.case import Case
from room.guest import change_accounts
from room.namespace import ETC_OF_ITS_OWN, ROOM
from room.processes import KEEPER, SPEAKER, working_for
from room.terminal import make_password

PATH = f"/usr/libexec/{KEEPER}"
CREATE = wire.NUMBERS["REQUEST_CREATE_ACCOUNT"]
UNKNOWN = wire.NUMBERS["REQUEST_ALLOW_UNKNOWN"]
PROVED = wire.NUMBERS["REQUEST_PROVED"]


class KeeperCase(Case):
    def keeper(self, *shell, caller=False, **how):
        """A keeper; with a shell command first, in a mount namespace of
        its own where that was run. With caller its real uid is another's,
        as under su."""
        words = [PATH]
        if caller:
            words = ["/usr/bin/setpriv", f"--ruid={host.LOCAL_USER}", PATH]
        if shell:
            words = ["/usr/bin/unshare", "-m", "/bin/sh", "-c",
                     "PATH=/usr/bin:/usr/sbin:/bin; " + " && ".join(shell)
                     + ' && exec /usr/bin/env -i "$@"', "sh", *words]
        keeper = Keeper(**{"path": words[0], "argv": words, **how})
        self.addCleanup(keeper.close)
        return keeper

    def ask(self, name, operation="ACCOUNT", *shell, caller=False,
            **request):
        with self.keeper(*shell, caller=caller) as keeper:
            keeper.request(name, operation, **request)
            return keeper.verdict()[0]

    def assert_refuses(self, keeper, person, outcome="SYSTEM", **request):
        """It asks nobody and says so, or says nothing."""
        keeper.request(person.name, **request)
        self.assertEqual(keeper.question()[0], "END")
        self.assertIn(keeper.verdict()[0], (outcome, "END"))
        self.assertEqual(self.calls_of(person.name), [])


class Start(KeeperCase):
    """proves P33, P55, P96, P98: by whom and out of what it starts"""

    def test_login_by_hand(self):
        """Without it the tests below would show nothing."""
        person = self.person()
        with self.keeper() as keeper:
            verdict = keeper.log_in(person.name, person.password)
            self.assertEqual(verdict[0], "ADMITTED", verdict)
        self.assertEqual(self.ask(person.name), "ADMITTED")

    def test_request_of_another_build(self):
        person = self.person()
        self.assert_refuses(self.keeper(), person, "BUILD", build="0" * 32)
        self.assertEqual(self.ask(person.name, build="0" * 32), "BUILD")

    def test_change_without_a_proof(self):
        person = self.person()
        self.assert_refuses(self.keeper(), person, operation="CHANGE")

    def test_messages_that_are_no_request(self):
        for message in (b"", b"\x01", b"\x01" * 300,
                        wire.pack("CHANGE"), wire.pack("GO_CHANGE")):
            with self.subTest(message[:4]):
                with self.keeper() as keeper:
                    keeper.parent.send(message)
                    self.assertNotEqual(keeper.verdict()[0], "ADMITTED")

    def test_ordinary_user(self):
        """P96: whoever is not root gets nothing of it that they could not
        do themselves with this public client, and writes nothing"""
        lena = pwd.getpwnam(host.LOCAL_USER)

        def become():
            os.setgroups([])
            os.setgid(lena.pw_gid)
            os.setuid(lena.pw_uid)

        person, other = self.person(), self.person()
        for flags in (0, CREATE, UNKNOWN, PROVED):
            for operation in ("ACCOUNT", "PRELIM", "CHANGE", "REVOKE"):
                if operation == "ACCOUNT" and flags == PROVED:
                    continue  # They say so themselves, to themselves.
                with self.subTest(f"{operation} {flags}"):
                    with self.keeper(prepare=become) as keeper:
                        self.assert_refuses(keeper, other, "NOT_ROOT",
                                            operation=operation, flags=flags)
            with self.keeper(prepare=become) as keeper:
                verdict = keeper.log_in(person.name, person.password,
                                        flags=flags)
                self.assertEqual(verdict[0], "ADMITTED", verdict)
            with self.keeper(prepare=become) as keeper:
                keeper.request("p" + person.name[1:][::-1] + "x",
                               flags=flags & ~UNKNOWN)
                self.assertEqual(keeper.verdict()[0], "NOT_OURS")
        self.assertEqual(self.ask(person.name), "NO_RECORD")

    def test_environment(self):
        """proves P29"""
        person = self.person()
        self.assert_refuses(self.keeper(environment={"A": "b"}), person)
        with self.keeper(environment={"A": "b"}) as keeper:
            keeper.request(person.name, "ACCOUNT")
            outcome, detail = keeper.verdict()
        self.assertEqual(outcome, "SYSTEM")
        self.assertIn("environment", detail)

    def test_descriptor_that_is_no_socket(self):
        person = self.person()

        def spoil():
            os.dup2(os.open("/dev/null", os.O_RDWR), 4)

        self.assert_refuses(self.keeper(prepare=spoil), person)

    def test_descriptor_that_is_closed(self):
        """The C library opens a device for one of the first three where a
        program has a bit such as setgid: that is as good."""
        person = self.person()
        plain = f"{ROOM}/keeper-{person.name}"
        shutil.copy(PATH, plain)
        os.chmod(plain, 0o755)
        for number in (0, 1, 2, 4):
            with self.subTest(number):
                self.assert_refuses(
                    self.keeper(prepare=lambda n=number: os.close(n),
                                path=plain, argv=[plain]), person)
        self.assert_refuses(self.keeper(prepare=lambda: os.close(4)), person)
        for number in (0, 1, 2):
            with self.keeper(prepare=lambda n=number: os.close(n)) as keeper:
                keeper.request(person.name)
                self.assertEqual(keeper.question()[0], "ASK")
                pid = working_for(os.getpid(), KEEPER)
                self.assertIn(os.readlink(f"/proc/{pid}/fd/{number}"),
                              ("/dev/null", "/dev/full"))

    def test_ids_that_cannot_be_left(self):
        """proves P34: a failing setgroups denies, keeper's or speaker's;
        so does a speaker that could become root again"""
        person = self.person()
        keeper = self.keeper(path="/usr/bin/strace", argv=[
            "strace", "-f", "-o", "/dev/null", "-e",
            "inject=setgroups:error=EPERM", PATH])
        self.assert_refuses(keeper, person)
        # The second call is the speaker's: the counter is inherited.
        failing = native.failing_setgroups()
        keeper = self.keeper(*ETC_OF_ITS_OWN,
                             f"echo {failing} >/etc/ld.so.preload")
        self.assert_refuses(keeper, person, "SPEAKER")
        keeper = self.keeper(path="/usr/bin/strace", argv=[
            "strace", "-f", "-o", "/dev/null", "-e",
            "inject=setuid:retval=0", PATH])
        self.assert_refuses(keeper, person, "SPEAKER")

    def test_state_that_cannot_be_made(self):
        """P33: each step of it that fails denies, never a shortcut"""
        person = self.person()
        for call in ("close_range", "setresuid", "setresgid", "setitimer",
                     "sched_setscheduler", "setpriority", "ioprio_set",
                     "chdir", "rt_sigprocmask", "prctl", "setrlimit",
                     "prlimit64"):
            with self.subTest(call):
                keeper = self.keeper(path="/usr/bin/strace", argv=[
                    "strace", "-f", "-o", "/dev/null", "-e",
                    f"inject={call}:error=EPERM", PATH])
                keeper.request(person.name, "ACCOUNT", flags=PROVED)
                outcome = keeper.verdict()[0]
                if call == "setrlimit":
                    # The C library uses prlimit64 for it.
                    self.assertEqual(outcome, "ADMITTED")
                else:
                    self.assertIn(outcome, ("SYSTEM", "END"))
                keeper.close()

    def test_how_long_it_lives(self):
        """proves P54: keeper and speaker each have a timer of their own"""
        person = self.person()
        trace = f"{ROOM}/log/alarms-{os.urandom(4).hex()}"
        with self.keeper(path="/usr/bin/strace", argv=[
                "strace", "-f", "-o", trace, "-e", "trace=alarm",
                PATH]) as keeper:
            keeper.log_in(person.name, person.password)
        with open(trace, encoding="utf-8") as file:
            self.assertEqual(file.read().count("alarm(600)"), 2)


def hostile_state():
    """What su's caller could hand down, all at once."""
    os.umask(0)
    os.chdir("/tmp")
    os.open("/etc/passwd", os.O_RDONLY)
    os.dup2(os.open("/etc/passwd", os.O_RDONLY), 17)
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    os.nice(7)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    # The hard limits stay: not every container lets root raise them.
    for which, value in ((resource.RLIMIT_NOFILE, 30),
                         (resource.RLIMIT_FSIZE, 0),
                         (resource.RLIMIT_CPU, 1),
                         (resource.RLIMIT_NPROC, 500),
                         (resource.RLIMIT_CORE, 1 << 30)):
        resource.setrlimit(which, (value, resource.getrlimit(which)[1]))
    with open("/proc/self/timerslack_ns", "w", encoding="ascii") as file:
        file.write(str(90 * 10 ** 9))
    os.setgroups([0, 4, 27])
    lena = pwd.getpwnam(host.LOCAL_USER)
    os.setresgid(lena.pw_gid, 0, 0)
    os.setresuid(lena.pw_uid, 0, 0)


class State(KeeperCase):
    """proves P33, P34, P37: what it and its speaker make of all that"""

    def at_the_prompt(self, **how):
        person = self.person()
        keeper = self.keeper(**how)
        keeper.request(person.name)
        self.assertEqual(keeper.question()[0], "ASK")
        return (keeper, person, working_for(os.getpid(), KEEPER),
                working_for(os.getpid(), SPEAKER))

    @staticmethod
    def of(pid, name):
        with open(f"/proc/{pid}/{name}", encoding="utf-8") as file:
            return file.read()

    def status(self, pid):
        return dict(line.split(":\t", 1) for line in
                    self.of(pid, "status").splitlines() if ":\t" in line)

    def limits(self, pid):
        return {line[:26].strip(): line[26:].split()[:2]
                for line in self.of(pid, "limits").splitlines()[1:]}

    def test_hostile_state(self):
        keeper, person, pid, speaker = self.at_the_prompt(
            prepare=hostile_state)
        status = self.status(pid)
        self.assertEqual(status["Uid"].split(), ["0"] * 4)
        self.assertEqual(status["Gid"].split(), ["0"] * 4)
        self.assertEqual(status["Groups"].strip(), "")
        for one in (pid, speaker):
            with self.subTest(f"{one} of {pid}, {speaker}"):
                self.assert_clean(
                    one, "/run/cognito/places$" if one == pid else "nothing else")
        user = pwd.getpwnam("_cognito")
        status = self.status(speaker)
        self.assertEqual(status["Uid"].split(), [str(user.pw_uid)] * 4)
        self.assertEqual(status["Gid"].split(), [str(user.pw_gid)] * 4)
        self.assertEqual(status["Groups"].strip(), "")
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(status[name], 16), 0, name)
        self.assertEqual(self.limits(speaker)["Max file size"], ["0", "0"])
        self.assertEqual(*self.limits(pid)["Max file size"])
        keeper.answer(person.password)
        self.assertEqual(keeper.verdict()[0], "ADMITTED")
        # The caller was not root: nothing was written.
        self.assertEqual(self.ask(person.name), "NO_RECORD")

    def assert_clean(self, pid, also):
        status = self.status(pid)
        self.assertEqual(status["Umask"], "0077")
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
        self.assertEqual(self.of(pid, "environ"), "")
        self.assertEqual(int(status["SigIgn"], 16),
                         1 << (signal.SIGPIPE - 1))
        self.assertEqual(int(status["SigBlk"], 16), 0)
        limits = self.limits(pid)
        self.assertEqual(limits["Max core file size"], ["0", "0"])
        self.assertEqual(limits["Max open files"], ["64", "64"])
        for name in ("Max cpu time", "Max processes"):
            self.assertEqual(*limits[name])
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, pid), 0)
        self.assertEqual(os.sched_getscheduler(pid), os.SCHED_OTHER)
        self.assertEqual(self.of(pid, "timerslack_ns").strip(), "50000")
        for number in os.listdir(f"/proc/{pid}/fd"):
            target = os.readlink(f"/proc/{pid}/fd/{number}")
            self.assertRegex(
                target, f"^(socket:|pipe:|anon_inode:|/dev/null$|{also})")

    def test_who_may_look_into_them(self):
        """proves P90: not the user they run as, unless that one may trace
        everything; so no other speaker, and no core by gcore"""
        weak = ("setpriv", "--bounding-set", "-sys_ptrace,-perfmon",
                "--inh-caps", "-sys_ptrace,-perfmon")
        keeper, _, pid, speaker = self.at_the_prompt(
            path="/usr/bin/setpriv", argv=[*weak, PATH])
        for target, who in ((pid, weak),
                            (speaker, ("setpriv", "--reuid=_cognito",
                                       "--regid=_cognito",
                                       "--clear-groups"))):
            # Opening it asks what ptrace asks.
            tried = subprocess.run(
                [*who, "head", "-c0", f"/proc/{target}/mem"],
                capture_output=True, text=True, check=False)
            self.assertNotEqual(tried.returncode, 0, who)
        # The same may look into what is not protected.
        with subprocess.Popen([*weak, "sh", "-c", "echo ready; read word"],
                              stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as other:
            other.stdout.readline()
            subprocess.run([*weak, "head", "-c0",
                            f"/proc/{other.pid}/mem"], check=True)
        keeper.close()

    def test_nothing_is_recorded_for_a_module_that_is_gone(self):
        person = self.person()
        self.hold(person, "RespondToAuthChallenge")
        keeper = self.keeper()
        keeper.request(person.name)
        self.assertEqual(keeper.question()[0], "ASK")
        pid = working_for(os.getpid(), KEEPER)
        keeper.answer(person.password)
        self.wait_until_held(person, "RespondToAuthChallenge")
        keeper.parent.close()
        self.release(person)
        for _ in range(400):
            if not os.path.exists(f"/proc/{pid}"):
                break
            time.sleep(0.02)
        self.assertFalse(os.path.exists(f"/proc/{pid}"))
        self.assertEqual(self.ask(person.name), "NO_RECORD")


class Rules(KeeperCase):
    """proves P12, P35: the keeper asks again, whatever the module said"""

    def test_users_of_the_system(self):
        name = "low" + os.urandom(4).hex()
        change_accounts("useradd", "--system", "--no-create-home",
                        "--groups", "cognito-users", name)
        for uid in (0, 1, 999):
            for group in ("cognito-users", "root"):
                for who in (name, "root", "daemon", host.LOCAL_USER):
                    with self.subTest(f"{who} {uid} {group}"):
                        self.assertEqual(
                            self.ask(who, flags=PROVED, minimum_uid=uid,
                                     local_group=group), "NOT_OURS")

    def test_unknown_name_needs_its_flag(self):
        person = self.person(local=False)
        for operation, flags in (("LOGIN", 0), ("PRELIM", CREATE),
                                 ("PRELIM", UNKNOWN), ("ACCOUNT", UNKNOWN),
                                 ("ACCOUNT", UNKNOWN | PROVED)):
            with self.subTest(f"{operation} {flags}"):
                self.assert_refuses(self.keeper(), person, "NOT_OURS",
                                    operation=operation, flags=flags)

    def test_accounts_are_made_for_roots_callers_only(self):
        person = self.person(local=False)
        self.assert_refuses(self.keeper(caller=True), person,
                            "NOT_OURS", flags=CREATE)
        with self.keeper() as keeper:
            verdict = keeper.log_in(person.name, person.password,
                                    flags=CREATE)
        self.assertEqual(verdict[0], "ADMITTED", verdict)

    def test_nobody_is_written_down_for_a_database(self):
        person = self.person(local=False)
        with self.keeper() as keeper:
            verdict = keeper.log_in(person.name, person.password,
                                    flags=UNKNOWN)
        self.assertEqual(verdict[0], "ADMITTED", verdict)
        with self.keeper() as keeper:
            keeper.request(person.name, flags=0)
            self.assertEqual(keeper.verdict()[0], "NOT_OURS")

    def test_old_password_writes_nothing(self):
        """A proof for a password change is no login."""
        person = self.person()
        with self.keeper() as keeper:
            verdict = keeper.log_in(person.name, person.password,
                                    operation="PRELIM")
        self.assertEqual(verdict[0], "ADMITTED", verdict)
        self.assertEqual(self.ask(person.name), "NO_RECORD")


class Stores(KeeperCase):
    """proves P10, P16: marked, bound or unreadable, at login and at the
    account phase, whatever else speaks for the person"""

    HIDE = ("mount -t tmpfs -o mode=0700 none /var/lib/cognito/private",)
    SPOIL = ("cp -a /var/lib/cognito/private /run/private.$$",
             "for f in /run/private.$$/*.cdb; do head -c 5000 /dev/urandom"
             " >$f; done",
             "mount --bind /run/private.$$ /var/lib/cognito/private")
    SPOIL_ACCOUNTS = (
        "cp -a /var/lib/cognito/accounts /run/accounts.$$",
        "for f in /run/accounts.$$/*.cdb; do head -c 5000 /dev/urandom"
        " >$f; done",
        "mount --bind /run/accounts.$$ /var/lib/cognito/accounts")

    def signed_in(self, local=True):
        person = self.person(local=local)
        with self.keeper() as keeper:
            verdict = keeper.log_in(person.name, person.password,
                                    flags=0 if local else CREATE)
            self.assertEqual(verdict[0], "ADMITTED", verdict)
        self.assertEqual(self.ask(person.name), "ADMITTED")
        return person

    def assert_all_refuse(self, person, outcome, *shell):
        for flags in (0, PROVED):
            self.assertEqual(
                self.ask(person.name, "ACCOUNT", *shell, flags=flags),
                outcome)
        for caller in (False, True):
            with self.keeper(*shell, caller=caller) as keeper:
                self.assertEqual(
                    keeper.log_in(person.name, person.password)[0], outcome)

    def mark(self, *words):
        subprocess.run([native.mark_record(), *words], check=True)

    def test_store_that_cannot_be_read(self):
        for local in (True, False):
            person = self.signed_in(local)
            for shell in (self.HIDE, self.SPOIL):
                with self.subTest(f"{local} {shell[0]}"):
                    self.assert_all_refuse(person, "STORE", *shell)
        for shell in (self.SPOIL_ACCOUNTS,):
            self.assert_all_refuse(person, "STORE", *shell)

    def test_marked_on_this_host(self):
        """proves P10: the pool's no of earlier holds at the account phase
        until the pool says otherwise"""
        for local in (True, False):
            with self.subTest(local):
                person = self.signed_in(local)
                self.mark("login", person.name, "disabled")
                self.assertEqual(self.ask(person.name), "MARKED")
                with self.keeper(caller=True) as keeper:
                    self.assertEqual(keeper.log_in(
                        person.name, person.password)[0], "ADMITTED")
                self.assertEqual(self.ask(person.name), "MARKED")
                with self.keeper() as keeper:
                    self.assertEqual(keeper.log_in(
                        person.name, person.password)[0], "ADMITTED")
                self.assertEqual(self.ask(person.name), "ADMITTED")

    def test_marked_by_sync(self):
        person = self.signed_in(local=False)
        self.mark("account", person.name, "disabled")
        self.assert_all_refuse(person, "MARKED")

    def test_account_bound_to_another(self):
        person = self.signed_in(local=False)
        self.mark("account", person.name,
                  "99999999-9999-4999-8999-999999999999")
        self.assert_all_refuse(person, "OTHER_SUB")

    def test_person_bound_to_another(self):
        """Both callers: the one that writes and the one that may not."""
        person = self.signed_in()
        pool.control("delete", username=person.name)
        again = pool.person(person.name, person.password)
        again["sub"] = "99999999-9999-4999-8999-999999999999"
        pool.control("create", user=again)
        for caller in (False, True):
            with self.keeper(caller=caller) as keeper:
                self.assertEqual(
                    keeper.log_in(person.name, person.password)[0],
                    "OTHER_SUB")


class Silence(KeeperCase):
    def test_name_server_that_says_nothing(self):
        """proves P54: the time limit holds while a name is looked up"""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.53", 53))
            person = self.person()
            config = f"/etc/cognito/{person.name}.conf"
            timeout_s = 3
            host.write_config(config, timeout=timeout_s,
                              endpoint="https://nowhere.example:8443")
            keeper = self.keeper(
                *ETC_OF_ITS_OWN,
                "sed -i 's/^hosts:.*/hosts: dns/' /etc/nsswitch.conf",
                "rm -f /etc/resolv.conf",
                "echo nameserver 127.0.0.53 >/etc/resolv.conf")
            begun = time.monotonic()
            verdict = keeper.log_in(person.name, make_password(),
                                    config=config)
            self.assertIn(verdict[0], ("TIMEOUT", "NETWORK"), verdict)
            # Once while the password is typed, once more after it.
            self.assertLess(time.monotonic() - begun, 4 * timeout_s)
            server.settimeout(0.1)
            self.assertIn(b"nowhere", server.recv(512))
