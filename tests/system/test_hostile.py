# SPDX-License-Identifier: Apache-2.0
"""su, sudo and passwd called by somebody who means harm: environment,
limits, signals, descriptors. Each is admitted rightly or denied, and
nothing appears that would not otherwise."""

import os
import resource
import secrets
import signal
import socket
import subprocess
import time

import pexpect

from room import callers, host, native
from room.case import TOTP_SECRET, Case
from room.namespace import ROOM
from room.processes import KEEPER, working_for
from room.terminal import CODE, make_password

TARGET = "/var/hostile"
CAP_SYS_RESOURCE = 24  # of linux/capability.h


class Listener:
    """A proxy that nobody should ask."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def was_asked(self):
        try:
            self.socket.accept()
        except TimeoutError:
            return False
        return True


def environment(proxy):
    """What a caller may set before su, sudo or passwd."""
    hostile = {name: f"{TARGET}/{name}" for name in (
        "SSLKEYLOGFILE", "QLOGDIR", "OPENSSL_CONF", "OPENSSL_MODULES",
        "OPENSSL_ENGINES", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_HOME",
        "CURL_CA_BUNDLE", "NETRC", "LD_PRELOAD", "LD_AUDIT", "LD_PROFILE",
        "LD_DEBUG_OUTPUT", "MALLOC_TRACE", "GCONV_PATH", "NLSPATH",
        "LOCPATH", "RES_OPTIONS", "HOSTALIASES", "RESOLV_HOST_CONF",
        "TMPDIR", "HOME", "COGNITO_CONF", "AWS_CONFIG_FILE")}
    hostile.update({name: proxy for name in (
        "http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY",
        "all_proxy")})
    return {**hostile, "LD_DEBUG": "all", "LD_LIBRARY_PATH": TARGET,
            "LC_ALL": "de_DE.UTF-8", "LANG": "tr_TR.UTF-8",
            "LANGUAGE": "de", "TZ": "right/UTC",
            "MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "90",
            "MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES":
            "glibc.malloc.check=3", "OPENSSL_ia32cap": "0:0",
            "CURL_SSL_BACKEND": "none"}


# pam_unix and sudo speak the locale's language; we do not.
PASSWORD = r"(?i)passwor[dt].*: "


class Environment(Case):
    """proves P29, P30, P31, P32, P82"""

    @classmethod
    def setUpClass(cls):
        native.locales()

    def setUp(self):
        os.makedirs(TARGET, exist_ok=True)
        os.chmod(TARGET, 0o1777)
        self.proxy = Listener()

    def assert_nothing_appeared(self):
        self.assertEqual(os.listdir(TARGET), [])
        self.assertFalse(self.proxy.was_asked(), "the proxy was asked")

    def test_su(self):
        for wanted in ("in", "out"):
            person = self.person(totp_secret=TOTP_SECRET)
            terminal = callers.su(person.name,
                                  env=environment(self.proxy.address))
            self.type_password(terminal, person, wanted)
            self.assert_nothing_appeared()

    def type_password(self, terminal, person, wanted):
        if wanted == "out":
            terminal.answer(PASSWORD, make_password())
            terminal.end()
            self.assert_out(terminal)
            return
        terminal.answer(PASSWORD, person.password)
        terminal.answer(CODE, person.code())
        terminal.end()
        self.assertIn("in-42", terminal.text)

    def test_sudo_that_keeps_the_environment(self):
        person = self.person(totp_secret=TOTP_SECRET)
        with open(f"/etc/sudoers.d/{person.name}", "w",
                  encoding="utf-8") as file:
            file.write(f"Defaults:{person.name} !env_reset, "
                       "!env_delete, setenv, passwd_tries=1\n")
        terminal = callers.sudo(person.name, "-E",
                                env=environment(self.proxy.address))
        self.type_password(terminal, person, "in")
        self.assert_nothing_appeared()

    def test_passwd(self):
        person, new = self.person(), make_password()
        terminal = callers.passwd(person.name,
                                  env=environment(self.proxy.address))
        terminal.answer("Current password: ", person.password)
        terminal.answer("New password: ", new)
        terminal.answer("(?i)(re-?type|again).*: ", new)
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assert_nothing_appeared()

    def test_umask_and_a_file_to_be_made(self):
        """umask 0 and a key log in /etc was a root shell once"""
        person = self.person()
        terminal = callers.su(
            person.name, env={"SSLKEYLOGFILE": "/etc/ld.so.preload"},
            prepare=lambda: os.umask(0))
        terminal.answer("Password: ", person.password)
        terminal.end()
        self.assert_in(terminal, person.name)
        self.assertFalse(os.path.exists("/etc/ld.so.preload"))
        self.assertEqual(made_for_all(), [])


def made_for_all():
    """Files of ours that others can write."""
    return [os.path.join(directory, name)
            for top in ("/etc/cognito", "/var/lib/cognito", "/run/cognito")
            for directory, _, names in os.walk(top) for name in names
            if not os.path.islink(os.path.join(directory, name))
            and os.stat(os.path.join(directory, name)).st_mode & 0o022
            and not name.startswith("t")]


def limit(kind, value):
    return lambda: resource.setrlimit(kind, (value, value))


def pending_alarm():
    signal.setitimer(signal.ITIMER_REAL, 3.0)


def ignore(*numbers):
    def prepare():
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
    return prepare


def block_all():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def may_raise_limits():
    with open("/proc/self/status", encoding="utf-8") as file:
        (line,) = [line for line in file if line.startswith("CapEff:")]
    return bool(int(line.split()[1], 16) >> CAP_SYS_RESOURCE & 1)


class ProcessState(Case):
    """proves P11, P33, P35, P40: for somebody with a second factor, so that
    a weaker path would show"""

    # What must not matter.
    HARMLESS = {
        "umask 0": lambda: os.umask(0),
        "SIGCHLD ignored": ignore(signal.SIGCHLD),
        "SIGPIPE ignored": ignore(signal.SIGPIPE),
        "all ignored": ignore(signal.SIGCHLD, signal.SIGPIPE,
                              signal.SIGALRM, signal.SIGTERM,
                              signal.SIGHUP, signal.SIGUSR1),
        "all blocked": block_all,
        "no core": limit(resource.RLIMIT_CORE, 0),
        "endless core": lambda: resource.setrlimit(
            resource.RLIMIT_CORE,
            (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2),
        "little stack": limit(resource.RLIMIT_STACK, 256 << 10),
    }
    # What the module cannot help.
    HARMFUL = {
        "6 descriptors": (limit(resource.RLIMIT_NOFILE, 6),
                          "system-error .*the keeper cannot be started"),
    }
    # What the keeper puts right where root may raise limits. In a container
    # where it may not (CAP_SYS_RESOURCE), what the log says of the denial.
    TOO_LOW = "system-error .*resource limits are too low"
    LIMITS = {
        "10 descriptors": (limit(resource.RLIMIT_NOFILE, 10), TOO_LOW),
        "files of no size": (limit(resource.RLIMIT_FSIZE, 0), TOO_LOW),
        "little memory": (limit(resource.RLIMIT_AS, 60 << 20), TOO_LOW),
        "little data": (limit(resource.RLIMIT_DATA, 4 << 20), TOO_LOW),
        "a second of CPU": (limit(resource.RLIMIT_CPU, 1), TOO_LOW),
        # The speaker, or the thread of its resolver, is one too many.
        "few processes": (limit(resource.RLIMIT_NPROC, 1),
                          "(no-connection|speaker-failed) "),
    }

    def start(self, person, prepare):
        """By a user of its own, who has no other process."""
        caller = "c" + secrets.token_hex(4)
        host.add_user(caller)
        return callers.su(person.name, user=caller, prepare=prepare)

    def go_on(self, terminal, person, password):
        """Type what is asked for, whatever that is; the end."""
        while True:
            asked = terminal.read_to("Password: ", CODE, pexpect.EOF)
            if asked == 2:
                break
            terminal.send((person.code() if asked else password) + "\r")
        terminal.close()

    def sign_in(self, prepare):
        person = self.person(totp_secret=TOTP_SECRET)
        terminal = self.start(person, prepare)
        self.go_on(terminal, person, person.password)
        return terminal, person

    def assert_in_with_both(self, terminal, person):
        """The shell, and behind it two proofs that the pool took."""
        self.assert_in(terminal, person.name)
        self.assertEqual(
            [call["outcome"] for call in self.calls_of(person.name)],
            ["PASSWORD_VERIFIER", "SOFTWARE_TOKEN_MFA", "success"])

    def assert_out_for(self, terminal, person, why):
        """No shell, and one line that says why."""
        self.assert_out(terminal)
        lines = [line for line in self.log_of(person.name)
                 if ":auth)" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], f" denied .* reason={why}")

    def test_harmless(self):
        for name, prepare in self.HARMLESS.items():
            with self.subTest(name):
                self.assert_in_with_both(*self.sign_in(prepare))
        self.assertEqual(made_for_all(), [])

    def test_harmful(self):
        for name, (prepare, why) in self.HARMFUL.items():
            with self.subTest(name):
                self.assert_out_for(*self.sign_in(prepare), why)
        self.assertEqual(made_for_all(), [])
        self.assert_root_enters()

    def test_limits(self):
        """Raised, or a denial: never a weaker path"""
        for name, (prepare, why) in self.LIMITS.items():
            with self.subTest(name):
                if may_raise_limits():
                    self.assert_in_with_both(*self.sign_in(prepare))
                else:
                    self.assert_out_for(*self.sign_in(prepare), why)
        self.assertEqual(made_for_all(), [])
        self.assert_root_enters()

    def test_alarm(self):
        """the caller's timer ends the caller's su, and nothing else"""
        person = self.person(totp_secret=TOTP_SECRET)
        self.fault(person, "InitiateAuth", "delay", ms=6000)
        terminal = self.start(person, pending_alarm)
        terminal.answer("Password: ", person.password)
        keeper = working_for(terminal.spawned.pid, KEEPER)
        self.assertEqual(terminal.end(), -signal.SIGALRM)
        self.assert_out(terminal)
        for _ in range(1000):
            if not os.path.exists(f"/proc/{keeper}"):
                break
            time.sleep(0.02)
        self.assertFalse(os.path.exists(f"/proc/{keeper}"))
        # It did not wait for the pool, which logs what it answers.
        self.assertEqual(self.calls_of(person.name), [])
        self.assertEqual([line for line in self.log_of(person.name, 0)
                          if " admitted " in line], [])

    def test_wrong_password_is_never_enough(self):
        states = {**self.HARMLESS,
                  **{name: prepare for name, (prepare, _) in
                     (self.HARMFUL | self.LIMITS).items()}}
        people = {name: self.person() for name in states}
        started = {name: self.start(people[name], prepare)
                   for name, prepare in states.items()}
        for name, terminal in started.items():
            with self.subTest(name):
                self.go_on(terminal, people[name], make_password())
                self.assert_out(terminal)
                # Also where su could not have started a shell.
                self.assertEqual([line for line in
                                  self.log_of(people[name].name, 0)
                                  if " admitted " in line], [])

    def test_closed_descriptors(self):
        """su has nothing to read from then (the C library opens /dev/full
        or /dev/null there): the conversation has ended, whoever types"""
        for count in (1, 2, 3):
            with self.subTest(count):
                person = self.person()
                closing = " ".join(f"{number}>&-" if number else "0<&-"
                                   for number in range(count))
                tried = subprocess.run(
                    ["setpriv", f"--reuid={host.LOCAL_USER}",
                     f"--regid={host.LOCAL_USER}", "--init-groups", "sh",
                     "-c", f"exec su {person.name} -c 'id -un >"
                     f" /tmp/in-{person.name}' {closing}"],
                    input=person.password + "\n", text=True, check=False,
                    capture_output=True, timeout=60)
                self.assertNotEqual(tried.returncode, 0)
                self.assertFalse(os.path.exists(f"/tmp/in-{person.name}"))
                self.assert_reason(person.name, "conversation-ended", "su")

    def test_caller_stops_all_it_may(self):
        """SIGSTOP and SIGKILL at everything of the caller's: others still
        sign in."""
        victim = self.person()
        terminal = callers.su(victim.name)
        terminal.read_to("Password: ")
        for name in ("STOP", "KILL"):
            subprocess.run(["setpriv", f"--reuid={host.LOCAL_USER}",
                            f"--regid={host.LOCAL_USER}", "--init-groups",
                            "sh", "-c", f"kill -{name} "
                            f"{terminal.spawned.pid}"], check=True)
            # While it is stopped nothing is held that others wait for.
            self.enters_by_ssh(self.person())
        terminal.close()
        self.assert_out(terminal)

    def test_disk_is_full(self):
        """A login that cannot write its record: known people still enter,
        nothing half-written stays."""
        person = self.person()
        self.enters_by_ssh(person)
        terminal = callers.Terminal(
            "unshare", "-m", "sh", "-c",
            f"mkdir -p {ROOM}/full && mount -t tmpfs -o size=64k none"
            f" {ROOM}/full && cp -a /var/lib/cognito/. {ROOM}/full/ &&"
            f" mount --bind {ROOM}/full /var/lib/cognito;"
            f" dd if=/dev/zero of=/var/lib/cognito/fill 2>/dev/null;"
            f" exec pamtester {self.service()} {person.name} authenticate")
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
