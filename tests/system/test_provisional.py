# SPDX-License-Identifier: Apache-2.0
"""First logins of names that no file of the host has, as the keeper judges
them: started by hand, told by a test what the host was told."""

import glob
import os
import secrets
import signal
import subprocess
import time

from room import callers, host, ids
from room.by_hand import false_program
from room.guest import change_accounts
from room.namespace import ROOM
from room.processes import SPEAKER
from room.terminal import make_password
from test_keeper import CREATE, PROVED, UNKNOWN, KeeperCase

ACCOUNTS = "/var/lib/cognito/accounts"
# What every test here has configured, if it says nothing else.
PREFIX, ON = host.NEW, host.PROVISIONAL


def make_config(**changes):
    path = f"/etc/cognito/v{secrets.token_hex(4)}.conf"
    host.write_config(path, **{**ON, **changes})
    return path


def files_with(name):
    """The files of accounts and logins that have a name anywhere."""
    found = []
    for path in glob.glob("/var/lib/cognito/*/*"):
        with open(path, "rb") as file:
            if name.encode() in file.read():
                found.append(os.path.basename(path))
    return found


# A run directory of a keeper's own: nobody else's starts count.
ALONE = ("mkdir -p -m 0700 /run/cognito",
         "mount -t tmpfs -o mode=0700 none /run/cognito")


def told_of(name, **changes):
    """What NSS says of a name, in the order of the request."""
    uid = changes.pop("uid", ids.id_of(name))
    return (uid, changes.pop("gid", uid),
            changes.pop("home", f"/home/{name}"),
            changes.pop("shell", "/bin/bash"))


class ProvisionalCase(KeeperCase):
    def person(self, name=None, **seed):
        return super().person(name or PREFIX + secrets.token_hex(4),
                              **{"local": False, **seed})

    def first_login(self, person, *shell, password=None, told=None, **how):
        """The verdict of a keeper that was told of a provisional record."""
        caller = how.pop("caller", False)
        with self.keeper(*(shell or ALONE), caller=caller) as keeper:
            verdict = keeper.log_in(
                person.name, password or person.password,
                told=told or told_of(person.name),
                config=how.pop("config", None) or make_config(), **how)
        self.notes = keeper.notes
        return verdict

    def assert_no_trace(self, person):
        """Neither an account nor a login: nobody at the account phase."""
        self.assertEqual(files_with(person.name), [])
        self.assertEqual(self.ask(person.name), "NOT_OURS")


