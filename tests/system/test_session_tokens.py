# SPDX-License-Identifier: Apache-2.0
"""What a person does with the tokens of their session: cognitoctl token and
aws-credentials; and cognitoctl forget, which ends them."""

import base64
import json
import os
import shutil
import subprocess
import time
import unittest

from room import callers, cloud, ctl, host, pool, sessions, syslog
from room.namespace import ROOM, SOURCE
from room.sessions import SessionCase

INTEROP = f"{SOURCE}/tests/interop"
SHORT = {"id_token_s": 300, "access_token_s": 300}
LONG = {"id_token_s": 3600, "access_token_s": 3600,
        "refresh_rotation": False}


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=="))


def refreshes():
    return sum(call["operation"] == "GetTokensFromRefreshToken"
               for call in pool.calls())


def change_line(person, number, text):
    """As if by the person: the file stays theirs."""
    path = f"{sessions.directory(person)}/tokens"
    lines = sessions.tokens(person)
    lines[number] = text
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def expire(person):
    change_line(person, 5, "1")


class TokenCase(SessionCase):
    def ctl(self, person, *words, code=ctl.OK):
        done = sessions.run_as(person, "/usr/sbin/cognitoctl", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def set_client(self, **changes):
        pool.control("set_client", id=pool.CLIENT_ID, set=changes)
        self.addCleanup(pool.control, "set_client", id=pool.CLIENT_ID,
                        set=LONG)

    def begun(self):
        person = self.person()
        terminal = self.begin(person)
        return person, terminal

    def finish_session(self, person, terminal):
        self.end(terminal)
        self.assert_nothing_left(person)


class Token(TokenCase):
    def test_both_kinds(self):
        """the ID or the access token of the login, nothing asked"""
        person, terminal = self.begun()
        before = refreshes()
        for words, use in (((), "access"), (("--access",), "access"),
                           (("--id",), "id")):
            token = self.ctl(person, "token", *words).stdout
            self.assertEqual(token.count("\n"), 1)
            self.assertEqual(claims(token)["token_use"], use)
        self.assertEqual(refreshes(), before)
        # In the session itself, where it belongs.
        shown = self.end(terminal, "/usr/sbin/cognitoctl token --id")
        self.assertEqual(claims(shown.split()[-1])["cognito:username"],
                         person.name)
        self.assert_nothing_left(person)

    def test_near_expiry(self):
        """a token with minutes left is renewed and kept"""
        self.set_client(**SHORT)
        person, terminal = self.begun()
        old = sessions.tokens(person)
        time.sleep(1.1)
        pool.control("set_client", id=pool.CLIENT_ID, set=LONG)
        before = refreshes()
        token = self.ctl(person, "token").stdout.strip()
        new = sessions.tokens(person)
        self.assertNotEqual(token, old[8])
        self.assertEqual(token, new[8])
        self.assertEqual(new[6], old[6])
        self.assertGreater(int(new[5]), int(old[5]))
        self.assertEqual(refreshes(), before + 1)
        self.ctl(person, "token")
        self.assertEqual(refreshes(), before + 1)
        self.finish_session(person, terminal)

    def test_rotation(self):
        """proves P92: a rotated token is kept, and the newest revoked"""
        self.set_client(refresh_rotation=True, rotation_grace_s=0)
        person, terminal = self.begun()
        first = sessions.refresh_token(person)
        for _ in range(3):
            expire(person)
            self.ctl(person, "token")
        newest = sessions.refresh_token(person)
        self.assertNotEqual(newest, first)
        self.finish_session(person, terminal)
        self.wait_until_revoked(newest)

    def test_two_at_once(self):
        """one refresh token is not spent twice"""
        self.set_client(refresh_rotation=True, rotation_grace_s=0)
        person, terminal = self.begun()
        expire(person)
        before = refreshes()
        running = [subprocess.Popen(
            ["setpriv", f"--reuid={person.name}", f"--regid={person.name}",
             "--init-groups", "/usr/sbin/cognitoctl", "token"],
            stdout=subprocess.PIPE, text=True) for _ in range(6)]
        printed = {process.communicate(timeout=60)[0]
                   for process in running}
        self.assertEqual(len(printed), 1)
        self.assertEqual({process.returncode for process in running}, {0})
        self.assertEqual(refreshes(), before + 1)
        self.finish_session(person, terminal)

    def test_signed_out(self):
        """a token that the pool refuses: said plainly, nothing printed"""
        person, terminal = self.begun()
        pool.control("sign_out", username=person.name)
        expire(person)
        done = self.ctl(person, "token", code=ctl.FAILED)
        self.assertEqual(done.stdout, "")
        self.assertIn("sign in anew", done.stderr)
        self.finish_session(person, terminal)

    def test_pool_away(self):
        """a token that lives is good enough while nobody can be asked"""
        person, terminal = self.begun()
        away = ctl.configuration(session_tokens="yes",
                                 endpoint="https://cognito.test:9")
        for expires, code in ((int(time.time()) + 60, ctl.OK),
                              (1, ctl.FAILED)):
            change_line(person, 5, str(expires))
            done = self.ctl(person, f"--config={away}", "token", code=code)
            self.assertIn("cannot be renewed", done.stderr)
            self.assertEqual(bool(done.stdout), code == ctl.OK)
        self.finish_session(person, terminal)

    def test_client_secret(self):
        """with a client secret only root could renew: said plainly"""
        path = "/etc/cognito/client_secret"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w",
                  encoding="utf-8") as file:
            file.write(pool.CLIENT_SECRET)
        self.addCleanup(os.unlink, path)
        host.write_config(session_tokens="yes", client_secret_file=path,
                          client_id=pool.SECRET_CLIENT_ID)
        self.addCleanup(host.write_config, session_tokens="yes")
        person, terminal = self.begun()
        token = sessions.refresh_token(person)
        self.ctl(person, "token")
        expire(person)
        done = self.ctl(person, "token", code=ctl.FAILED)
        self.assertIn("the app client has a secret", done.stderr)
        self.finish_session(person, terminal)
        self.wait_until_revoked(token)

    def test_spoiled_by_its_owner(self):
        """proves P36, P79: what others could have written is no token"""
        for command in ("echo garbage >tokens", ": >tokens",
                        "chmod 0644 tokens", "ln tokens two",
                        "ln -sf /etc/passwd tokens",
                        "mv tokens two; ln -s two tokens",
                        "rm tokens; mkfifo -m 0600 tokens",
                        "head -c 300000 /dev/zero >tokens"):
            with self.subTest(command):
                person, terminal = self.begun()
                sessions.run_as(person, "sh", "-c",
                                f"cd {sessions.directory(person)}; "
                                f"{command}")
                done = self.ctl(person, "token", code=ctl.FAILED)
                self.assertIn("damaged", done.stderr)
                self.assertEqual(done.stdout, "")
                self.finish_session(person, terminal)

    def test_whose(self):
        """root has none, nor has who signed in nowhere"""
        person = self.person()
        self.assertIn("by password",
                      self.ctl(person, "token", code=ctl.FAILED).stderr)
        done = ctl.run("token")
        self.assertEqual(done.returncode, ctl.USAGE)
        off = ctl.configuration()
        done = self.ctl(person, f"--config={off}", "token", code=ctl.CONFIG)
        self.assertIn("session_tokens", done.stderr)

    def test_nothing_is_told(self):
        """proves P93: no token in the log, nor on a command line"""
        person, terminal = self.begun()
        expire(person)
        self.ctl(person, "token")
        lines = sessions.tokens(person)
        self.finish_session(person, terminal)
        with open(syslog.PATH, encoding="utf-8") as file:
            log = file.read()
        for token in lines[6:9]:
            self.assertNotIn(token, log)


