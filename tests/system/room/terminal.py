# SPDX-License-Identifier: Apache-2.0
"""A person at a terminal: reads prompts, types answers, gets in or not."""

import os
import re
import secrets
import signal
import time

import pexpect

from room.namespace import ROOM

TYPED = f"{ROOM}/typed"
# A generous bound for anything that is not typed by the person: far above
# the configured time limit and PAM's delay after a failure.
PATIENCE_S = 30
CODE = r"(?i)code[^\n]*: "


def note_secret(text):
    """Remember what was typed: after the run it may be found nowhere.
    Short words, as the number of a choice, are no secrets."""
    if len(text) < 6:
        return
    descriptor = os.open(TYPED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, text.encode() + b"\n")
    os.close(descriptor)


def make_password():
    return "Canary-" + secrets.token_hex(8)


# What Python ignores itself, and nohup and a shell's & for their children.
IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE,
           signal.SIGXFSZ)


def as_from_a_shell(prepare):
    """What runs before the program: first back to what a shell gives."""
    def both():
        for number in IGNORED:
            signal.signal(number, signal.SIG_DFL)
        if prepare:
            prepare()
    return both


class Terminal:
    """A program on a pty of its own. `user` is whose it is, else root's."""

    def __init__(self, *command, user=None, env=None, prepare=None,
                 patience=PATIENCE_S):
        if user:
            # The environment is for the program, not for who starts it.
            words = [f"{key}={value}" for key, value in (env or {}).items()]
            command = ("setpriv", f"--reuid={user}", f"--regid={user}",
                       "--init-groups", "env", *words, *command)
            env = None
        self.spawned = pexpect.spawn(
            command[0], list(command[1:]), timeout=patience,
            encoding="utf-8", codec_errors="backslashreplace",
            env={"PATH": os.environ["PATH"], "TERM": "dumb",
                 "HOME": f"/home/{user}" if user else "/root",
                 "LC_ALL": "C.UTF-8", **(env or {})},
            preexec_fn=as_from_a_shell(prepare))
        self.spawned.delaybeforesend = None
        self.text = ""
        # Whether the program echoed at each prompt, in their order.
        self.echoed = []

    def read_to(self, *patterns):
        """Wait for one of the patterns; its number. The end of the program
        is no pattern unless pexpect.EOF is given."""
        try:
            return self.spawned.expect(list(patterns))
        finally:
            self.text += self.spawned.before or ""
            if isinstance(self.spawned.after, str):
                self.text += self.spawned.after

    def answer(self, prompt, text, secret=True):
        """Type the text at the prompt; a function is asked for it once
        the prompt is there."""
        self.read_to(prompt)
        if callable(text):
            text = text(self)
        if secret:
            note_secret(text)
        # The prompt is written before the echo is switched off.
        self.echoed.append(self.is_echoing(secret))
        self.spawned.sendline(text)

    def is_echoing(self, secret):
        return not secret or not self.spawned.waitnoecho(timeout=0.3)

    def send(self, text):
        self.spawned.send(text)

    def end(self):
        """Read to the end of the program: its exit status, negative for a
        signal."""
        self.read_to(pexpect.EOF)
        self.spawned.close()
        if self.spawned.signalstatus is not None:
            return -self.spawned.signalstatus
        return self.spawned.exitstatus

    def close(self):
        """However busy the machine: pexpect waits a tenth of a second for
        what it has killed."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.spawned.close(force=True)
                return
            except pexpect.ExceptionPexpect:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)


def plain(text):
    """Without the terminal's control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).replace("\r", "")
