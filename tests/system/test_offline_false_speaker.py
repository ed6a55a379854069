# SPDX-License-Identifier: Apache-2.0
"""What the keeper believes, while the pool is away, of a speaker that was
taken over, and what opens where one has too little to work with."""

import fcntl
import os
import resource
import secrets
import threading
import time

from room import callers, ctl, host, offline, wire
from room.case import TOTP_SECRET
from room.terminal import CODE
from test_false_speaker import FalseSpeakerCase
from test_offline import OfflineCase


class FalseSpeakers(FalseSpeakerCase):
    """proves P55: what a keeper believes of a speaker that was taken over"""

    HASH = ("$y$j9T$qrj.g9I/HlOjK/Y8JreTH."
            "$jx.v6sN8Xhf1kUb38/yim0rwR3qSN9D1BlHjFHHW1L8")

    def configured(self):
        path = f"/etc/cognito/{secrets.token_hex(4)}.conf"
        host.write_config(path, offline="password", timeout=3)
        return path

    @staticmethod
    def wait_for(mark):
        for _ in range(500):
            if os.path.exists(mark):
                break
            time.sleep(0.02)

    def test_honest_one(self):
        """Without it the tests below would show nothing."""
        outcome, _, person = self.meet(
            self.JOB + f"say('HASH', {self.HASH!r}, 1)\nresult(job)\n",
            config=self.configured())
        self.assertEqual(outcome, "ADMITTED")
        kept = offline.read(person.name)
        self.assertEqual((kept["hash"], kept["one_factor"]),
                         (self.HASH, "1"))

    def test_hash_with_a_login_that_is_not_admitted(self):
        config = self.configured()
        for how in ("result(job, 'PASSWORD')", "result(job, 'NETWORK')",
                    "result(job, groups=('Guests',))",
                    "result(job, name='mallory')", "result(job, sub='')"):
            with self.subTest(how):
                outcome, _, person = self.meet(
                    self.JOB + f"say('HASH', {self.HASH!r}, 1)\n{how}\n",
                    config=config)
                self.assertNotEqual(outcome, "ADMITTED")
                self.assertIsNone(offline.read(person.name))

    def test_hashes_that_are_not_kept(self):
        config = self.configured()
        for words in (f"say('HASH', {self.HASH.replace('j9T', 'jFT')!r}, 1)",
                      "say('HASH', '$1$abcdefgh$Z2Hpa2nnnR0VcLDNcxqAA0', 1)",
                      "say('HASH', b'\\n' * 73, 1)",
                      "say('HASH', '', 1)", "pass"):
            with self.subTest(words):
                outcome, _, person = self.meet(
                    f"{self.JOB}{words}\nresult(job)\n", config=config)
                self.assertEqual(outcome, "ADMITTED")
                self.assertIsNone(offline.read(person.name))

    def test_out_of_order(self):
        one = f"say('HASH', {self.HASH!r}, 1)\n"
        config = self.configured()
        for body, where in ((one + one + "result(job)", config),
                            (one + "result(job)", host.CONFIG),
                            (one + "say('MAY_GUESS')\nresult(job)", config),
                            ("say('COMPARED', 1)\nresult(job)", config)):
            with self.subTest(body):
                outcome, _, person = self.meet(f"{self.JOB}{body}\n",
                                               config=where)
                self.assertEqual(outcome, "SPEAKER")
                self.assertIsNone(offline.read(person.name))

    def test_login_by_the_old_password_while_it_is_changed(self):
        """proves P11: what that keeps does not outlive the change"""
        config = self.configured()
        login = self.JOB + f"say('HASH', {self.HASH!r}, 1)\nresult(job)\n"
        mark = f"/tmp/{secrets.token_hex(4)}"
        _, passwd, person = self.meet(
            f"{self.JOB}result(job)\nhear()\n"
            f"open('{mark}', 'w').close()\n"
            f"while os.path.exists('{mark}'): time.sleep(0.02)\n"
            "result(job, operation=NUMBERS['OPERATION_CHANGE'])\n",
            config=config, operation="PRELIM")
        passwd.parent.send(wire.pack("CHANGE"))
        self.wait_for(mark)
        self.assertEqual(self.meet(login, person, config=config)[0],
                         "ADMITTED")
        self.assertIsNotNone(offline.read(person.name))
        os.unlink(mark)
        self.assertEqual(passwd.verdict()[0], "ADMITTED")
        self.assertIsNone(offline.read(person.name))

    def slow(self, mark):
        """A speaker that compares until the mark is gone."""
        return (self.JOB + "result(job, 'NETWORK')\nhear()\n"
                f"open('{mark}', 'w').close()\n"
                f"while os.path.exists('{mark}'): time.sleep(0.02)\n"
                "say('COMPARED', 1)\n")

    def test_held_while_it_is_compared(self):
        """What cannot be written down lets nobody in, and is not called a
        removal in the log."""
        config = self.configured()
        mark = f"/tmp/{secrets.token_hex(4)}"
        _, _, person = self.meet(
            self.JOB + f"say('HASH', {self.HASH!r}, 1)\nresult(job)\n",
            config=config)
        got = []
        login = threading.Thread(target=lambda: got.append(self.meet(
            self.slow(mark), person, config=config)[0]))
        login.start()
        self.wait_for(mark)
        path, _ = offline.find(person.name)
        with open(path + ".lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.unlink(mark)
            login.join()
        self.assertEqual(got, ["OFFLINE_REFUSED"])
        self.assertIn("cannot be written down", self.detail)
        self.assertIsNotNone(offline.read(person.name))

    def test_removed_while_it_is_compared(self):
        """proves P11: what is removed meanwhile is not saved again, and
        lets nobody in: by forget, passwd, the pool's word"""
        config = self.configured()

        def disabled(person):
            self.meet(self.JOB + "result(job, 'DISABLED')\n", person,
                      config=config)

        def again(person):
            self.meet(self.JOB + f"say('HASH', {self.HASH[:-1] + '7'!r}, 1)"
                      "\nresult(job)\n", person, config=config)

        for meanwhile in (disabled, again,
                          lambda person: ctl.run("forget", person.name)):
            _, _, person = self.meet(
                self.JOB + f"say('HASH', {self.HASH!r}, 1)\nresult(job)\n",
                config=config)
            mark = f"/tmp/{secrets.token_hex(4)}"
            got = []
            thief = threading.Thread(target=lambda: got.append(self.meet(
                self.slow(mark), person, config=config)[0]))
            thief.start()
            self.wait_for(mark)
            meanwhile(person)
            kept = offline.read(person.name)
            os.unlink(mark)
            thief.join()
            self.assertEqual(got, ["OFFLINE_REFUSED"])
            self.assertIn("removed meanwhile", self.detail)
            self.assertEqual(offline.read(person.name), kept)

    def test_comparisons(self):
        """Only the answer to a question counts; a guess at the pool, and
        another answer than the outage's, is no outage."""
        config = self.configured()
        honest = self.JOB + f"say('HASH', {self.HASH!r}, 1)\nresult(job)\n"
        ask = "kind, fields = hear()\nassert kind == 'COMPARE'\n"
        cases = {
            "same": ("result(job, 'NETWORK')\n" + ask
                     + "say('COMPARED', 1)\n", "OFFLINE"),
            "another": ("result(job, 'NETWORK')\n" + ask
                        + "say('COMPARED', 0)\n", "OFFLINE_PASSWORD"),
            "nothing": ("result(job, 'TIMEOUT')\n" + ask,
                        "OFFLINE_PASSWORD"),
            "something else": ("result(job, 'TLS')\n" + ask
                               + "say('GUESSED', 1)\n", "OFFLINE_PASSWORD"),
            "behind a guess": ("say('MAY_GUESS'); hear()\n"
                               "result(job, 'NETWORK')\n"
                               "say('COMPARED', 1)\n", "NETWORK"),
            "wrong password": ("result(job, 'PASSWORD')\n"
                               "say('COMPARED', 1)\n", "PASSWORD"),
            "throttled": ("result(job, 'THROTTLED')\n"
                          "say('COMPARED', 1)\n", "THROTTLED"),
            "service": ("result(job, 'SERVICE')\nsay('COMPARED', 1)\n",
                        "SERVICE"),
            "offline by itself": ("result(job, 'OFFLINE')\n"
                                  "say('COMPARED', 1)\n", "SPEAKER"),
            "breakglass by itself": ("result(job, 'BREAKGLASS')\n",
                                     "SPEAKER"),
        }
        for name, (body, expected) in cases.items():
            with self.subTest(name):
                outcome, _, person = self.meet(honest, config=config)
                self.assertEqual(outcome, "ADMITTED")
                self.assertEqual(self.meet(self.JOB + body, person,
                                           config=config)[0], expected)


class Limits(OfflineCase):
    """proves P11: what starves keeper or speaker is no outage that opens
    more than the rules do"""

    def test_limits_of_the_caller(self):
        person, here, _ = self.enrolled(totp_secret=TOTP_SECRET)
        for number in (6, 10, 16, 24):
            with self.subTest(number):
                terminal = callers.pamtester(
                    here, person.name,
                    prepare=lambda n=number: resource.setrlimit(
                        resource.RLIMIT_NOFILE, (n, n)))
                if terminal.read_to("Password: ", callers.pexpect.EOF) == 0:
                    terminal.send(person.password + "\r")
                    if terminal.read_to(CODE, callers.pexpect.EOF) == 0:
                        terminal.close()
                        continue
                terminal.end()
                self.assertNotEqual(callers.pam_code(terminal), "success")
