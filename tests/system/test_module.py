# SPDX-License-Identifier: Apache-2.0
"""The module against a keeper that lies: what it believes, how long it
waits, what it shows; and which keeper it starts at all."""

import concurrent.futures
import fcntl
import os
import pwd
import shutil
import signal
import time

from room import callers, host, ids, native
from room.by_hand import false_program
from room.guest import (PAM_SERVICE_ERR, PAM_SUCCESS, PAM_USER_UNKNOWN,
                        GuestCase, change_accounts)
from room.terminal import make_password

# A keeper that admits whoever is asked for.
ADMITS = "decide(hear()[1][2])\n"


class Against(GuestCase):
    def meet(self, body, *words, answers=("any-password",), arguments="",
             person=None):
        """The lines of a host whose keeper does this."""
        person = person or self.person()
        keeper = false_program(body)
        service = self.service(f"keeper={keeper} {arguments}")
        return self.be_host(service, person.name,
                            *(words or ("authenticate",)), answers=answers)

    def assert_denied(self, lines, word="authenticate"):
        self.assertEqual(len(self.codes(lines, word)), 1, lines)
        self.assertNotEqual(self.codes(lines, word), [PAM_SUCCESS])


class Verdicts(Against):
    """proves P1, P3, P40, P55, P98: one verdict, about this very question"""

    def test_honest_one(self):
        """Without it the tests below would show nothing."""
        lines = self.meet(ADMITS)
        self.assertEqual(self.codes(lines, "authenticate"), [PAM_SUCCESS])

    def test_verdicts_that_admit_nobody(self):
        bodies = {
            "another user": "decide(b'root')",
            "no user": "decide(b'')",
            "a longer name": "decide(user + b'x')",
            "another operation": "decide(user, operation='ACCOUNT')",
            "a change": "decide(user, operation='CHANGE')",
            "nobody decided": "decide(user, 'NONE')",
            "an unknown outcome": "decide(user, 9999)",
            "the one behind the last": "decide(user, 'COUNT')",
            "another build": "decide(user, build='0' * 32)",
            "no build": "decide(user, build='')",
            "on the person's line": "say('VERDICT', BUILD, 1, user, 1, '',"
                " '', to=person)",
            "nothing": "pass",
            "only a start": "say('STARTED', BUILD, 1000)",
            "a start of another build":
                "say('STARTED', '0' * 32, 1000); decide(user)",
            "a result, as the speaker": "say('RESULT', BUILD, 1, 1, '', '',"
                " user, '', '', 0, b'')",
            "half a verdict": "parent.send(pack('VERDICT', BUILD, 1)[:40])",
            "a verdict with more behind it": "parent.send(pack('VERDICT',"
                " BUILD, 1, user, 1, '', '') + b'x')",
            "two at once": "parent.send(2 * pack('VERDICT', BUILD, 1, user,"
                " 1, '', ''))",
            "a denial, then an admission":
                "decide(user, 'PASSWORD'); decide(user)",
        }
        for name, body in bodies.items():
            with self.subTest(name):
                self.assert_denied(self.meet(
                    f"user = hear()[1][2]\n{body}\n"))

    def test_account_phase(self):
        lines = self.meet(
            "decide(hear()[1][2], operation='ACCOUNT')\n", "account")
        self.assertEqual(self.codes(lines, "account"), [PAM_SUCCESS])
        for body in ("decide(hear()[1][2])", "decide(b'root',"
                     " operation='ACCOUNT')", "decide(hear()[1][2], 'NONE',"
                     " 'ACCOUNT')", "pass"):
            with self.subTest(body):
                self.assert_denied(self.meet(body + "\n", "account"),
                                   "account")

    def test_change(self):
        """A proved old password is no change."""
        lines = self.meet(
            "user = hear()[1][2]\ndecide(user, operation='PRELIM')\n"
            "hear()\ndecide(user, operation='PRELIM')\n", "change")
        self.assert_denied(lines, "change")

    def test_password_that_nobody_typed(self):
        """proves P59: refused here, whatever the keeper would say"""
        for junk in ("", "\b\r\x7fINCORRECT", "a\x1bb"):
            with self.subTest(junk):
                self.assert_denied(self.meet(ADMITS, answers=(junk,)))

    def test_password_is_given_once(self):
        """proves P55: what asks twice is not answered twice"""
        lines = self.meet(
            "user = hear()[1][2]\n"
            "for _ in range(2):\n"
            "    say('ASK', NUMBERS['WIRE_ASK_PASSWORD'], 'x', to=person)\n"
            "    kind = hear(person)[0]\n"
            "    if kind != 'ANSWER':\n"
            "        break\n"
            "    say('TELL', 1, f'heard {kind}', to=person)\n"
            "decide(user, 'PASSWORD')\n", answers=("any-password",) * 3)
        self.assert_denied(lines)
        self.assertEqual(len([line for line in lines
                              if line.startswith("hidden ")]), 1)
        self.assertEqual(lines.count("text heard ANSWER"), 1)


