# SPDX-License-Identifier: Apache-2.0
"""cognitoctl sync with a hundred thousand users."""

import resource
import time

from room import ctl, sync
from test_sync import SyncCase, getent, use_nss

USERS = 100_000
PAGE = 60


def users(count, group="Staff"):
    """Made by rule, so that a test knows what to expect."""
    return [{"username": f"user{i:06}", "groups": [group],
             "sub": f"{i:08x}-0000-4000-8000-{i:012x}",
             "enabled": i % 1000 != 7,
             "attributes": {"name": f"User {i}"}} for i in range(count)]


class ScaleTest(SyncCase):
    """proves P78 at the size where it matters"""

    def test_a_hundred_thousand(self):
        """all of them, while the pool throttles and pages fail; the second
        time nothing changes; then one does"""
        pool = self.pool(*users(USERS))
        pool.configure(max_accounts=USERS)
        pages = -(-USERS // PAGE)
        throttled = range(50, pages, 200)
        pool.control("faults", faults=[
            {"operation": "ListUsersInGroup", "page": page, "do": do,
             "nth": 1} for page, do in ((7, "reset"), (1000, "close"),
                                        (pages, "reset"))] + [
            {"operation": "ListUsersInGroup", "page": page, "do": "throttle",
             "nth": {"first": 1, "last": 2}} for page in throttled])
        begun = time.monotonic()
        document = sync.sync(pool)
        first_s = time.monotonic() - begun
        # Some 20 of them collide, as birthdays do: both are named.
        refused = sync.names(document, "refused")
        self.assertEqual(document["added"] + len(refused), USERS)
        self.assertLess(len(refused), 60)
        for name in refused:
            self.assertRegex(sync.why(document, name),
                             r"id \d+ for user\d+ is taken by .* user\d+")
        calls = pool.calls("ListUsersInGroup")
        self.assertEqual(len({call["page"] for call in calls
                              if call["outcome"] == "success"}), pages)
        outcomes = [call["outcome"] for call in calls]
        self.assertEqual({name: outcomes.count(f"fault:{name}") for name in
                          ("throttle", "reset", "close")},
                         {"throttle": 2 * len(throttled), "reset": 2,
                          "close": 1})
        use_nss()
        for i in (0, 7, 1007, USERS - 1):
            if f"user{i:06}" not in refused:
                self.assertIn(f":User {i}:", getent("passwd",
                                                    f"user{i:06}"))
        self.assertEqual(getent("passwd", f"user{USERS:06}"), "")
        pool.set("user000500", groups=["Guests"])
        begun = time.monotonic()
        document = sync.sync(pool)
        print(f"\n100,000 users: {first_s:.0f} s, {len(calls)} calls; again "
              f"{time.monotonic() - begun:.0f} s, peak "
              f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss} KiB")
        self.assertEqual(sync.names(document, "removed"), ["user000500"])
        self.assertEqual((document["added"], document["changed"],
                          document["refused"]), (0, 0, len(refused)))
        pool.configure(allow_groups="Guests", max_accounts=USERS)
        self.assertIn("would be lost", sync.fails(pool, code=ctl.FORCE))

    def test_a_hundred_thousand_strangers(self):
        """P78: strangers beyond the cap get nobody in, and few are listed"""
        pool = self.pool(*users(50))
        sync.sync(pool)
        strangers = self.pool(*users(USERS))
        strangers.configure(allow_groups="*")
        self.assertIn("more than 50000", sync.fails(strangers))
        self.assertLess(len(strangers.calls("ListUsers")),
                        50_000 // PAGE + 5)
        self.assertEqual(len(sync.accounts()), 50)
