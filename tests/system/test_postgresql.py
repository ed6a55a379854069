# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL: its users sign in with the pool, through a server that
runs as postgres (P96) and asks for one text."""

import glob
import grp
import os
import pwd
import shutil
import socket
import subprocess
import time

from room import callers, host, pool
from room.case import TOTP_SECRET, Case
from room.namespace import ROOM, SOURCE
from room.terminal import make_password, note_secret

SERVER_USER = "postgres"
PROBE = "select 'in-' || (40 + 2) || '-' || current_user"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    """A cluster of its own, whose users over TCP are PAM's to judge."""

    def __init__(self, service):
        (self.programs,) = glob.glob("/usr/lib/postgresql/*/bin")
        self.port = free_port()
        self.data = f"{ROOM}/postgresql-{self.port}"
        self.log = f"{ROOM}/log/postgresql-{self.port}"
        user = pwd.getpwnam(SERVER_USER)
        os.mkdir(self.data, 0o700)
        os.chown(self.data, user.pw_uid, user.pw_gid)
        self.run("initdb", "-D", self.data, "-A", "peer", "--no-sync")
        with open(f"{self.data}/pg_hba.conf", "w", encoding="utf-8") as file:
            file.write("local all postgres peer\n"
                       f"host all all 127.0.0.1/32 pam pamservice={service}"
                       "\n")
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*self.become(), f"{self.programs}/postgres", "-D",
                 self.data, "-p", str(self.port), "-k", self.data,
                 "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
                stdout=log, stderr=log, cwd=self.data)
        for _ in range(300):
            if self.run("pg_isready", "-h", self.data, "-p", str(self.port),
                        check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("the server does not start")

    @staticmethod
    def become():
        return ("setpriv", f"--reuid={SERVER_USER}",
                f"--regid={SERVER_USER}", "--init-groups")

    def run(self, program, *words, check=True):
        return subprocess.run(
            [*self.become(), f"{self.programs}/{program}", *words],
            capture_output=True, text=True, check=check, cwd=self.data)

    def administer(self, command):
        self.run("psql", "-h", self.data, "-p", str(self.port), "-c",
                 command)

    def make_role(self, name):
        self.administer(f'create role "{name}" login')

    def sign_in(self, name, password):
        """What psql of somebody at that port says."""
        note_secret(password)
        return subprocess.run(
            [f"{self.programs}/psql", "-At", "-w", "-h", "127.0.0.1", "-p",
             str(self.port), "-U", name, "-d", "postgres", "-c", PROBE],
            capture_output=True, text=True, check=False, timeout=90,
            env={"PGPASSWORD": password, "LC_ALL": "C.UTF-8"})

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.data)