class FirstLogin(ProvisionalCase):
    def test_becomes_an_account(self):
        """proves P22: with the ids that the key gives the name"""
        person = self.person()
        verdict = self.first_login(person)
        self.assertEqual(verdict[0], "ADMITTED", verdict)
        # Of an account now: without a word of what the host was told.
        self.assertEqual(self.ask(person.name), "ADMITTED")
        self.assertEqual(sorted(files_with(person.name)),
                         ["logins.cdb", "recent.cdb"])

    def test_host_that_was_told_otherwise(self):
        """sshd goes on with what it was told before: nobody enters as
        another"""
        for change in ({"uid": ids.ID_BASE + 7}, {"gid": 27},
                       {"home": "/home/lena"}, {"home": ""},
                       {"shell": "/bin/sh"}, {"uid": 0, "gid": 0}):
            with self.subTest(change):
                person = self.person()
                verdict = self.first_login(
                    person, told=told_of(person.name, **change))
                self.assertEqual(verdict[0], "TOLD", verdict)
                self.assertIn(f"another {next(iter(change))}", verdict[1])
                self.assert_no_trace(person)

    def test_told_otherwise_where_nothing_is_recorded(self):
        """su of an ordinary user, or a full disk: the host does not go on
        with a home or shell that the account does not have"""
        person = self.person()
        self.assertEqual(self.first_login(person)[0], "ADMITTED")
        private = "/var/lib/cognito/private"
        read_only = (*ALONE, f"mount --bind {private} {private}",
                     f"mount -o remount,bind,ro {private}")
        other = told_of(person.name, shell="/bin/sh")
        for shell, caller in ((ALONE, True), (read_only, False)):
            for told, outcome in ((other, "TOLD"), (None, "ADMITTED")):
                with self.subTest(f"{caller} {outcome}"), \
                        self.keeper(*shell, caller=caller) as keeper:
                    self.assertEqual(
                        keeper.log_in(person.name, person.password, told=told,
                                      config=make_config())[0], outcome)

    def test_configuration_that_says_otherwise(self):
        """The module went by the settings record, which may be older."""
        for changes, outcome in (
                ({"provisional": None, "provisional_match": None},
                 "NO_ACCOUNT"),
                ({"provisional_match": "w*"}, "NO_ACCOUNT"),
                ({"provisional_match": f"{PREFIX}-exactly"}, "NO_ACCOUNT"),
                ({"home": "/srv/%u"}, "TOLD"),
                ({"shell": "/bin/sh"}, "TOLD"),
                ({"id_base": 1900000000, "id_range": 1000}, "TOLD"),
                ({"id_map": "/etc/cognito/ids"}, "CONFIG"),
                ({"id_attribute": "custom:uid"}, "CONFIG")):
            with self.subTest(changes):
                person = self.person()
                verdict = self.first_login(person,
                                           config=make_config(**changes))
                self.assertEqual(verdict[0], outcome, verdict)
                self.assert_no_trace(person)
                if outcome != "TOLD":
                    self.assertEqual(self.calls_of(person.name), [])

    def test_caller_that_is_not_root(self):
        """proves P35"""
        person = self.person()
        self.assertEqual(self.first_login(person, caller=True)[0],
                         "NOT_OURS")
        self.assertEqual(self.calls_of(person.name), [])
        self.assert_no_trace(person)

    def test_other_phases_know_no_provisional_names(self):
        """proves P10: whatever the handle says it has proved"""
        for operation, flags in (("ACCOUNT", 0), ("ACCOUNT", PROVED),
                                 ("ACCOUNT", PROVED | UNKNOWN),
                                 ("ACCOUNT", PROVED | CREATE),
                                 ("PRELIM", 0), ("CHANGE", 0)):
            with self.subTest(f"{operation} {flags}"):
                person = self.person()
                with self.keeper() as keeper:
                    keeper.request(person.name, operation, flags=flags,
                                   told=told_of(person.name),
                                   config=make_config())
                    self.assertNotIn(keeper.verdict()[0], ("ADMITTED", "END"))

    def test_wrong_password_leaves_no_trace(self):
        person = self.person()
        self.assertEqual(
            self.first_login(person, password=make_password())[0],
            "PASSWORD")
        self.assert_no_trace(person)

    def test_names_that_are_refused(self):
        """proves P17, P19, P25: before the pool hears of them"""
        for name in ("root", "daemon", "sudo", "docker", "admin",
                     "cognito-x", "systemd-x", "a..b", "Ada", "a.", "-a",
                     "a/b", "a:b", "a\nb", "12345", host.LOCAL_USER):
            with self.subTest(name):
                self.in_pool(name)
                with self.keeper() as keeper:
                    keeper.request(
                        name, told=told_of(name),
                        config=make_config(provisional_match="*"))
                    self.assertEqual(keeper.question()[0], "END")
                    self.assertIn(keeper.verdict()[0], ("NAME", "NOT_OURS"))
                self.assertEqual(self.calls_of(name), [])
                self.assertNotEqual(self.ask(name), "ADMITTED")


