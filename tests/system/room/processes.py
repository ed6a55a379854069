# SPDX-License-Identifier: Apache-2.0
"""Which keeper and speaker work for which host.

They are nobody's children, so their sockets tell: each holds one end of a
pair whose other end the host, or the keeper, holds.
"""

import os
import re
import subprocess
import time

KEEPER, SPEAKER = "pam-cognito-keeper", "pam-cognito-speaker"


def program(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return os.path.basename(file.read().split(b"\0")[0].decode())
    except OSError:
        return ""


def pairs():
    """{pid: the pids at the other ends of its Unix sockets}."""
    text = subprocess.run(["ss", "-xapH"], text=True, capture_output=True,
                          check=True).stdout
    holders, peers = {}, []
    for line in text.splitlines():
        numbers = re.findall(r"\* (\d+)", line)
        pids = re.findall(r"pid=(\d+)", line)
        if len(numbers) == 2:
            holders[numbers[0]] = [int(pid) for pid in pids]
            peers.append(numbers)
    found = {}
    for mine, other in peers:
        for pid in holders[mine]:
            found.setdefault(pid, set()).update(holders.get(other, ()))
    return found


def working_for(host, name):
    """The pid of the keeper or speaker of a host, waited for. What a keeper
    has forked is named like it until it becomes the speaker: of two, one is
    not what it seems."""
    for _ in range(1000):
        found = [pid for pid in pairs().get(host, ()) if program(pid) == name]
        if len(found) == 1:
            return found[0]
        time.sleep(0.02)
    raise AssertionError(f"no {name} works for {host} ({program(host)})")


def orphans():
    """Keepers and speakers whose host has gone."""
    return [(pid, program(pid)) for pid, others in pairs().items()
            if program(pid) in (KEEPER, SPEAKER)
            and not any(program(other) not in (KEEPER, SPEAKER, "")
                        for other in others - {pid})]
