# SPDX-License-Identifier: Apache-2.0
"""The module as a guest: what a host finds before and after us, what
modules beside us see, and what a handle remembers."""

import os
import re
import signal
import stat
import subprocess

from room import callers, host, native
from room.case import TOTP_SECRET
from room.guest import PAM_AUTH_ERR, PAM_SUCCESS, GuestCase
from room.namespace import ROOM
from room.processes import SPEAKER, working_for
from room.terminal import make_password


def fnv1a(text):
    """As pam_probe hashes passwords."""
    total = 0xcbf29ce484222325
    for byte in text.encode():
        total = (total ^ byte) * 0x100000001b3 % (1 << 64)
    return f"{total:016x}"


class Items(GuestCase):
    """What stands in the handle for other modules"""

    def watched(self, arguments=""):
        path = f"{ROOM}/seen-{os.urandom(4).hex()}"
        lines = []
        for kind in ("auth", "account", "password"):
            probe = f"{kind} optional pam_probe.so file={path}"
            lines += [probe, f"{kind} required pam_cognito.so {arguments}",
                      probe]
        return self.stack(*lines), path

    @staticmethod
    def seen(path):
        with open(path, encoding="utf-8") as file:
            return [dict(word.split("=") for word in line.split())
                    for line in file]

    def test_user_is_never_set(self):
        """proves P14: in no phase, whether it admits or denies"""
        person, new = self.person(), make_password()
        service, path = self.watched()
        for words, answers in (
                (("authenticate", "account", "setcred"), [person.password]),
                (("authenticate", "account"), [make_password()]),
                (("change",), [person.password, new, new])):
            lines = self.be_host(service, person.name, *words,
                                 answers=answers)
            self.assertIn(f"user {person.name}", lines)
        seen = self.seen(path)
        self.assertGreater(len(seen), 10)
        self.assertEqual({one["user"] for one in seen}, {person.name})

    def test_password_for_the_modules_behind(self):
        """PAM_AUTHTOK is the password that holds now, PAM_OLDAUTHTOK the
        one that was proved"""
        person = self.person()
        service, path = self.watched()
        self.be_host(service, person.name, "authenticate",
                     answers=[person.password])
        self.assertEqual(self.seen(path)[-1]["authtok"],
                         fnv1a(person.password))
        new = make_password()
        self.be_host(service, person.name, "change",
                     answers=[person.password, new, new])
        last = self.seen(path)[-1]
        self.assertEqual(last["authtok"], fnv1a(new))
        self.assertEqual(last["old"], fnv1a(person.password))

    def test_forced_new_password_for_the_modules_behind(self):
        person, new = self.person(status="FORCE_CHANGE_PASSWORD"), \
            make_password()
        service, path = self.watched()
        lines = self.be_host(service, person.name, "authenticate",
                             answers=[person.password, new, new])
        self.assertEqual(self.codes(lines, "authenticate"), [PAM_SUCCESS])
        self.assertEqual(self.seen(path)[-1]["authtok"], fnv1a(new))

    def test_use_authtok_takes_what_an_earlier_module_set(self):
        person, new = self.person(), make_password()
        service = self.stack(
            f"password optional pam_probe.so authtok={new}",
            "password required pam_cognito.so use_authtok",
            "auth required pam_cognito.so")
        lines = self.be_host(service, person.name, "change",
                             answers=[person.password])
        self.assertEqual(self.codes(lines, "change"), [PAM_SUCCESS])
        self.assertEqual([line for line in lines
                          if line.startswith("hidden ")],
                         ["hidden Current password: "])
        lines = self.be_host(service, person.name, "authenticate",
                             answers=[new])
        self.assertEqual(self.codes(lines, "authenticate"), [PAM_SUCCESS])

    def test_expired_passwords_are_the_pools_business(self):
        """PAM_CHANGE_EXPIRED_AUTHTOK: nothing is asked, nothing is sent"""
        person = self.person()
        lines = self.be_host(self.service(), person.name, "change-expired")
        self.assertEqual(self.codes(lines, "change-expired"), [PAM_SUCCESS])
        self.assertEqual([line for line in lines
                          if line.startswith("hidden ")], [])
        self.assertEqual(self.calls_of(person.name), [])

    def test_junk_of_an_earlier_module_is_not_sent(self):
        """proves P59: an empty or spoiled PAM_AUTHTOK is refused here"""
        for junk in ("", "\b\x7fINCORRECT"):
            with self.subTest(junk):
                person = self.person()
                service = self.stack(
                    f"auth optional pam_probe.so authtok={junk}",
                    "auth required pam_cognito.so use_first_pass")
                lines = self.be_host(service, person.name, "authenticate")
                self.assertEqual(self.codes(lines, "authenticate"),
                                 [PAM_AUTH_ERR])
                self.assertEqual(self.calls_of(person.name), [])


