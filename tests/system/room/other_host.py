# SPDX-License-Identifier: Apache-2.0
"""Another host beside the room's: its own /etc, accounts, homes, sshd and, if wanted, nscd, in
a mount namespace; the network, the pool and the log are shared."""

import json
import socket
import subprocess

from room import callers, host
from room.terminal import Terminal

OWN = """
set -e
mkdir -p /run/other.$$
mount -t tmpfs -o mode=0755 none /run/other.$$
cd /run/other.$$
mkdir etc work accounts private home run nscd cache
mount -t overlay -o lowerdir=/etc,upperdir=etc,workdir=work none /etc
chmod 0700 private run
mkdir -p -m 0700 /run/cognito
mount --bind accounts /var/lib/cognito/accounts
mount --bind private /var/lib/cognito/private
mount --bind run /run/cognito
mount --bind home /home
mkdir -p /run/nscd /var/cache/nscd
mount --bind nscd /run/nscd
mount --bind cache /var/cache/nscd
cd /
echo ready
exec sleep infinity
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class OtherHost:
    """With the room's id key, and its configuration but for `config`.
    `sshd`: more of sshd's options."""

    def __init__(self, *sshd, **config):
        self.holder = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", OWN], stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise RuntimeError("no other host can be made")
        self.sshd = None
        self.config(**config)
        self.run("cognitoctl", "apply", stdout=subprocess.DEVNULL)
        self.port = free_port()
        self.start_sshd(*sshd)

    def inside(self, *command):
        return ("nsenter", "-t", str(self.holder.pid), "-m", "-w/", "--",
                *command)

    def run(self, *command, **options):
        return subprocess.run(self.inside(*command),
                              **{"check": True, **options})

    def say(self, *command):
        """What a command prints there."""
        return self.run(*command, capture_output=True, text=True,
                        check=False).stdout

    def config(self, **changes):
        """Written, not applied."""
        self.run("/usr/bin/python3", "-c",
                 "import json, sys; open('/etc/cognito/cognito.conf', 'w')"
                 ".write(json.load(sys.stdin))", text=True,
                 input=json.dumps(host.config_text(**changes)))

    def start_sshd(self, *options):
        words = [word for option in options for word in ("-o", option)]
        self.sshd = subprocess.Popen(
            self.inside("/usr/sbin/sshd", "-D", "-p", str(self.port), "-o",
                        "PidFile=none", *words),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for _ in range(500):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            subprocess.run(["sleep", "0.02"], check=True)
        raise RuntimeError("the other host's sshd does not start")

    def ssh(self, name, *options, **more):
        return callers.ssh(name, "-p", str(self.port), *options, **more)

    def terminal(self, *command, **more):
        return Terminal(*self.inside(*command), **more)

    def close(self):
        for process in (self.sshd, self.holder):
            if process:
                process.kill()
                process.wait()
        self.holder.stdout.close()