class Ids(ProvisionalCase):
    """proves P21: an id in use is not given"""

    def colliding(self):
        """Two people whose names have one uid, and the range for it."""
        size, seen = 1000, {}
        while True:
            name = PREFIX + secrets.token_hex(4)
            uid = ids.id_of(name, size=size)
            if uid in seen:
                # Of no group that others have: its gid is of this range.
                return (self.person(seen[uid], groups=[]),
                        self.person(name, groups=[]), uid,
                        make_config(id_range=size, allow_groups="*"))
            seen[uid] = name

    def test_colliding_names(self):
        """The second is refused, and the log has both names."""
        first, second, uid, config = self.colliding()
        self.assertEqual(
            self.first_login(first, config=config,
                             told=told_of(first.name, uid=uid))[0],
            "ADMITTED")
        outcome, detail = self.first_login(
            second, config=config, told=told_of(second.name, uid=uid))
        self.assertEqual(outcome, "ID_TAKEN")
        for word in (first.name, second.name, str(uid)):
            self.assertIn(word, detail)
        self.assertEqual(self.ask(first.name, config=config), "ADMITTED")
        self.assert_no_trace(second)

    def test_local_user_who_got_the_uid_meanwhile(self):
        """proves P13: between what sshd was told and the password"""
        person = self.person()
        keeper = self.keeper(*ALONE)
        keeper.request(person.name, told=told_of(person.name),
                       config=make_config())
        self.assertEqual(keeper.question()[0], "ASK")
        other = "l" + secrets.token_hex(4)
        change_accounts("useradd", "--no-create-home", "--uid",
                        str(ids.id_of(person.name)), other)
        keeper.answer(person.password)
        outcome, detail = keeper.verdict()
        self.assertEqual(outcome, "ID_TAKEN")
        self.assertIn(other, detail)
        self.assert_no_trace(person)

    def test_local_names_made_meanwhile(self):
        """proves P13, P19"""
        for command in ("useradd", "groupadd"):
            with self.subTest(command):
                person = self.person()
                keeper = self.keeper(*ALONE)
                keeper.request(person.name, told=told_of(person.name),
                               config=make_config())
                self.assertEqual(keeper.question()[0], "ASK")
                change_accounts(command, person.name)
                keeper.answer(person.password)
                self.assertIn(keeper.verdict()[0], ("NAME", "ID_TAKEN"))
                self.assertNotEqual(self.ask(person.name), "ADMITTED")

    def test_group_that_has_the_id(self):
        """A pool group whose gid a local one has is left out, and said."""
        group = "G" + secrets.token_hex(4)
        change_accounts("groupadd", "--gid",
                        str(ids.id_of(f"cognito-{group}", "g")),
                        "l" + secrets.token_hex(4))
        person = self.person(groups=["Staff", group])
        self.assertEqual(self.first_login(person)[0], "ADMITTED")
        self.assertTrue([note for note in self.notes
                         if group in note and "left out" in note],
                        self.notes)


class Meanwhile(ProvisionalCase):
    """What becomes of a name while its first login is at the prompt"""

    def test_two_first_logins_at_once(self):
        """Both are the same person: the same record, twice."""
        person = self.person()
        keepers = [self.keeper(*ALONE) for _ in range(2)]
        for keeper in keepers:
            keeper.request(person.name, told=told_of(person.name),
                           config=make_config())
            self.assertEqual(keeper.question()[0], "ASK")
        for keeper in keepers:
            keeper.answer(person.password)
        for keeper in keepers:
            self.assertEqual(keeper.verdict()[0], "ADMITTED")

    def test_name_that_somebody_else_got(self):
        """proves P16: the binding is looked at under the lock"""
        person = self.person()
        go = f"{ROOM}/go-{person.name}"
        body = ("job = hear()[1]; hear(); hear()\n"
                f"while not os.path.exists({go!r}): time.sleep(0.02)\n"
                "result(job)\n")
        path = false_program(body)
        slow = self.keeper(f"mount --bind {path} /usr/libexec/{SPEAKER}")
        slow.request(person.name, told=told_of(person.name),
                     config=make_config())
        time.sleep(0.1)
        self.assertEqual(self.first_login(person)[0], "ADMITTED")
        with open(go, "w", encoding="utf-8"):
            pass
        self.assertEqual(slow.verdict()[0], "OTHER_SUB")

    def test_module_that_is_gone(self):
        person = self.person()
        self.hold(person, "RespondToAuthChallenge")
        with self.keeper(*ALONE) as keeper:
            keeper.request(person.name, told=told_of(person.name),
                           config=make_config())
            self.assertEqual(keeper.question()[0], "ASK")
            keeper.answer(person.password)
            self.wait_until_held(person, "RespondToAuthChallenge")
        self.release(person)
        time.sleep(1)
        self.assert_no_trace(person)


