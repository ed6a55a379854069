# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, Ctrl-\\ and Ctrl-Z at every moment of a sign-in."""

import time

import pexpect

from room.case import TOTP_SECRET
from room.processes import orphans
from room.terminal import CODE

KEYS = {"Ctrl-C": "\x03", "Ctrl-\\": "\x1c", "Ctrl-Z": "\x1a"}


class KeyTests:
    """proves P33, P40: no key press admits anybody, and none leaves a
    process behind. `start` gives a terminal that will ask for the
    password."""

    INSIDE = "in-42"  # what shows that somebody came in

    def start(self, person):
        raise NotImplementedError

    def assert_nobody_in(self, terminal, wait_s=1):
        terminal.send("\r")
        terminal.spawned.timeout = wait_s
        try:
            inside = terminal.read_to(self.INSIDE, pexpect.EOF) == 0
        except pexpect.TIMEOUT:
            inside = False
        self.assertFalse(inside, terminal.text)
        terminal.close()

    def assert_nothing_left(self):
        deadline = time.monotonic() + 20
        while orphans() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(orphans(), [])

    def press_at_each_moment(self, key):
        slow = self.person()
        self.hold(slow, "InitiateAuth")
        coded = self.person(totp_secret=TOTP_SECRET)
        at_prompt = self.start(slow)
        at_prompt.read_to("Password: ")
        half_typed = self.start(slow)
        half_typed.read_to("Password: ")
        half_typed.send(slow.password[:8])
        waiting = self.start(slow)
        waiting.answer("Password: ", slow.password)
        at_code = self.start(coded)
        at_code.answer("Password: ", coded.password)
        at_code.read_to(CODE)
        moments = {"at the prompt": at_prompt, "half typed": half_typed,
                   "while the pool thinks": waiting, "at the code": at_code}
        self.wait_until_held(slow, "InitiateAuth")
        for terminal in moments.values():
            terminal.send(key)
        # The key comes before the answer, and is there before it.
        time.sleep(0.5)
        self.release(slow)
        for name, terminal in moments.items():
            with self.subTest(name):
                if name != "while the pool thinks":
                    self.assert_nobody_in(terminal)
                # Nobody can be stopped who has no shell to go back to:
                # the password was right and typed.
                elif key == KEYS["Ctrl-Z"]:
                    terminal.close()
                # Until the pool has answered, should the caller still be.
                else:
                    self.assert_nobody_in(terminal, wait_s=8)
        self.assert_nothing_left()

    def test_ctrl_c(self):
        self.press_at_each_moment(KEYS["Ctrl-C"])

    def test_ctrl_backslash(self):
        self.press_at_each_moment(KEYS["Ctrl-\\"])

    def test_ctrl_z(self):
        self.press_at_each_moment(KEYS["Ctrl-Z"])