class Time(Against):
    """proves P46, P54: no keeper and no speaker stretches the time"""

    # How long they would go on; they say that the limit is a second.
    LIFE_S = 24
    FLOODS = {
        "silence": f"time.sleep({LIFE_S})",
        "log lines": "say('LOG', 7, 'x'); time.sleep(0.1)",
        "texts": "say('TELL', 1, 'x', to=person); time.sleep(0.1)",
        # Several at once, and before others have their turn, so that there
        # is always something to read.
        "log lines in a hurry": "more(); say('LOG', 7, 'x')",
        "texts in a hurry": "more(); say('TELL', 1, 'x', to=person)",
        "nonsense": "person.send(b'x'); time.sleep(0.1)",
    }

    def test_limit_is_held(self):
        def measure(body):
            begun = time.monotonic()
            return self.meet(
                "user = hear()[1][2]\nsay('STARTED', BUILD, 1000)\n"
                "first = os.getpid()\nforked = []\n"
                "def more():\n"
                "    while len(forked) < 3 and os.getpid() == first:\n"
                "        forked.append(os.fork())\n"
                "        if not forked[-1]:\n"
                "            os.sched_setscheduler(0, os.SCHED_RR,\n"
                "                                  os.sched_param(1))\n"
                f"end = time.monotonic() + {self.LIFE_S}\n"
                "while time.monotonic() < end:\n"
                "    try:\n"
                f"        {body}\n"
                "    except ConnectionError:\n"
                "        time.sleep(0.1)\n"), time.monotonic() - begun

        with concurrent.futures.ThreadPoolExecutor() as hosts:
            outcomes = list(hosts.map(measure, self.FLOODS.values()))
        for name, (lines, took) in zip(self.FLOODS, outcomes):
            with self.subTest(name):
                self.assert_denied(lines)
                self.assertLess(took, self.LIFE_S)


    def test_questions_have_an_end(self):
        """Each answer begins the time anew: so their number is bounded"""
        lines = self.meet(
            "user = hear()[1][2]\n"
            "try:\n"
            "    while True:\n"
            "        say('ASK', NUMBERS['WIRE_ASK_SHOWN'], 'x', to=person)\n"
            "        if not hear(person)[1]:\n"
            "            break\n"
            "except OSError:\n"
            "    pass\n"
            "decide(user, 'PASSWORD')\n", answers=("any-password",) * 900)
        self.assert_denied(lines)
        self.assertLess(len([line for line in lines
                             if line.startswith("shown ")]), 500)

    def test_log_lines_have_an_end(self):
        """proves P94: a keeper gone wrong does not fill the log"""
        self.assert_denied(self.meet(
            "user = hear()[1][2]\n"
            "try:\n"
            "    for _ in range(1000):\n"
            "        say('LOG', 7, 'x')\n"
            "    decide(user)\n"
            "except OSError:\n"
            "    pass\n"))


