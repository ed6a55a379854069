# SPDX-License-Identifier: Apache-2.0
"""The units of sync under a systemd that runs: the accounts come, and come
in time; credentials are found where cognitoctl(8) says; and what the service
is kept from it cannot do."""

import json
import secrets
import subprocess
import time
import unittest

from room import pool, sync
from room.booted import PATIENCE_S, Booted
from room.namespace import ROOM, SOURCE, run

SERVICE, TIMER = "cognito-sync.service", "cognito-sync.timer"
OF_SYNC = "/var/lib/cognito"
PROFILE = "/root/.aws/credentials"
DENIED = {"operation": "ListUsersInGroup", "do": "error", "status": 400,
          "type": "AccessDeniedException", "message": "Not in this test"}


def wait_until(true):
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            raise AssertionError("not in time")
        time.sleep(0.05)


class UnitCase(unittest.TestCase):
    """A pool of its own, and a host with systemd whose root has keys."""

    OF_POOL = {}

    @classmethod
    def setUpClass(cls):
        cls.host = Booted()
        cls.addClassCleanup(cls.host.close)
        cls.pool = sync.UserPool([], **cls.OF_POOL)
        cls.addClassCleanup(cls.pool.stop)
        cls.host.config(endpoint=cls.pool.url)
        cls.host.write(PROFILE, sync.PROFILE, 0o600)

    def newcomer(self):
        """A name that is new in the pool."""
        name = "u" + secrets.token_hex(4)
        self.pool.add(sync.user(name))
        return name

    def accounts(self):
        return [one["name"] for one in json.loads(self.host.say(
            "cognitoctl", "accounts", "list", "--json"))["accounts"]]

    def files(self):
        return self.host.say("sh", "-c", f"sha256sum {OF_SYNC}/accounts/*")

    def state(self, unit=SERVICE):
        return self.host.show(unit, "ActiveState")

    def start(self, drop_in=""):
        """The service, with what `systemctl edit` would add: whether it was
        well, and what it wrote."""
        self.host.drop_in(SERVICE, drop_in)
        done = self.host.run("systemctl", "start", SERVICE, check=False)
        return done.returncode == 0, self.host.journal(SERVICE)

    def starts_well(self, drop_in=""):
        name = self.newcomer()
        well, said = self.start(drop_in)
        self.assertTrue(well, said)
        self.assertIn(name, self.accounts())
        self.assertEqual(self.state(), "inactive")
        return said


class SyncTest(UnitCase):
    """proves P74, P76 where nobody looks on"""

    def tearDown(self):
        self.pool.control("faults", faults=[])

    def test_accounts_come(self):
        """who is refused is in the journal, and no failure; the keys are
        nowhere"""
        self.pool.add(sync.user("Not.A.Name"))
        said = self.starts_well()
        self.assertRegex(said, r"(?m)^refused +Not\.A\.Name")
        self.assertNotIn(sync.SECRET, said)

    def test_accounts_stay_where_the_pool_fails(self):
        """the files as they are, a failed unit, a line that says why; the
        next run is well again"""
        self.starts_well()
        before = self.files()
        self.newcomer()
        self.pool.control("faults", faults=[DENIED])
        well, said = self.start()
        self.assertFalse(well)
        self.assertEqual(self.state(), "failed")
        self.assertEqual(self.files(), before)
        self.assertRegex(said, "(?m)^cognitoctl: ListUsersInGroup: .*"
                         + DENIED["message"])
        self.pool.control("faults", faults=[])
        self.starts_well()

    def test_stopped_in_between(self):
        """in the middle of a listing: the files as they are, nothing that
        is left over, and nothing in the next run's way"""
        self.starts_well()
        before = self.files()
        self.newcomer()
        self.pool.control("faults", faults=[
            {"operation": "ListUsersInGroup", "do": "delay", "ms": 60000}])
        count = len(self.pool.calls())
        self.host.run("systemctl", "start", "--no-block", SERVICE)
        wait_until(lambda: len(self.pool.calls()) > count)
        self.host.run("systemctl", "stop", SERVICE)
        self.assertEqual(self.files(), before)
        self.pool.control("faults", faults=[])
        self.starts_well()

    def test_snapshot(self):
        """snapshot_url instead of the pool, without any keys"""
        public = sync.make_keys()
        name = self.newcomer()
        bucket = sync.Bucket()
        self.addCleanup(bucket.stop)
        bucket.put(sync.run("export", self.pool.config, text=False,
                            errors=None).stdout)
        self.host.config(endpoint=self.pool.url, snapshot_url=bucket.address,
                         snapshot_key=public)
        self.addCleanup(self.host.config, endpoint=self.pool.url)
        self.host.run("mv", PROFILE, f"{PROFILE}.away")
        self.addCleanup(self.host.run, "mv", f"{PROFILE}.away", PROFILE)
        well, said = self.start()
        self.assertTrue(well, said)
        self.assertIn(name, self.accounts())


