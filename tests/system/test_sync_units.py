# SPDX-License-Identifier: Apache-2.0
"""The systemd units of sync, as they are read, and with the tools that take the
same things away: where no systemd can run (test_systemd) this is seen."""

import os
import re
import shutil
import subprocess
import unittest

from room import ctl, sync

UNITS = "/usr/lib/systemd/system"
SERVICE = f"{UNITS}/cognito-sync.service"


def analyze(*words):
    return subprocess.run(["systemd-analyze", "--no-pager", *words],
                          capture_output=True, text=True, check=False)


def settings():
    with open(SERVICE, encoding="utf-8") as file:
        return re.findall(r"(?m)^(\w+)=(.*)$", file.read())


def system_calls(name):
    """The calls of a group of systemd's, groups in it resolved."""
    found = set()
    for line in analyze("syscall-filter", name).stdout.splitlines()[1:]:
        word = line.split("#")[0].strip()
        if word.startswith("@"):
            found |= system_calls(word)
        elif word:
            found.add(word)
    return found


class UnitTest(unittest.TestCase):
    def setUp(self):
        sync.empty_host()
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not there")

    def test_installed_and_off(self):
        """both are installed, and nothing switches the timer on"""
        for name in ("service", "timer"):
            self.assertTrue(os.path.exists(f"{UNITS}/cognito-sync.{name}"))
        for top, _, names in os.walk("/etc/systemd"):
            self.assertNotIn("cognito-sync.timer", names, top)

    def test_systemd_takes_them(self):
        """systemd reads them without a remark"""
        done = analyze("verify", "--man=no", SERVICE,
                       f"{UNITS}/cognito-sync.timer")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_exposure(self):
        """what systemd thinks of it: 10 is a service without protection"""
        done = analyze("security", "--offline=true", SERVICE)
        level = re.search(r"exposure level .*: ([\d.]+)", done.stdout)
        self.assertLess(float(level.group(1)), 2.0, done.stdout)

    def test_fleet_is_spread(self):
        """not all hosts ask in the same minute"""
        with open(f"{UNITS}/cognito-sync.timer", encoding="utf-8") as file:
            self.assertIn("RandomizedDelaySec=20min", file.read())

    def test_no_power_is_needed(self):
        """it works without any capability, and with all but its directory
        read-only"""
        pool = sync.UserPool([sync.user("alice")])
        self.addCleanup(pool.stop)
        command = dict(settings())["ExecStart"].split()
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c",
             "for d in / /etc /usr /var /root /home /run; do"
             " mount --bind $d $d; mount -o remount,bind,ro $d; done;"
             "mount -t tmpfs none /var/lib/cognito;"
             "mkdir -m 755 /var/lib/cognito/accounts;"
             "mkdir -m 700 /var/lib/cognito/private;"
             "cognitoctl apply || exit 9;"
             "exec setpriv --bounding-set=-all --inh-caps=-all"
             " --ambient-caps=-all --no-new-privs \"$@\"", "sh", *command,
             f"--config={pool.config}"],
            env={**sync.KEYS, "PATH": os.environ["PATH"]},
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, ctl.OK, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^added +1$")

    def test_no_other_system_call_is_made(self):
        """the filter lets through what a sync calls"""
        pool = sync.UserPool([sync.user(f"u{i}") for i in range(100)])
        self.addCleanup(pool.stop)
        log = f"{pool.log}.strace"
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", log, "cognitoctl", "sync",
             f"--config={pool.config}"],
            env={**sync.KEYS, "PATH": os.environ["PATH"]},
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        with open(log, encoding="utf-8") as file:
            called = set(re.findall(r"(?m)^\d+ +(\w+)\(", file.read()))
        allowed = set()
        for name, value in settings():
            if name != "SystemCallFilter":
                continue
            for group in value.lstrip("~").split():
                calls = system_calls(group)
                allowed = (allowed - calls if value.startswith("~")
                           else allowed | calls)
        self.assertGreater(len(called), 20)
        self.assertEqual(called - allowed, set())