class Unwritable(ProvisionalCase):
    """A first login that cannot be written admits nobody"""

    WAYS = {
        "read-only accounts": (
            f"mount --bind {ACCOUNTS} {ACCOUNTS}",
            f"mount -o remount,bind,ro {ACCOUNTS}"),
        "read-only store": (
            "mount --bind /var/lib/cognito/private /var/lib/cognito/private",
            "mount -o remount,bind,ro /var/lib/cognito/private"),
        "full disk": (
            f"cp -a {ACCOUNTS} /run/full.$$",
            f"mount -t tmpfs -o size=256k,mode=0755 none {ACCOUNTS}",
            f"cp -a /run/full.$$/*.cdb {ACCOUNTS}/",
            f"{{ head -c 1M /dev/zero >{ACCOUNTS}/filler || true; }}"),
        "no id key": (
            "mount --bind /etc/cognito /etc/cognito",
            "mount -t tmpfs -o mode=0755 none /run/lock",
            "cp -a /etc/cognito /run/lock/", "rm /run/lock/cognito/id_key",
            "mount --bind /run/lock/cognito /etc/cognito"),
        "damaged accounts": (
            f"cp -a {ACCOUNTS} /run/spoilt.$$",
            "for f in /run/spoilt.$$/*.cdb; do head -c 5000 /dev/urandom"
            " >$f; done",
            f"mount --bind /run/spoilt.$$ {ACCOUNTS}"),
    }

    def test_each_way(self):
        for name, shell in self.WAYS.items():
            with self.subTest(name):
                person = self.person()
                verdict = self.first_login(person, *shell)
                self.assertEqual(verdict[0], "STORE", verdict)
                self.assertEqual(self.ask(person.name), "NOT_OURS")
                # And without it the same person comes in.
                self.assertEqual(self.first_login(person)[0], "ADMITTED")


