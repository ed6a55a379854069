# SPDX-License-Identifier: Apache-2.0
"""The keeper of callers that are not root: started by hand, and what its
memory and files tell them."""

import os
import pwd
import resource
import shutil
import signal
import subprocess
import time

from room import callers, host, native, pool, wire
from room.processes import KEEPER, SPEAKER, working_for
from test_unprivileged import (  # noqa: F401
    PATH, SECRET, TRUSTED, UnprivilegedCase, become, setUpModule)

UNKNOWN = wire.NUMBERS["REQUEST_ALLOW_UNKNOWN"]
PROVED = wire.NUMBERS["REQUEST_PROVED"]
CREATE = wire.NUMBERS["REQUEST_CREATE_ACCOUNT"]


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