class Texts(Against):
    """proves P94, P95: what the other processes say is made printable"""

    HOSTILE = "a\\x1b[2J\\nAccepted password for root\\x7f\\u202eb\\u200f"

    def test_on_the_screen(self):
        lines = self.meet(
            "user = hear()[1][2]\n"
            f"say('TELL', 1, '{self.HOSTILE}', to=person)\n"
            f"say('TELL', 2, '{self.HOSTILE}', to=person)\n"
            f"say('ASK', NUMBERS['WIRE_ASK_SHOWN'], '{self.HOSTILE}',"
            " to=person)\n"
            "hear(person)\n"
            f"say('ASK', NUMBERS['WIRE_ASK_NEW_PASSWORD'], '{self.HOSTILE}',"
            " to=person)\n"
            "hear(person)\n"
            "decide(user, 'PASSWORD')\n", answers=("any-password",) * 3)
        shown = [line for line in lines if "Accepted" in line]
        self.assertEqual([line.split()[0] for line in shown],
                         ["text", "error", "shown", "hidden"], lines)
        for line in shown:
            for bad in ("<1b>", "<0a>", "<7f>", "\u202e", "\u200f"):
                self.assertNotIn(bad, line)

    def test_in_the_log(self):
        person = self.person()
        self.meet(
            "user = hear()[1][2]\n"
            f"say('LOG', 5, '{self.HOSTILE} ' + user.decode())\n"
            "decide(user, 'PASSWORD', request_id='x\" y',"
            f" detail='{self.HOSTILE}')\n", person=person)
        lines = self.log_of(person.name)
        self.assertEqual(len(lines), 1)
        with open("/run/room/log/messages", encoding="utf-8") as file:
            lines += [line for line in file if person.name in line
                      and "Accepted" in line and "reason=" not in line]
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertRegex(line.strip(), r"^[ -~]*$")
            for bad in ("<1b>", "<0a>", "<7f>"):
                self.assertNotIn(bad, line)
        self.assertIn("request=- ", lines[0])


class Inherited(Against):
    """proves P29, P33, P37: what the module hands to the keeper, which
    looks at it again"""

    @staticmethod
    def prepare():
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK,
                               [signal.SIGUSR2, signal.SIGTERM])

    def test_start(self):
        keeper = false_program(
            "user = hear()[1][2]\n"
            "def tell(*words):\n"
            "    say('TELL', 1, ' '.join(map(str, words)), to=person)\n"
            "tell('environ', open('/proc/self/environ').read())\n"
            "tell('descriptors', sorted(os.listdir('/proc/self/fd'),"
            " key=int))\n"
            "tell('session', os.getsid(0) == os.getpid())\n"
            "for line in open('/proc/self/status'):\n"
            "    if line.startswith(('SigIgn', 'SigBlk')):\n"
            "        tell(*line.split())\n"
            "decide(user, 'PASSWORD')\n")
        person = self.person()
        with open("/etc/passwd", "rb") as file:
            high = fcntl.fcntl(file, fcntl.F_DUPFD, 30)
        self.addCleanup(os.close, high)
        lines = self.be_host(
            self.service(f"keeper={keeper}"), person.name, "authenticate",
            answers=("any-password",), preexec_fn=self.prepare,
            pass_fds=(high,), env={"SSLKEYLOGFILE": "/etc/ld.so.preload"})
        found = dict(line.split(" ", 2)[1:] for line in lines
                     if line.startswith("text "))
        self.assertEqual(found["environ"], "")
        # Five of ours, and the one that lists them.
        self.assertEqual(found["descriptors"],
                         str([str(number) for number in range(6)]))
        self.assertEqual(found["session"], "True")
        self.assertEqual(int(found["SigBlk:"], 16), 0)
        # What the interpreter of this keeper ignores itself is no matter.
        for number in (signal.SIGUSR1, signal.SIGCHLD):
            self.assertEqual(int(found["SigIgn:"], 16) >> (number - 1) & 1,
                             0)


class Which(Against):
    """proves P31: what runs as root is root's, and so is the way there"""

    def refuse(self, path):
        """A keeper that admits, at a place where others write."""
        os.chmod(path, os.stat(path).st_mode | 0o111)
        person = self.person()
        lines = self.be_host(self.service(f"keeper={path}"), person.name,
                             "authenticate", answers=("any-password",))
        self.assert_denied(lines)
        self.assertIn("reason=system-error", self.log_of(person.name)[0])

    def test_directories(self):
        good = false_program(ADMITS)
        home = f"/home/{host.LOCAL_USER}/keeper"
        for path in ("/tmp/keeper", home):
            with self.subTest(path):
                shutil.copy(good, path)
                self.addCleanup(os.unlink, path)
                self.refuse(path)

    def test_file(self):
        for spoil in (lambda path: os.chmod(path, 0o775),
                      lambda path: os.chmod(path, 0o757),
                      lambda path: os.chown(path, 1001, 0)):
            path = false_program(ADMITS)
            spoil(path)
            self.refuse(path)
        path = false_program(ADMITS)
        os.symlink(path, path + ".link")
        self.refuse(path + ".link")


