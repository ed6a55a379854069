# SPDX-License-Identifier: Apache-2.0
"""Lockout: wrong passwords and codes of one user, counted together.

Five are free, then the n-th failure locks for 2^(n-5) seconds up to about
15 minutes.  Attempts during the lock neither count nor extend it.
"""

from pool.errors import not_authorized


class Lock:
    def __init__(self):
        self.clear()

    def clear(self):
        self.failures = 0
        self.until = 0
        self.last = 0

    def check(self, rules, now):
        """Raise while the user is locked out."""
        if now < self.until:
            raise not_authorized("Password attempts exceeded", "locked")
        if self.failures and now - self.last > rules.forget_s:
            self.clear()

    def fail(self, rules, now):
        """Count a wrong password or code."""
        self.failures += 1
        self.last = now
        beyond = self.failures - rules.after
        if beyond >= 0 and rules.base_s:
            # min() of the exponent: 2**1000 would not fit a float.
            self.until = now + min(rules.base_s * 2 ** min(beyond, 30),
                                   rules.max_s)
