# SPDX-License-Identifier: Apache-2.0
"""The users of the pool, and who is meant by a name."""

import bisect
import heapq
import itertools
import uuid

from pool.errors import ServiceError
from pool.generated import Block
from pool.lockout import Lock
from pool.passwords import Password

VERIFIED = ("email", "phone_number")  # aliases that count once verified
# Keys of the seed that a user carries, changed by operations since.
RUNNING = ("status", "enabled", "sub", "attributes", "groups",
           "totp_secret", "preferred_mfa")


def user_not_found():
    return ServiceError("UserNotFoundException", "User does not exist.")


class User:
    """One user: made from a seed record, changed by operations."""

    def __init__(self, seed, settings, now):
        address = seed.username if settings.username_attributes else None
        self.sub = seed.sub or str(uuid.uuid4())
        # With an address as user name the internal name is the sub.
        self.username = self.sub if address else seed.username
        self.attributes = dict(seed.attributes)
        if address:
            self.attributes.setdefault(
                "email" if "@" in address else "phone_number", address)
        self.status = seed.status
        self.enabled = seed.enabled
        self.pool_name = pool_name(settings.id)
        self.password = self._first_password(seed)
        self.history = [Password(self.pool_name, self.username, text)
                        for text in seed.password_history]
        if self.password:
            self.history.append(self.password)
        self.knobs = seed
        self.groups = list(seed.groups)
        self.totp_secret = seed.totp_secret
        self.totp_pending = ""    # associated, not yet verified
        self.totp_steps = set()   # codes used, by their time step
        self.totp_name = ""       # FriendlyDeviceName
        self.factor_choice = {}   # by SetUserMFAPreference: switched off
        self.devices = {}         # key -> Device
        self.preferred_mfa = seed.preferred_mfa
        self.lock = Lock()
        self.ordinal = None       # its place in the lists
        self.created = self.modified = now
        self.tries = {}           # limited operation -> times of tries
        self.signed_up = False    # by the person, and not signed in yet
        self.confirm_sent = now   # when the confirmation code was sent
        self.reset_code = ""      # of ForgotPassword, until used
        self.reset_sent = 0

    def _first_password(self, seed):
        if seed.verifier is not None:
            return Password(self.pool_name, self.username, salt=seed.salt,
                            verifier=seed.verifier)
        if seed.password:
            return Password(self.pool_name, self.username, seed.password)
        return None

    def set_password(self, text, now):
        self.password = Password(self.pool_name, self.username, text)
        self.history.append(self.password)
        self.modified = now

    def confirm_code(self):
        return self.knobs.confirm_code or self.knobs.reset_code

    def send_reset_code(self, now):
        self.reset_code = self.knobs.reset_code
        self.reset_sent = now

    def apply(self, changes, now):
        """Change keys of the seed after the fact."""
        for name, value in changes.items():
            setattr(self.knobs, name, value)
            if name in RUNNING:
                setattr(self, name, value)
        if "password" in changes:
            self.set_password(changes["password"], now)
        self.modified = now

    def can_use(self, factor):
        """Is there what this factor needs?"""
        return bool({"SOFTWARE_TOKEN_MFA": self.totp_secret,
                     "SMS_MFA": self.knobs.sms_code,
                     "EMAIL_OTP": self.knobs.email_code}.get(factor))

    def factors(self, settings):
        """The second factors this user can be asked for."""
        if settings.mfa == "OFF":
            return []
        chosen = [name for name in ("SOFTWARE_TOKEN_MFA", "SMS_MFA",
                                    "EMAIL_OTP") if self.can_use(name)]
        if self.knobs.mfa is not None:
            chosen = list(self.knobs.mfa)
            if self.totp_secret and not self.knobs.totp_secret:
                chosen.append("SOFTWARE_TOKEN_MFA")  # set up since
        return [name for name in chosen
                if self.factor_choice.get(name, True)]

    def verified(self, alias):
        """Does this alias count for signing in?"""
        return (alias not in VERIFIED
                or self.attributes.get(alias + "_verified") == "true")

    def missing_attributes(self):
        """Required attributes without a value."""
        return [name for name in self.knobs.required_attributes
                if not self.attributes.get(name)]

    def attribute_list(self):
        return [{"Name": name, "Value": value} for name, value
                in [("sub", self.sub), *self.attributes.items()]]


