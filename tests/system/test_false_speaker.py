# SPDX-License-Identifier: Apache-2.0
"""What the keeper believes of a speaker that is not ours, and which of its
key sets it keeps."""

import glob
import os
import time

from room import host, pool, wire
from room.by_hand import false_program
from room.namespace import ROOM
from room.processes import SPEAKER
from test_account_check import change, path_of
from test_keeper import KeeperCase


class FalseSpeakerCase(KeeperCase):
    def meet(self, body, person=None, caller=False, prepare=(), **request):
        """The first verdict, for a speaker that does this (and its words
        in self.detail); the keeper; the person."""
        person = person or self.person()
        path = false_program(body)
        keeper = self.keeper(f"mount --bind {path} /usr/libexec/{SPEAKER}",
                             *prepare, caller=caller)
        keeper.request(person.name, **request)
        outcome, self.detail = keeper.verdict()
        return outcome, keeper, person

    JOB = "job = hear()[1]; hear(); hear()\n"


class FalseSpeakers(FalseSpeakerCase):
    """proves P3, P55, P98: what the keeper believes of a speaker"""

    def test_honest_one(self):
        """Without it the tests below would show nothing."""
        outcome, keeper, person = self.meet(self.JOB + "result(job)\n")
        self.assertEqual(outcome, "ADMITTED")
        self.assertEqual(self.ask(person.name), "ADMITTED")

    def test_results_that_admit_nobody(self):
        bodies = {
            "another build": "result(job, build='0' * 32)",
            "another operation": "result(job, operation=2)",
            "a change": "result(job, operation=4)",
            "nobody decided": "result(job, 'NONE')",
            "an unknown outcome": "result(job, 9999)",
            "another name": "result(job, name='root')",
            "no name": "result(job, name='')",
            "a longer name": "result(job, name=name_of(job) + b'x')",
            "no sub": "result(job, sub='')",
            "a sub that is none": "result(job, sub='../../../etc/passwd')",
            "other groups": "result(job, groups=('Guests',))",
            "groups in another case": "result(job, groups=('staff',))",
            "no groups": "result(job, groups=())",
            "nothing": "pass",
            "a verdict": "decide(name_of(job))",
            "a question": "say('ASK', 1, 'x')",
            "on the person's line": "say('RESULT', BUILD, 1, 1, '', '',"
                " name_of(job), '99999999-9999-4999-8999-999999999999', '', 0,"
                " b'Staff\\0', to=person)",
            "a token that nobody wants":
                "say('TOKEN', 1, b'refresh'); result(job)",
            "a guess after the key set": "say('NEW_KEYS', b'{}')"
                "; say('MAY_GUESS'); hear(); result(job)",
            "an end of no guess": "say('GUESSED', 0); result(job)",
            "two guesses at once": "say('MAY_GUESS'); hear()"
                "; say('MAY_GUESS'); hear(); result(job)",
            "messages for ever":
                "[(say('MAY_SEND'), hear()) for _ in range(30)]; result(job)",
            "two key sets": "say('NEW_KEYS', b'{}'); say('NEW_KEYS', b'{}')"
                "; result(job)",
            "half a result": "parent.send(pack('RESULT', BUILD, 1)[:30])",
        }
        for name, body in bodies.items():
            # A caller that is not root writes nothing, so no writer of
            # ours looks at what it is given.
            for caller in (False, True):
                with self.subTest(f"{name} {caller}"):
                    outcome, _, person = self.meet(f"{self.JOB}{body}\n",
                                                   caller=caller)
                    self.assertNotIn(outcome, ("ADMITTED", "END"))
                    self.assertEqual(self.ask(person.name), "NO_RECORD")

    def test_result_of_a_login_is_no_change(self):
        """A proof of the old password, sent again, changes nothing."""
        outcome, keeper, _ = self.meet(
            self.JOB + "result(job)\nhear()\nresult(job)\n",
            operation="PRELIM")
        self.assertEqual(outcome, "ADMITTED")
        keeper.parent.send(wire.pack("CHANGE"))
        self.assertNotEqual(keeper.verdict()[0], "ADMITTED")

    def test_denial_is_the_end(self):
        outcome, keeper, _ = self.meet(
            self.JOB + "result(job, 'PASSWORD'); result(job)\n")
        self.assertEqual(outcome, "PASSWORD")
        self.assertEqual(keeper.verdict()[0], "END")