class Handle(GuestCase):
    """proves P9, P10: what a handle remembers of a proof is about one name
    and the last authenticate"""

    def test_proof_is_not_another_users(self):
        for arguments, local in (("", True), ("allow_unknown", False)):
            with self.subTest(arguments):
                one, other = (self.person(local=local) for _ in range(2))
                lines = self.be_host(
                    self.service(arguments), one.name, "authenticate",
                    f"user={other.name}", "account", f"user={one.name}",
                    "account", answers=[one.password])
                self.assertEqual(self.codes(lines, "authenticate"),
                                 [PAM_SUCCESS])
                denied, admitted = self.codes(lines, "account")
                self.assertNotEqual(denied, PAM_SUCCESS)
                self.assertEqual(admitted, PAM_SUCCESS)

    def test_proof_ends_with_the_next_authenticate(self):
        person = self.person(local=False)
        lines = self.be_host(
            self.service("allow_unknown"), person.name, "authenticate",
            "authenticate", "account",
            answers=[person.password, make_password()])
        self.assertEqual(self.codes(lines, "authenticate"),
                         [PAM_SUCCESS, PAM_AUTH_ERR])
        self.assertNotEqual(self.codes(lines, "account"), [PAM_SUCCESS])

    def test_user_changed_while_the_password_is_typed(self):
        """proves P14, P15: the proof of one name admits no other"""
        one, other = self.person(), self.person()
        lines = self.be_host(
            self.service(), one.name, f"user-when-asked={other.name}",
            "authenticate", "account", answers=[one.password])
        self.assertNotEqual(self.codes(lines, "authenticate"), [PAM_SUCCESS])
        self.assertNotEqual(self.codes(lines, "account"), [PAM_SUCCESS])
        # Nor does the log say that anybody came in.
        self.assert_reason(one.name, "system-error")
        self.assertNotIn(" admitted ", "".join(self.log_of(one.name)))

    def test_change_is_of_the_user_who_was_proved(self):
        one, other, new = self.person(), self.person(), make_password()
        lines = self.be_host(
            self.service(), one.name, f"user-when-asked={other.name}",
            "change", answers=[one.password, new, new])
        self.assertNotEqual(self.codes(lines, "change"), [PAM_SUCCESS])
        self.assert_reason(other.name, "input-refused")

    def test_change_without_what_an_earlier_module_should_have_set(self):
        """use_authtok alone: refused, and the log says why"""
        person = self.person()
        lines = self.be_host(self.service("use_authtok"), person.name,
                             "change", answers=[person.password])
        self.assertNotEqual(self.codes(lines, "change"), [PAM_SUCCESS])
        self.assertIn("use_authtok, and no earlier module",
                      self.log_of(person.name, wait_for=2)[-1])

    def test_credentials_of_others_are_not_ours(self):
        """setcred: ours are answered, for all others we are not there"""
        stranger = self.person(local=False)
        ours = self.person()
        for arguments, name, words, answers, wanted in (
                ("", "root", (), (), "ignored"),
                ("", host.LOCAL_USER, (), (), "ignored"),
                ("allow_unknown", stranger.name, (), (), "ignored"),
                ("allow_unknown", stranger.name, ("authenticate",),
                 [stranger.password], "answered"),
                ("", ours.name, (), (), "answered")):
            with self.subTest(f"{name} {arguments} {words}"):
                # Behind an answer the stack ends; behind none it denies.
                service = self.stack(
                    "auth [success=done ignore=ignore default=die]"
                    f" pam_cognito.so {arguments}",
                    "auth required pam_deny.so")
                lines = self.be_host(service, name, *words, "setcred",
                                     answers=answers)
                self.assertEqual(
                    self.codes(lines, "setcred") == [PAM_SUCCESS],
                    wanted == "answered", lines)