class Starts(ProvisionalCase):
    """proves P86: logins begun are counted before anything is sent"""

    def counters(self):
        """A directory of its own that outlives one keeper."""
        path = f"/run/starts-{secrets.token_hex(4)}"
        os.mkdir(path, 0o700)
        return ALONE[0], f"mount --bind {path} /run/cognito"

    def assert_limit(self, verdicts, burst, interval_s, begun, words):
        """So many at once, and one more for each interval that passed."""
        most = burst + 1 + int((time.monotonic() - begun) / interval_s)
        # On a slow machine one that may begin may not guess any more.
        passed = [one for one in verdicts
                  if one[0] in ("PASSWORD", "FAILURES")]
        refused = [one for one in verdicts if one[0] == "STARTS"]
        self.assertEqual(passed[:burst], verdicts[:burst])
        self.assertLess(len(passed), most)
        self.assertEqual(len(passed) + len(refused), len(verdicts))
        for _, detail in refused:
            self.assertIn(words, detail)

    def test_limit_of_a_name(self):
        """Four, below the fifth failure that locks the user; then nothing
        is sent."""
        shell, person = self.counters(), self.person()
        begun = time.monotonic()
        verdicts = [self.first_login(person, *shell,
                                     password=make_password(),
                                     rhost=f"192.0.2.{i}")
                    for i in range(9)]
        sent = len([call for call in self.calls_of(person.name)
                    if call["operation"] == "InitiateAuth"])
        self.assert_limit(verdicts, 4, 30, begun, "for this name")
        self.assertEqual(
            sent, len([one for one in verdicts if one[0] == "PASSWORD"]))
        # Nobody else waits for it.
        other = self.person()
        self.assertEqual(self.first_login(other, *shell)[0], "ADMITTED")

    def test_limit_of_an_address(self):
        shell = self.counters()
        begun = time.monotonic()
        verdicts = [self.first_login(self.person(in_pool=False), *shell,
                                     rhost=f"2001:db8:0:1::{i:x}",
                                     password=make_password())
                    for i in range(26)]
        self.assert_limit(verdicts, 20, 15, begun, "from this address")
        elsewhere = self.first_login(self.person(), *shell,
                                     rhost="2001:db8:0:2::1")
        self.assertEqual(elsewhere[0], "ADMITTED")

    def test_success_counts_nothing(self):
        """Many first logins from one address, all right"""
        shell = self.counters()
        for _ in range(25):
            self.assertEqual(
                self.first_login(self.person(), *shell,
                                 rhost="192.0.2.1")[0], "ADMITTED")

    def test_names_that_are_known_are_not_counted(self):
        shell, person = self.counters(), self.person(local=True)
        for _ in range(8):
            with self.keeper(*shell) as keeper:
                self.assertEqual(
                    keeper.log_in(person.name, person.password)[0],
                    "ADMITTED")

    def test_counters_that_cannot_be_used(self):
        """Fail closed; the account phase counts nothing"""
        known = self.person(local=True)
        with self.keeper() as keeper:
            self.assertEqual(
                keeper.log_in(known.name, known.password)[0], "ADMITTED")
        for spoil in (("mount -t tmpfs -o mode=0755 none /run/cognito",),
                      ("mount -t tmpfs -o mode=0700,size=4k none"
                       " /run/cognito",),
                      ("mount -t tmpfs -o mode=0700,ro none /run/cognito",),
                      ("mount -t tmpfs -o mode=0700 none /run/cognito",
                       "echo nonsense >/run/cognito/starts",
                       "chmod 0600 /run/cognito/starts"),
                      ("mount -t tmpfs -o mode=0700,uid=1 none"
                       " /run/cognito",)):
            with self.subTest(spoil):
                person = self.person()
                shell = (ALONE[0], *spoil)
                verdict = self.first_login(person, *shell)
                self.assertEqual(verdict[0], "STORE", verdict)
                self.assertIn("/run/cognito", verdict[1])
                self.assertEqual(self.calls_of(person.name), [])
                self.assertEqual(self.ask(known.name, "ACCOUNT", *shell),
                                 "ADMITTED")

    def test_damage_is_nobody_elses(self):
        """Who is known does not need the counters of new names."""
        known = self.person(local=True)
        with self.keeper(*ALONE, "echo nonsense >/run/cognito/starts",
                         "chmod 0600 /run/cognito/starts") as keeper:
            self.assertEqual(
                keeper.log_in(known.name, known.password)[0], "ADMITTED")

    def test_file_under_umask_0(self):
        """proves P72"""
        person = self.person()
        with self.keeper(prepare=lambda: os.umask(0)) as keeper:
            keeper.log_in(person.name, person.password,
                          told=told_of(person.name), config=make_config())
        for path, mode in (("/run/cognito", 0o700),
                           ("/run/cognito/starts", 0o600),
                           (f"{ACCOUNTS}/recent.cdb", 0o644),
                           ("/var/lib/cognito/private/logins.cdb", 0o600)):
            status = os.stat(path)
            self.assertEqual((status.st_mode & 0o7777, status.st_uid,
                              status.st_gid), (mode, 0, 0), path)


WATCHER = """
import os
found = set()
print("ready", flush=True)
while not os.path.exists({end!r}):
    for top in ("/var/lib/cognito/accounts", "/var/lib/cognito/private",
                "/run/cognito"):
        try:
            names = os.listdir(top)
        except OSError:
            continue
        for name in names:
            try:
                os.close(os.open(f"{{top}}/{{name}}", os.O_WRONLY))
                found.add(name)
            except OSError:
                pass
print(found)
"""