class Keys(FalseSpeakerCase):
    """proves P42: which key set is kept, and for whom; the speaker is not
    taken at its word"""

    def endpoint(self, **more):
        """A configuration of its own, so that nothing is kept yet."""
        word = "k" + os.urandom(4).hex()
        path = f"/etc/cognito/{word}.conf"
        host.write_config(path, endpoint=f"https://{word}.test", **more)
        return path, f'{{"keys":["{word}"]}}'

    @staticmethod
    def kept(word):
        found = []
        for path in glob.glob("/var/lib/cognito/accounts/jwks-*"):
            with open(path, encoding="utf-8") as file:
                if file.read() == word:
                    found.append(path)
        return found

    def offer(self, config, keys, how="result(job)", **more):
        return self.meet(f"{self.JOB}say('NEW_KEYS', b'{keys}')\n{how}\n",
                         config=config, **more)[0]

    def test_kept_for_this_pool_alone(self):
        config, keys = self.endpoint()
        self.assertEqual(self.offer(config, keys), "ADMITTED")
        (path,) = self.kept(keys)
        self.assertIn(pool.POOL_ID, path)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o644)
        self.assertEqual(os.stat(path).st_uid, 0)
        other, more = self.endpoint()
        self.assertEqual(self.offer(other, more), "ADMITTED")
        self.assertEqual(self.kept(keys), [path])
        self.assertEqual(len(self.kept(more)), 1)
        third, _ = self.endpoint()
        body = ("job = hear()[1]; hear(); keys = hear()[1]\n"
                "result(job, 'KEYS' if keys[0] else 'TOKEN')\n")
        self.assertEqual(self.meet(body, config=third)[0], "TOKEN")
        self.assertEqual(self.meet(body, config=config)[0], "KEYS")

    def test_kept_by_an_admitted_login_alone(self):
        for how in ("result(job, 'PASSWORD')", "result(job, 'TOKEN')",
                    "result(job, groups=('Guests',))",
                    "result(job, name='root')", "pass"):
            with self.subTest(how):
                config, keys = self.endpoint()
                self.assertNotEqual(self.offer(config, keys, how),
                                    "ADMITTED")
                self.assertEqual(self.kept(keys), [])

    def test_not_kept_for_a_caller_that_is_not_root(self):
        """proves P35"""
        config, keys = self.endpoint()
        self.assertEqual(self.offer(config, keys, caller=True),
                         "ADMITTED")
        self.assertEqual(self.kept(keys), [])

    def test_pinned_set_is_the_only_one(self):
        pinned = f"{ROOM}/pin-{os.urandom(4).hex()}"
        with open(pinned, "w", encoding="utf-8") as file:
            file.write('{"keys":["pinned"]}')
        os.chmod(pinned, 0o644)
        # However old it is.
        old = time.time() - 7200
        os.utime(pinned, (old, old))
        config, keys = self.endpoint(jwks_file=pinned)
        self.assertEqual(self.offer(config, keys), "ADMITTED")
        self.assertEqual(self.kept(keys), [])
        body = ("job = hear()[1]; hear(); keys = hear()[1]\n"
                "result(job, 'KEYS' if b'pinned' in keys[0] and"
                " number(keys[2]) else 'TOKEN')\n")
        self.assertEqual(self.meet(body, config=config)[0], "KEYS")

    def test_pinned_set_that_others_write(self):
        pinned = f"{ROOM}/pin-{os.urandom(4).hex()}"
        for mode in (0o664, 0o646):
            with open(pinned, "w", encoding="utf-8") as file:
                file.write('{"keys":[]}')
            os.chmod(pinned, mode)
            config, _ = self.endpoint(jwks_file=pinned)
            self.assertEqual(self.meet(self.JOB + "result(job)\n",
                                       config=config)[0], "CONFIG")
        open_place = f"/home/{host.LOCAL_USER}/pin"
        with open(open_place, "w", encoding="utf-8") as file:
            file.write('{"keys":[]}')
        config, _ = self.endpoint(jwks_file=open_place)
        self.assertEqual(self.meet(self.JOB + "result(job)\n",
                                   config=config)[0], "CONFIG")

    def test_replaced_once_an_hour(self):
        config, keys = self.endpoint()
        self.assertEqual(self.offer(config, keys), "ADMITTED")
        (path,) = self.kept(keys)
        newer = keys.replace("k", "n")
        self.assertEqual(self.offer(config, newer), "ADMITTED")
        self.assertEqual(self.kept(keys), [path])
        old = time.time() - 3700
        os.utime(path, (old, old))
        self.assertEqual(self.offer(config, newer), "ADMITTED")
        self.assertEqual(self.kept(newer), [path])

    def test_kept_by_an_account_check_too(self):
        """who comes with keys alone does not have it fetched each time"""
        config, keys = self.endpoint(account_check="refresh",
                                     account_max_age="30")
        outcome, _, person = self.meet(
            f"{self.JOB}say('NEW_KEYS', b'{keys}')\n"
            "say('TOKEN', 1, b'of-the-login')\nresult(job)\n",
            config=config)
        self.assertEqual(outcome, "ADMITTED")
        (path,) = self.kept(keys)
        newer = keys.replace("k", "n")
        check = f"{self.JOB}hear()\nsay('NEW_KEYS', b'{newer}')\n"
        for age_s, outcome, kept in ((3700, "SERVICE", []),
                                     (3000, "ADMITTED", []),
                                     (3700, "ADMITTED", [path])):
            with self.subTest(f"{age_s} {outcome}"):
                lines = change(person, {})
                change(person, {number: str(int(lines[number]) - 60)
                                for number in (3, 4)})
                then = time.time() - age_s
                os.utime(path, (then, then))
                self.assertEqual(
                    self.meet(f"{check}result(job, '{outcome}')\n",
                              person=person, operation="ACCOUNT",
                              config=config)[0], outcome)
                self.assertEqual(self.kept(newer), kept)

    def test_tokens_that_cannot_be_removed(self):
        """the pool's no is not forgotten in silence"""
        config, _ = self.endpoint(account_check="refresh",
                                  account_max_age="30")
        person = self.meet(f"{self.JOB}say('TOKEN', 1, b'of-the-login')\n"
                           "result(job)\n", config=config)[2]
        lines = change(person, {})
        change(person, {number: str(int(lines[number]) - 60)
                        for number in (3, 4)})
        path = path_of(person)
        outcome, keeper, _ = self.meet(
            f"{self.JOB}hear()\nresult(job, 'DISABLED')\n", person=person,
            operation="ACCOUNT", config=config,
            prepare=[f"mount --bind {path} {path}"])
        self.assertEqual(outcome, "DISABLED")
        self.assertTrue([note for note in keeper.notes
                         if "cannot be removed" in note], keeper.notes)

    def test_not_kept_where_others_write(self):
        """proves P72: the directory's owner and mode are looked at"""
        copy = "/run/keys.$$"
        for spoil in (f"chmod 0775 {copy}", f"chmod 0757 {copy}",
                      f"chown {host.LOCAL_USER} {copy}"):
            with self.subTest(spoil):
                config, keys = self.endpoint()
                path = false_program(f"{self.JOB}say('NEW_KEYS', b'{keys}')\n"
                                     "result(job)\n")
                person = self.person()
                keeper = self.keeper(
                    f"mount --bind {path} /usr/libexec/{SPEAKER}",
                    f"cp -a /var/lib/cognito/accounts {copy}", spoil,
                    f"mount --bind {copy} /var/lib/cognito/accounts")
                keeper.request(person.name, config=config)
                self.assertEqual(keeper.verdict()[0], "ADMITTED")
                self.assertTrue([note for note in keeper.notes
                                 if "cannot be kept" in note], keeper.notes)

    def test_sets_of_pools_long_gone_are_removed(self):
        stale = "/var/lib/cognito/accounts/jwks-eu-west-1_Gone-0.json"
        recent = "/var/lib/cognito/accounts/jwks-eu-west-1_Other-0.json"
        for path, days in ((stale, 31), (recent, 29)):
            with open(path, "w", encoding="utf-8") as file:
                file.write("{}")
            old = time.time() - days * 86400
            os.utime(path, (old, old))
        config, keys = self.endpoint()
        self.assertEqual(self.offer(config, keys), "ADMITTED")
        self.assertFalse(os.path.exists(stale))
        self.assertTrue(os.path.exists(recent))
        os.unlink(recent)

    def test_client_secret_where_others_write(self):
        """proves P79"""
        path = f"/home/{host.LOCAL_USER}/client_secret"
        with open(path, "w", encoding="utf-8") as file:
            file.write(pool.CLIENT_SECRET + "\n")
        os.chmod(path, 0o600)
        self.addCleanup(os.unlink, path)
        config, _ = self.endpoint(client_secret_file=path,
                                  client_id=pool.SECRET_CLIENT_ID)
        self.assertEqual(self.meet(self.JOB + "result(job)\n",
                                   config=config)[0], "CONFIG")
