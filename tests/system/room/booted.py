# SPDX-License-Identifier: Apache-2.0
"""Another host beside the room's, on which a systemd is process 1: its own
/etc, accounts, homes, /run and processes; the network, the pool and /dev are
shared. Few of Debian's units are there, so that booting takes a second."""

import os
import shutil
import subprocess
import time
import unittest

from room import host

INIT = "/lib/systemd/systemd"
UNITS = "/usr/lib/systemd/system"
OF_EVERY_HOST = (
    "sysinit.target", "basic.target", "sockets.target", "timers.target",
    "shutdown.target", "network-online.target", "nss-lookup.target",
    "systemd-journald.service", "systemd-journald.socket",
    "cognito-sync.service", "cognito-sync.timer")
PATIENCE_S = 60

# $1: an empty folder, $2: what is there in place of systemd's units. The
# host's settings of the kernel are out of reach.
OWN = """
set -e
bare() { while umount -l "$1" 2>/dev/null; do :; done; }
bare /sys
bare /proc
mount -t proc -o nosuid,nodev,noexec proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
mount -t cgroup2 none /sys/fs/cgroup
cd "$1"
mkdir etc work cognito home root
mount -t overlay -o lowerdir=/etc,upperdir=etc,workdir=work none /etc
mount -t tmpfs none /etc/systemd/system
mount --bind "$2" /usr/lib/systemd/system
mkdir -m 0755 cognito/accounts
mkdir -m 0700 cognito/private
mount --bind cognito /var/lib/cognito
mount --bind home /home
mount --bind root /root
cd /
bare /run
mount -t tmpfs -o mode=0755 none /run
mount --make-rshared /
exec env -i container=room PATH="$PATH" /lib/systemd/systemd --system \
    --unit=room.target --log-target=console
"""
ENTER = 'echo 0 >"$1/cgroup.procs" && shift && exec "$@"'
BOOTS = """[Unit]
Requires=basic.target systemd-journald.service
After=basic.target systemd-journald.service
"""


def no_systemd(why):
    return unittest.SkipTest("no systemd can be started here: "
                             + why.strip().replace("\n", "; ")[-300:])


class Group:
    """A control group of our own: what systemd makes of the one that it
    is in stays below it."""

    def __init__(self, base):
        self.top = f"{base}/groups"
        os.mkdir(self.top)
        self.path = f"{self.top}/cognito-{os.urandom(4).hex()}"
        done = subprocess.run(
            ["sh", "-c", 'mount -t cgroup2 none "$1" && mkdir "$2"', "sh",
             self.top, self.path], capture_output=True, text=True,
            check=False)
        if done.returncode:
            raise no_systemd(done.stderr)

    def remove(self):
        """Once the last process in it has gone."""
        for directory, _, _ in os.walk(self.path, topdown=False):
            end = time.monotonic() + PATIENCE_S
            while True:
                try:
                    os.rmdir(directory)
                    break
                except OSError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.02)
        subprocess.run(["umount", self.top], check=True)


class Booted:
    """With the room's id key, and its configuration but for `config`.
    `units`: more of systemd's own."""

    def __init__(self, *units, **config):
        if not os.path.exists(INIT):
            raise unittest.SkipTest("systemd is not there")
        self.base = f"/run/booted-{os.urandom(4).hex()}"
        os.makedirs(f"{self.base}/own")
        self.put_units(OF_EVERY_HOST + units)
        self.group = Group(self.base)
        self.console = f"{self.base}/console"
        with open(self.console, "w", encoding="utf-8") as console:
            self.holder = subprocess.Popen(
                ["sh", "-c", ENTER, "sh", self.group.path, "unshare", "-m",
                 "-p", "-f", "-C", "-i", "-u", "--kill-child",
                 "--propagation", "private", "sh", "-c", OWN, "sh",
                 f"{self.base}/own", f"{self.base}/units"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        try:
            self.wait_for_it()
            self.config(**config)
            self.run("cognitoctl", "apply")
        except BaseException:
            self.close()
            raise

    def put_units(self, names):
        os.mkdir(f"{self.base}/units")
        for name in names:
            shutil.copy(f"{UNITS}/{name}", f"{self.base}/units/{name}")
        with open(f"{self.base}/units/room.target", "w",
                  encoding="utf-8") as file:
            file.write(BOOTS)

    def wait_for_it(self):
        end = time.monotonic() + PATIENCE_S
        while self.holder.poll() is None and time.monotonic() < end:
            if self.say("systemctl", "is-system-running") in ("running",
                                                               "degraded"):
                return
            time.sleep(0.1)
        with open(self.console, encoding="utf-8") as file:
            raise no_systemd(file.read())

    @property
    def process(self):
        """systemd's number, outside."""
        path = f"/proc/{self.holder.pid}/task/{self.holder.pid}/children"
        with open(path, encoding="ascii") as file:
            return file.read().strip() or "none"

    def inside(self, *command):
        return ("nsenter", "-t", self.process, "-m", "-p", "-C", "-w/",
                "--", *command)

    def run(self, *command, check=True, **options):
        done = subprocess.run(self.inside(*command), check=False,
                              capture_output=True, text=True, **options)
        if check and done.returncode:
            raise AssertionError(f"{command}: {done.returncode}: "
                                 f"{done.stdout}{done.stderr}")
        return done

    def say(self, *command):
        """What a command prints there."""
        return self.run(*command, check=False).stdout.strip()

    def write(self, path, text, mode=0o644):
        """A file there, and the folders that it needs."""
        self.run("sh", "-c", 'mkdir -p "${1%/*}" && rm -f "$1" && umask 077'
                 ' && cat >"$1" && chmod "$2" "$1"', "sh", path,
                 f"{mode:o}", input=text)

    def config(self, **changes):
        """Written, not applied."""
        self.write(host.CONFIG, host.config_text(**changes))

    def drop_in(self, unit, text):
        """What `systemctl edit` makes; an empty text takes it back."""
        path = f"/etc/systemd/system/{unit}.d/override.conf"
        if text:
            self.write(path, text)
        else:
            self.run("rm", "-f", path)
        self.run("systemctl", "daemon-reload")

    def show(self, unit, name):
        return self.say("systemctl", "show", "--value", "-p", name, unit)

    def journal(self, unit):
        """What a unit wrote, and what systemd says of it, since this was
        asked last."""
        self.run("journalctl", "--sync")
        return self.say("journalctl", "--no-pager", "-q", "-o", "cat", "-u",
                        unit, f"--cursor-file=/run/cursor-{unit}")

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.group.remove()