class TimerTest(UnitCase):
    # Hours that last a second.
    SOON = ("[Timer]\nOnBootSec=\nOnBootSec=1s\nOnUnitActiveSec=1s\n"
            "RandomizedDelaySec=0\nAccuracySec=10ms\n")

    def tearDown(self):
        self.host.run("systemctl", "disable", "--now", TIMER)
        self.host.drop_in(TIMER, "")

    def test_as_shipped(self):
        """switched on as the README says it waits for a time that comes"""
        self.host.run("systemctl", "enable", "--now", TIMER)
        self.assertEqual(self.host.show(TIMER, "SubState"), "waiting")
        self.assertRegex(self.host.show(TIMER, "NextElapseUSecMonotonic"),
                         r"^[\d.]+\w+( [\d.]+\w+)*$")
        self.assertIn(TIMER, self.host.say(
            "systemctl", "list-dependencies", "--plain", "timers.target"))

    def test_again_and_again(self):
        """the accounts come by themselves, also after a run that failed"""
        self.host.drop_in(TIMER, self.SOON)
        name = self.newcomer()
        self.host.run("systemctl", "enable", "--now", TIMER)
        wait_until(lambda: name in self.accounts())
        self.pool.control("faults", faults=[DENIED])
        wait_until(lambda: self.state() == "failed")
        self.pool.control("faults", faults=[])
        name = self.newcomer()
        wait_until(lambda: name in self.accounts())


class CredentialsTest(UnitCase):
    """each source of cognitoctl(8), inside the service"""

    ROLE = "arn:aws:iam::123456789012:role/exporter"
    ROLES = [{"arn": ROLE, "mint": "the same in pool and cloud"}]
    TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJleHBvcnRlciJ9.c2lnbmF0dXJl"
    STS = f"sts.{pool.POOL_ID.partition('_')[0]}.amazonaws.com"
    ADDRESS = "127.0.0.9"
    METADATA = "169.254.169.254"
    OF_POOL = {"roles": ROLES}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.run("rm", PROFILE)
        name = f"{ROOM}/sts-{secrets.token_hex(4)}"
        run("/usr/bin/python3", f"{SOURCE}/tests/pool/make-ca", "--ca",
            pool.CA, name, cls.STS)
        cls.host.run("sh", "-c", 'echo "$1" >>/etc/hosts', "sh",
                     f"{cls.ADDRESS} {cls.STS}")
        run("ip", "address", "add", f"{cls.METADATA}/32", "dev", "lo")
        cls.addClassCleanup(run, "ip", "address", "del",
                            f"{cls.METADATA}/32", "dev", "lo")
        cls.start_cloud(name)

    @classmethod
    def start_cloud(cls, name):
        with open(f"{name}.seed", "w", encoding="utf-8") as file:
            json.dump({"roles": cls.ROLES, "imds": {"role": cls.ROLE},
                       "container": {"role": cls.ROLE, "path": "/v2/one",
                                     "authorization": "for-a-test"},
                       "sts": {"identities": [{"token": cls.TOKEN,
                                               "role": cls.ROLE}]}}, file)
        cls.cloud = subprocess.Popen(
            ["/usr/bin/python3", f"{SOURCE}/tests/pool/cloud",
             "--listen", f"imds=http://{cls.METADATA}:80",
             "--listen", f"container=http://{cls.ADDRESS}:80",
             "--listen", f"sts=https://{cls.ADDRESS}:443",
             "--cert", f"{name}/server.pem", "--key", f"{name}/server.key",
             "--seed", f"{name}.seed"], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop_cloud)
        assert cls.cloud.stdout.readline().startswith("ready ")

    @classmethod
    def stop_cloud(cls):
        cls.cloud.terminate()
        cls.cloud.wait()
        cls.cloud.stdout.close()

    def file_of_variables(self, **variables):
        """What cognitoctl(8) puts into a drop-in."""
        self.host.write("/etc/cognito/aws", "".join(
            f"{key}={value}\n" for key, value in variables.items()), 0o600)
        return "[Service]\nEnvironmentFile=/etc/cognito/aws\n"

    def test_variables(self):
        self.starts_well(self.file_of_variables(**sync.KEYS))

    def test_credential_that_systemd_hands_over(self):
        self.host.write("/etc/cognito/profile", sync.PROFILE, 0o600)
        self.starts_well(
            "[Service]\nLoadCredential=aws:/etc/cognito/profile\n"
            "Environment=AWS_SHARED_CREDENTIALS_FILE=%d/aws\n")

    def test_token_of_a_web_identity(self):
        self.host.write("/run/secrets/token", self.TOKEN, 0o600)
        self.starts_well(self.file_of_variables(
            AWS_WEB_IDENTITY_TOKEN_FILE="/var/run/secrets/token",
            AWS_ROLE_ARN=self.ROLE))

    def test_container(self):
        self.starts_well(self.file_of_variables(
            AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://{self.ADDRESS}"
            "/v2/one", AWS_CONTAINER_AUTHORIZATION_TOKEN="for-a-test"))

    def test_instance(self):
        self.starts_well()

    def test_credential_process(self):
        """a Python program; one that keeps a cache, as AWS's own does,
        has to be given its place"""
        program = "/etc/cognito/credential-process"
        answer = {"Version": 1, "AccessKeyId": sync.KEY_ID,
                  "SecretAccessKey": sync.SECRET}
        for cache, drop_in in (
                ("", ""),
                ("open('/root/.aws/cli/cache', 'w')\n",
                 "[Service]\nBindReadOnlyPaths=\nBindPaths=/root/.aws\n"
                 "InaccessiblePaths=\n")):
            with self.subTest(cache):
                self.host.run("mkdir", "-p", "/root/.aws/cli")
                self.host.write("/root/.aws/config", "[default]\n"
                                f"credential_process = {program}\n")
                self.addCleanup(self.host.run, "rm", "-f",
                                "/root/.aws/config")
                self.host.write(program, "#!/usr/bin/python3\nimport ctypes,"
                                f" json, ssl\n{cache}"
                                f"print(json.dumps({answer}))\n", 0o700)
                self.starts_well(drop_in)
        well, said = self.start()
        self.assertFalse(well)
        self.assertIn(program, said)
        self.assertNotIn(sync.SECRET, said)


