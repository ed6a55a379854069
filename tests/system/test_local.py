# SPDX-License-Identifier: Apache-2.0
"""Local users and root sign in as before: we are in their stacks too."""

import subprocess

from room import callers, host
from room.case import Case
from room.host import LOCAL_PASSWORD, LOCAL_USER, ROOT_PASSWORD


class LocalTest(Case):
    """proves P8, P12, P85 for who is not ours"""

    def test_root_at_the_console(self):
        self.assert_root_enters()

    def test_root_by_ssh(self):
        for method, prompt in (("keyboard-interactive", "Password: "),
                               ("password", "password: ")):
            with self.subTest(method):
                terminal = callers.ssh("root", method=method)
                self.finish(terminal, (prompt, ROOT_PASSWORD))
                self.assert_in(terminal, "root")

    def test_root_by_key(self):
        """setcred and account run there; nobody authenticated by PAM."""
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                        "/root/.ssh/room"], check=True)
        with open("/root/.ssh/room.pub", encoding="utf-8") as file:
            key = file.read()
        with open("/root/.ssh/authorized_keys", "w",
                  encoding="utf-8") as file:
            file.write(key)
        terminal = callers.ssh("root", "-i", "/root/.ssh/room",
                               method="publickey")
        terminal.end()
        self.assert_in(terminal, "root")

    def test_local_user_at_every_door(self):
        doors = {
            "ssh": callers.ssh(LOCAL_USER),
            "su": callers.su(LOCAL_USER),
            "login": callers.login(),
        }
        callers.say_name(doors["login"], LOCAL_USER)
        for name, terminal in doors.items():
            with self.subTest(name):
                terminal.answer("Password: ", LOCAL_PASSWORD)
                if name == "login":
                    callers.use_shell(terminal)
                else:
                    terminal.end()
                self.assert_in(terminal, LOCAL_USER)

    def test_local_user_with_a_wrong_password(self):
        terminal = callers.su(LOCAL_USER)
        self.finish(terminal, ("Password: ", "not-it"))
        self.assert_out(terminal)

    def test_local_user_changes_the_local_password(self):
        host.add_user("lutz", password="Old-Local-5512")
        terminal = callers.passwd("lutz")
        status = self.finish(
            terminal, ("Current password: ", "Old-Local-5512"),
            ("New password: ", "New-Local-8812"),
            ("Retype new password: ", "New-Local-8812"))
        self.assertEqual(status, 0, terminal.text)
        terminal = callers.su("lutz")
        self.finish(terminal, ("Password: ", "New-Local-8812"))
        self.assert_in(terminal, "lutz")

    def test_root_becomes_anybody_without_a_password(self):
        terminal = callers.su(LOCAL_USER, user=None)
        terminal.end()
        self.assert_in(terminal, LOCAL_USER)
        terminal = callers.sudo(None)
        terminal.end()
        self.assert_in(terminal, "root")

    def test_cron_runs_roots_jobs(self):
        tried = subprocess.run(
            ["pamtester", "cron", "root", "acct_mgmt", "open_session",
             "close_session"], capture_output=True, text=True, check=False)
        self.assertEqual(tried.returncode, 0, tried.stderr)