class Writing(ProvisionalCase):
    """proves P35, P72: who else is there while a record is written"""

    def test_nobody_gets_a_descriptor_to_write_with(self):
        """umask 0, and another user tries to open all that appears"""
        end = f"{ROOM}/end-{secrets.token_hex(4)}"
        with subprocess.Popen(
                ["setpriv", f"--reuid={host.LOCAL_USER}",
                 f"--regid={host.LOCAL_USER}", "--init-groups",
                 "/usr/bin/python3", "-c", WATCHER.format(end=end)],
                stdout=subprocess.PIPE, text=True) as watcher:
            self.assertEqual(watcher.stdout.readline(), "ready\n")
            for _ in range(10):
                person = self.person()
                with self.keeper(prepare=lambda: os.umask(0)) as keeper:
                    verdict = keeper.log_in(
                        person.name, person.password, config=make_config(),
                        told=told_of(person.name))
                self.assertEqual(verdict[0], "ADMITTED")
            with open(end, "w", encoding="utf-8"):
                pass
            self.assertEqual(watcher.stdout.read(), "set()\n")

    def test_host_that_is_stopped(self):
        """The keeper writes on and lets go of the lock: nobody waits."""
        person = self.person()
        self.hold(person, "RespondToAuthChallenge")
        terminal = callers.pamtester(self.service("create_account"),
                                     person.name)
        terminal.answer("Password: ", person.password)
        self.wait_until_held(person, "RespondToAuthChallenge")
        os.kill(terminal.spawned.pid, signal.SIGSTOP)
        self.release(person)
        self.wait_for(lambda: len(files_with(person.name)) == 2)
        self.assertEqual(self.first_login(self.person())[0], "ADMITTED")
        os.kill(terminal.spawned.pid, signal.SIGCONT)
        self.assert_code(terminal, "success")

    def wait_for(self, condition):
        for _ in range(1000):
            if condition():
                return
            time.sleep(0.02)
        self.fail("it does not happen")


class Sources(ProvisionalCase):
    """Where the id of an account that a login makes comes from"""

    def create(self, person, **config):
        """At a console, where nobody was told anything."""
        with self.keeper() as keeper:
            return keeper.log_in(
                person.name, person.password, flags=CREATE,
                config=make_config(provisional=None, provisional_match=None,
                                   **config))

    def test_map_file(self):
        person, other = self.person(), self.person()
        uid = ids.ID_BASE + secrets.randbelow(ids.ID_RANGE)
        path = f"/etc/cognito/{person.name}.ids"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{person.name} {uid}\n")
        os.chmod(path, 0o644)
        for one in (person, other):
            verdict = self.create(one, id_map=path)
            self.assertEqual(verdict[0], "ADMITTED", verdict)
        # The login store has whose the id is.
        with open("/var/lib/cognito/private/logins.cdb", "rb") as file:
            self.assertIn(b"I" + uid.to_bytes(4, "little"), file.read())

    def test_map_file_that_is_wrong(self):
        """Nobody gets an id of a file that cannot be believed whole."""
        for text, mode in (("a 1\n", 0o644), ("a 1879048300 1\n", 0o644),
                           ("", 0o666)):
            with self.subTest(text):
                person = self.person()
                path = f"/etc/cognito/{person.name}.ids"
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                os.chmod(path, mode)
                verdict = self.create(person, id_map=path)
                self.assertIn(verdict[0], ("STORE", "CONFIG"), verdict)
                self.assertIn(path, verdict[1])
                self.assert_no_trace(person)

    def test_attribute(self):
        """Only sync makes accounts then, and the log says so."""
        person = self.person()
        outcome, detail = self.create(person, id_attribute="custom:uid")
        self.assertEqual(outcome, "NO_ACCOUNT")
        self.assertIn("cognitoctl sync", detail)
        self.assertEqual(self.calls_of(person.name), [])
        self.assert_no_trace(person)
        # Who is an account already goes on as before.
        known = self.person()
        self.assertEqual(self.create(known)[0], "ADMITTED")
        self.assertEqual(
            self.create(known, id_attribute="custom:uid")[0], "ADMITTED")
