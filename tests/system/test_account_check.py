# SPDX-License-Identifier: Apache-2.0
"""An account phase that decides: who comes with a key, and what the pool
has said since."""

import fcntl
import os
import shutil
import subprocess

from room import callers, host, native, pool, wire
from room.by_hand import Keeper, receive
from room.case import Case
from test_sshd import put_key

TOKENS = "/var/lib/cognito/private/tokens"
OTHER_SUB = "00000000-0000-4000-8000-000000000000"


def forget_tokens():
    """Others look at what a login leaves; this is what it was asked to."""
    shutil.rmtree(TOKENS, ignore_errors=True)


def path_of(person):
    """The file of somebody's tokens; None without."""
    for entry in os.listdir(TOKENS):
        path = f"{TOKENS}/{entry}"
        if entry.endswith((".lock", ".new")):
            continue
        with open(path, encoding="utf-8") as file:
            if file.read().split("\n")[1] == person.name:
                return path
    return None


def change(person, changes):
    """Put other lines into what is kept of somebody; all of it then."""
    path = path_of(person)
    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, line in changes.items():
        lines[number] = line
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return lines


class Refresh(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        native.mark_record()

    @classmethod
    def tearDownClass(cls):
        forget_tokens()

    def refresher(self, **config):
        """A service that asks the pool at each account phase."""
        return self.service(account_check="refresh", account_max_age="30",
                            **config)

    def away(self, **config):
        """The same where the pool cannot be reached."""
        return self.refresher(endpoint="https://cognito.test:9", **config)

    def sign_in(self, service, person):
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")

    def account(self, service, person):
        """The account phase alone, as with a key: its code."""
        terminal = callers.pamtester(service, person.name, "acct_mgmt")
        terminal.end()
        if "account management done" in terminal.text:
            return "success"
        return callers.pam_code(terminal)

    def age(self, person, seconds=3600):
        """Make what is kept so much older."""
        lines = change(person, {})
        return lines and change(person, {
            number: str(int(lines[number]) - seconds) for number in (3, 4)})

    def refreshes(self, person):
        return [call for call in self.calls_of(person.name)
                if call["operation"] == "GetTokensFromRefreshToken"]

    def test_still_there(self):
        person = self.person()
        service = self.refresher()
        self.sign_in(service, person)
        before = len(self.refreshes(person))
        self.assertEqual(self.account(service, person), "success")
        self.assertEqual(len(self.refreshes(person)), before)
        self.age(person)
        self.assertEqual(self.account(service, person), "success")
        self.assertEqual(self.account(service, person), "success")
        self.assertEqual(len(self.refreshes(person)), before + 1)

    def assert_refused_after(self, do, reason):
        person = self.person()
        service = self.refresher()
        self.sign_in(service, person)
        pool.control(do, username=person.name)
        self.assertEqual(self.account(service, person), "success")
        self.age(person)
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")
        lines = self.log_of(person.name)
        self.assertTrue(any(f"reason={reason}" in line for line in lines),
                        lines)
        # For good, also when nobody can be asked.
        for stack in (service, self.away(on_unavailable="cached")):
            self.assertEqual(self.account(stack, person), "PAM_PERM_DENIED")
        return person, service

    def test_disabled(self):
        """proves P10: disabled in the pool, refused at the next check"""
        person, service = self.assert_refused_after("disable",
                                                    "disabled-in-pool")
        pool.control("enable", username=person.name)
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")
        self.sign_in(service, person)
        self.assertEqual(self.account(service, person), "success")

    def test_deleted(self):
        """proves P10: deleted in the pool"""
        self.assert_refused_after("delete", "")

    def test_signed_out_everywhere(self):
        """proves P10: signed out globally"""
        self.assert_refused_after("sign_out", "token-refused")

    def test_never_signed_in(self):
        """proves P10: a key is not enough where the pool shall be asked"""
        stranger, known = self.person(), self.person()
        # Of this one there is a record, but nothing to ask with.
        self.sign_in(self.service(), known)
        service = self.refresher()
        for person in (stranger, known):
            self.assertEqual(self.account(service, person),
                             "PAM_PERM_DENIED")

    def test_group_lost(self):
        """proves P24: who leaves the groups is out at the next check"""
        person = self.person()
        service = self.refresher(allow_groups="Staff")
        self.sign_in(service, person)
        person.set(groups=["Guests"])
        self.age(person)
        away = self.away(allow_groups="Staff", on_unavailable="cached")
        for stack in (service, service, away):
            self.assertEqual(self.account(stack, person), "PAM_PERM_DENIED")

    def test_group_lost_at_a_login(self):
        """proves P10, P24: what a login's token says of the groups holds for
        a key, too, though the login was refused for it"""
        person, stranger = self.person(), self.person(groups=["Guests"])
        service = self.service(allow_groups="Staff")

        def refused(who):
            terminal = callers.pamtester(service, who.name)
            terminal.answer("Password: ", who.password)
            self.assert_code(terminal, "PAM_PERM_DENIED")
            self.assertEqual(self.account(service, who), "PAM_PERM_DENIED")

        self.sign_in(service, person)
        self.assertEqual(self.account(service, person), "success")
        person.set(groups=["Guests"])
        refused(person)
        lines = self.log_of(person.name, phases="account")
        self.assertIn("reason=not-in-allow-groups", lines[-1])
        person.set(groups=["Staff"])
        self.sign_in(service, person)
        self.assertEqual(self.account(service, person), "success")
        # No record is made for it.
        refused(stranger)
        self.assertIn("reason=no-login-record",
                      self.log_of(stranger.name, phases="account")[-1])

    def test_other_user_of_that_name(self):
        """proves P16: tokens of another sub open nothing"""
        person = self.person()
        service = self.refresher()
        self.sign_in(service, person)
        self.age(person)
        change(person, {2: OTHER_SUB})
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")

    def rotate(self):
        """Each token is good for once."""
        pool.control("set_client", id=pool.CLIENT_ID,
                     set={"refresh_rotation": True, "rotation_grace_s": 0})
        self.addCleanup(pool.control, "set_client", id=pool.CLIENT_ID,
                        set={"refresh_rotation": False})

    def test_rotated_token_is_kept(self):
        """a rotated token is on disk before anything else"""
        self.rotate()
        person = self.person()
        service = self.refresher()
        self.sign_in(service, person)
        for _ in range(3):
            self.age(person)
            self.assertEqual(self.account(service, person), "success")
        # Also when the answer is refused for what else it says.
        sub = self.age(person)[2]
        change(person, {2: OTHER_SUB})
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")
        change(person, {2: sub})
        self.assertEqual(self.account(service, person), "success")

    def test_pool_away(self):
        """proves P7, P10: away, nobody comes in on old words unless the
        administrator says so, and then for a while"""
        person = self.person()
        service = self.refresher()
        self.sign_in(service, person)
        cases = (({}, 3600, "PAM_AUTHINFO_UNAVAIL"),
                 ({"on_unavailable": "cached"}, 0, "success"),
                 ({"on_unavailable": "cached",
                   "unavailable_max_age": "60"}, 0, "PAM_AUTHINFO_UNAVAIL"))
        for settings, seconds, code in cases:
            if seconds:
                self.age(person, seconds)
            self.assertEqual(self.account(self.away(**settings), person),
                             code, settings)

    def test_tokens_that_cannot_be_used(self):
        """proves P10: refused, and the log says what is wrong with them"""
        service = self.refresher()
        for end, words in (("", "cannot be read"),
                           (".lock", "cannot be locked")):
            with self.subTest(words):
                person = self.person()
                self.sign_in(service, person)
                self.age(person)
                os.chmod(path_of(person) + end, 0o640)
                self.assertNotEqual(self.account(service, person), "success")
                self.assertIn(f"the kept tokens {words}: Operation not",
                              self.log_of(person.name, phases="account")[-1])

    def test_two_at_once(self):
        """one token is not spent twice, and one answer is enough for all"""
        self.rotate()
        person = self.person()
        service = self.refresher()
        self.sign_in(service, person)
        self.age(person)
        terminals = [callers.pamtester(service, person.name, "acct_mgmt")
                     for _ in range(8)]
        for terminal in terminals:
            terminal.end()
            self.assertIn("account management done", terminal.text)
        self.assertEqual(len(self.refreshes(person)), 1)

    def test_turn_is_waited_for_in_time_of_its_own(self):
        """The module is told of timeout before anybody waits: it would give
        up after seconds of its own, long before a timeout of thirty."""
        person = self.person()
        service = self.refresher(timeout="30")
        self.sign_in(service, person)
        self.age(person)
        with open(path_of(person) + ".lock", "rb") as lock, \
                Keeper() as keeper:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keeper.request(person.name, "ACCOUNT",
                           config=f"/etc/cognito/{service}.conf")
            kind, fields = receive(keeper.parent)
            self.assertEqual(kind, "STARTED")
            self.assertEqual(wire.number(fields[1]), 30000)
            fcntl.flock(lock, fcntl.LOCK_UN)
            self.assertEqual(keeper.verdict()[0], "ADMITTED")

    def test_nobody_else_reads_them(self):
        """proves P92: root's alone, and only where they are wanted"""
        person = self.person()
        self.sign_in(self.refresher(), person)
        status = os.stat(TOKENS)
        self.assertEqual((status.st_uid, status.st_mode & 0o777), (0, 0o700))
        for entry in os.listdir(TOKENS):
            status = os.stat(f"{TOKENS}/{entry}")
            self.assertEqual((status.st_uid, status.st_mode & 0o777),
                             (0, 0o600))
        lines = self.age(person, 0)
        self.assertEqual(lines[7:9], ["", ""])
        other = self.person()
        self.sign_in(self.service(), other)
        self.assertIsNone(self.age(other, 0))

    def test_max_age_of_a_login(self):
        """account_max_age with cached: a login gets old"""
        person = self.person()
        service = self.service(account_max_age="30")
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")
        self.sign_in(service, person)
        self.assertEqual(self.account(service, person), "success")
        subprocess.run([native.mark_record(), "login", person.name, "older",
                        "31"], check=True)
        self.assertEqual(self.account(service, person), "PAM_PERM_DENIED")


class SshKey(Case):
    """With the shipped stack and a real key."""

    @classmethod
    def tearDownClass(cls):
        forget_tokens()

    def test_leaver_with_a_key(self):
        """proves P10: disabled in the pool, refused with a valid key"""
        person = self.person()
        key = put_key(person.name)
        host.write_config("/etc/cognito/cognito.conf",
                          account_check="refresh", account_max_age="30")
        self.addCleanup(host.write_config, "/etc/cognito/cognito.conf")
        terminal = callers.ssh(person.name)
        terminal.answer("Password: ", person.password)
        terminal.end()
        self.assert_in(terminal, person.name)
        terminal = callers.ssh(person.name, *key, method="publickey")
        terminal.end()
        self.assert_in(terminal, person.name)
        pool.control("disable", username=person.name)
        Refresh.age(self, person)
        terminal = callers.ssh(person.name, *key, method="publickey")
        terminal.end()
        self.assert_out(terminal)
