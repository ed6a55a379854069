# SPDX-License-Identifier: Apache-2.0
"""Tokens of a session where one machine knows two pools, or two app clients:
they go to nobody but whom they are from."""

import os
import shutil
import subprocess
import time

from room import callers, cloud, ctl, native, other_pool, pool, sessions
from room.sessions import SessionCase

KEPT = "/var/lib/cognito/private/tokens"
AWAY = "https://cognito.test:9"
DAY_S = 86400


class Pools(SessionCase):
    """A second pool, whose users are of the same names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        native.mark_record()
        cls.other_pool = other_pool.OtherPool(other_pool.names(1))
        cls.log, cls.other = cls.other_pool.log, cls.other_pool.config

    @classmethod
    def tearDownClass(cls):
        cls.other_pool.close()
        super().tearDownClass()

    def log_in(self, person, **config):
        """A session under a configuration of its own; its refresh token."""
        service = self.service(session_tokens="yes", **config)
        terminal = callers.pamtester(service, person.name, "authenticate",
                                     "acct_mgmt", "open_session")
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        return sessions.refresh_token(person)

    def close(self, person, **config):
        """The end of a session, under another one perhaps. Who opened it
        is gone, so it is the last."""
        service = self.service(session_tokens="yes", **config)
        callers.pamtester(service, person.name, "close_session").end()

    def pass_by(self, **config):
        """Somebody else's session, without a login: it clears up."""
        person = self.person()
        service = self.service(session_tokens="yes", **config)
        for operation in ("open_session", "close_session"):
            callers.pamtester(service, person.name, operation).end()

    def assert_waits(self, person, token):
        (path,) = sessions.files_of(person, sessions.SESSIONS)
        with open(path, encoding="utf-8") as file:
            self.assertIn(f"\n{token}\n", file.read())

    def assert_never_sent(self, token, path):
        for call in pool.calls(path):
            self.assertNotIn(token, str(call.get("body")))

    def test_left_behind(self):
        """proves P92: tokens that could not be revoked are revoked where
        they are from, and no other pool hears of them"""
        person = self.person()
        token = self.log_in(person)
        self.close(person, endpoint=AWAY)
        self.assert_waits(person, token)
        for _ in range(2):
            self.pass_by(**self.other)
        self.assert_waits(person, token)
        self.assert_never_sent(token, self.log)
        self.pass_by()
        self.assertIn(token, sessions.revoked())
        self.assert_nothing_left(person)

    def test_closed_by_the_other(self):
        """proves P92: the same where a session ends under another pool"""
        person = self.person()
        token = self.log_in(person)
        self.close(person, **self.other)
        self.wait_until_gone(person)
        self.assert_waits(person, token)
        self.assertTrue(self.notes(f"tokens of {person.name} that are of "
                                   "another pool"))
        self.assert_never_sent(token, self.log)
        self.pass_by()
        self.assertIn(token, sessions.revoked())
        self.assert_nothing_left(person)

    def test_of_both(self):
        """proves P92: each pool hears of its own tokens"""
        (person,) = self.other_pool.people.values()
        self.person(person.name, password=person.password)
        ours = self.log_in(person)
        # A name is of one pool at a time; so it was forgotten meanwhile.
        subprocess.run([native.mark_record(), "login", person.name, "gone"],
                       check=True)
        theirs = self.log_in(person, **self.other)
        self.close(person)
        self.assertIn(ours, sessions.revoked())
        self.assert_waits(person, theirs)
        self.assert_never_sent(theirs, pool.LOG)
        self.pass_by(**self.other)
        self.assertIn(theirs, sessions.revoked(self.log))
        self.assert_never_sent(ours, self.log)
        self.assert_nothing_left(person)

    def test_another_app_client(self):
        """proves P92: nor does a secret go with another client's tokens"""
        path = "/etc/cognito/client_secret"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w",
                  encoding="utf-8") as file:
            file.write(pool.CLIENT_SECRET)
        self.addCleanup(os.unlink, path)
        person = self.person()
        secret = {"client_id": pool.SECRET_CLIENT_ID,
                  "client_secret_file": path}
        token = self.log_in(person, **secret)
        self.close(person)
        self.assert_waits(person, token)
        self.assertNotIn(token, [call["body"]["Token"]
                                 for call in pool.calls()
                                 if call["operation"] == "RevokeToken"])
        self.pass_by(**secret)
        self.assertIn(token, sessions.revoked())
        self.assert_nothing_left(person)

    def test_not_for_ever(self):
        """proves P92: what waits for its pool in vain is given up"""
        for days, waits in ((29, True), (31, False)):
            with self.subTest(days=days):
                person = self.person()
                token = self.log_in(person)
                self.close(person, **self.other)
                (path,) = sessions.files_of(person, sessions.SESSIONS)
                self.make_older(path, days)
                self.pass_by(**self.other)
                if waits:
                    self.assert_waits(person, token)
                    self.pass_by()
                self.assert_nothing_left(person)
                self.assertEqual(token in sessions.revoked(), waits)

    @staticmethod
    def make_older(path, days):
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        now = int(time.time())
        for i, line in enumerate(lines):
            if line.isdigit() and 0 <= now - int(line) < 600:
                lines[i] = str(int(line) - days * DAY_S)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))

    def test_no_configuration(self):
        """proves P92: nor are they lost where it cannot be read"""
        person = self.person()
        token = self.log_in(person)
        self.close(person, pool_id="none")
        self.wait_until_gone(person)
        self.assert_waits(person, token)
        self.pass_by()
        self.assertIn(token, sessions.revoked())
        self.assert_nothing_left(person)

    def test_in_ones_own_hands(self):
        """proves P92: cognitoctl renews them there and nowhere else"""
        person = self.person()
        token = self.log_in(person)
        expired = sessions.tokens(person)
        expired[5] = "1"
        with open(f"{sessions.directory(person)}/tokens", "w",
                  encoding="utf-8") as file:
            file.write("\n".join(expired))
        other = ctl.configuration(session_tokens="yes", **self.other)
        done = sessions.run_as(person, "/usr/sbin/cognitoctl",
                               f"--config={other}", "token")
        self.assertEqual(done.returncode, ctl.FAILED)
        self.assertIn("another pool", done.stderr)
        self.assert_never_sent(token, self.log)
        self.close(person)
        self.assertIn(token, sessions.revoked())

    def test_no_identity_pool_of_another(self):
        """proves P92: nor does another pool's identity pool see them"""
        person = self.person()
        self.log_in(person)
        other = ctl.configuration(
            session_tokens="yes", identity_endpoint=AWAY,
            identity_pool_id=cloud.IDENTITY_POOL, **self.other)
        done = sessions.run_as(person, "/usr/sbin/cognitoctl",
                               f"--config={other}", "aws-credentials")
        self.assertEqual(done.returncode, ctl.FAILED)
        self.assertIn("another pool", done.stderr)
        self.close(person)

    def test_account_phase(self):
        """proves P92: what is kept of a login answers for its own pool"""
        self.addCleanup(shutil.rmtree, KEPT, ignore_errors=True)
        person = self.person()
        terminal = callers.pamtester(self.service(account_check="refresh"),
                                     person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        (path,) = sessions.files_of(person, KEPT)
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        for config, said in ((self.other, "Permission denied"),
                             ({"client_id": "another0client"},
                              "Permission denied"),
                             ({}, "account management done")):
            for age_s in (0, 3600):
                with self.subTest(config, age_s=age_s):
                    self.assertIn(said, self.check_account(
                        person, path, lines, age_s, config))
        self.assert_never_sent(lines[6], self.log)

    def check_account(self, person, path, lines, age_s, config):
        """What the account phase says that long behind a login."""
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join([*lines[:3], str(int(lines[3]) - age_s),
                                  str(int(lines[4]) - age_s), *lines[5:]]))
        terminal = callers.pamtester(
            self.service(account_check="refresh", **config), person.name,
            "acct_mgmt")
        terminal.end()
        return terminal.text

    def test_forget(self):
        """proves P92: removed all the same, and said"""
        person = self.person()
        token = self.log_in(person)
        other = ctl.configuration(session_tokens="yes", **self.other)
        done = ctl.run(f"--config={other}", "forget", person.name)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        self.assertIn("another pool", done.stderr)
        self.assert_never_sent(token, self.log)
        self.assert_nothing_left(person)
