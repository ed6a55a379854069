# SPDX-License-Identifier: Apache-2.0
"""A machine with services of two pools, in one of which anybody can sign up:
nobody gains by the one what the other has not given, nor takes it away."""

from room import callers, offline, other_pool
from room.terminal import make_password


class Pools(other_pool.OtherPoolCase):
    PEOPLE = 8

    def open_service(self, arguments="", **config):
        """A service of the second pool, for all who can sign in there."""
        return self.service(arguments, **{"allow_groups": "*",
                                          **self.other.config, **config})

    def try_(self, service, person, *operations, password=None):
        """What comes of a login; of the account phase, if it was reached."""
        terminal = callers.pamtester(service, person.name, "authenticate",
                                     *operations)
        terminal.answer("Password: ", password or person.password)
        terminal.end()
        return terminal.text

    def check(self, service, person):
        """What the account phase says, as of somebody with an ssh key."""
        terminal = callers.pamtester(service, person.name, "acct_mgmt")
        terminal.end()
        return terminal.text

    def sign_in(self, service, person):
        text = self.try_(service, person, "acct_mgmt")
        self.assertIn("account management done", text)

    def test_account_of_the_other_pool(self):
        """proves P10: an account that the one pool's service has made does
        not come in, by ssh key perhaps, where the other pool is asked"""
        for arguments in ("create_account", ""):
            with self.subTest(arguments):
                person = self.stranger()
                if not arguments:
                    self.person(person.name, in_pool=False)
                theirs = self.open_service(arguments)
                self.sign_in(theirs, person)
                ours = self.service(allow_groups="*")
                self.assertIn("Permission denied", self.check(ours, person))
                self.assertIn("pool", self.log_of(person.name, 3)[-1])
                self.assertIn("account management done",
                              self.check(theirs, person))

    def test_bound_to_one_pool(self):
        """proves P16: nor does a pool that says the same sub take over the
        name, or somebody's groups"""
        person = self.stranger()
        sub = self.other.subs[person.name]
        self.person(person.name, password=person.password, sub=sub)
        ours = self.service()
        self.sign_in(ours, person)
        for operations in ((), ("acct_mgmt",)):
            self.assertIn("Permission denied", self.try_(
                self.open_service(), person, *operations))
        self.assertTrue(any("reason=other-sub" in line
                            for line in self.log_of(person.name, 4)))
        self.assertIn("account management done", self.check(ours, person))

    def test_failures_of_the_other_pool(self):
        """proves P84: whoever signs in elsewhere as their own user of
        somebody's name does not begin the count of failures anew"""
        stranger = self.stranger()
        person = self.person(stranger.name)
        ours, theirs = self.service(), self.open_service()
        self.sign_in(ours, person)
        for _ in range(3):
            self.try_(ours, person, password=make_password())
        self.assertIn("Permission denied", self.try_(theirs, stranger))
        self.try_(ours, person, password=make_password())
        before = len(self.calls_of(person.name))
        self.try_(ours, person)
        self.assertIn("reason=too-many-failures",
                      self.log_of(person.name, 7)[-1])
        self.assertFalse([call for call in self.calls_of(person.name)[before:]
                          if call["operation"] == "RespondToAuthChallenge"])

    def test_hash_of_the_other_pool(self):
        """Nor take away what lets somebody in while their pool is away"""
        stranger = self.stranger()
        person = self.person(stranger.name)
        ours = self.service(offline="password")
        theirs = [self.open_service(**config)
                  for config in ({}, {"offline": "password"},
                                 {"allow_groups": "Nobody"})]
        self.sign_in(ours, person)
        for service in theirs:
            self.assertIn("Permission denied", self.try_(service, stranger))
            self.assertIsNotNone(offline.read(person.name))

    def test_disabled_at_the_prompt(self):
        """proves P10: who is told so by their pool at a password does not
        come in by key either; another pool's word says nothing here"""
        disabled = other_pool.OtherPool(other_pool.names(1), enabled=False)
        self.addCleanup(disabled.close)
        (stranger,) = disabled.people.values()
        person = self.person(stranger.name)
        ours = self.service()
        self.sign_in(ours, person)
        self.try_(self.service(**disabled.config), stranger)
        self.assertIn("reason=disabled-in-pool",
                      self.log_of(person.name, 3)[-1])
        self.assertIn("account management done", self.check(ours, person))
        person.set(enabled=False)
        self.try_(ours, person)
        self.assertIn("Permission denied", self.check(ours, person))
        self.assertIn("reason=disabled-here", self.log_of(person.name, 6)[-1])
        person.set(enabled=True)
        self.assertIn("Permission denied", self.check(ours, person))
        self.sign_in(ours, person)
        self.assertIn("account management done", self.check(ours, person))
