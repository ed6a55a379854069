# SPDX-License-Identifier: Apache-2.0
"""A second pool on the network, whose people may have the names of others."""

import secrets
import socket
import uuid

from room import pool
from room.case import Case, Person
from room.namespace import ROOM
from room.terminal import make_password, note_secret

POOL_ID = "eu-west-1_TestPool2"


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class OtherPool:
    """With these people, from the start; the seed is all of theirs. `config`:
    what of a configuration leads to it."""

    def __init__(self, names, **seed):
        port = closed_port()
        self.log = f"{ROOM}/log/pool{port}.jsonl"
        self.people = {name: Person(name, make_password(), False)
                       for name in names}
        for person in self.people.values():
            note_secret(person.password)
        self.subs = {name: str(uuid.uuid4()) for name in names}
        self.process = pool.start(
            f"127.0.0.1:{port}", log=self.log, settings={"id": POOL_ID},
            users=[pool.person(name, person.password,
                               sub=self.subs[name], **seed)
                   for name, person in self.people.items()])
        self.config = {"pool_id": POOL_ID,
                       "endpoint": f"https://cognito.test:{port}"}

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def names(count):
    """Of people to be."""
    return ["q" + secrets.token_hex(4) for _ in range(count)]


class OtherPoolCase(Case):
    """A second pool beside the room's, with so many people."""
    PEOPLE = 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names = names(cls.PEOPLE)
        cls.other = OtherPool(cls.names)

    @classmethod
    def tearDownClass(cls):
        cls.other.close()
        super().tearDownClass()

    def stranger(self):
        """Somebody of the second pool alone, whom no other test has."""
        return self.other.people[self.names.pop()]