class Forget(TokenCase):
    @classmethod
    def tearDownClass(cls):
        # Others look at what a login leaves; this is what it was asked to.
        shutil.rmtree("/var/lib/cognito/private/tokens")
        super().tearDownClass()

    def test_session(self):
        """proves P92: forget revokes what a person has"""
        person, terminal = self.begun()
        token = sessions.refresh_token(person)
        done = ctl.run("forget", person.name)
        self.assertEqual((done.returncode, done.stderr), (ctl.OK, ""))
        self.assert_nothing_left(person)
        self.assertIn(token, sessions.revoked())
        self.end(terminal)
        self.assert_nothing_left(person)

    def test_file_system_that_never_answers(self):
        """proves P36, P92: forget does not wait for a person's own"""
        person, terminal = self.begun()
        token = sessions.refresh_token(person)
        self.silence(person)
        done = ctl.run("forget", person.name)
        self.assertEqual((done.returncode, done.stderr), (ctl.OK, ""))
        self.assertIn(token, sessions.revoked())
        self.assert_nothing_left(person)
        self.end(terminal)

    def test_kept_for_the_account_phase(self):
        """proves P92: and what is kept for key logins"""
        person = self.person()
        service = self.service(account_check="refresh")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        tokens = "/var/lib/cognito/private/tokens"
        kept = [lines for lines in map(self.lines_of, self.files(tokens))
                if lines[1] == person.name]
        self.assertEqual(len(kept), 1)
        done = ctl.run("forget", person.name)
        self.assertEqual((done.returncode, done.stderr), (ctl.OK, ""))
        self.assertIn(kept[0][6], sessions.revoked())
        self.assertNotIn(person.name, [self.lines_of(path)[1]
                                       for path in self.files(tokens)])

    def test_pool_away(self):
        """proves P92: removed all the same, and said"""
        person, terminal = self.begun()
        away = ctl.configuration(session_tokens="yes",
                                 endpoint="https://cognito.test:9")
        done = ctl.run(f"--config={away}", "forget", person.name)
        self.assertEqual(done.returncode, ctl.OK)
        self.assertIn("not revoked: network", done.stderr)
        self.assert_nothing_left(person)
        self.end(terminal)

    @staticmethod
    def files(directory):
        return [f"{directory}/{name}"
                for name in sessions.entries(directory)]

    @staticmethod
    def lines_of(path):
        with open(path, encoding="utf-8") as file:
            return file.read().split("\n")