def pool_name(pool_id):
    """What the proof calls the pool: behind the first underscore."""
    return pool_id.partition("_")[2]


def simulated_name(pool_id, name):
    """The constant UUID of a name that nobody has."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{pool_id}/{name}"))


class Users:
    """All users, in the order they were made.

    Generated ones are calculated when they are looked at, and become
    ordinary ones when somebody asks for them by name.
    """

    def __init__(self, settings, clock):
        self.settings = settings
        self.clock = clock
        self.by_name = {}
        self._ordered = []   # the same, by their ordinal
        self._blocks = []
        self._next = 0       # ordinal of the next user

    def __iter__(self):
        """The users that are not merely generated."""
        return iter(self.by_name.values())

    def __len__(self):
        return len(self.by_name) + sum(len(block) for block in self._blocks)

    def after(self, ordinal, group=None):
        """The users that come behind an ordinal, generated ones too, in
        order; only the members of a group if one is given."""
        start = bisect.bisect_right(self._ordered, ordinal, key=by_ordinal)
        ordinary = (user for user in itertools.islice(
            self._ordered, start, None)
            if group is None or group in user.groups)
        return heapq.merge(ordinary, *(block.after(ordinal, group)
                                       for block in self._blocks),
                           key=by_ordinal)

    def generate(self, seed):
        """Users by the number, as a "generate" of the seed says.  Names
        that are taken stay with those who have them."""
        now = self.clock.now()
        block = Block(seed, self.settings.id, self._next,
                      lambda record: User(record, self.settings, now))
        for name in self.by_name:
            index = block.index_of(name, self._same)
            if index is not None:
                block.kept.add(index)
        self._next += seed.count
        self._blocks.append(block)

    def forget_group(self, name):
        for block in self._blocks:
            block.forget_group(name)

    def add(self, user):
        if self._by_own_name(user.username) or (
                self.settings.username_attributes
                and self._by_alias(user.attributes.get("email", ""))):
            raise ServiceError("UsernameExistsException",
                               "User already exists")
        user.ordinal = self._next
        self._next += 1
        self._keep(user)

    def _keep(self, user):
        self.by_name[user.username] = user
        bisect.insort(self._ordered, user, key=by_ordinal)

    def remove(self, user):
        del self.by_name[user.username]
        del self._ordered[bisect.bisect_left(
            self._ordered, user.ordinal, key=by_ordinal)]

    def find(self, name):
        """Who signs in with this name or alias, or None."""
        return self._by_own_name(name) or self._by_alias(name)

    def find_for_admin(self, name):
        """As find; administration may use the sub too."""
        found = (self.find(name)
                 or next((u for u in self if u.sub == name), None)
                 or self._generated(lambda block: block.index_of_attribute(
                     "sub", name, str)))
        if not found:
            raise user_not_found()
        return found

    def has(self, user):
        """False once the user was deleted, whoever has the name now."""
        return self.by_name.get(user.username) is user

    def _fold(self, text):
        return text if self.settings.case_sensitive else text.lower()

    def _same(self, one, other):
        return self._fold(one) == self._fold(other)

    def _generated(self, index_in):
        """The user whose index index_in(block) finds: an ordinary one from
        now on."""
        for block in self._blocks:
            index = index_in(block)
            if index is not None:
                user = block.make(index)
                block.kept.add(index)
                self._keep(user)
                return user
        return None

    def _by_own_name(self, name):
        if name in self.by_name:
            return self.by_name[name]
        if not self.settings.case_sensitive:
            found = next((u for u in self if self._same(u.username, name)),
                         None)
            if found:
                return found
        return self._generated(
            lambda block: block.index_of(name, self._same))

    def _by_alias(self, name):
        """An alias counts once verified; an address that is the user name
        counts always."""
        for alias in self.settings.username_attributes:
            for user in self:
                if self._same(user.attributes.get(alias, ""), name):
                    return user
        for alias in self.settings.alias_attributes:
            found = self._by_verified(alias, name)
            if found:
                return found
        return None

    def _by_verified(self, alias, value):
        for user in self:
            if user.verified(alias) and self._same(
                    user.attributes.get(alias, ""), value):
                return user
        found = self._generated(lambda block: block.index_of_attribute(
            alias, value, self._fold))
        return found if found and found.verified(alias) else None


def by_ordinal(user):
    return user.ordinal