class Arguments(GuestCase):
    """proves P12, P85: a line with a mistake, and who is not locked out"""

    BAD = ("no_such_option", "minimum_uid=999", "minimum_uid=0",
           "minimum_uid=-1", "minimum_uid=99999999999", "local_group=",
           "config=/etc/cognito/../cognito.conf", "config=/etc/..",
           "keeper=relative", "allow_unknown create_account",
           "debug=yes", "local_group=a:b")

    def test_root_is_never_concerned(self):
        person = self.person()
        for bad in self.BAD:
            with self.subTest(bad):
                service = self.service(bad)
                for name in ("root", "daemon"):
                    terminal = callers.pamtester(service, name)
                    self.assert_code(terminal, "PAM_USER_UNKNOWN")
                lines = self.be_host(service, person.name, "authenticate")
                self.assertEqual(self.codes(lines, "authenticate"),
                                 [PAM_SERVICE_ERR])

    def test_broken_files_are_not_roots_trouble(self):
        """/etc/passwd or our accounts file that cannot be trusted"""
        person = self.person()
        service = self.service()
        for spoil in ("cp -a /etc/passwd /run/passwd.$$ && chmod 0666"
                      " /run/passwd.$$ && mount --bind /run/passwd.$$"
                      " /etc/passwd",
                      "mount -t tmpfs none /var/lib/cognito/accounts &&"
                      " echo junk >/var/lib/cognito/accounts/recent.cdb"):
            with self.subTest(spoil):
                into = ("unshare", "-m", "sh", "-c", f'{spoil} && exec "$@"',
                        "sh")
                lines = self.be_host(service, "root", "authenticate",
                                     "account", wrapper=into)
                self.assertEqual(
                    self.codes(lines, "authenticate")
                    + self.codes(lines, "account"),
                    [PAM_USER_UNKNOWN] * 2)
        lines = self.be_host(
            service, person.name, "authenticate",
            answers=[person.password],
            wrapper=("unshare", "-m", "sh", "-c", "cp -a /etc/passwd"
                     " /run/passwd.$$ && chmod 0666 /run/passwd.$$ &&"
                     ' mount --bind /run/passwd.$$ /etc/passwd && exec "$@"',
                     "sh"))
        self.assertNotEqual(self.codes(lines, "authenticate"),
                            [PAM_SUCCESS])
        self.assert_reason(person.name, "store-failure")

    def test_users_of_the_system_in_the_local_group(self):
        """proves P12: a uid below 1000, or of nobody's range, is never
        ours, whatever group it is in"""
        for number, uid in enumerate((5, 999, 65533, 60001)):
            name = f"sys{number}{os.urandom(2).hex()}"
            password = self.in_pool(name)
            change_accounts("useradd", "--uid", str(uid), "--non-unique",
                            "--no-create-home", "--gid", "0", "--groups",
                            "cognito-users", "--no-log-init", name)
            with self.subTest(uid):
                lines = self.be_host(self.service(), name, "authenticate",
                                     answers=[password])
                self.assertEqual(self.codes(lines, "authenticate"),
                                 [PAM_USER_UNKNOWN])


