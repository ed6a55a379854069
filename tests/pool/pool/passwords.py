# SPDX-License-Identifier: Apache-2.0
"""Passwords: what is kept of one, the policy, the history."""

import re

from pool import srp
from pool.errors import ServiceError, invalid_parameter

FORM = re.compile(r"\S+.*\S+", re.DOTALL)
MAX_CHARACTERS = 256
SYMBOLS = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= "


class Password:
    """Salt and verifier of one password of one user.

    The verifier is calculated when first needed, so that a seed of
    thousands of users loads at once.
    """

    def __init__(self, pool_name, username, text=None, salt=None,
                 verifier=None):
        self.pool_name = pool_name
        self.username = username
        self.salt = srp.new_salt() if salt is None else salt
        self._text = text
        self._verifier = verifier

    def verifier(self):
        if self._verifier is None:
            self._verifier = self._verifier_of(self._text)
        return self._verifier

    def matches(self, text):
        if self._text is not None:
            return text == self._text
        return self._verifier_of(text) == self._verifier

    def _verifier_of(self, text):
        return srp.verifier(self.pool_name, self.username, text, self.salt)


def check_form(text, member):
    """What the service demands of any password, old or new."""
    if not FORM.fullmatch(text) or len(text) > MAX_CHARACTERS:
        raise invalid_parameter(
            f"1 validation error detected: Value at '{member}' failed to "
            "satisfy constraint: Member must satisfy regular expression "
            r"pattern: ^[\S]+.*[\S]+$")


def check_policy(text, policy):
    """Raise InvalidPasswordException for what the policy forbids."""
    rules = (
        (len(text) >= policy.minimum_length, "Password not long enough"),
        (not policy.require_uppercase or any(c.isupper() for c in text),
         "Password must have uppercase characters"),
        (not policy.require_lowercase or any(c.islower() for c in text),
         "Password must have lowercase characters"),
        (not policy.require_numbers or any(c.isdigit() for c in text),
         "Password must have numeric characters"),
        (not policy.require_symbols or any(c in SYMBOLS for c in text),
         "Password must have symbol characters"),
    )
    for satisfied, message in rules:
        if not satisfied:
            raise ServiceError(
                "InvalidPasswordException",
                f"Password did not conform with policy: {message}")


def check_new(user, text, policy, member):
    """All rules for a password that a user is about to get."""
    check_form(text, member)
    check_policy(text, policy)
    if policy.history and any(
            old.matches(text) for old in user.history[-policy.history:]):
        raise ServiceError("PasswordHistoryPolicyViolationException",
                           "Password has previously been used")
