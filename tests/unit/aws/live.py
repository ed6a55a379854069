# SPDX-License-Identifier: Apache-2.0
"""aws-live against the test pool and the test cloud, over real sockets.

Run from the build directory (make check does). Where namespaces can be made
it runs in some of its own: there the addresses of AWS's metadata services
are on loopback, and a file system is root's from its top on. Without, the
cases that need these are skipped.
"""

import json
import os
import pathlib
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[3]
DRIVER = pathlib.Path("tests/unit/aws/aws-live").resolve()
POOL = "eu-west-1_TestPool1"
PUBLIC = "publicclient00000000000000"
SECRET = "secretclient00000000000000"
CLIENT_SECRET = "verysecretverysecretverysecret00"
KEY_ID = "AKIATESTPOOL00000000"
KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
ROLE = "arn:aws:iam::123456789012:role/exporter"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
INSIDE = "--inside"
ADDRESSES = ("169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32",
             "fd00:ec2::254/128", "fd00:ec2::23/128")
TOP = pathlib.Path("/mnt")

SEED = {
    "pool": {"id": POOL, "name": "staff", "alias_attributes": ["email"],
             "sign_up": False,
             "schema": [{"name": "custom:shell", "type": "String"},
                        {"name": "custom:uid", "type": "Number",
                         "mutable": False}]},
    "clients": [{"id": PUBLIC, "name": "public",
                 "write_attributes": ["name", "custom:shell"]},
                {"id": SECRET, "name": "secret", "secret": CLIENT_SECRET,
                 "prevent_user_existence_errors": False}],
    "users": [
        {"username": "alice", "password": "Correct-Horse-7",
         "sub": "0f3bdb34-6b44-4bd5-9f7e-4f3f8f2a3b11",
         "attributes": {"email": "alice@example.com",
                        "email_verified": True},
         "groups": ["Admins", "Users"]},
        {"username": "b\u00f6b", "enabled": False, "groups": ["Users"]},
        {"username": "new", "status": "FORCE_CHANGE_PASSWORD"},
    ],
    "groups": [{"name": "Admins", "description": "who may"},
               {"name": "Empty"}],
    "generate": {"count": 400, "prefix": "u", "groups": {
        "Many": {}, "Users": {"every": 100}}},
    "iam": [{"access_key_id": KEY_ID, "secret": KEY},
            {"access_key_id": "ASIATEMPORARY0000000", "secret": KEY,
             "session_token": "t/+=" * 200},
            {"access_key_id": "ASIAEXPIRED000000000", "secret": KEY,
             "session_token": "old", "expires_s": 0},
            {"access_key_id": "AKIAREADER0000000000", "secret": KEY,
             "allow": ["cognito-idp:ListUsers"]}],
    "roles": [{"arn": ROLE, "mint": "same"}],
}
USERS = 403
PAGES = 7

CLOUD = {
    "roles": [{"arn": ROLE, "mint": "same"}],
    "imds": {"role": ROLE},
    "container": {"role": ROLE, "path": "/v2/one"},
    "sts": {"identities": [{"token": TOKEN, "role": ROLE},
                           {"token": TOKEN + "x", "role": ROLE,
                            "expired": True}]},
}


class Service:
    """The pool or the cloud, running."""

    def __init__(self, program, directory, ca, seed, *listen):
        self.ca = ca
        name = f"{program}{len(list(directory.iterdir()))}"
        self.log_path = directory / f"{name}.jsonl"
        seed_path = directory / f"{name}.json"
        seed_path.write_text(json.dumps(seed))
        self.process = subprocess.Popen(
            [SOURCE / "tests/pool" / program, *listen,
             "--cert", ca / "server.pem", "--key", ca / "server.key",
             "--seed", seed_path, "--log", self.log_path],
            stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()[1:]
        self.urls = dict(word.split("=", 1) if "=" in word else ("", word)
                         for word in words)
        self.url = next(iter(self.urls.values()))

    def control(self, **command):
        request = urllib.request.Request(
            self.url + "/_control", json.dumps(command).encode(),
            {"X-Test-Control": "1"})
        context = ssl.create_default_context(cafile=self.ca / "ca.pem")
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context))
        with opener.open(request) as answer:
            return json.load(answer)

    def faults(self, *faults):
        self.control(do="faults", faults=list(faults))

    def calls(self, *operations):
        """What was logged since the last time."""
        time.sleep(0.02)
        lines = self.log_path.read_text().splitlines()
        self.log_path.write_text("")
        calls = [call for call in map(json.loads, lines)
                 if call["operation"] not in ("_control", "connect")]
        return [call for call in calls
                if not operations or call["operation"] in operations]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()


