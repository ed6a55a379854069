# SPDX-License-Identifier: Apache-2.0
"""Outages by address, by name server and by phase: what each costs, which
PAM code it has, and that the stack can go on to the next module."""

import os
import secrets
import signal
import socket
import time

from room import callers, host, pool
from room.case import Case
from room.namespace import ROOM
from room.processes import KEEPER, SPEAKER, working_for
from room.terminal import make_password
from test_account_check import Refresh
from test_outage import closed_port

LIBEXEC = "/usr/libexec"
UNAVAILABLE = "PAM_AUTHINFO_UNAVAIL"


def write(text, mode=0o644):
    path = f"{ROOM}/file-{secrets.token_hex(4)}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def over(mounts, *command):
    """A program that alone sees these files over others."""
    lines = [f"mount --bind {path} {target}"
             for target, path in mounts.items()]
    return callers.Terminal("unshare", "-m", "sh", "-c", " && ".join(
        [*lines, "exec " + " ".join(command)]))


def dead(address, port):
    """A port whose queue is full: no SYN is answered."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((address, port))
    listener.listen(0)
    fill = []
    for _ in range(3):
        one = socket.socket(family)
        one.setblocking(False)
        one.connect_ex((address, port))
        fill.append(one)
    return listener, fill


class Addresses(Case):
    """proves P54: one dead address of the pool does not use up the time"""

    def enters(self, live, dead_ones, order):
        """cognito.test has these addresses, in this order."""
        port = closed_port()
        person = self.person(in_pool=False)
        where = f"[{live}]" if ":" in live else live
        pool.start(f"{where}:{port}", log=f"{ROOM}/log/{person.name}.jsonl",
                   users=[pool.person(person.name, person.password)])
        kept = [dead(address, port) for address in dead_ones]
        service = self.service(timeout=10, jwks_file=self.keys(live, port),
                               endpoint=f"https://cognito.test:{port}")
        hosts = write("127.0.0.1 localhost\n::1 localhost\n" + "".join(
            f"{address} cognito.test\n" for address in order))
        terminal = over({"/etc/hosts": hosts}, "pamtester", service,
                        person.name, "authenticate")
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        del kept

    @staticmethod
    def keys(live, port):
        """The key set of that pool, which signs with keys of its own."""
        path = f"/etc/cognito/jwks-{port}.json"
        pool.fetch_keys(port, path, live)
        return path

    def test_dead_ipv6_and_live_ipv4(self):
        for order in (("::1", "127.0.0.1"), ("127.0.0.1", "::1")):
            with self.subTest(order):
                self.enters("127.0.0.1", ["::1"], order)

    def test_dead_ipv4_and_live_ipv6(self):
        for order in (("::1", "127.0.0.1"), ("127.0.0.1", "::1")):
            with self.subTest(order):
                self.enters("::1", ["127.0.0.1"], order)

    def test_dead_ones_before_a_live_one_of_a_family(self):
        """127.0.0.1 comes first, being nearest to our own address."""
        self.enters("127.0.0.2", ["127.0.0.1"], ("127.0.0.1", "127.0.0.2"))
        self.enters("127.0.0.2", ["127.0.0.1", "::1"],
                    ("::1", "127.0.0.1", "127.0.0.2"))


class Names(Case):
    """proves P54"""

    def test_name_server_that_says_nothing(self):
        """Its time limit holds, its code is that of an outage, and local
        users do not wait for it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.54", 53))
            person = self.person()
            service = self.service(timeout=3,
                                   endpoint="https://nowhere.example:8443")
            with open("/etc/nsswitch.conf", encoding="utf-8") as file:
                switch = file.read().replace("hosts: files", "hosts: dns")
            terminal = over(
                {"/etc/nsswitch.conf": write(switch),
                 "/etc/resolv.conf": write("nameserver 127.0.0.54\n")},
                "pamtester", service, person.name, "authenticate")
            terminal.answer("Password: ", person.password)
            self.assert_code(terminal, UNAVAILABLE)
            self.assertRegex(self.log_of(person.name)[0],
                             "reason=(timeout|no-connection) ")
            server.settimeout(0.1)
            self.assertIn(b"nowhere", server.recv(512))


