# SPDX-License-Identifier: Apache-2.0
"""The documents, against the tables of the programs."""

import json
import os
import re
import shutil
import subprocess
import unittest

from tree import BUILD, TOP, name_of, sources, tool

# What administrators read.
DOCUMENTS = [TOP / name for name in ("README.md", "NEWS", "SECURITY.md",
                                     "etc/cognito.conf", "etc/postgresql.pam")]
DOCUMENTS += sorted((TOP / "man").iterdir()) + sorted(
    (TOP / "etc/pam.d").iterdir()) + sorted((TOP / "etc/systemd").iterdir())
# Names of other people's options, of files and of claims, in these.
OTHERS_WORDS = {
    "auth_err", "authinfo_unavail", "aws_access_key_id",
    "aws_secret_access_key", "aws_session_token", "case_insensitive_group",
    "credential_process", "credential_source", "email_verified", "id_key",
    "local_users_only", "module_unknown", "new_authtok_reqd", "no_key",
    "no_group", "no_new_privs", "not_allowed", "nss_cognito",
    "passprompt_override", "preferred_username", "role_arn",
    "source_profile", "sshd_config", "unlock_time", "user_readenv",
    "user_unknown", "web_identity_token_file"}
COMMANDS = re.findall(r"^  ([a-z][a-z-]*)(?= |$)", tool(
    str(BUILD / "cognitoctl/cognitoctl"), "--help"), flags=re.M)


