# SPDX-License-Identifier: Apache-2.0
"""The firewall rules of cognitoctl(8), which close the metadata service of
EC2 to people, in a network namespace where somebody serves its addresses."""

import re
import shutil
import subprocess
import unittest

from room import host
from room.namespace import ROOM, SOURCE

RULES = f"{ROOM}/nftables.conf"
ADDRESSES = ("169.254.169.254", "[fd00:ec2::254]")
OTHERS = ("169.254.169.253", "[fd00:ec2::253]")
SERVES = """
ip link set lo up
for last in 253 254; do
    ip address add 169.254.169.$last/32 dev lo
    ip address add fd00:ec2::$last/128 dev lo nodad
done
exec /usr/bin/python3 -c '
import http.server as s, socket
class Both(s.HTTPServer):
    address_family = socket.AF_INET6
server = Both(("::", 80), s.BaseHTTPRequestHandler)
print("ready", flush=True)
server.serve_forever()'
"""


def of_the_manual():
    """The rules as they stand there."""
    with open(f"{SOURCE}/man/cognitoctl.8", encoding="utf-8") as file:
        return re.search(r"(?ms)^table inet metadata \{$.*?^\}$",
                         file.read()).group().replace("\\-", "-") + "\n"


class MetadataTest(unittest.TestCase):
    def setUp(self):
        if not shutil.which("nft"):
            self.skipTest("nft is not there")
        self.server = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", SERVES], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.stop)
        self.assertEqual(self.server.stdout.readline(), "ready\n")

    def stop(self):
        self.server.kill()
        self.server.wait()
        self.server.stdout.close()

    def inside(self, *command):
        return subprocess.run(
            ["nsenter", "-t", str(self.server.pid), "-n", *command],
            capture_output=True, text=True, check=False)

    def load(self, rules):
        with open(RULES, "w", encoding="utf-8") as file:
            file.write(rules)
        done = self.inside("nft", "-f", RULES)
        if "Operation not supported" in done.stderr:
            self.skipTest(f"no nftables in this kernel: {done.stderr}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def reached_by(self, user, *before):
        """Which of the addresses answer."""
        return [one for one in ADDRESSES + OTHERS if self.inside(
            "setpriv", f"--reuid={user}", "--clear-groups", *before, "curl",
            "-sg", "--max-time", "20", "-o", "/dev/null",
            f"http://{one}/").returncode == 0]

    def test_root_alone(self):
        """without the rules everybody gets there, with them root only; all
        else is as before"""
        every = list(ADDRESSES + OTHERS)
        self.assertEqual(self.reached_by(host.LOCAL_USER), every)
        self.load(of_the_manual())
        self.assertEqual(self.reached_by("root"), every)
        for user in (host.LOCAL_USER, "_cognito", "nobody"):
            self.assertEqual(self.reached_by(user), list(OTHERS), user)

    def test_root_of_a_namespace(self):
        """who calls themselves root in a namespace of their own is not"""
        self.load(of_the_manual())
        become = ("unshare", "--user", "--map-root-user")
        if self.inside("setpriv", f"--reuid={host.LOCAL_USER}",
                       "--clear-groups", *become, "true").returncode:
            self.skipTest("users may not make namespaces")
        self.assertEqual(self.reached_by(host.LOCAL_USER, *become),
                         list(OTHERS))

    def test_account_check_of_the_instance(self):
        """the other form lets the user in, too, as whom the pool is asked"""
        self.load(of_the_manual().replace("!= root",
                                          "!= { root, _cognito }"))
        every = list(ADDRESSES + OTHERS)
        for user, answers in (("root", every), ("_cognito", every),
                              (host.LOCAL_USER, list(OTHERS))):
            self.assertEqual(self.reached_by(user), answers, user)

    def test_the_manual_has_the_other_form(self):
        with open(f"{SOURCE}/man/cognitoctl.8", encoding="utf-8") as file:
            self.assertIn("skuid != { root, _cognito }", file.read())