class Phases(Case):
    """proves P8, P40, P85: each phase, with the pool away or one of our
    programs dying, has the code that pam_cognito(8) says"""

    HANGS = "#!/bin/sh\nexec sleep 120\n"
    ENDS = "#!/bin/sh\nexit 0\n"

    def account(self, service, person, mounts=None):
        terminal = over(mounts or {}, "pamtester", service, person.name,
                        "acct_mgmt")
        terminal.end()
        if "account management done" in terminal.text:
            return "success"
        return callers.pam_code(terminal)

    def enrolled(self, service):
        """Somebody who has signed in here before."""
        person = self.person()
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        return person

    def test_account_phase(self):
        service = self.service(timeout=3)
        person = self.enrolled(service)
        away = self.service(endpoint="https://cognito.test:9", timeout=3)
        # It needs no network, and no speaker.
        self.assertEqual(self.account(away, person), "success")
        for text in (self.HANGS, self.ENDS):
            false = write(text, 0o755)
            self.assertEqual(self.account(
                service, person, {f"{LIBEXEC}/{SPEAKER}": false}), "success")
        self.assertEqual(self.account(
            service, person, {f"{LIBEXEC}/{KEEPER}": write(self.ENDS,
                                                           0o755)}),
            "PAM_SYSTEM_ERR")
        self.assertEqual(self.account(
            service, person, {f"{LIBEXEC}/{KEEPER}": write(self.HANGS,
                                                           0o755)}),
            UNAVAILABLE)

    def test_account_phase_that_asks_the_pool(self):
        """Away, or without its speaker: nobody comes in on old words"""
        settings = {"account_check": "refresh", "account_max_age": 30,
                    "timeout": 3}
        service = self.service(**settings)
        person = self.enrolled(service)
        Refresh.age(self, person)
        away = self.service(endpoint="https://cognito.test:9", **settings)
        self.assertEqual(self.account(away, person), UNAVAILABLE)
        for text, code in ((self.ENDS, "PAM_SYSTEM_ERR"),
                           (self.HANGS, UNAVAILABLE)):
            speaker = {f"{LIBEXEC}/{SPEAKER}": write(text, 0o755)}
            self.assertEqual(self.account(service, person, speaker), code)
        self.assertEqual(self.account(service, person), "success")

    def begin_change(self, service, person):
        terminal = callers.pamtester(service, person.name, "chauthtok")
        terminal.read_to("Current password: ")
        return terminal

    def proved(self, service, person):
        """A change whose old password was proved already."""
        terminal = self.begin_change(service, person)
        terminal.send(person.password + "\r")
        terminal.read_to("New password: ")
        return terminal

    def test_change_without_a_pool(self):
        """Nothing was proved, and nothing is changed."""
        away = self.service(endpoint="https://cognito.test:9", timeout=3)
        person = self.person()
        terminal = self.begin_change(away, person)
        terminal.send(person.password + "\r")
        self.assert_code(terminal, "PAM_AUTHTOK_ERR")
        self.assert_reason(person.name, "no-connection")

    def test_change_whose_pool_goes_away(self):
        """Behind the proof: whether it was changed is not known."""
        person, port = self.person(in_pool=False), closed_port()
        process = pool.start(
            f"127.0.0.1:{port}", log=f"{ROOM}/log/{person.name}.jsonl",
            users=[pool.person(person.name, person.password)])
        keys = f"/etc/cognito/jwks-{port}.json"
        pool.fetch_keys(port, keys)
        terminal = self.proved(self.service(
            timeout=3, jwks_file=keys,
            endpoint=f"https://cognito.test:{port}"), person)
        process.kill()
        process.wait()
        new = make_password()
        terminal.send(new + "\r")
        terminal.answer("again: ", new)
        self.assert_code(terminal, "PAM_AUTHTOK_ERR")
        self.assertRegex(self.log_of(person.name, 2)[-1],
                         "reason=(no-connection|timeout) ")

    def test_program_that_dies_in_a_change(self):
        """proves P40: killed before the proof, and behind it"""
        for name, reasons in ((KEEPER, "keeper-failed|system-error"),
                              (SPEAKER, "speaker-failed|system-error")):
            with self.subTest(f"{name} behind the proof"):
                person = self.person()
                terminal = self.proved(self.service(timeout=3), person)
                os.kill(working_for(terminal.spawned.pid, name),
                        signal.SIGKILL)
                time.sleep(0.2)
                terminal.send(make_password() + "\r")
                terminal.end()
                self.assertIn(callers.pam_code(terminal),
                              ("PAM_SYSTEM_ERR",), terminal.text)
                denied = [line for line in self.log_of(person.name)
                          if " denied " in line]
                self.assertRegex(denied[0], f"reason=({reasons}) ")
                self.still_holds(person)
            with self.subTest(f"{name} before the proof"):
                person = self.person()
                terminal = self.begin_change(self.service(timeout=3), person)
                victim = working_for(terminal.spawned.pid, name)
                speaker = working_for(terminal.spawned.pid, SPEAKER)
                os.kill(victim, signal.SIGKILL)
                for _ in range(100):
                    if not os.path.exists(f"/proc/{speaker}"):
                        break
                    time.sleep(0.02)
                terminal.send(person.password + "\r")
                terminal.end()
                self.assertEqual(callers.pam_code(terminal),
                                 "PAM_SYSTEM_ERR", terminal.text)
                self.still_holds(person)

    def still_holds(self, person):
        terminal = callers.pamtester(self.service(), person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")

    def test_stack_goes_on(self):
        """To the next module where the control says so, and only for the
        code that it names"""
        name = "t" + secrets.token_hex(4)
        away = f"/etc/cognito/{name}.conf"
        host.write_config(away, endpoint="https://cognito.test:9", timeout=3)
        person = self.person()
        stacks = {
            name: f"[success=done authinfo_unavail=ignore default=die]"
                  f" pam_cognito.so config={away}",
            name + "x": f"[success=done system_err=ignore default=die]"
                        f" pam_cognito.so config={away}",
            name + "s": "[success=done authinfo_unavail=ignore"
                        " default=die] pam_cognito.so",
        }
        for service, line in stacks.items():
            with open(f"/etc/pam.d/{service}", "w",
                      encoding="utf-8") as file:
                file.write(f"auth {line}\nauth required pam_permit.so\n")
        codes = {name: (person.password, "success"),
                 name + "x": (person.password, UNAVAILABLE),
                 name + "s": (make_password(), "PAM_AUTH_ERR")}
        for service, (password, code) in codes.items():
            with self.subTest(service):
                terminal = callers.pamtester(service, person.name)
                terminal.answer("Password: ", password)
                self.assert_code(terminal, code)