class Outcome:
    def __init__(self, text):
        self.text = text
        self.lines = text.splitlines()
        self.status = self.lines[-1].removeprefix("result ")
        self.report = dict(
            word.split("=", 1) for line in self.lines
            for word in line.split()[1:] if line.startswith("report "))
        self.message = self.line("message ")
        self.detail = self.line("detail ")
        self.problem = self.line("problem ")

    def line(self, begin):
        found = [line for line in self.lines if line.startswith(begin)]
        return found[-1].removeprefix(begin) if found else ""

    def all(self, begin):
        return [line.split()[1] for line in self.lines
                if line.startswith(begin)]


class Base(unittest.TestCase):
    """One pool and one cloud for all cases, filled anew before each."""

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(dir=os.getcwd())
        cls.directory = pathlib.Path(cls.place.name)
        cls.ca = cls.directory / "ca"
        subprocess.run([SOURCE / "tests/pool/make-ca", cls.ca, "127.0.0.1"],
                       check=True)
        cls.pool = Service("cognito-pool", cls.directory, cls.ca, SEED,
                           "--listen", "127.0.0.1:0")
        cls.cloud = Service("cloud", cls.directory, cls.ca, CLOUD,
                            "--listen", "sts=https://127.0.0.1:0",
                            "--listen", "container=http://127.0.0.1:0",
                            "--listen", "imds=http://127.0.0.1:0")

    @classmethod
    def tearDownClass(cls):
        cls.pool.stop()
        cls.cloud.stop()
        cls.place.cleanup()

    def setUp(self):
        self.pool.control(do="reload")
        self.pool.calls()
        self.cloud.control(do="reload")
        self.cloud.calls()

    def run_live(self, *words, environment=None, timeout=120):
        done = subprocess.run(
            [DRIVER, "--endpoint", self.pool.url, "--ca", self.ca / "ca.pem",
             "--sts", self.cloud.urls["sts"], *map(str, words)],
            env=environment or {}, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=timeout, check=False)
        self.stderr = done.stderr
        return Outcome(done.stdout)


def keys(key_id=KEY_ID, secret=KEY, **more):
    return {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret,
            **more}


def enter():
    """Come back here in namespaces of our own; None if there are none."""
    script = ("ip link set lo up && " + " && ".join(
        f"ip addr add {address} dev lo" + (" nodad" if ":" in address else "")
        for address in ADDRESSES) +
        f" && mount -t tmpfs -o mode=0755 none {TOP}"
        " && exec \"$0\" \"$@\"")
    probe = subprocess.run(
        ["unshare", "-rmn", "sh", "-c", script, "true"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    top = os.stat("/")
    if probe.returncode != 0 or os.geteuid() != 0 or \
            top.st_uid != 0 or stat.S_IMODE(top.st_mode) & 0o022:
        return None
    unshare = ["unshare", "-mn", "--propagation", "private"]
    return subprocess.run(
        [*unshare, "sh", "-c", script, sys.executable, sys.argv[0], INSIDE,
         *sys.argv[1:]], check=False).returncode


def main(case):
    """Run the rows of a case; the exit status."""
    try:
        import cryptography  # noqa: F401 (the pool's only need)
    except ImportError:
        print("python3-cryptography is needed for the test pool")
        return 77
    if INSIDE not in sys.argv:
        code = enter()
        if code is not None:
            return code
    wanted = [word for word in sys.argv[1:] if word != INSIDE]
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite()
    if wanted:
        suite.addTests(loader.loadTestsFromNames(
            wanted, sys.modules["__main__"]))
    else:
        suite.addTests(loader.loadTestsFromTestCase(case))
    result = unittest.TextTestRunner(stream=sys.stdout,
                                     verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{max(result.testsRun - failed, 0)} passed, {failed} failed, "
          f"{len(result.skipped)} skipped")
    return 1 if failed else 0
