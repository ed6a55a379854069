# SPDX-License-Identifier: Apache-2.0
"""pamtester: the PAM code of every outcome, and the module's arguments."""

import os
import pwd
import secrets
import subprocess

from room import callers, ctl, host, pool, syslog
from room.case import TOTP_SECRET, Case
from room.guest import change_accounts
from room.terminal import CODE, make_password


def make_again(person):
    """Deleted in the pool, and made by somebody else."""
    pool.control("delete", username=person.name)
    stranger = pool.person(person.name, person.password)
    stranger["sub"] = "00000000-0000-4000-8000-" + secrets.token_hex(6)
    pool.control("create", user=stranger)


class Codes(Case):
    """Each outcome has one PAM code and one word in the log."""

    def refuse_all(self, table):
        """{name: (person, answers, code, reason)}; all at once, since a
        refusal takes PAM's delay."""
        service = self.service()
        started = {}
        for name, (person, answers, *_) in table.items():
            started[name] = callers.pamtester(service, person.name)
        for name, (person, answers, *_) in table.items():
            for prompt, text in answers:
                started[name].answer(prompt, text)
        for name, (person, _, code, reason) in table.items():
            with self.subTest(name):
                self.assert_code(started[name], code)
                self.assert_reason(person.name, reason, service)

    def with_password(self, code, reason, *more, **seed):
        person = self.person(**seed)
        return (person, [("Password: ", person.password), *more], code,
                reason)

    def test_what_is_never_sent(self):
        """proves P59: and the log says what it was"""
        service = self.service()
        for typed, why in (("", "an empty password"),
                           ("bad\x01word", "control characters .* sshd")):
            with self.subTest(why):
                person = self.person()
                terminal = callers.pamtester(service, person.name)
                terminal.answer("Password: ", typed)
                self.assert_code(terminal, "PAM_AUTH_ERR")
                self.assert_reason(person.name, "input-refused", service)
                self.assertRegex(self.log_of(person.name)[0],
                                 f'detail="{why}')
                self.assertEqual(self.calls_of(person.name), [])

    def test_what_the_pool_refuses(self):
        """proves P3, P6, P15, P61, P62 from outside"""
        wrong = ("Password: ", make_password())
        person, unknown = self.person(), self.person(in_pool=False)
        table = {
            "wrong password": (person, [wrong], "PAM_AUTH_ERR",
                               "wrong-password"),
            "not in the pool": (unknown, [wrong], "PAM_AUTH_ERR",
                                "wrong-password"),
            "disabled": self.with_password(
                "PAM_AUTH_ERR", "disabled-in-pool", enabled=False),
            "not confirmed": self.with_password(
                "PAM_AUTH_ERR", "not-confirmed", status="UNCONFIRMED"),
            # The pool hides who exists, and with it who must reset.
            "reset required": self.with_password(
                "PAM_AUTH_ERR", "wrong-password", status="RESET_REQUIRED"),
            "temporary password expired": self.with_password(
                "PAM_AUTH_ERR", "temporary-password-expired",
                status="FORCE_CHANGE_PASSWORD",
                temporary_password_expired=True),
            "other groups": self.with_password(
                "PAM_PERM_DENIED", "not-in-allow-groups", groups=["Guests"]),
            "no group": self.with_password(
                "PAM_PERM_DENIED", "not-in-allow-groups", groups=[]),
        }
        for challenge in ("WEB_AUTHN", "DEVICE_SRP_AUTH", "SELECT_CHALLENGE",
                          "INVENTED_CHALLENGE"):
            table[challenge] = self.with_password(
                "PAM_AUTH_ERR", "unsupported-challenge",
                force_challenge=challenge)
        self.refuse_all(table)

    def test_tokens_that_do_not_hold(self):
        """proves P42, P60, P61"""
        broken = {
            "foreign key": {"key": "foreign"},
            "unknown key": {"key": "unknown_kid"},
            "other published key": {"key": "swapped"},
            "no signature": {"alg": "none"},
            "HS256": {"alg": "HS256"},
            "access token": {"use": "access"},
            "no ID token": {"omit": ["IdToken"]},
            "other audience": {"claims": {"aud": "x" * 26}},
            "other issuer": {"claims": {"iss": "https://evil.example"}},
            "expired": {"claims": {"exp": 1000000000}},
            "other name": {"claims": {"cognito:username": "root"}},
            "no sub": {"claims": {"sub": None}},
        }
        service = self.service()
        people = {name: self.person(token=token)
                  for name, token in broken.items()}
        people["early tokens"] = self.person(early_tokens=True)
        started = {name: callers.pamtester(service, person.name)
                   for name, person in people.items()}
        for name, person in people.items():
            started[name].answer("Password: ", person.password)
        for name, person in people.items():
            with self.subTest(name):
                started[name].end()
                code = callers.pam_code(started[name])
                self.assertIn(code, ("PAM_AUTH_ERR", "PAM_PERM_DENIED",
                                     "PAM_AUTHINFO_UNAVAIL"),
                              started[name].text)
                lines = self.log_of(person.name)
                self.assertEqual(len(lines), 1)
                self.assertIn(" denied ", lines[0])

    def test_wrong_codes_only(self):
        person = self.person(totp_secret=TOTP_SECRET)
        wrong = f"{(int(person.code()) + 7) % 1_000_000:06d}"
        terminal = callers.pamtester(self.service(), person.name)
        terminal.answer("Password: ", person.password)
        for _ in range(10):
            if terminal.read_to(CODE, callers.pexpect.EOF) != 0:
                break
            terminal.spawned.sendline(wrong)
        else:
            self.fail("it goes on asking for codes")
        self.assert_code(terminal, "PAM_AUTH_ERR")
        self.assert_reason(person.name, "wrong-code")

    def test_code_that_is_no_code(self):
        """proves P56: it is not sent"""
        person = self.person(totp_secret=TOTP_SECRET)
        terminal = callers.pamtester(self.service(), person.name)
        terminal.answer("Password: ", person.password)
        for text in ("letters", "12345", person.code()):
            terminal.answer(CODE, text)
        self.assert_code(terminal, "success")
        codes = [call for call in self.calls_of(person.name)
                 if call["body"].get("ChallengeName") ==
                 "SOFTWARE_TOKEN_MFA"]
        self.assertEqual(len(codes), 1)

    def test_person_who_gives_up(self):
        person = self.person()
        terminal = callers.pamtester(self.service(), person.name)
        terminal.read_to("Password: ")
        terminal.send("\x04")
        terminal.end()
        self.assertIn(callers.pam_code(terminal),
                      ("PAM_CONV_ERR", "PAM_AUTH_ERR"), terminal.text)
        self.assertEqual(self.calls_of(person.name), [])

    def test_who_is_not_ours(self):
        service = self.service()
        for name in ("root", "daemon", host.LOCAL_USER, "nobodyhere",
                     "n" * 128, "a/b", "a:b", "a\nb", "@b", "12345", ".."):
            with self.subTest(name):
                terminal = callers.pamtester(service, name)
                self.assert_code(terminal, "PAM_USER_UNKNOWN")

    def test_caller_that_is_not_root(self):
        """With a client without a secret it needs nothing of ours."""
        person = self.person()
        terminal = callers.pamtester(self.service(), person.name,
                                     user=host.LOCAL_USER)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        terminal = callers.pamtester(self.service(), host.LOCAL_USER,
                                     user=host.LOCAL_USER)
        self.assert_code(terminal, "PAM_USER_UNKNOWN")

    def test_deleted_and_created_again(self):
        """proves P16"""
        person = self.person()
        service = self.service()
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        make_again(person)
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "PAM_PERM_DENIED")
        self.assert_reason(person.name, "other-sub", service)
        os.spawnlp(os.P_WAIT, "cognitoctl", "cognitoctl", "forget",
                   person.name)
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")

    def test_log_is_one_line(self):
        """proves P94: rhost comes from whoever connects"""
        person = self.person()
        terminal = callers.pamtester(
            self.service(), person.name,
            items=["rhost=evil\nAccepted password for root\x1b[2J"])
        terminal.answer("Password: ", make_password())
        self.assert_code(terminal, "PAM_AUTH_ERR")
        lines = self.log_of(person.name)
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0], r'rhost="[ -~]*" reason=')
        # So the reader of the log shows what came through as it was.
        self.assertNotIn("<0a>", lines[0])
        self.assertNotIn("<1b>", lines[0])