# What the service may do, and what not, each by a command of its own.
PYTHON = "/usr/bin/python3 -c "
SOCKET = PYTHON + "'import socket as s; s.socket(s.AF_%s, s.SOCK_%s)'"
MAY = (
    f"touch {OF_SYNC}/accounts/probe",
    "touch /tmp/probe",
    f"cat {PROFILE}",
    "cat /etc/cognito/id_key",
    "cat /run/secrets/token",
    "echo >/dev/null",
    SOCKET % ("INET6", "STREAM"),
    PYTHON + "'import socket as s; s.socket(s.AF_UNIX).connect("
    "\"/run/systemd/journal/stdout\")'",
    "test $(id -u) = 0",
)
MAY_NOT = (
    "touch /etc/cognito/probe",
    "touch /usr/probe",
    "touch /var/lib/probe",
    "touch /home/probe",
    "touch /root/probe",
    "touch /root/.aws/probe",
    "touch /run/probe",
    "touch /dev/shm/probe",
    "mkdir /sys/fs/cgroup/probe",
    "cat /home/somebody/open",
    "cat /root/.ssh/id_ed25519",
    "cat /etc/ssh/ssh_host_ed25519_key",
    "cat /etc/ssl/private/one.key",
    "cat /etc/shadow",
    "cat /etc/cognito/export_key",
    "cat /tmp/open",
    "cat /proc/sys/kernel/hostname",
    "test -e /dev/probe",
    "grep '^Cap.*:.*[1-9a-f]' /proc/self/status",
    "mount -t tmpfs none /tmp",
    "unshare --net true",
    "unshare --user true",
    "mknod /tmp/probe-node c 1 3",
    "touch /tmp/own && chown daemon /tmp/own",
    "touch /tmp/bit && chmod 4755 /tmp/bit",
    "setpriv --reuid=65534 true",
    "strace -qq -o /dev/null true",
    "hostname probe",
    "chrt -r 1 true",
    PYTHON + "'import mmap; mmap.mmap(-1, 4096, prot=7)'",
    PYTHON + "'import ctypes; exit(ctypes.CDLL(None).personality(8) < 0)'",
    SOCKET % ("PACKET", "RAW"),
)


class HardeningTest(UnitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for path in ("/home/somebody/open", "/root/.ssh/id_ed25519",
                     "/etc/ssl/private/one.key", "/etc/cognito/export_key",
                     "/tmp/open", "/run/secrets/token"):
            cls.host.write(path, "x\n", 0o644 if "open" in path else 0o600)
        cls.host.run("mknod", "/dev/probe", "c", "1", "5")
        cls.addClassCleanup(cls.host.run, "rm", "/dev/probe")

    def script(self, commands):
        """Says of each whether it could be done."""
        self.host.write("/etc/cognito/probe", "".join(
            f"({command}) >/dev/null 2>&1 && echo did {i}\n"
            for i, command in enumerate(commands)) + "echo end\n")

    def done(self, commands, said):
        self.assertIn("end", said.splitlines())
        return [command for i, command in enumerate(commands)
                if f"did {i}" in said.splitlines()]

    def done_by_the_service(self, commands):
        self.script(commands)
        well, said = self.start("[Service]\nExecStart=\n"
                                "ExecStart=sh /etc/cognito/probe\n")
        self.assertTrue(well, said)
        return self.done(commands, said)

    def test_may(self):
        self.assertEqual(self.done_by_the_service(MAY), list(MAY))

    def test_may_not(self):
        self.assertEqual(self.done_by_the_service(MAY_NOT), [])

    def test_root_may(self):
        """what the service may not could be done: the commands are right"""
        self.script(MAY_NOT)
        self.addCleanup(self.host.run, "rm", "-f", "/usr/probe",
                        "/var/lib/probe", "/dev/shm/probe")
        self.assertEqual(self.done(MAY_NOT, self.host.say(
            "unshare", "-m", "sh", "/etc/cognito/probe")), list(MAY_NOT))