class PostgreSql(Case):
    """proves P96: the server's own user has no rights of root's"""

    @classmethod
    def setUpClass(cls):
        os.chmod(f"{ROOM}/log", 0o711)
        # As we ship it, under a name that nobody else's tests use.
        cls.service_name = "postgresql"
        shutil.copy(f"{SOURCE}/etc/postgresql.pam",
                    f"/etc/pam.d/{cls.service_name}")
        cls.server = Server(cls.service_name)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def role(self, **seed):
        """Somebody of the pool and of the database, not of the machine."""
        person = self.person(local=False, **seed)
        self.server.make_role(person.name)
        return person

    def assert_enters(self, person, password=None, server=None):
        said = (server or self.server).sign_in(person.name,
                                               password or person.password)
        self.assertEqual(said.stdout.strip(), f"in-42-{person.name}",
                         said.stderr)

    def assert_denied(self, name, password, server=None):
        said = (server or self.server).sign_in(name, password)
        self.assertEqual(said.stdout, "")
        self.assertIn("PAM authentication failed", said.stderr)

    def test_right_password(self):
        person = self.role()
        self.assert_enters(person)
        line = self.log_of(person.name)[0]
        self.assertIn("pam_cognito(postgresql:auth): admitted", line)

    def test_wrong_password(self):
        person = self.role()
        self.assert_denied(person.name, make_password())
        self.assert_reason(person.name, "wrong-password")

    def test_not_in_the_pool(self):
        person = self.role(in_pool=False)
        self.assert_denied(person.name, person.password)
        self.assert_reason(person.name, "wrong-password")

    def test_no_role_of_the_database(self):
        """the pool's word makes nobody a user of the database"""
        person = self.person(local=False)
        said = self.server.sign_in(person.name, person.password)
        self.assertEqual(said.stdout, "")
        self.assertIn("does not exist", said.stderr)

    def test_other_groups(self):
        """proves P24"""
        person = self.role(groups=["Guests"])
        self.assert_denied(person.name, person.password)
        self.assert_reason(person.name, "not-in-allow-groups")

    def test_code_behind_the_password(self):
        person = self.role(totp_secret=TOTP_SECRET)
        self.assert_enters(person, person.password + person.code())

    def test_password_without_the_code(self):
        """proves P11, P56: the password alone is not enough, and is not
        sent as a code"""
        person = self.role(totp_secret=TOTP_SECRET)
        self.assert_denied(person.name, person.password)
        self.assertEqual([call for call in self.calls_of(person.name)
                          if call["body"].get("ChallengeName") ==
                          "SOFTWARE_TOKEN_MFA"], [])

    def test_wrong_code(self):
        person = self.role(totp_secret=TOTP_SECRET)
        wrong = f"{(int(person.code()) + 7) % 1_000_000:06d}"
        self.assert_denied(person.name, person.password + wrong)

    def test_forced_change(self):
        """proves P57, P58: the server answers each hidden question with the
        text it has; what came with a code becomes nobody's password"""
        person = self.role(totp_secret=TOTP_SECRET,
                           status="FORCE_CHANGE_PASSWORD")
        self.assert_denied(person.name, person.password + person.code())
        self.assertEqual([call for call in self.calls_of(person.name)
                          if call["body"].get("ChallengeName") ==
                          "NEW_PASSWORD_REQUIRED"], [])
        person.set(status="CONFIRMED")
        self.assert_enters(person, person.password + person.code(1))

    def test_names_of_the_machine(self):
        """proves P12: a user of the machine is not one of the pool, though
        the pool has the name; not the server's own, nor root"""
        for name in ("root", host.LOCAL_USER):
            self.server.make_role(name)
        for name in (SERVER_USER, "root", host.LOCAL_USER):
            with self.subTest(name):
                password = self.in_pool(name)
                self.assert_denied(name, password)
                self.assertEqual(self.calls_of(name), [])

    def test_account_of_the_machine(self):
        """whoever has an account here may have a role, too"""
        person = self.person()
        self.server.make_role(person.name)
        self.assert_enters(person)

    def test_reserved_name(self):
        """proves P19"""
        self.server.make_role("wheel")
        self.assert_denied("wheel", self.in_pool("wheel"))

    def test_pool_down(self):
        """proves P7: nobody enters without it"""
        person = self.person(local=False)
        config = f"/etc/cognito/down-{person.name}.conf"
        host.write_config(config, endpoint=f"https://cognito.test:"
                          f"{free_port()}")
        service = self.service(f"allow_unknown config={config}")
        server = Server(service)
        self.addCleanup(server.stop)
        server.make_role(person.name)
        self.assert_denied(person.name, person.password, server)
        self.assert_reason(person.name, "no-connection", service)

    def test_secret_and_trusted_callers(self):
        """with a client secret the server must be trusted, and it is the
        compiled configuration that says so"""
        person = self.role()
        config = f"/etc/cognito/secret-{person.name}.conf"
        secret = f"/etc/cognito/secret-{person.name}"
        with open(secret, "w", encoding="utf-8") as file:
            file.write(pool.CLIENT_SECRET + "\n")
        self.addCleanup(os.unlink, secret)
        os.chmod(secret, 0o640)
        os.chown(secret, 0, grp.getgrnam("_cognito-secret").gr_gid)
        host.write_config(config, client_id=pool.SECRET_CLIENT_ID,
                          client_secret_file=secret,
                          trusted_callers=SERVER_USER)
        for arguments in (f"config={config}", ""):
            # In a machine where that file is at the compiled path, or not.
            terminal = callers.Terminal(
                "unshare", "-m", "sh", "-c",
                ("true" if arguments else
                 f"mount --bind {config} {host.CONFIG}") + ' && exec "$@"',
                "sh", "setpriv", f"--reuid={SERVER_USER}",
                f"--regid={SERVER_USER}", "--init-groups", "pamtester",
                self.service(f"allow_unknown {arguments}"), person.name,
                "authenticate", "acct_mgmt")
            if terminal.read_to("Password: ", callers.pexpect.EOF) == 0:
                terminal.send(person.password + "\r")
            if arguments:
                self.assert_code(terminal, "PAM_CRED_INSUFFICIENT")
            else:
                self.assertEqual(terminal.end(), 0, terminal.text)

    def test_nothing_is_written(self):
        """no account, no login, no count of it"""
        person = self.role()
        self.assert_enters(person)
        self.assert_denied(person.name, make_password())
        said = subprocess.run(["cognitoctl", "accounts", person.name],
                              capture_output=True, text=True, check=False)
        self.assertNotIn(person.name, said.stdout)
        found = subprocess.run(
            ["find", "/var/lib/cognito", "/run/cognito", "/etc/cognito",
             "-user", SERVER_USER], capture_output=True, text=True,
            check=False)
        self.assertEqual(found.stdout, "")