class Account(Case):
    """proves P9, P10"""

    def test_without_a_login(self):
        person = self.person()
        terminal = callers.pamtester(self.service(), person.name,
                                     "acct_mgmt")
        self.assert_code(terminal, "PAM_PERM_DENIED")
        self.assert_reason(person.name, "no-login-record")

    def test_after_a_login(self):
        person = self.person()
        service = self.service()
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        terminal = callers.pamtester(service, person.name, "acct_mgmt")
        terminal.end()
        self.assertIn("account management done", terminal.text)

    def test_proof_of_another_configuration(self):
        """P9's exception: nothing is written for su of an ordinary user, so
        the proof of this handle must do; of one configuration it says
        nothing about another"""
        for config, enters in (({}, True), ({"allow_groups": "Others"},
                                            False)):
            person = self.person()
            service = self.service()
            other = f"/etc/cognito/{service}.conf"
            host.write_config(other, **config)
            with open(f"/etc/pam.d/{service}", "w", encoding="utf-8") as file:
                file.write("auth required pam_cognito.so"
                           + (f" config={other}" if enters else "") + "\n"
                           f"account required pam_cognito.so config={other}"
                           "\n")
            terminal = callers.Terminal(
                "setpriv", f"--ruid={host.LOCAL_USER}", "pamtester", service,
                person.name, "authenticate", "acct_mgmt")
            terminal.answer("Password: ", person.password)
            self.assertEqual(terminal.end() == 0, enters, terminal.text)

    def test_groups_no_longer_allowed(self):
        """The store remembers groups; allow_groups may have changed."""
        person = self.person()
        terminal = callers.pamtester(self.service(), person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        narrower = self.service(allow_groups="Others")
        terminal = callers.pamtester(narrower, person.name, "acct_mgmt")
        self.assert_code(terminal, "PAM_PERM_DENIED")
        self.assert_reason(person.name, "not-in-allow-groups")

    def test_misspelt_groups(self):
        """proves P24; the log names the person's groups, in so many whole
        names as it has room for"""
        several = ["Guests", "Staff"]
        many = [f"g{number:02}" + "x" * 100 for number in range(9)]
        for groups, told in (
                (several, "allow_groups, but in Guests, Staff\""),
                (many, "allow_groups, but in " + ", ".join(many[:5]) + '"'),
                ([], "allow_groups\"")):
            with self.subTest(told):
                person = self.person(groups=groups)
                terminal = callers.pamtester(
                    self.service(allow_groups="staff"), person.name)
                terminal.answer("Password: ", person.password)
                self.assert_code(terminal, "PAM_PERM_DENIED")
                self.assert_reason(person.name, "not-in-allow-groups")
                self.assertIn(told, self.log_of(person.name)[0])

    def test_who_is_not_ours(self):
        service = self.service()
        for name in ("root", host.LOCAL_USER, "nobodyhere"):
            with self.subTest(name):
                terminal = callers.pamtester(service, name, "acct_mgmt")
                self.assert_code(terminal, "PAM_USER_UNKNOWN")

    def test_credentials_and_session(self):
        person = self.person()
        terminal = callers.pamtester(
            self.service(), person.name, "authenticate", "setcred",
            "open_session", "close_session")
        terminal.answer("Password: ", person.password)
        self.assertEqual(terminal.end(), 0, terminal.text)


class Arguments(Case):
    """The options of pam_cognito(8)"""

    def sign_in(self, arguments, person, code="success"):
        terminal = callers.pamtester(self.service(arguments), person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, code)

    def test_unknown_argument_denies_even_strangers(self):
        for argument in ("no_such_option", "config=relative", "keeper=x",
                         "minimum_uid=x"):
            with self.subTest(argument):
                person = self.person()
                terminal = callers.pamtester(self.service(argument),
                                             person.name)
                self.assert_code(terminal, "PAM_SERVICE_ERR")
                self.assertIn(f"PAM file: {argument}\"",
                              self.log_of(person.name)[0])

    def test_allow_unknown(self):
        """A name that no account has; nothing is written."""
        person = self.person(local=False)
        self.sign_in("allow_unknown", person)
        terminal = callers.pamtester(self.service("allow_unknown"),
                                     person.name, "acct_mgmt")
        self.assert_code(terminal, "PAM_PERM_DENIED")
        terminal = callers.pamtester(self.service("allow_unknown"),
                                     person.name, "authenticate",
                                     "acct_mgmt")
        terminal.answer("Password: ", person.password)
        self.assertEqual(terminal.end(), 0, terminal.text)

    def test_allow_unknown_of_a_former_account(self):
        """proves P16: whose name it was here, it stays"""
        person = self.person()
        self.sign_in("", person)
        change_accounts("userdel", "-r", person.name)
        self.sign_in("allow_unknown", person)
        make_again(person)
        service = self.service("allow_unknown")
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "PAM_PERM_DENIED")
        self.assert_reason(person.name, "other-sub", service)
        ctl.run("forget", person.name)
        self.sign_in("allow_unknown", person)

    def test_create_account(self):
        person = self.person(local=False)
        self.sign_in("create_account", person)
        # It is an account now: ours without any argument.
        self.sign_in("", person)
        terminal = callers.pamtester(self.service(), person.name,
                                     "acct_mgmt")
        self.assertEqual(terminal.end(), 0, terminal.text)

    def test_local_name_made_after_the_account(self):
        """proves P13"""
        person = self.person(local=False)
        self.sign_in("create_account", person)
        host.write_user(person.name, make_password())
        terminal = callers.pamtester(self.service("create_account"),
                                     person.name)
        self.assert_code(terminal, "PAM_USER_UNKNOWN")

    def test_reserved_names(self):
        """proves P19"""
        for name in ("admin", "docker", "sudo", "wheel", "cognito-x"):
            with self.subTest(name):
                password = self.in_pool(name)
                terminal = callers.pamtester(
                    self.service("create_account"), name)
                if terminal.read_to("Password: ", callers.pexpect.EOF) == 0:
                    terminal.send(password + "\r")
                terminal.end()
                self.assertIn(callers.pam_code(terminal),
                              ("PAM_PERM_DENIED", "PAM_USER_UNKNOWN"))

    def test_local_group(self):
        person = self.person()
        terminal = callers.pamtester(
            self.service("local_group=no-such-group"), person.name)
        self.assert_code(terminal, "PAM_USER_UNKNOWN")

    def test_minimum_uid(self):
        person = self.person()
        # Just above theirs: others here may have made useradd begin high.
        above = pwd.getpwnam(person.name).pw_uid + 1
        terminal = callers.pamtester(self.service(f"minimum_uid={above}"),
                                     person.name)
        self.assert_code(terminal, "PAM_USER_UNKNOWN")

    def test_use_first_pass_without_one(self):
        person = self.person()
        terminal = callers.pamtester(self.service("use_first_pass"),
                                     person.name)
        self.assert_code(terminal, "PAM_AUTH_ERR")

    def test_first_pass_of_an_earlier_module(self):
        """pam_unix asked and failed; we take what was typed."""
        for argument in ("try_first_pass", "use_first_pass"):
            with self.subTest(argument):
                person = self.person()
                service = self.service(argument)
                with open(f"/etc/pam.d/{service}", "w",
                          encoding="utf-8") as file:
                    file.write("auth optional pam_unix.so nodelay\n"
                               f"auth required pam_cognito.so {argument}\n")
                terminal = callers.pamtester(service, person.name)
                terminal.answer("Password: ", person.password)
                self.assert_code(terminal, "success")

    def test_debug_tells_no_secret(self):
        person = self.person(totp_secret=TOTP_SECRET)
        code = person.code()
        terminal = callers.pamtester(self.service("debug"), person.name)
        terminal.answer("Password: ", person.password)
        terminal.answer(CODE, code)
        self.assert_code(terminal, "success")
        self.log_of(person.name)
        with open(syslog.PATH, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(f"{person.name} signs in as", text)
        self.assertNotIn(person.password, text)
        self.assertNotRegex(text, rf"\b{code}\b.*{person.name}|"
                            rf"{person.name}.*\b{code}\b")

    def test_change_with_use_authtok(self):
        """The new password is what an earlier module asked for."""
        person, new = self.person(), make_password()
        service = self.service()
        with open(f"/etc/pam.d/{service}", "w", encoding="utf-8") as file:
            file.write("password required pam_cognito.so use_authtok\n")
        terminal = callers.pamtester(service, person.name, "chauthtok")
        terminal.answer("Current password: ", person.password)
        # No module before us asked for one.
        self.assertNotEqual(terminal.end(), 0)
        self.assertNotIn(new, terminal.text)


class Clients(Case):
    def test_client_with_a_secret(self):
        """proves P79: the secret's file is root's alone"""
        path = "/etc/cognito/client_secret"
        with open(path, "w", encoding="utf-8") as file:
            file.write(pool.CLIENT_SECRET + "\n")
        self.addCleanup(os.unlink, path)
        os.chmod(path, 0o600)
        settings = {"client_id": pool.SECRET_CLIENT_ID,
                    "client_secret_file": path}
        person = self.person()
        service = self.service(**settings)
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        self.assert_code(terminal, "success")
        os.chmod(path, 0o644)
        other = self.person()
        terminal = callers.pamtester(service, other.name)
        if terminal.read_to("Password: ", callers.pexpect.EOF) == 0:
            terminal.send(other.password + "\r")
        self.assert_code(terminal, "PAM_SERVICE_ERR")
        self.assert_reason(other.name, "misconfigured", service)

    def test_early_choices(self):
        for early in ("connect", "challenge", "no"):
            with self.subTest(early):
                person = self.person()
                terminal = callers.pamtester(self.service(early=early),
                                             person.name)
                terminal.answer("Password: ", person.password)
                self.assert_code(terminal, "success")


class Memory(Case):
    def test_module_under_valgrind(self):
        """proves P38, P39: no error, and no block of ours left behind"""
        person = self.person()
        log = f"/tmp/valgrind-{person.name}"
        terminal = callers.Terminal(
            "valgrind", f"--log-file={log}", "--leak-check=full",
            "--error-exitcode=99", "--errors-for-leak-kinds=none",
            "pamtester", self.service(), person.name, "authenticate",
            "acct_mgmt", "setcred", patience=90)
        terminal.answer("Password: ", person.password)
        status = terminal.end()
        with open(log, encoding="utf-8") as file:
            report = file.read()
        self.assertEqual(status, 0, terminal.text + report)
        self.assertIn("ERROR SUMMARY: 0 errors", report)
        # Where the symbols are there, valgrind shows no file's name.
        self.assertNotRegex(report, r"pam_cognito\.so|\bcog_")
