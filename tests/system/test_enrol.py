# SPDX-License-Identifier: Apache-2.0
"""Setting up a second factor inside a login, through real programs."""

import re
import subprocess
import sys
import tempfile
import time

from room import callers, pool
from room.case import Case
from room.namespace import SOURCE
from room.terminal import note_secret, plain

sys.path.append(f"{SOURCE}/tests/pool")

from pool import totp  # noqa: E402

KEY = r"    ((?:[A-Z2-7]{4} ?)+)\r?\n"
APP = r"Code that the app shows now: "
SCALE = 6


def key_shown(terminal):
    """The authenticator's key, as the person reads it; known to be secret
    from now on."""
    keys = re.findall(KEY, plain(terminal.text) + "\n")
    note_secret(keys[-1].replace(" ", ""))
    return keys[-1].replace(" ", "")


def picture(terminal):
    """What an independent reader (zbar) makes of the blocks on a dark
    screen."""
    lines = [line for line in plain(terminal.text).split("\n")
             if len(line) > 30 and set(line) <= set(" ▀▄█")]
    rows = []
    for line in lines:
        rows.append([c in "▀█" for c in line])
        rows.append([c in "▄█" for c in line])
    dark = [False] * len(rows[0])
    rows = [[False] * 5 + row + [False] * 5
            for row in [dark] * 5 + rows + [dark] * 5]
    with tempfile.NamedTemporaryFile(suffix=".pgm") as file:
        file.write(b"P5 %d %d 255\n" % (len(rows[0]) * SCALE,
                                        len(rows) * SCALE))
        for row in rows:
            file.write(b"".join((b"\xff" if light else b"\0") * SCALE
                                for light in row) * SCALE)
        file.flush()
        done = subprocess.run(
            ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable",
             file.name], check=False, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
    return done.stdout.decode().strip(), lines


class Enrolment(Case):
    def newcomer(self, **more):
        return self.person(force_challenge="MFA_SETUP", **more)

    def sign_in(self, person, *more):
        """By ssh, to the prompt for the first code."""
        terminal = callers.ssh(person.name, *more)
        terminal.answer("Password: ", person.password)
        terminal.read_to(APP)
        return terminal

    def set_up(self, terminal):
        """Take the key as the person would and type its code."""
        code = totp.code_at_step(key_shown(terminal), int(time.time()) // totp.STEP_S)
        note_secret(code)
        terminal.spawned.sendline(code)

    def test_by_ssh(self):
        """the key is shown, and a code of it opens the door"""
        person = self.newcomer()
        terminal = self.sign_in(person)
        text, lines = picture(terminal)
        key = key_shown(terminal)
        self.assertEqual(
            text, f"otpauth://totp/{pool.POOL_ID}:{person.name}?secret={key}")
        self.assertLessEqual(len(lines), 22)
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertIn(person.name, plain(terminal.text))
        self.set_up(terminal)
        terminal.end()
        self.assert_in(terminal, person.name)

    def test_wrong_code_keeps_out(self):
        """proves P3, P84: a key without a code of it counts for nothing"""
        person = self.newcomer()
        terminal = self.sign_in(person)
        terminal.spawned.sendline("000000")
        for _ in range(3):
            terminal.answer(APP, "000000", secret=False)
        terminal.end()
        self.assert_out(terminal)
        self.assert_reason(person.name, "wrong-code", "sshd")

    def test_password_method_sends_no_code(self):
        """proves P56: sshd's password method cannot set anything up"""
        person = self.newcomer()
        terminal = callers.ssh(person.name, method="password")
        terminal.answer("password: ", person.password)
        terminal.end()
        self.assert_out(terminal)
        self.assertNotIn("VerifySoftwareToken",
                         [call["operation"]
                          for call in self.calls_of(person.name)])

    def test_off(self):
        """enrol = off refuses with a reason"""
        person = self.newcomer()
        service = self.service(enrol="off")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "PAM_AUTH_ERR")
        self.assertNotRegex(terminal.text, KEY)
        self.assert_reason(person.name, "unsupported-challenge")

    def test_console_only(self):
        """enrol = console: not on a pseudo terminal, remote or not"""
        person = self.newcomer()
        service = self.service(enrol="console")
        for items, shown in (((), False), (("tty=pts/3",), False),
                             (("tty=tty2", "rhost=10.0.0.1"), False),
                             (("tty=ttyx",), False), (("tty=tty2",), True)):
            terminal = callers.pamtester(service, person.name, items=items)
            terminal.answer("Password: ", person.password)
            if shown:
                terminal.read_to(APP)
                self.assertRegex(plain(terminal.text), KEY)
                terminal.close()
                continue
            terminal.end()
            self.assertNotRegex(plain(terminal.text), KEY, items)

    def test_sudo_shows_nothing(self):
        """sudo shows prompts only, so nothing is set up there"""
        person = self.newcomer()
        terminal = callers.sudo(person.name)
        terminal.answer(callers.SUDO_PASSWORD, person.password)
        terminal.read_to("try again")
        terminal.close()
        self.assert_out(terminal)
        self.assertNotIn("AssociateSoftwareToken",
                         [call["operation"]
                          for call in self.calls_of(person.name)])


class Devices(Case):
    def test_refused_with_a_reason(self):
        """proves P6: a server is not a person's device"""
        person = self.person(force_challenge="DEVICE_SRP_AUTH")
        terminal = callers.ssh(person.name)
        terminal.answer("Password: ", person.password)
        terminal.end()
        self.assert_out(terminal)
        (line,) = [line for line in self.log_of(person.name)
                   if " denied " in line]
        self.assertIn("not a person's device", line)