class Manners(GuestCase):
    def test_every_failure_asks_for_a_delay(self):
        """proves P63"""
        unknown = self.person(in_pool=False)
        for person, password, config in (
                (self.person(), make_password(), {}),
                (unknown, unknown.password, {}),
                (self.person(), "", {}),
                (self.person(), "any", {"allow_groups": None})):
            lines = self.be_host(self.service(**config), person.name,
                                 "authenticate", answers=[password])
            delays = [line.split()[2] for line in lines
                      if line.startswith("delay ")]
            self.assertEqual(len(delays), 1)
            # libpam varies what it was asked for by up to a half.
            self.assertGreaterEqual(int(delays[0]), 900_000)

    def test_silent(self):
        """PAM_SILENT: questions, but no texts"""
        away = {"endpoint": "https://cognito.test:1"}
        for words, count in ((("authenticate",), 1),
                             (("silent", "authenticate"), 0)):
            with self.subTest(words):
                person = self.person(totp_secret=TOTP_SECRET)
                right = person.code()
                wrong = f"{(int(right) + 7) % 1_000_000:06d}"
                lines = self.be_host(self.service(), person.name, *words,
                                     answers=[person.password, wrong, right])
                self.assertEqual(self.codes(lines, "authenticate"),
                                 [PAM_SUCCESS])
                self.assertEqual(bool(self.texts(lines)), bool(count))
                person = self.person()
                lines = self.be_host(self.service(**away), person.name,
                                     *words, answers=[person.password])
                self.assertEqual(len(self.texts(lines)), count, lines)

    @staticmethod
    def texts(lines):
        return [line for line in lines if line.startswith(("error ",
                                                           "text "))]

    def test_silent_password_change(self):
        person, new = self.person(), make_password()
        lines = self.be_host(
            self.service(), person.name, "silent-change",
            answers=[person.password, "short", "short", new, new])
        self.assertEqual(self.codes(lines, "change"), [PAM_SUCCESS])
        self.assertEqual(self.texts(lines), [])


class Host(GuestCase):
    """proves P39: nothing of the host's process is changed"""

    @staticmethod
    def prepare():
        """A host whose every setting differs from the usual."""
        os.umask(0o027)
        os.chdir("/var/tmp")
        os.nice(3)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
        signal.setitimer(signal.ITIMER_REAL, 3000)

    def test_state_before_and_after(self):
        person, new = self.person(), make_password()
        lines = self.be_host(
            self.service(), person.name, "state", "authenticate", "state",
            "account", "state", "setcred", "state", "change", "state",
            answers=[person.password, person.password, new, new],
            preexec_fn=self.prepare,
            env={"LC_ALL": "C.UTF-8", "TZ": "Europe/Berlin",
                 "MARK": "of this host"})
        self.assertEqual(self.codes(lines, "authenticate"), [PAM_SUCCESS])
        self.assertEqual(self.codes(lines, "change"), [PAM_SUCCESS])
        self.assert_same_states(lines, 5)

    def test_state_after_failures(self):
        person = self.person()
        for config in ({}, {"endpoint": "https://cognito.test:1"},
                       {"allow_groups": None}):
            with self.subTest(config):
                lines = self.be_host(
                    self.service(**config), person.name, "state",
                    "authenticate", "state", "change", "state",
                    answers=["not-it", "not-it"], preexec_fn=self.prepare)
                self.assert_same_states(lines, 3)

    def test_standard_descriptors_closed(self):
        """proves P37: they are neither missed nor used"""
        for count in (1, 2, 3):
            with self.subTest(count):
                person, new = self.person(totp_secret=TOTP_SECRET), \
                    make_password()
                lines = self.be_host(
                    self.service(), person.name, f"closed={count}",
                    "authenticate", "account", "setcred", "change",
                    answers=[person.password, person.code(),
                             person.password, person.code(1), new, new])
                for word in ("authenticate", "account", "setcred", "change"):
                    self.assertEqual(self.codes(lines, word), [PAM_SUCCESS],
                                     lines)
                self.assertEqual(
                    {line for line in lines if line.startswith("descriptor")},
                    {f"descriptor {n} open 0" for n in range(count)})

    def test_no_child_while_the_person_types(self):
        """login takes the end of any child for the end of its shell"""
        person = self.person()
        terminal = callers.pamtester(self.service(), person.name)
        terminal.read_to("Password: ")
        working_for(terminal.spawned.pid, SPEAKER)
        children = subprocess.run(
            ["ps", "-o", "comm=", "--ppid", str(terminal.spawned.pid)],
            stdout=subprocess.PIPE, text=True, check=False).stdout
        terminal.send(person.password + "\r")
        self.assert_code(terminal, "success")
        self.assertEqual(children, "")

    def assert_same_states(self, lines, count):
        text = "\n".join(lines)
        states = re.findall(r"^state begins\n((?:state .*\n)+?)state ends",
                            text, re.M)
        self.assertEqual(len(states), count, text[-500:])
        self.assertIn("state timer 0 1", states[0])
        for state in states[1:]:
            self.assertEqual(state.split("\n"), states[0].split("\n"))


