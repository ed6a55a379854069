# SPDX-License-Identifier: Apache-2.0
"""Keeper and speaker: missing, killed, hanging, of another build, lying.

A false program is bound over the installed one in a mount namespace that
only the host of this one login sees.
"""

import os
import pwd
import re
import secrets
import signal
import subprocess
import time

from room import callers
from room.case import Case
from room.namespace import ROOM
from room.processes import KEEPER, SPEAKER, program, working_for

LIBEXEC = "/usr/libexec"
PROGRAMS = (KEEPER, SPEAKER)
# The room's / is read-only: a command in one that is not, with all that
# lies below it.
ROOT_OF_ITS_OWN = (
    "mkdir -p /run/root.$$ && mount -t tmpfs -o mode=0755 none"
    " /run/root.$$ &&"
    " for e in /*; do if [ -L $e ]; then cp -a $e /run/root.$$;"
    " elif [ -d $e ]; then mkdir /run/root.$$$e &&"
    " mount --rbind $e /run/root.$$$e; fi; done;"
    ' exec chroot /run/root.$$ "$@"')


def script(text):
    path = f"{ROOM}/false-{secrets.token_hex(4)}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o755)
    return path


def other_build(name):
    """The same program with another build identity: a few of its bytes,
    which stand in it as 32 hexadecimal digits, are changed."""
    with open(f"{LIBEXEC}/{name}", "rb") as file:
        content = file.read()
    with open("/usr/lib/x86_64-linux-gnu/security/pam_cognito.so",
              "rb") as file:
        module = file.read()
    start = 0
    while True:
        start = content.index(b"\0", start) + 1
        word = content[start:start + 32]
        if (content[start + 32:start + 33] == b"\0" and word in module
                and all(byte in b"0123456789abcdef" for byte in word)):
            break
    path = f"{ROOM}/other-{secrets.token_hex(4)}"
    with open(path, "wb") as file:
        file.write(content.replace(word, word[::-1]))
    os.chmod(path, 0o711)  # the speaker ends at once if it can be read
    return path


