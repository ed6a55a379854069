# SPDX-License-Identifier: Apache-2.0
"""The pool as a whole: everything it remembers, under one lock.

One lock for all calls also keeps waiting threads off the interpreter while
one of them calculates, so that the arrival of the others is stamped in
time even with hundreds of sign-ins at once.
"""

import base64
import dataclasses
import hmac
import threading
import time

from pool import srp
from pool.errors import ServiceError, not_authorized
from pool.iam import Iam
from pool.rates import Rates
from pool.sessions import Sessions
from pool.tokens import Tokens
from pool.users import User, Users, pool_name


class Clock:
    """The service's idea of time: this machine's, off by date_offset_s."""

    def __init__(self, settings):
        self.settings = settings

    def now(self):
        return time.time() + self.settings.date_offset_s


@dataclasses.dataclass
class Group:
    name: str
    description: str
    precedence: int
    role_arn: str
    created: float
    modified: float
    ordinal: int      # its place in the lists


class Pool:
    def __init__(self, seed, keys):
        self.lock = threading.RLock()
        self.settings = seed.pool
        self.name = pool_name(seed.pool.id)
        self.clock = Clock(seed.pool)
        self.keys = keys
        self.clients = {client.id: client for client in seed.clients}
        self.created = self.clock.now()
        self.groups = {}
        self.groups_made = 0
        self.users = Users(seed.pool, self.clock)
        self.rates = Rates(seed.pool)
        self.sessions = Sessions(seed.pool, self.clock)
        self.tokens = Tokens(seed.pool, self.clock, keys, self.users)
        self.iam = Iam(seed.pool, self.clock, seed.iam, seed.roles)
        self.late_proofs = 0
        for group in seed.groups:
            self.add_group(group.name, group.description, group.precedence,
                           group.role_arn)
        for user in seed.users:
            self.add_user(user)
        for generated in seed.generate:
            self.users.generate(generated)
            self.add_groups(generated.groups)

    def add_user(self, seed):
        """A user from a seed record; groups named there come to exist."""
        user = User(seed, self.settings, self.clock.now())
        self.users.add(user)
        self.add_groups(seed.groups)
        return user

    def add_groups(self, names):
        """Groups that are there by being named."""
        for name in names:
            if name not in self.groups:
                self.add_group(name)

    def add_group(self, name, description="", precedence=None, role_arn=""):
        now = self.clock.now()
        self.groups_made += 1
        self.groups[name] = Group(name, description, precedence, role_arn,
                                  now, now, self.groups_made)
        return self.groups[name]

    def remove_group(self, group):
        """A group, and everybody's membership."""
        for user in self.users:
            if group.name in user.groups:
                user.groups.remove(group.name)
        self.users.forget_group(group.name)
        del self.groups[group.name]

    def client(self, client_id):
        if client_id not in self.clients:
            raise ServiceError("ResourceNotFoundException",
                               f"User pool client {client_id} does not "
                               "exist.")
        return self.clients[client_id]

    def hides_users(self, client):
        """Does this client get simulated answers for unknown names?"""
        if client.prevent_user_existence_errors is not None:
            return client.prevent_user_existence_errors
        return self.settings.prevent_user_existence_errors


def check_secret_hash(client, given, sent_name, internal_name=None):
    """SECRET_HASH of a request, over the name sent with it.

    In answers to challenges the sent name has to be the internal one; an
    alias there is refused although the hash fits.
    """
    if not client.secret:
        if given is not None:
            raise unable_to_verify(client, "hash without secret")
        return
    if given is None:
        raise not_authorized(f"Client {client.id} is configured with secret "
                             "but SECRET_HASH was not received")
    right = base64.b64encode(
        srp.secret_hash(client.secret, sent_name, client.id))
    if not hmac.compare_digest(right, given.encode()):
        raise unable_to_verify(client, "wrong hash")
    if internal_name is not None and sent_name != internal_name:
        raise unable_to_verify(client, "hash over another name")


def unable_to_verify(client, reason):
    return not_authorized("Unable to verify secret hash for client "
                          f"{client.id}", reason)


def check_client_secret(client, given):
    """Member ClientSecret, which has to be there exactly for clients with
    a secret."""
    if (given or "") != client.secret:
        raise not_authorized(f"Client {client.id} is configured for secret "
                             "but secret was not received" if not given
                             else f"Unable to verify secret for client "
                             f"{client.id}")
