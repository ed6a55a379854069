# SPDX-License-Identifier: Apache-2.0
"""cognitoctl: its frame, accounts, forget and ids."""

import json
import os
import pwd
import secrets
import subprocess

from room import ctl, host, pool
from room.case import Case
from room.guest import change_accounts

ACCOUNTS = "/var/lib/cognito/accounts"
RANGE = range(1879048192, 2147352576)


def as_nobody(*words):
    """The same, by somebody who is not root."""
    user = pwd.getpwnam(host.LOCAL_USER)
    return ctl.run(*words, user=user.pw_uid, group=user.pw_gid,
                   extra_groups=())


class FrameTest(Case):
    def test_help_and_version(self):
        """each command tells its options, to everybody"""
        done = as_nobody("--help")
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        for name in ("accounts", "apply", "forget", "ids"):
            with self.subTest(name):
                self.assertIn(f"\n  {name}", done.stdout)
                self.assertIn("Usage: cognitoctl " + name,
                              ctl.run(name, "--help").stdout)
        self.assertRegex(as_nobody("--version").stdout,
                         r"^cognitoctl \d+\.\d+")

    def test_wrong_words(self):
        """a wrong command line is exit code 2, and nothing is done"""
        for words in ((), ("nonsense",), ("accounts",), ("accounts", "x"),
                      ("accounts", "show"), ("accounts", "list", "x"),
                      ("forget",), ("forget", "a", "b"), ("apply", "x"),
                      ("forget", "--same-person", "--new-id", "a"),
                      ("ids",), ("ids", "x"), ("ids", "verify", "a", "b"),
                      ("ids", "init", "--accounts"), ("--nonsense",),
                      ("ids", "verify", "--accounts", "x"),
                      ("accounts", "--nonsense"), ("forget", "--", "-a"),
                      ("forget", "A"), ("forget", "a/../b")):
            with self.subTest(words):
                done = ctl.run(*words)
                self.assertEqual(done.returncode, ctl.USAGE, done.stderr)
                self.assertNotEqual(done.stderr, "")
                self.assertEqual(done.stdout, "")

    def test_p94_control_characters(self):
        """P94: no word of the command line reaches the terminal raw"""
        for word in ("a\x1b[2Jb", "a\nb", "--x\x07", "\u202ea", "a\x7f"):
            for words in ((word,), ("accounts", "show", word),
                          ("forget", word), ("ids", "verify", word),
                          ("apply", "--config", word)):
                with self.subTest(words):
                    done = ctl.run(*words)
                    self.assertNotEqual(done.returncode, ctl.OK)
                    self.assertNotIn(word, done.stderr)
                    self.assertRegex(done.stderr, r"\A[ -~]+\n\Z")

    def test_needs_root(self):
        """what writes, or reads secrets, is root's"""
        for words in (("apply",), ("forget", "a"), ("ids", "init"),
                      ("ids", "verify", "--accounts")):
            with self.subTest(words):
                done = as_nobody(*words)
                self.assertEqual(done.returncode, ctl.USAGE)
                self.assertIn("needs root", done.stderr)

    def test_lost_output(self):
        """output that does not arrive is a failure"""
        for words in (("accounts", "list"), ("accounts", "list", "--json"),
                      ("--help",), ("--version",)):
            with self.subTest(words), open("/dev/full", "wb") as full:
                done = ctl.run(*words, capture_output=False, stdout=full,
                               stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, ctl.FAILED)
                self.assertIn("standard output", done.stderr)

    def test_closed_streams(self):
        """P37: with streams closed nothing is written to our files, and
        lost output is noticed"""
        def files():
            return sorted(name for name in os.listdir(ACCOUNTS)
                          if not name.startswith("jwks-"))
        before = files()
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                code = subprocess.run(
                    ["sh", "-c", f"cognitoctl accounts list {closed}"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    check=False).returncode
                lost = " >&-" in f" {closed}"
                self.assertEqual(code, ctl.FAILED if lost else ctl.OK)
                self.assertEqual(subprocess.run(
                    ["sh", "-c", f"cognitoctl apply {closed}"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    check=False).returncode, ctl.OK)
        self.assertEqual(files(), before)

    def test_apply_says_what_logins_will_miss(self):
        """apply tells of a client secret and of keys that cannot be used"""
        path = f"/etc/cognito/file-{secrets.token_hex(4)}"
        for key in ("client_secret_file", "jwks_file"):
            config = ctl.configuration(**{key: path})
            self.addCleanup(os.unlink, config)
            with self.subTest(key):
                done = ctl.run("apply", "--config", config)
                self.assertEqual(done.returncode, ctl.OK, done.stderr)
                self.assertIn("nobody is admitted", done.stderr)
                self.assertIn(path, done.stderr)
        self.assertEqual(ctl.run("apply").stderr, "")

    def test_p79_apply_makes_the_directories(self):
        """P79: on a host with an empty /var, with the modes that they have
        after installation, whatever the umask"""
        done = subprocess.run(
            ["unshare", "-m", "sh", "-ec", "mount -t tmpfs none /var/lib;"
             " umask 0777; cognitoctl apply; cd /var/lib/cognito;"
             " stat -c '%a %U %n' . accounts private private/logins.cdb"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout.splitlines(), [
            "755 root .", "755 root accounts", "700 root private",
            "600 root private/logins.cdb"], done.stderr)

    def test_p82_hostile_environment(self):
        """P31, P82: nothing in the environment of sudo -E changes what is
        done, and no file it names is touched"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        home = f"/tmp/h{secrets.token_hex(4)}"
        os.makedirs(f"{home}/.aws")
        witness = f"{home}/witness"
        with open(f"{home}/.aws/config", "w", encoding="utf-8") as file:
            file.write("[default]\n"
                       f"credential_process = /usr/bin/touch {witness}\n")
        plain = ctl.run("accounts", "show", person.name, "--json")
        done = ctl.run(
            "accounts", "show", person.name, "--json",
            env={"HOME": home, "AWS_CONFIG_FILE": f"{home}/.aws/config",
                 "SSLKEYLOGFILE": witness, "OPENSSL_CONF": witness,
                 "TZ": "right/Europe/Berlin", "LC_ALL": "tr_TR.UTF-8",
                 "POSIXLY_CORRECT": "1", "ARGP_HELP_FMT": "nonsense",
                 "https_proxy": "http://127.0.0.1:9",
                 "PATH": os.environ["PATH"]})
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        self.assertEqual(done.stdout, plain.stdout)
        self.assertFalse(os.path.exists(witness))


class AccountsTest(Case):
    def test_show(self):
        """an account is shown as it is in the files, its login to root"""
        person = self.person(local=False, groups=["Staff", "Guests"])
        ctl.make_account(self, person)
        shown = ctl.read("accounts", "show", person.name)
        self.assertEqual(shown["name"], person.name)
        self.assertIn(shown["uid"], RANGE)
        self.assertEqual(shown["gid"], shown["uid"])
        self.assertEqual(shown["home"], f"/home/{person.name}")
        self.assertEqual(shown["shell"], "/bin/bash")
        self.assertIn(shown["from"], ("recent", "base"))
        self.assertEqual((shown["local"], shown["bound"], shown["disabled"]),
                         (False, True, False))
        self.assertRegex(shown["last_login"],
                         r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(sorted(shown["pool_groups"]), ["Guests", "Staff"])
        self.assertEqual(shown["pool_id"], pool.POOL_ID)
        self.assertEqual({group["name"] for group in shown["groups"]},
                         {"cognito-Staff", "cognito-Guests"})
        text = ctl.run("accounts", "show", person.name).stdout
        self.assertIn(f"uid                 {shown['uid']}\n", text)

    def test_show_to_others(self):
        """who is not root sees what the accounts files hold, no more"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        done = as_nobody("accounts", "show", person.name, "--json")
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        shown = json.loads(done.stdout)
        self.assertEqual(shown["name"], person.name)
        for secret in ("sub", "pool_id", "last_login", "pool_groups"):
            self.assertNotIn(secret, shown)
        listed = json.loads(as_nobody("accounts", "list", "--json").stdout)
        self.assertNotIn("last_login", listed["accounts"][0])

    def test_list(self):
        """everybody is listed once, local accounts too"""
        one, local = self.person(local=False), self.person()
        ctl.make_account(self, one)
        ctl.make_account(self, local)
        rows = ctl.read("accounts", "list")["accounts"]
        names = [row["name"] for row in rows]
        self.assertEqual(len(names), len(set(names)))
        found = {row["name"]: row for row in rows}
        self.assertEqual(found[one.name]["groups"], ["cognito-Staff"])
        self.assertIn(found[one.name]["uid"], RANGE)
        self.assertEqual(found[local.name]["from"], "local")
        self.assertEqual(found[local.name]["uid"],
                         pwd.getpwnam(local.name).pw_uid)
        text = ctl.run("accounts", "list").stdout
        self.assertRegex(text, r"\ANAME +UID +FROM ")
        self.assertIn(f"\n{one.name} ", text)

    def test_unknown(self):
        """a name that nobody has is exit code 4"""
        done = ctl.run("accounts", "show", "q" + secrets.token_hex(4))
        self.assertEqual(done.returncode, ctl.NOT_FOUND)
        self.assertEqual(done.stdout, "")

    def test_p13_local_since(self):
        """P13: an account whose name became local is told to be unused"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        ctl.become_local(person.name)
        done = ctl.run("accounts", "show", person.name, "--json")
        self.assertTrue(json.loads(done.stdout)["local"])
        self.assertIn("is in /etc/passwd too", done.stderr)


class ForgetTest(Case):
    def recreate(self, person):
        """A stranger registers the name of somebody who was deleted."""
        person.set(sub="5" + secrets.token_hex(3) + "-0000-4000-8000-"
                   + secrets.token_hex(6))

    def test_p16_new_id(self):
        """P16, P21: another person of that name gets another id, in the map
        file, with all else in it untouched"""
        ids = f"/etc/cognito/ids-{secrets.token_hex(4)}"
        before = ("# who has which id\n\n"
                  "%cognito-Some 1900000500\t\n"
                  "somebody   1900000001\n")
        with open(ids, "w", encoding="utf-8") as file:
            file.write(before)
        os.chmod(ids, 0o640)
        person = self.person(local=False)
        ctl.make_account(self, person)
        old = ctl.read("accounts", "show", person.name)["uid"]
        self.recreate(person)
        self.assertNotEqual(ctl.try_account(self, person), "success")
        path = ctl.configuration(id_map=ids)
        done = ctl.run("forget", "--new-id", person.name, "--config", path)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        with open(ids, encoding="utf-8") as file:
            after = file.read()
        self.assertTrue(after.startswith(before))
        self.assertRegex(after[len(before):], rf"\A{person.name} \d+\n\Z")
        self.assertEqual(os.stat(ids).st_mode & 0o7777, 0o640)
        self.assertEqual(ctl.run("accounts", "show",
                                 person.name).returncode, ctl.NOT_FOUND)
        new = int(after.rsplit(" ", 1)[1])
        self.assertNotEqual(new, old)
        self.assertIn(new, RANGE)
        found = ctl.read("ids", "verify", "-", "--config", path,
                         input=person.name)
        self.assertEqual(found["problems"], [])
        ctl.make_account(self, person, id_map=ids)
        self.assertEqual(ctl.read("accounts", "show", person.name)["uid"],
                         new)
        self.assertIn(f"{person.name} gets the id {new}", done.stdout)

    def test_p21_new_id_of_nobody_in_the_map(self):
        """P21: an id that the map has for another name is not given, whether
        or not that one has an account yet"""
        for free in range(1000000, 1000004):
            name = "q" + secrets.token_hex(4)
            ids = f"/etc/cognito/ids-{name}"
            with open(ids, "w", encoding="utf-8") as file:
                file.write("".join(f"other{i} {i}\n" for i in
                                   range(1000000, 1000004) if i != free))
            os.chmod(ids, 0o644)
            path = ctl.configuration(id_map=ids, id_base=1000000, id_range=4)
            done = ctl.run("forget", "--new-id", name, "--config", path)
            self.assertEqual(done.stdout, f"{name} gets the id {free}\n",
                             done.stderr)

    def test_new_id_without_map(self):
        """without id_map the error says what to do, nothing is forgotten"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        done = ctl.run("forget", "--new-id", person.name)
        self.assertEqual(done.returncode, ctl.CONFIG)
        self.assertIn("id_map = /etc/cognito/ids", done.stderr)
        self.assertEqual(ctl.run("accounts", "show",
                                 person.name).returncode, ctl.OK)

    def test_p74_unwritable_map(self):
        """P74: a map that cannot be written leaves all as it was"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        directory = f"/etc/cognito/full-{secrets.token_hex(4)}"
        os.mkdir(directory, 0o755)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k,mode=755",
                        "none", directory], check=True)
        ids = f"{directory}/ids"
        with open(ids, "w", encoding="utf-8") as file:
            file.write("#" * 4095 + "\n")
        os.chmod(ids, 0o644)
        path = ctl.configuration(id_map=ids)
        done = ctl.run("forget", "--new-id", person.name, "--config", path)
        self.assertEqual(done.returncode, ctl.FAILED, done.stdout)
        self.assertIn("No space left", done.stderr)
        self.assertEqual(os.listdir(directory), ["ids"])
        with open(ids, encoding="utf-8") as file:
            self.assertEqual(file.read(), "#" * 4095 + "\n")
        self.assertEqual(ctl.run("accounts", "show",
                                 person.name).returncode, ctl.OK)

    def test_same_person(self):
        """--same-person gives the old id back"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        old = ctl.read("accounts", "show", person.name)["uid"]
        self.recreate(person)
        done = ctl.run("forget", "--same-person", person.name)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        ctl.make_account(self, person)
        self.assertEqual(ctl.read("accounts", "show", person.name)["uid"],
                         old)

    def test_p21_retired(self):
        """P21: without a word the id stays retired"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        self.assertEqual(ctl.run("forget", person.name).returncode, ctl.OK)
        self.assertNotEqual(ctl.try_account(self, person), "success")
        self.assertIn("retired", self.log_of(person.name)[-1])


class IdsTest(Case):
    def verify(self, text, code, **config):
        path = ctl.configuration(**config)
        return ctl.read("ids", "verify", "-", "--config", path, input=text,
                        code=code)

    def test_key_is_never_replaced(self):
        """P22: ids init touches no key that is there"""
        with open("/etc/cognito/id_key", encoding="ascii") as file:
            key = file.read()
        done = ctl.run("ids", "init")
        self.assertEqual(done.returncode, ctl.FAILED)
        with open("/etc/cognito/id_key", encoding="ascii") as file:
            self.assertEqual(file.read(), key)

    def test_fine_names(self):
        """names without problems are exit code 0"""
        found = self.verify("# a list\n\nalice\nbob\n%Admins\n", ctl.OK)
        self.assertEqual(found, {"problems": [], "complete": True, "users": 2,
                                 "groups": 1, "bad": 0, "taken": 0})

    def test_p17_bad_names(self):
        """P17, P19, P25: each bad name is told, and why"""
        names = ("Alice", "a b", "root", "1a", "a@example.com", "x" * 33,
                 "cognito-me", "y" * 5000, "a\x1b[2J", "\u00e4", "a..b")
        found = self.verify("\n".join(names) + "\n%a b\n%" + "g" * 40 + "\n"
                            "fine\n", ctl.WARNINGS)
        self.assertEqual((found["users"], found["bad"]), (12, 13))
        self.assertEqual([row["name"] for row in found["problems"]][:3],
                         ["Alice", "a b", "root"])

    def test_p12_local_names(self):
        """P12, P19: a local user's name, and a local group's"""
        group = "g" + secrets.token_hex(4)
        change_accounts("groupadd", group)
        found = self.verify(f"{host.LOCAL_USER}\n{group}\n", ctl.ERRORS)
        self.assertEqual(found["taken"], 2, found)

    def test_p21_collisions(self):
        """P21: two names with one id are both told"""
        found = self.verify("\n".join(f"u{i}" for i in range(100)),
                            ctl.ERRORS, id_base=1000000, id_range=50)
        self.assertGreaterEqual(found["taken"], 50)
        row = found["problems"][0]
        self.assertRegex(row["name"], r"^u\d+$")
        self.assertRegex(row["because_of"], r"^u\d+$")
        self.assertIn(row["id"], range(1000000, 1000050))

    def test_many_names_open_no_more_files(self):
        """each file is opened once, for however many names"""
        def opened(count):
            trace = f"/run/room/verify-{secrets.token_hex(4)}"
            names = "".join(f"many{i}\n" for i in range(count))
            subprocess.run(
                ["strace", "-f", "-e", "trace=openat", "-o", trace,
                 "/usr/sbin/cognitoctl", "ids", "verify", "-"], input=names,
                text=True, check=False, stdout=subprocess.DEVNULL)
            with open(trace, encoding="utf-8") as file:
                return sum("openat(" in line for line in file)

        def compare():
            few = opened(10)
            self.assertGreater(few, 10)
            self.assertLess(opened(2000), few + 20)

        compare()
        ctl.make_account(self, self.person(local=False))
        compare()

    def test_p21_taken_on_this_host(self):
        """P21: ids of the host's own users are taken"""
        user = pwd.getpwnam(host.LOCAL_USER)
        found = self.verify("someone\n", ctl.ERRORS, id_base=user.pw_uid,
                            id_range=1)
        self.assertEqual(found["problems"][0]["because_of"],
                         host.LOCAL_USER)

    def test_attribute(self):
        """with id_attribute the list has the ids"""
        found = self.verify(
            "ann 1900000001\nben 1900000001\ncid\ndan 12\neve x1\n",
            ctl.ERRORS, id_attribute="custom:uid")
        self.assertEqual((found["taken"], found["bad"]), (1, 3))

    def test_accounts_of_this_host(self):
        """what is here already is verified, too"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        done = ctl.run("ids", "verify", "--accounts", "--json")
        self.assertNotIn(f'"{person.name}"', done.stdout)
        ctl.become_local(person.name)
        found = ctl.read("ids", "verify", "--accounts", code=ctl.ERRORS)
        self.assertIn(person.name,
                      [row["name"] for row in found["problems"]])
        self.assertGreater(found["users"], 0)
        self.assertGreater(found["groups"], 0)

    def test_unreadable_list(self):
        """a list that cannot be read is a failure"""
        for path in ("/nonexistent", "/etc"):
            done = ctl.run("ids", "verify", path)
            self.assertEqual(done.returncode, ctl.FAILED, done.stdout)
            self.assertRegex(done.stdout, r"(?m)^complete +no$")