class AwsCredentials(TokenCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = cloud.Identity()
        cls.control, cls.asked = cls.cloud.control, cls.cloud.asked
        cls.config = cls.cloud.config
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.cloud.stop()

    def credentials(self, person):
        return json.loads(self.ctl(person, "aws-credentials").stdout)

    def test_own_role(self):
        """credentials as AWS's programs want them, asked for once"""
        person, terminal = self.begun()
        before = len(self.asked())
        found = self.credentials(person)
        self.assertEqual(sorted(found), ["AccessKeyId", "Expiration",
                                         "SecretAccessKey", "SessionToken",
                                         "Version"])
        self.assertEqual(found["Version"], 1)
        self.assertRegex(found["Expiration"],
                         r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(self.credentials(person), found)
        self.assertEqual(self.asked()[before:],
                         ["GetId", "GetCredentialsForIdentity"])
        path = f"{sessions.directory(person)}/aws"
        self.assertEqual(os.stat(path).st_mode & 0o7777, 0o600)
        self.finish_session(person, terminal)

    @unittest.skipUnless(os.path.isdir(f"{INTEROP}/node_modules"),
                         "the packages of tests/interop are not installed")
    def test_sdk_of_aws(self):
        """AWS's own SDK takes them as a credential_process"""
        person, terminal = self.begun()
        path = f"{ROOM}/aws-config-of-{person.name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write("[default]\ncredential_process = setpriv "
                       f"--reuid={person.name} --regid={person.name} "
                       "--init-groups /usr/sbin/cognitoctl aws-credentials\n")
        done = subprocess.run(
            ["node", "--input-type=module", "-e",
             "import { fromProcess } from '@aws-sdk/credential-providers';"
             "console.log(JSON.stringify(await fromProcess()()))"],
            cwd=INTEROP, capture_output=True, text=True, check=False,
            timeout=120, env={"PATH": os.environ["PATH"],
                              "AWS_CONFIG_FILE": path, "HOME": "/root"})
        self.assertEqual(done.returncode, 0, done.stderr)
        found, own = json.loads(done.stdout), self.credentials(person)
        self.assertEqual(
            [found["accessKeyId"], found["secretAccessKey"],
             found["sessionToken"], found["expiration"][:19]],
            [own["AccessKeyId"], own["SecretAccessKey"],
             own["SessionToken"], own["Expiration"][:19]])
        self.finish_session(person, terminal)

    def test_near_expiry(self):
        """credentials with minutes left are asked for anew"""
        self.control("set", identity={"lifetime_s": 600})
        self.addCleanup(self.control, "set", identity={"lifetime_s": 3600})
        person, terminal = self.begun()
        before = len(self.asked())
        first = self.credentials(person)
        self.assertNotEqual(self.credentials(person), first)
        self.assertEqual(len(self.asked()), before + 4)
        self.finish_session(person, terminal)

    def test_expired_token(self):
        """the ID token is renewed before it is sent"""
        person, terminal = self.begun()
        expire(person)
        before = refreshes()
        self.credentials(person)
        self.assertEqual(refreshes(), before + 1)
        self.finish_session(person, terminal)

    def test_spoiled_cache(self):
        """what its owner wrote in their place is not handed on"""
        person, terminal = self.begun()
        for command in ("echo garbage >aws", "ln -sf /etc/passwd aws",
                        "rm aws; mkfifo -m 0600 aws", "chmod 0644 aws",
                        f"printf '%s\\n{{}}' {cloud.IDENTITY_POOL} >aws"):
            self.credentials(person)
            sessions.run_as(person, "sh", "-c",
                            f"cd {sessions.directory(person)}; {command}")
            self.assertEqual(self.credentials(person)["Version"], 1, command)
        self.finish_session(person, terminal)

    def test_errors(self):
        """what the identity pool says is said, and nothing printed"""
        person, terminal = self.begun()
        cases = (
            ({"operation": "GetId", "do": "error",
              "type": "NotAuthorizedException",
              "message": "Token is not from a supported provider"},
             "GetId: NotAuthorizedException: Token is not from"),
            ({"operation": "GetCredentialsForIdentity", "do": "error",
              "type": "InvalidIdentityPoolConfigurationException",
              "message": "Check assigned \u001b[2J roles"},
             "GetCredentialsForIdentity: "
             "InvalidIdentityPoolConfigurationException: Check"),
            ({"operation": "GetId", "do": "throttle"},
             "TooManyRequestsException"),
            ({"operation": "GetId", "do": "status", "status": 500},
             "HTTP status 500"),
            ({"operation": "GetId", "do": "body", "body": "{}"},
             "no id of an identity"),
            ({"operation": "GetCredentialsForIdentity", "do": "body",
              "body": "{\"Credentials\": {\"AccessKeyId\": \"A\"}}"},
             "missing or none"),
            ({"operation": "GetCredentialsForIdentity", "do": "body",
              "body": "not JSON"}, "not one JSON object"),
            ({"operation": "GetId", "do": "reset"}, "GetId: "),
            ({"operation": "GetId", "do": "redirect",
              "location": "https://cognito.test:1/"}, "HTTP status 307"),
        )
        self.addCleanup(self.control, "faults", faults=[])
        for fault, words in cases:
            with self.subTest(words):
                self.control("faults", faults=[fault])
                done = sessions.run_as(person, "/usr/sbin/cognitoctl",
                                       "aws-credentials")
                self.assertIn(done.returncode, (ctl.FAILED, ctl.CONFIG))
                self.assertEqual(done.stdout, "")
                self.assertIn(words, done.stderr)
                self.assertNotIn("\x1b", done.stderr)
        self.finish_session(person, terminal)

    def test_not_configured(self):
        """without an identity pool: said plainly"""
        person, terminal = self.begun()
        plain = ctl.configuration(session_tokens="yes")
        done = self.ctl(person, f"--config={plain}", "aws-credentials",
                        code=ctl.CONFIG)
        self.assertIn("identity_pool_id", done.stderr)
        self.finish_session(person, terminal)

    def test_other_identity_pool(self):
        """kept credentials of another identity pool are not handed on"""
        person, terminal = self.begun()
        self.credentials(person)
        other = ctl.configuration(
            session_tokens="yes", identity_endpoint=self.cloud.endpoint,
            identity_pool_id=cloud.IDENTITY_POOL.replace("1", "2"))
        done = self.ctl(person, f"--config={other}", "aws-credentials",
                        code=ctl.CONFIG)
        self.assertIn("ResourceNotFoundException", done.stderr)
        self.finish_session(person, terminal)
