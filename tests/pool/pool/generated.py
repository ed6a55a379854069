# SPDX-License-Identifier: Apache-2.0
"""Users by the hundred thousand: calculated when looked at, kept only once
somebody asks for one by name."""

import uuid

from pool.seed import UserSeed


def sub_of(pool_id, name):
    """The sub of a generated user: the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{pool_id}/sub/{name}"))


class Block:
    """One "generate" of the seed: users of consecutive numbers.

    A user is meant by its index, 0 to count - 1; the number in its name
    starts at `first`.  `kept` holds the indexes that are ordinary users by
    now, or were deleted.
    """

    def __init__(self, seed, pool_id, base, make_user):
        self.seed = seed
        self.base = base            # ordinal of index 0
        self.kept = set()
        self._pool_id = pool_id
        self._make_user = make_user
        self._by_attribute = {}     # name of attribute -> value -> index
        self._members = {name: self._range(rule)
                         for name, rule in seed.groups.items()}
        self._disabled = (self._range(seed.disabled) if seed.disabled
                          else ())

    def __len__(self):
        return self.seed.count - len(self.kept)

    def _range(self, rule):
        """The indexes that a rule over numbers is for."""
        first = self.seed.first
        low = max(rule.first or 0, first)
        high = first + self.seed.count - 1
        if rule.last is not None:
            high = min(high, rule.last)
        low += (rule.rest - low) % rule.every
        return range(low - first, high - first + 1, rule.every)

    def forget_group(self, name):
        self._members.pop(name, None)

    def name(self, index):
        number = self.seed.first + index
        return f"{self.seed.prefix}{number:0{self.seed.digits}d}"

    def make(self, index):
        """The user of an index, which nobody has changed."""
        name = self.name(index)
        number = str(self.seed.first + index)
        attributes = {key: value.replace("{name}", name)
                      .replace("{n}", number)
                      for key, value in self.seed.attributes.items()}
        user = self._make_user(UserSeed(
            username=name, password=self.seed.password,
            status=self.seed.status, enabled=index not in self._disabled,
            sub=sub_of(self._pool_id, name), attributes=attributes,
            groups=[group for group, members in self._members.items()
                    if index in members]))
        user.ordinal = self.base + index
        return user

    def index_of(self, name, same):
        """Whose name this is; None: not of this block, or kept already."""
        digits = name[len(self.seed.prefix):]
        if not digits.isascii() or not digits.isdigit():
            return None
        index = int(digits) - self.seed.first
        if not 0 <= index < self.seed.count or index in self.kept:
            return None
        return index if same(self.name(index), name) else None

    def index_of_attribute(self, attribute, value, fold):
        """Whose attribute has this value; `sub` is one too."""
        if attribute not in self._by_attribute:
            self._by_attribute[attribute] = self._table(attribute, fold)
        index = self._by_attribute[attribute].get(fold(value))
        return None if index in self.kept else index

    def _table(self, attribute, fold):
        if attribute == "sub":
            return {sub_of(self._pool_id, self.name(i)): i
                    for i in range(self.seed.count)}
        template = self.seed.attributes.get(attribute)
        if template is None:
            return {}
        return {fold(template.replace("{name}", self.name(i)).replace(
            "{n}", str(self.seed.first + i))): i
            for i in range(self.seed.count)}

    def after(self, ordinal, group=None):
        """The users with a greater ordinal, in order; only the members of
        a group if one is given."""
        indexes = (range(self.seed.count) if group is None
                   else self._members.get(group, range(0)))
        behind = ordinal - self.base + 1  # the first index wanted
        skip = max(0, -(-(behind - indexes.start) // indexes.step))
        for index in indexes[skip:]:
            if index not in self.kept:
                yield self.make(index)
