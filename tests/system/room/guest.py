# SPDX-License-Identifier: Apache-2.0
"""A host that does what a test tells it and says what it sees
(tests/system/native/probe_host.c)."""

import subprocess

from room import host, native
from room.case import Case

PAM_SUCCESS, PAM_SERVICE_ERR, PAM_AUTH_ERR, PAM_USER_UNKNOWN = 0, 3, 7, 10


def change_accounts(*command):
    """useradd and its like, one at a time with host.add_user."""
    with host.accounts_lock():
        host.run(*command, capture_output=True)


class GuestCase(Case):
    @classmethod
    def setUpClass(cls):
        native.probe_host()
        native.pam_probe()

    def be_host(self, service, name, *words, answers=(), wrapper=(),
                **options):
        """The lines that probe_host prints."""
        done = subprocess.run(
            [*wrapper, native.probe_host(), service, name, *words],
            input="".join(f"{answer}\n" for answer in answers), text=True,
            capture_output=True, timeout=60, check=True, **options)
        return done.stdout.splitlines()

    def stack(self, *lines):
        service = self.service()
        with open(f"/etc/pam.d/{service}", "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        return service

    @staticmethod
    def codes(lines, word):
        return [int(line.split()[1]) for line in lines
                if line.startswith(f"{word} ")]