def end(pid):
    """What root has stopped, only root can end."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class FalsePrograms(Case):
    """proves P40, P55, P85, P98"""

    def with_false(self, name, path, code="PAM_SYSTEM_ERR",
                   reasons="", answer=True):
        person = self.person()
        service = self.service(timeout=3)
        terminal = callers.Terminal(
            "unshare", "-m", "sh", "-c",
            f"mount --bind {path} {LIBEXEC}/{name} &&"
            f" exec pamtester {service} {person.name} authenticate")
        if answer and terminal.read_to("Password: ",
                                       callers.pexpect.EOF) == 0:
            terminal.send(person.password + "\r")
        self.assert_code(terminal, code)
        lines = [line for line in self.log_of(person.name)
                 if " denied " in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], f"reason=({reasons}) ")

    def test_missing(self):
        empty = script("")
        os.chmod(empty, 0o644)
        self.with_false(PROGRAMS[0], empty,
                        reasons="system-error|keeper-failed")
        self.with_false(PROGRAMS[1], empty,
                        reasons="system-error|speaker-failed")

    def test_ends_at_once(self):
        """An exit status means nothing, 0 least of all."""
        quick = script("#!/bin/sh\nexit 0\n")
        self.with_false(PROGRAMS[0], quick, reasons="keeper-failed|"
                        "system-error")
        self.with_false(PROGRAMS[1], quick, reasons="speaker-failed")

    def test_hangs(self):
        hangs = script("#!/bin/sh\nexec sleep 120\n")
        self.with_false(PROGRAMS[0], hangs, "PAM_AUTHINFO_UNAVAIL",
                        "timeout")
        self.with_false(PROGRAMS[1], hangs, "PAM_AUTHINFO_UNAVAIL",
                        "timeout")
        self.assert_root_enters()

    def test_of_another_build(self):
        self.with_false(PROGRAMS[0], other_build(PROGRAMS[0]),
                        reasons="other-build")
        self.with_false(PROGRAMS[1], other_build(PROGRAMS[1]),
                        reasons="other-build|speaker-failed")

    def test_speaks_nonsense(self):
        babbling = script(
            "#!/usr/bin/python3\n"
            "import os, socket, time\n"
            "for fd in range(3, 10):\n"
            "    try:\n"
            "        socket.socket(fileno=os.dup(fd)).send(b'\\x01' * 64)\n"
            "    except OSError:\n"
            "        pass\n"
            "for fd in (0, 1, 2):\n"
            "    try:\n"
            "        socket.socket(fileno=os.dup(fd)).send(b'\\x01' * 64)\n"
            "    except OSError:\n"
            "        pass\n"
            "time.sleep(1)\n")
        self.with_false(PROGRAMS[0], babbling,
                        reasons="keeper-failed|other-build")
        self.with_false(PROGRAMS[1], babbling,
                        reasons="speaker-failed|other-build")


class Signals(Case):
    """proves P33, P40, P54: killed or stopped at each moment"""

    MOMENTS = {
        "at the prompt": "",
        "at the first request": "InitiateAuth",
        "at the second request": "RespondToAuthChallenge",
    }

    def meet(self, victim_name, number, code, reasons, begun_anew=False):
        """begun_anew: at the prompt nothing was lost yet, so the right
        password gets in by another keeper."""
        started = {}
        for moment, operation in self.MOMENTS.items():
            person = self.person()
            # What is stopped is waited for, to the end.
            service = self.service(
                timeout=4 if number == signal.SIGSTOP else 30)
            if operation:
                self.hold(person, operation)
            terminal = callers.pamtester(service, person.name)
            terminal.read_to("Password: ")
            victim = working_for(terminal.spawned.pid, victim_name)
            self.addCleanup(end, victim)
            started[moment] = (terminal, person, victim, operation)
        for moment, (terminal, person, victim, operation) in started.items():
            if not operation:
                self.kill_at_prompt(terminal, victim, number, begun_anew)
            terminal.send(person.password + "\r")
            if operation:
                self.wait_until_held(person, operation)
                os.kill(victim, number)
        for moment, (terminal, person, *_) in started.items():
            with self.subTest(f"{moment}, {signal.Signals(number).name}"):
                terminal.end()
                if begun_anew and moment == "at the prompt":
                    self.assertEqual(callers.pam_code(terminal), "success",
                                     terminal.text)
                    continue
                self.assertIn(callers.pam_code(terminal), code.split("|"),
                              terminal.text)
                line = self.log_of(person.name)[0]
                self.assertRegex(line, f" denied .* reason=({reasons}) ")

    @staticmethod
    def kill_at_prompt(terminal, victim, number, begun_anew):
        """The speaker ends with its keeper, in a moment: what it was given
        before that moment is lost, and not given twice."""
        speaker = working_for(terminal.spawned.pid, PROGRAMS[1])
        os.kill(victim, number)
        for _ in range(250):
            if not begun_anew or not os.path.exists(f"/proc/{speaker}"):
                break
            time.sleep(0.02)

    def test_keeper_killed(self):
        self.meet(PROGRAMS[0], signal.SIGKILL, "PAM_SYSTEM_ERR",
                  "keeper-failed|system-error", begun_anew=True)

    def test_keeper_stopped(self):
        self.meet(PROGRAMS[0], signal.SIGSTOP, "PAM_AUTHINFO_UNAVAIL",
                  "timeout")

    def test_speaker_killed(self):
        self.meet(PROGRAMS[1], signal.SIGKILL, "PAM_SYSTEM_ERR",
                  "speaker-failed|system-error")

    def test_speaker_stopped(self):
        self.meet(PROGRAMS[1], signal.SIGSTOP, "PAM_AUTHINFO_UNAVAIL",
                  "timeout")


class State(Case):
    """proves P29, P33, P34, P37, P90: what /proc tells of both"""

    def start(self):
        person = self.person()
        self.fault(person, "InitiateAuth", "delay", ms=1500)
        terminal = callers.su(person.name, env={"LD_BIND_NOW": "1",
                                                "SECRET_OF_MINE": "x"})
        terminal.read_to("Password: ")
        pids = [working_for(terminal.spawned.pid, name) for name in PROGRAMS]
        # The filter of system calls is the last that the speaker puts on.
        for _ in range(1000):
            if self.status(pids[1])["Seccomp"] == "2":
                break
            time.sleep(0.02)
        return terminal, person, pids

    @staticmethod
    def status(pid):
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file
                        if ":\t" in line)

    def test_state(self):
        terminal, person, (keeper, speaker) = self.start()
        for pid in (keeper, speaker):
            with open(f"/proc/{pid}/environ", "rb") as file:
                self.assertEqual(file.read(), b"")
            self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
            with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
                self.assertRegex(file.read(),
                                 r"Max core file size\s+0\s+0")
            # /proc of what cannot be dumped belongs to root.
            self.assertEqual(os.stat(f"/proc/{pid}/mem").st_uid, 0)
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                fields = file.read().rpartition(")")[2].split()
            self.assertEqual(fields[4], "0", "it has a terminal")
            self.assertNotEqual(fields[3], str(os.getsid(
                terminal.spawned.pid)), "it is of the caller's session")
        ids = self.status(keeper)["Uid"].split()
        self.assertEqual(ids, ["0"] * 4)
        self.assertEqual(self.status(keeper)["Umask"], "0077")
        status = self.status(speaker)
        user = pwd.getpwnam("_cognito")
        self.assertEqual(status["Uid"].split(), [str(user.pw_uid)] * 4)
        self.assertEqual(status["Gid"].split(), [str(user.pw_gid)] * 4)
        self.assertIn(status["Groups"].strip(), ("", str(user.pw_gid)))
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")
        self.assertEqual(int(status["CapEff"], 16), 0)
        self.assertEqual(int(status["CapPrm"], 16), 0)
        self.assert_descriptors(keeper)
        self.assert_descriptors(speaker)
        terminal.answer("", person.password)
        terminal.end()
        self.assert_in(terminal, person.name)

    def assert_descriptors(self, pid):
        """Nothing of the caller's: no terminal, no file of its own."""
        for number in os.listdir(f"/proc/{pid}/fd"):
            target = os.readlink(f"/proc/{pid}/fd/{number}")
            self.assertRegex(
                target, r"^(socket:|pipe:|anon_inode:|/dev/null$|"
                r"/etc/cognito/|/var/lib/cognito/|/etc/passwd|/etc/group|"
                r"/run/cognito/places$|"
                r"/etc/ssl)", f"{number} of {program(pid)}")

    def test_caller_cannot_signal_them(self):
        terminal, person, pids = self.start()
        for pid in pids:
            for name in ("STOP", "KILL"):
                tried = subprocess.run(
                    ["setpriv", "--reuid=lena", "--regid=lena",
                     "--init-groups", "kill", f"-{name}", str(pid)],
                    capture_output=True, check=False)
                self.assertNotEqual(tried.returncode, 0)
        terminal.answer("", person.password)
        terminal.end()
        self.assert_in(terminal, person.name)

    def test_cores_are_not_written(self):
        """where their directory, /, can be written to, and the caller's
        limit allows it: a shell leaves a core there"""
        with open("/proc/sys/kernel/core_pattern", encoding="utf-8") as file:
            lie_there = file.read(1) not in "|/"
        for name in PROGRAMS:
            with self.subTest(name):
                found = self.what_lies_about_after(name)
                if lie_there:
                    self.assertIn("core-of-a-shell", found)
                self.assertEqual([entry for entry in found
                                  if re.match(r"core(\.\d+)?$", entry)], [])

    def what_lies_about_after(self, name):
        """In the / of a keeper or speaker that got a SIGSEGV."""
        person = self.person()
        terminal = callers.Terminal(
            "unshare", "-m", "sh", "-c", ROOT_OF_ITS_OWN, "sh", "sh", "-c",
            "ulimit -c unlimited; sh -c 'kill -SEGV $$';"
            " mv /core* /core-of-a-shell; exec pamtester"
            f" {self.service()} {person.name} authenticate")
        terminal.read_to("Password: ")
        host = terminal.spawned.pid
        pid = working_for(host, name)
        os.kill(pid, signal.SIGSEGV)
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.02)
        found = os.listdir(f"/proc/{host}/root")
        terminal.close()
        return found