class DocumentTest(unittest.TestCase):
    def test_arguments(self):
        """every module argument has its line in pam_cognito(8)"""
        table = (TOP / "pam_cognito/options.c").read_text()
        page = (TOP / "man/pam_cognito.8").read_text()
        names = re.findall(r'^    \{"(\w+)=?",', table, flags=re.M)
        self.assertGreater(len(names), 8)
        for name in names:
            with self.subTest(argument=name):
                self.assertRegex(
                    page, rf"\n\.B[IR]? {name}\b")

    def test_p83_policy(self):
        """P83: the policies allow exactly the calls made, and none of them
        changes anything"""
        calls = set()
        for path in sources("aws"):
            calls.update(re.findall(
                r'(?:\.operation = |cog_admin_call\(admin, )"(\w+)"',
                path.read_text()))
        allowed, pages = {}, {"": "cognitoctl.8",
                              "-account-check": "cognito.conf.5"}
        for name, page in pages.items():
            policy = json.loads(
                (TOP / f"etc/iam-policy{name}.json").read_text())
            allowed[name] = {
                action.removeprefix("cognito-idp:")
                for statement in policy["Statement"]
                for action in statement["Action"]}
            text = (TOP / "man" / page).read_text()
            for call in allowed[name]:
                with self.subTest(call):
                    self.assertRegex(
                        call, r"^(List|Describe|AdminGet|AdminList)")
                    self.assertIn(call, text)
        self.assertEqual(allowed[""] | allowed["-account-check"], calls)
        # That a login may wait for: no more than of one user.
        self.assertEqual(allowed["-account-check"],
                         {"AdminGetUser", "AdminListGroupsForUser"})

    def test_p82_variables(self):
        """P82: every variable of AWS's that is read stands in the manual"""
        table = (TOP / "aws/environment.c").read_text()
        page = (TOP / "man/cognitoctl.8").read_text()
        names = re.findall(r'"(AWS_\w+)"', table)
        self.assertGreater(len(names), 10)
        for name in names:
            with self.subTest(name):
                self.assertIn(name, page)

    def test_reasons(self):
        """every reason that a log line can give has its code and its entry in
        the manual, which has no other, in alphabetical order"""
        words = re.findall(r'= "([a-z-]+)",',
                           (TOP / "wire/outcome.c").read_text())
        page = (TOP / "man/pam_cognito.8").read_text().replace("\\-", "-")
        section = dict(re.findall(r"\n\.SH (.*)\n((?:(?!\.SH).*\n)*)", page))
        self.assertGreater(len(words), 30)
        self.assertEqual(
            re.findall(r"\n\.TP\n\.I (.*)", section["REASONS"]), sorted(words))
        for word in words:
            with self.subTest(reason=word):
                self.assertRegex(section["RETURN VALUES"],
                                 rf"\n\.[IR]+ .*\b{word}\b")

    def test_cognitoctl(self):
        """every command and exit code of cognitoctl is in its manual"""
        page = (TOP / "man/cognitoctl.8").read_text().replace("\\-", "-")
        listed = tool(str(BUILD / "cognitoctl/cognitoctl"), "--help")
        codes = re.findall(r"^  (\d)  (.*)$", listed, flags=re.M)
        self.assertGreater(len(COMMANDS), 2)
        self.assertGreater(len(codes), 4)
        for name in COMMANDS:
            with self.subTest(command=name):
                self.assertRegex(page, rf"\n\.(B|BR|BI) \"?{name}\b")
        for code, text in codes:
            with self.subTest(code=code):
                text = text[0].upper() + text[1:]
                self.assertIn(f"\n.B {code}\n{text}.\n", page)

    def test_options_of_commands(self):
        """every option that a command of cognitoctl takes is in its manual"""
        page = (TOP / "man/cognitoctl.8").read_text().replace("\\-", "-")
        for name in COMMANDS:
            told = tool(str(BUILD / "cognitoctl/cognitoctl"), name, "--help")
            for option in re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", told,
                                     flags=re.M):
                with self.subTest(command=name, option=option):
                    self.assertTrue(option == "--usage" or option in page)

    def test_names_in_documents(self):
        """what looks like an option, a command or a section in a document
        for administrators is one"""
        known = OTHERS_WORDS | set(re.findall(
            r'^ +\[COG_OPTION_\w+\] =\s+\{"(\w+)"',
            (TOP / "config/options.c").read_text(), flags=re.M)) | set(
                re.findall(r'^    \{"(\w+)=?",', (
                    TOP / "pam_cognito/options.c").read_text(), flags=re.M))
        self.assertIn("snapshot_max_age", known)
        self.assertIn("code_in_password", known)
        texts = {name_of(path): path.read_text().replace("\\-", "-")
                 for path in DOCUMENTS}
        sections = {" ".join(head.split()) for text in texts.values()
                    for head in re.findall(r"^\.S[HS] (.*)", text, re.M)}
        for name, text in texts.items():
            text = re.sub(r"^\.(?:S[HS] .*|[A-Z]{2}\b)", "", text, flags=re.M)
            for word in re.findall(r"(?<![\w./%@:{$-])((?!pam_)[a-z]+(?:_[a-z]+)+)"
                                   r"(?![\w./(-])", text):
                with self.subTest(file=name, word=word):
                    self.assertIn(word, known)
            for word in re.findall(r"cognitoctl ([a-z][a-z-]+)", text):
                with self.subTest(file=name, command=word):
                    self.assertIn(word, COMMANDS + ["has"])
            for words in re.findall(r"\b[A-Z]{2,}(?:\s+[A-Z]{2,})+\b", text):
                with self.subTest(file=name, section=words):
                    self.assertIn(" ".join(words.split()), sections)

    def test_man_pages(self):
        """groff has nothing to say of the manual"""
        if shutil.which("groff") is None:
            self.skipTest("skipped: no groff")
        for page in sorted((TOP / "man").iterdir()):
            with self.subTest(page=page.name):
                said = subprocess.run(
                    ["groff", "-ww", "-man", "-Tutf8", "-z", str(page)],
                    capture_output=True, text=True, check=True).stderr
                self.assertEqual(said, "")

    def test_installed_files_in_documents(self):
        """every file of the documentation that a document names is
        installed there"""
        makefile = (TOP / "Makefile.am").read_text().replace("\\\n", " ")
        installed = {where: {os.path.basename(path) for path in files.split()}
                     for where, files in re.findall(
                         r"^dist_(doc|examples|pamstacks)_DATA = (.*)",
                         makefile, flags=re.M)}
        installed["pam.d"] = installed["pamstacks"]
        installed["doc"].add("pam.d")  # of "pam.d/*"
        for path in DOCUMENTS:
            for where, name in re.findall(
                    r"/usr/share/doc/pam_cognito/(?:([\w.]+)/)?([\w.*-]*\w)",
                    path.read_text().replace("\\-", "-")):
                with self.subTest(file=name_of(path), names=name):
                    self.assertIn(name, installed[where or "doc"])

    def test_findings(self):
        """every finding of status and doctor has a test that provokes it"""
        names = re.findall(r'=\s*\{"([a-z-]+)",',
                           (TOP / "cognitoctl/findings.c").read_text())
        tests = "".join(path.read_text() for path in (
            TOP / "tests/system").glob("test_cognitoctl_doctor*.py"))
        self.assertGreater(len(names), 40)
        for name in names:
            with self.subTest(finding=name):
                self.assertRegex(tests, rf'"{name}",')