def writable_for_others(path):
    """Whether somebody but root could have put something there."""
    while True:
        try:
            status = os.stat(path)
        except FileNotFoundError:
            status = None
        if status and (status.st_uid or
                       stat.S_ISDIR(status.st_mode) and
                       status.st_mode & 0o022):
            return True
        if path == "/":
            return False
        path = os.path.dirname(path)


class Files(GuestCase):
    def test_files_of_a_login(self):
        """proves P36: nothing is opened, made or run where users write,
        and no path has the name, or what the server said, in it"""
        trace = f"{ROOM}/log/trace-{os.urandom(4).hex()}"
        person = self.person()
        lines = self.be_host(
            self.service(), person.name, "authenticate", "account",
            answers=[person.password],
            wrapper=("strace", "-f", "-y", "-s", "4096", "-o", trace, "-e",
                     "trace=open,openat,openat2,creat,unlink,unlinkat,mkdir,"
                     "mkdirat,rename,renameat,renameat2,link,linkat,symlink,"
                     "symlinkat,chmod,fchmodat,chown,fchownat,execve,"
                     "execveat,mknod,mknodat,truncate"))
        self.assertEqual(self.codes(lines, "account"), [PAM_SUCCESS], lines)
        with open(trace, encoding="utf-8") as file:
            text = file.read()
        os.unlink(trace)
        paths = self.paths(text)
        self.assertIn("/usr/libexec/pam-cognito-speaker", paths)
        self.assertIn("/var/lib/cognito/private", "".join(paths))
        # The host itself and its stack, which are the test's.
        paths -= {native.probe_host()}
        self.assertEqual([path for path in sorted(paths)
                          if writable_for_others(path)], [])
        self.assertEqual([path for path in sorted(paths)
                          if person.name in path], [])

    def paths(self, text):
        found = set()
        for line in text.splitlines():
            if " = ? " in line or "resumed>" in line:
                continue
            for directory, path in re.findall(
                    r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, |\()"([^"]*)"', line):
                found.add(os.path.normpath(
                    os.path.join(directory or "/", path)))
        return found


class Shells(GuestCase):
    """proves P37: the session's descriptors are those of a run without us"""

    LOOK = "ls -l /proc/self/fd | sed 's/.* \\([0-9]* ->\\)/\\1/;" \
        " s/[0-9][0-9]*\\]/N]/; s,/dev/pts/[0-9]*,PTS,; s,/proc/.*,PROC,'"

    def descriptors(self, terminal):
        text = terminal.text.replace("\r", "").split("begin-2\n")[1]
        return text.split("end-2")[0].splitlines()

    def test_su(self):
        command = f"echo begin-$((1+1)); {self.LOOK}; echo end-$((1+1))"
        person = self.person()
        seen = []
        for name, password in ((person.name, person.password),
                               (host.LOCAL_USER, host.LOCAL_PASSWORD)):
            terminal = callers.su(name, command=command)
            self.finish(terminal, ("Password: ", password))
            seen.append(self.descriptors(terminal))
        self.assertGreater(len(seen[0]), 3)
        self.assertEqual(seen[0], seen[1])

    def test_login(self):
        command = f"echo begin-$((1+1)); {self.LOOK}; echo end-$((1+1))"
        person = self.person()
        seen = []
        for name, password in ((person.name, person.password),
                               (host.LOCAL_USER, host.LOCAL_PASSWORD)):
            terminal = callers.login()
            callers.say_name(terminal, name)
            terminal.answer("Password: ", password)
            terminal.read_to(r"[$#] $")
            terminal.send(f"{command}; exit\n")
            terminal.end()
            seen.append(self.descriptors(terminal))
        self.assertGreater(len(seen[0]), 3)
        self.assertEqual(seen[0], seen[1])
