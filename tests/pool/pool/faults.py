# SPDX-License-Identifier: Apache-2.0
"""Faults: which call is to go wrong, and how."""

import threading

from pool.seed import Range

# Faults that stand in for the answer; the operation is carried out only if
# the fault says "after".  All others work on the true answer.
REPLACING = ("reset", "close", "status", "body", "error", "throttle",
             "redirect", "endless")


def hits(fault, count):
    """Is the count-th matching call one that this fault is for?"""
    if fault.nth == "all":
        return True
    if isinstance(fault.nth, Range):
        return (fault.nth.first <= count
                and (fault.nth.last is None or count <= fault.nth.last))
    return count in fault.nth


class Faults:
    """The list of faults, each with its count of matching calls."""

    def __init__(self, seeds):
        self._lock = threading.Lock()
        self._released = threading.Condition()
        self._releases = {}  # username -> how often
        self.replace(seeds)

    def replace(self, seeds):
        with self._lock:
            self._counted = [[fault, 0] for fault in seeds]

    def reset_counts(self):
        with self._lock:
            for entry in self._counted:
                entry[1] = 0

    def match(self, operation, challenge="", username="", page=0,
              path=""):
        """The first fault that this call meets; every match is counted."""
        met = None
        with self._lock:
            for entry in self._counted:
                fault = entry[0]
                if (fault.operation not in ("*", operation)
                        or fault.challenge not in ("", challenge)
                        or fault.username not in ("", username)
                        or fault.page not in (None, page)
                        or fault.path not in ("", path)):
                    continue
                entry[1] += 1
                if (not met and fault.do != "close_before"
                        and hits(fault, entry[1])):
                    met = fault
        return met

    def hold(self, fault, begun):
        """Keep a call waiting until its username is released, fault.ms at
        most; begun() is called when a release would be heard."""
        name = fault.username
        with self._released:
            before = self._releases.get(name, 0)
            begun()
            self._released.wait_for(
                lambda: self._releases.get(name, 0) != before,
                fault.ms / 1000)

    def release(self, username):
        """Let the calls go on that are held for this username."""
        with self._released:
            self._releases[username] = self._releases.get(username, 0) + 1
            self._released.notify_all()

    def close_before_next(self):
        """Is the next call of some operation to find its connection
        closed?  Asked after every answer."""
        with self._lock:
            return any(fault.do == "close_before" and hits(fault, count + 1)
                       for fault, count in self._counted)