class Directories(GuestCase):
    """proves P12: a name that another directory of the host knows"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        native.name_service()

    def among(self, known, order="files room"):
        """A command in whose mount namespace a directory knows these."""
        path = f"/run/room/directory-{os.urandom(4).hex()}"
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(f"{name} {uid} {gid}\n"
                               for name, (uid, gid) in known.items()))
        open("/run/room/directory", "a", encoding="utf-8").close()
        return ("unshare", "-m", "sh", "-c",
                f"mount --bind {path} /run/room/directory &&"
                f" sed 's/^passwd:.*/passwd: {order}/' /etc/nsswitch.conf"
                f" >{path}.conf && mount --bind {path}.conf"
                ' /etc/nsswitch.conf && exec "$@"', "sh")

    def test_names_without_an_account(self):
        for arguments in ("allow_unknown", "create_account"):
            for known, wanted in ((True, PAM_USER_UNKNOWN),
                                  (False, PAM_SUCCESS)):
                with self.subTest(f"{arguments} {known}"):
                    person = self.person(local=False)
                    lines = self.be_host(
                        self.service(arguments), person.name,
                        "authenticate", answers=[person.password],
                        wrapper=self.among({person.name if known else "other":
                                            (54321, 54321)}))
                    self.assertEqual(self.codes(lines, "authenticate"),
                                     [wanted])

    def test_account_that_the_host_knows_otherwise(self):
        """the host would go on as another, or in another group"""
        person = self.person(local=False)
        service = self.service("create_account")
        lines = self.be_host(service, person.name, "authenticate",
                             answers=[person.password])
        self.assertEqual(self.codes(lines, "authenticate"), [PAM_SUCCESS])
        uid = ids.id_of(person.name)
        for known, wanted in (((uid, uid), True), ((54321, 54321), False),
                              ((uid, 27), False)):
            with self.subTest(known):
                lines = self.be_host(
                    service, person.name, "authenticate", "account",
                    answers=[person.password],
                    wrapper=self.among({person.name: known}))
                for word in ("authenticate", "account"):
                    self.assertEqual(
                        self.codes(lines, word) == [PAM_SUCCESS], wanted,
                        lines)


    def test_local_user_whom_another_directory_has_before(self):
        """proves P12: only as the one of /etc/passwd"""
        person = self.person()
        entry = pwd.getpwnam(person.name)
        known = (entry.pw_uid, entry.pw_gid)
        for ids_there, wanted in ((known, True), ((54321, known[1]), False),
                                  ((known[0], 27), False),
                                  # Longer than any buffer.
                                  ((2 ** 32 - 1, known[1]), False)):
            with self.subTest(ids_there):
                lines = self.be_host(
                    self.service(), person.name, "authenticate",
                    answers=[person.password],
                    wrapper=self.among({person.name: ids_there},
                                       "room files"))
                self.assertEqual(
                    self.codes(lines, "authenticate") == [PAM_SUCCESS],
                    wanted, lines)


class Names(GuestCase):
    """proves P19: names that have power somewhere, each for its own
    reason"""

    def refuse(self, name, **config):
        password = self.in_pool(name)
        calls = len(self.calls_of(name))
        service = self.service("create_account", **config)
        lines = self.be_host(service, name, "authenticate",
                             answers=[password])
        self.assertNotEqual(self.codes(lines, "authenticate"),
                            [PAM_SUCCESS])
        self.assertIn("reason=name-refused", self.log_of(name)[-1])
        self.assertEqual(len(self.calls_of(name)), calls)

    def test_reserved_name_of_no_group_here(self):
        """wheel is no group of Debian's"""
        with open("/etc/group", encoding="utf-8") as file:
            self.assertNotIn("\nwheel:", file.read())
        self.refuse("wheel")

    def test_local_group(self):
        name = "g" + os.urandom(4).hex()
        change_accounts("groupadd", name)
        self.refuse(name)

    def test_prefix_of_pool_groups(self):
        self.refuse("staff-x" + os.urandom(2).hex(), group_prefix="staff-")

    def test_group_of_group_map(self):
        name = "m" + os.urandom(4).hex()
        self.refuse(name, group_map=f"Staff:{name}")

    def test_group_made_after_the_account(self):
        person = self.person(local=False)
        service = self.service("create_account")
        lines = self.be_host(service, person.name, "authenticate",
                             answers=[person.password])
        self.assertEqual(self.codes(lines, "authenticate"), [PAM_SUCCESS])
        host.write_group(person.name)
        for words in (("authenticate",), ("account",)):
            lines = self.be_host(service, person.name, *words,
                                 answers=[person.password])
            self.assertNotEqual(self.codes(lines, words[0]), [PAM_SUCCESS])


class Before(GuestCase):
    def test_nobody_is_asked_after_without_allow_groups(self):
        """proves P24: refused before anything is sent"""
        person = self.person()
        lines = self.be_host(self.service(allow_groups=None), person.name,
                             "authenticate", answers=[make_password()])
        self.assertNotEqual(self.codes(lines, "authenticate"),
                            [PAM_SUCCESS])
        self.assertEqual(self.calls_of(person.name), [])
        self.assertIn("reason=not-in-allow-groups",
                      self.log_of(person.name)[0])
