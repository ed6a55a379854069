# SPDX-License-Identifier: Apache-2.0
"""A configuration that is missing, unreadable, wrong or not root's."""

import os

import pexpect

from room import callers, host
from room.case import Case


class ConfigTest(Case):
    """proves P24, P31, P44, P79, P80: it denies ours, and the log says
    why"""

    def refuse(self, service, reason="misconfigured", code="PAM_SERVICE_ERR"):
        person = self.person()
        terminal = callers.pamtester(service, person.name)
        if terminal.read_to("Password: ", pexpect.EOF) == 0:
            terminal.send(person.password + "\r")
        self.assert_code(terminal, code)
        self.assert_reason(person.name, reason, service)
        self.assertEqual([call for call in self.calls_of(person.name)
                          if call["operation"] != "InitiateAuth"
                          and reason == "misconfigured"], [])
        return self.log_of(person.name)[0]

    def spoiled(self, spoil):
        """A service with a good configuration, then spoiled."""
        service = self.service(timeout=5)
        path = f"/etc/cognito/{service}.conf"
        spoil(path)
        return service, path

    def test_missing(self):
        service, path = self.spoiled(os.unlink)
        self.assertIn(path, self.refuse(service))

    def test_no_allow_groups(self):
        service = self.service(allow_groups=None)
        self.refuse(service, "not-in-allow-groups", "PAM_PERM_DENIED")

    def test_everybody(self):
        person = self.person(groups=[])
        terminal = callers.pamtester(self.service(allow_groups="*"),
                                     person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")

    def test_writable_by_others(self):
        for mode in (0o666, 0o664, 0o646):
            with self.subTest(oct(mode)):
                service, path = self.spoiled(
                    lambda path, mode=mode: os.chmod(path, mode))
                self.assertIn(path, self.refuse(service))

    def test_of_another_owner(self):
        service, path = self.spoiled(lambda path: os.chown(path, 1001, 0))
        self.assertIn(path, self.refuse(service))

    def test_kinds_of_files(self):
        def as_link(path):
            os.rename(path, path + ".real")
            os.symlink(path + ".real", path)

        def as_fifo(path):
            os.unlink(path)
            os.mkfifo(path, 0o644)

        def as_directory(path):
            os.unlink(path)
            os.mkdir(path)

        for spoil in (as_link, as_fifo, as_directory):
            with self.subTest(spoil.__name__):
                self.refuse(self.spoiled(spoil)[0])

    def test_directory_that_others_write(self):
        os.makedirs("/var/open", exist_ok=True)
        os.chmod("/var/open", 0o777)
        host.write_config("/var/open/cognito.conf")
        service = self.service("config=/var/open/cognito.conf")
        self.refuse(service)

    def test_below_a_home(self):
        path = f"/home/{host.LOCAL_USER}/cognito.conf"
        host.write_config(path)
        self.refuse(self.service(f"config={path}"))

    def test_lines_that_are_wrong(self):
        def add(text):
            def spoil(path):
                with open(path, "a", encoding="latin-1") as file:
                    file.write(text)
            return spoil

        for text in ("no_such_key = 1\n", "timeout = 5\n", "timeout = -1\n",
                     "[section]\n", "group_prefix = a b c d\n",
                     "endpoint = http://cognito.test\n", "shell = \0\n",
                     "shell = /" + "x" * 2000 + "\n", "early = maybe\n"):
            with self.subTest(text[:20]):
                service, path = self.spoiled(add(text))
                self.assertRegex(self.refuse(service), path + r":\d+")

    def test_values_that_leave_the_pool(self):
        for settings in ({"endpoint": "http://cognito.test:8443"},
                         {"endpoint": "https://evil@cognito.test"},
                         {"pool_id": "eu-west-1.evil.example/#_x"},
                         {"pool_id": None}, {"client_id": None},
                         {"ca_file": "relative.pem"}):
            with self.subTest(settings):
                self.refuse(self.service(**settings))

    def test_missing_authority(self):
        person = self.person()
        terminal = callers.pamtester(
            self.service(ca_file="/etc/cognito/none.pem"), person.name)
        terminal.answer("Password: ", person.password)
        terminal.end()
        self.assertIn(callers.pam_code(terminal),
                      ("PAM_SERVICE_ERR", "PAM_AUTHINFO_UNAVAIL"))
        self.assertRegex(self.log_of(person.name)[0],
                         "reason=(misconfigured|tls-failure) ")
