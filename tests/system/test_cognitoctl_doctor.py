# SPDX-License-Identifier: Apache-2.0
"""cognitoctl status and doctor: every finding, provoked and cured.

In a room of its own: the whole machine is spoiled, a piece at a time."""

import grp
import json
import os
import secrets
import socket
import subprocess
import threading

from room import ctl, host, pool
from room.doctor import (ACCOUNTS, ENVIRONMENT, PRIVATE, DoctorCase, instead,
                         mode)
from room.namespace import ROOM


class DoctorTest(DoctorCase):
    """what the host's own files say"""

    # ---- a machine on which all is well

    def test_well(self):
        """as installed, there are notes only, and the exit code is 0"""
        done = ctl.run("doctor")
        self.assertEqual(done.returncode, ctl.OK, done.stdout)
        self.assertNotIn("error", done.stdout)
        self.assertNotIn("warning", done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertEqual(ctl.run("status").returncode, ctl.OK)

    def test_people_read_meaning_and_cure(self):
        """what programs get, people get too"""
        with instead("/etc/nsswitch.conf", "passwd: files\ngroup: files\n"):
            text = ctl.run("doctor", "--offline").stdout
        self.assertRegex(text, r"(?m)^error +nss-missing +passwd: files$")
        self.assertIn("\n    Cure: In /etc/nsswitch.conf", text)

    # ---- configuration and what it points to

    def test_p80_config(self):
        """P80: a configuration that nobody believes"""
        path = ctl.configuration(nonsense="1")
        found = self.assert_found("config", path, "--offline", "--config",
                                  path)
        self.assertIn(":", found["config"][0])
        self.assert_found("config", "/nonexistent", "--config",
                          "/nonexistent")

    def test_p24_nobody(self):
        """P24: nobody is let in"""
        self.assert_found("nobody", "allow_groups",
                          *self.with_config("--offline", allow_groups=None))

    def test_p42_keys_not_pinned(self):
        """P42: the recommendation to pin the keys"""
        self.assert_found("keys-not-pinned", "jwks_file")
        pinned = f"/etc/cognito/jwks-{secrets.token_hex(4)}.json"
        pool.fetch_keys(pool.PORT, pinned)
        words = self.with_config(jwks_file=pinned)
        self.assertNotIn("keys-not-pinned", self.find(*words))
        self.assertNotIn("pinned-old", self.find(*words))

    def test_p22_id_key(self):
        """P22, P79: the id key is missing, loose, or no key"""
        path = "/etc/cognito/id_key"
        with instead(path):
            self.assertNotIn("ids", self.assert_found("id-key", path))
            self.assertIn("ids init", ctl.run("apply").stderr)
        with mode(path, 0o644):
            self.assert_found("id-key", path)
            self.assert_found("file-mode", path)
        with instead(path, "no key\n"):
            self.assert_found("id-key", path)

    def test_ids(self):
        """a map of ids that cannot be used"""
        path = f"/etc/cognito/ids-{secrets.token_hex(4)}"
        words = self.with_config("--offline", id_map=path)
        self.assert_found("ids", path, *words)
        with instead(path, "alice 1900000001\nbob 1900000001\n"):
            self.assert_found("ids", path, *words)

    def test_p79_client_secret(self):
        """P79: a client secret that others can read, or that is none"""
        path = f"/etc/cognito/secret-{secrets.token_hex(4)}"
        words = self.with_config("--offline", client_secret_file=path)
        self.assert_found("client-secret", path, *words)
        with instead(path, pool.CLIENT_SECRET + "\n"):
            self.assert_found("client-secret", path, *words)
            os.chmod(path, 0o600)
            self.assertNotIn("client-secret", self.find(*words))
        with instead(path, "short\n", mode=0o600):
            self.assert_found("client-secret", path, *words)

    def test_p79_admin_credentials(self):
        """P79: AWS credentials that others can read, or that are not there,
        where the account phase needs them"""
        path = f"/etc/cognito/aws-{secrets.token_hex(4)}"
        words = self.with_config("--offline", account_check="admin",
                                 admin_credentials_file=path)
        self.assert_found("admin-credentials", path, *words)
        with instead(path, "[default]\n"):
            self.assert_found("admin-credentials", path, *words)
            os.chmod(path, 0o600)
            self.assertNotIn("admin-credentials", self.find(*words))
        cached = self.with_config("--offline", admin_credentials_file=path)
        self.assertNotIn("admin-credentials", self.find(*cached))

    def test_p96_callers(self):
        """P96: a client secret that is meant for callers that are not root,
        and does not reach them"""
        path = f"/etc/cognito/secret-{secrets.token_hex(4)}"
        group = grp.getgrnam("_cognito-secret").gr_gid
        words = self.with_config("--offline", client_secret_file=path)
        trusted = self.with_config("--offline", client_secret_file=path,
                                   trusted_callers="postgres")
        with instead(path, pool.CLIENT_SECRET + "\n", mode=0o600):
            self.assertNotIn("callers", self.find(*words))
            self.assert_found("callers", path, *trusted)
            os.chown(path, 0, group)
            os.chmod(path, 0o640)
            for each in (words, trusted):
                self.assertNotIn("callers", self.find(*each))
            keeper = "/usr/libexec/pam-cognito-keeper"
            os.chmod(keeper, 0o755)
            try:
                for each in (words, trusted):
                    self.assert_found("callers", keeper, *each)
            finally:
                os.chmod(keeper, 0o2755)

    def test_pinned_keys(self):
        """a pinned key set that is missing or holds no usable key"""
        path = f"/etc/cognito/jwks-{secrets.token_hex(4)}.json"
        words = self.with_config("--offline", jwks_file=path)
        self.assert_found("pinned-keys", path, *words)
        with instead(path, '{"keys":[]}'):
            self.assert_found("pinned-keys", path, *words)

    def test_named_files(self):
        """what the configuration names is told once, with its own cure: no
        installation brings it"""
        for key in ("ca_file", "client_secret_file", "jwks_file", "id_map"):
            with self.subTest(key):
                path = f"/etc/cognito/none-{secrets.token_hex(4)}"
                found = self.find(*self.with_config("--offline",
                                                    **{key: path}))
                self.assertEqual(
                    [name for name, about in found.items()
                     if any(path in subject for subject in about)],
                    [{"ca_file": "named-missing", "id_map": "ids",
                      "client_secret_file": "client-secret",
                      "jwks_file": "pinned-keys"}[key]])

    def test_settings(self):
        """settings that were never written, or are not those of the
        configuration"""
        changes = {"home": "/srv/%u", "shell": "/bin/sh", "enumerate": "yes",
                   "group_map": "Staff:games"}
        with instead(host.CONFIG, host.config_text(**changes)):
            found = self.assert_found("settings-differ", "home, shell",
                                      "--offline")
        self.assertEqual(found["settings-differ"],
                         ["home, shell, enumerate, group_map"])
        # Those of a PAM service are not the machine's to have.
        self.assertNotIn("settings-differ", self.find(
            *self.with_config("--offline", **changes)))
        path = f"{ACCOUNTS}/recent.cdb"
        with instead(path):
            self.assert_found("settings-missing", ACCOUNTS)

    # ---- stores

    def test_p71_store(self):
        """P71: damage anywhere in the files is found"""
        for path in (f"{ACCOUNTS}/recent.cdb", f"{PRIVATE}/logins.cdb"):
            with self.subTest(path):
                with open(path, "rb") as file:
                    good = bytearray(file.read())
                good[-1] ^= 4
                with instead(path, bytes(good)):
                    self.assert_found("store", os.path.dirname(path))
        with instead(f"{ACCOUNTS}/keys.cdb", "nonsense"):
            self.assert_found("store", "keys.cdb")
        with instead(f"{PRIVATE}/listing", "nonsense", mode=0o600):
            self.assert_found("store", "listing")

    def test_no_room(self):
        """a disk that is full, or cannot be written"""
        for options, spoil, why in (
                ("size=64k", f"cat /dev/zero >{PRIVATE}/filler",
                 "No space left"),
                ("size=1m", f"mount -o remount,ro {PRIVATE}", "Read-only")):
            with self.subTest(why):
                kept = f"{ROOM}/kept-{secrets.token_hex(4)}"
                subprocess.run(
                    ["sh", "-c", f"cp -a {PRIVATE} {kept} && mount -t tmpfs"
                     f" -o {options},mode=0700 none {PRIVATE} && cp -a"
                     f" {kept}/. {PRIVATE}/; {spoil} 2>/dev/null || true"],
                    check=True)
                try:
                    self.assert_found("no-room", f"{PRIVATE}: {why}")
                finally:
                    subprocess.run(["umount", PRIVATE], check=True)
        self.assertNotIn("no-room", self.find("--offline"))

    def test_p10_logins_missing(self):
        """P10: no store of logins"""
        with instead(f"{PRIVATE}/logins.cdb"):
            self.assert_found("logins-missing", "logins.cdb")

    def test_p77_sync_old(self):
        """P77: what sync brought is older than its limit"""
        self.administer()
        done = ctl.run("sync", "--force", env=ENVIRONMENT)
        self.assertEqual(done.returncode, ctl.OK, done.stderr)
        self.assertNotIn("sync-old", self.find("--offline"))
        self.assertNotEqual(ctl.read("status")["last_sync"], "")
        path = f"{PRIVATE}/listing"
        with open(path, encoding="utf-8") as file:
            noted = json.load(file)
        noted["created"] -= 25 * 3600
        with instead(path, json.dumps(noted)):
            self.assert_found("sync-old", "the last is of 20")
            self.assertNotIn("sync-old", self.find(
                *self.with_config("--offline", snapshot_max_age="26")))

    def test_p20_subordinate_ids(self):
        """P20: ids of ours that subuid or subgid lends to somebody, from the
        first to the last"""
        words = self.with_config("--offline", id_base="200000",
                                 id_range="1000")
        for path in ("/etc/subuid", "/etc/subgid"):
            for first, count, wrong in (
                    (100000, 65536, False), (199990, 10, False),
                    (199990, 11, True), (200999, 1, True),
                    (100000, 500000, True), (201000, 65536, False),
                    (200000, 0, False)):
                with self.subTest(f"{path} {first}:{count}"), \
                        instead(path, f"mallory:{first}:{count}\n"):
                    found = self.find(*words).get("subordinate-ids", [])
                    self.assertEqual(
                        found, [f"{path}: mallory has {first} to "
                                f"{first + count - 1}"] if wrong else [])
        with instead("/etc/subuid", "mallory:100000:600000000\n"):
            self.assertNotIn("subordinate-ids", self.find("--offline"))

    # ---- names

    def nss(self, passwd, group="files cognito", more=""):
        return instead("/etc/nsswitch.conf",
                       f"passwd: {passwd}\ngroup: {group}\n{more}"
                       "shadow: files\nhosts: files\n")

    def test_nsswitch(self):
        """P12: missing, before files, never asked, in a costly order"""
        with self.nss("files", "files"):
            found = self.assert_found("nss-missing", "passwd: files")
            self.assertEqual(found["nss-missing"],
                             ["passwd: files", "group: files"])
        with self.nss("cognito files"):
            self.assert_found("nss-before-files", "passwd: cognito files")
        with self.nss("files [NOTFOUND=return] cognito"):
            self.assert_found("nss-stopped", "passwd")
        with self.nss("files systemd cognito"):
            self.assert_found("nss-costly", "passwd: files systemd cognito")
            self.assert_found("nss-costly", "passwd", "--config", host.CONFIG,
                              command="status")
        with self.nss("files cognito", more="initgroups: files\n"):
            self.assert_found("nss-missing", "initgroups: files")
        with instead("/etc/nsswitch.conf"):
            self.assert_found("nss-missing", "passwd")

    def test_nscd(self):
        """P77: nscd stands before provisional accounts"""
        os.makedirs("/var/run/nscd", exist_ok=True)
        words = self.with_config("--offline", provisional="sshd",
                                 provisional_match="x*")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("/var/run/nscd/socket")
        try:
            self.assert_found("nscd", "nscd", *words)
            self.assertNotIn("nscd", self.find("--offline"))
            with instead("/etc/nscd.conf", "\tenable-cache\tpasswd\t\tno\n"):
                self.assertNotIn("nscd", self.find(*words))
        finally:
            listener.close()
            os.unlink("/var/run/nscd/socket")
        self.assertNotIn("nscd", self.find(*words))

    # ---- files

    def test_p81_modes(self):
        """P81, P79: each file of ours with a bit too many"""
        speaker = "/usr/libexec/pam-cognito-speaker"
        for path, wrong in (
                ("/etc/cognito", 0o775), (host.CONFIG, 0o664),
                ("/etc/cognito/id_key", 0o640), (ACCOUNTS, 0o757),
                (PRIVATE, 0o710), ("/var/lib/cognito", 0o775),
                (f"{ACCOUNTS}/recent.cdb", 0o666),
                (f"{PRIVATE}/logins.cdb", 0o640),
                (speaker, 0o755), ("/etc/pam.d/sshd", 0o664),
                ("/usr/libexec/pam-cognito-keeper", 0o4755),
                ("/usr/sbin/cognitoctl", 0o775)):
            with self.subTest(path), mode(path, wrong):
                found = self.assert_found("file-mode", path)
                self.assertTrue(any(subject.startswith(path + ": mode")
                                    for subject in found["file-mode"]), found)

    def test_p81_owners(self):
        """P81: a file that is somebody's"""
        for path in (host.CONFIG, ACCOUNTS, "/etc/pam.d/sshd"):
            with self.subTest(path):
                os.chown(path, 12345, 0)
                try:
                    self.assert_found("file-owner", path + ": owned by uid "
                                      "12345")
                finally:
                    os.chown(path, 0, 0)

    def test_missing(self):
        """a part that is not installed"""
        for path in ("/usr/libexec/pam-cognito-speaker",
                     "/usr/lib/x86_64-linux-gnu/libnss_cognito.so.2"):
            with self.subTest(path), instead(path):
                self.assert_found("file-missing", path)

    # ---- power

    def grant(self, text, path=None):
        return instead(path or "/etc/sudoers.d/grant", text)

    def test_p19_users(self):
        """P19: sudoers, sshd_config and polkit name users of the pool"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        line = f"{person.name} in line 1 of "
        with self.grant(f"{person.name} ALL=(ALL) ALL\n"):
            self.assert_found("power-user", line + "/etc/sudoers.d/grant")
        with self.grant(f"AllowUsers root {person.name}@10.*\n",
                        "/etc/ssh/sshd_config.d/grant.conf"):
            self.assert_found("power-user", line + "/etc/ssh/sshd_config.d/")
        os.makedirs("/etc/polkit-1/rules.d", exist_ok=True)
        with self.grant(f'["unix-user:{person.name}"]',
                        "/etc/polkit-1/rules.d/1.rules"):
            self.assert_found("power-user", line + "/etc/polkit-1")

    def test_p19_private_groups(self):
        """P19: a group that is the private one of a pool user"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        with self.grant(f"%{person.name} ALL=(ALL) ALL\n"):
            self.assert_found("power-group", f"group {person.name} in line 1")

    def test_p19_names_of_nobody(self):
        """P19: names that somebody could get; reserved and local ones, and
        groups of the pool, are fine"""
        with self.grant("nobody-yet, %not-yet, %sudo, %admin, root, games, "
                        "%cognito-Admins, ALL, Upper, #0 ALL=(ALL) ALL\n"
                        f"{host.LOCAL_USER} ALL=(ALL) ALL\n"):
            found = self.assert_found("power-open", "nobody-yet in line 1")
            self.assertEqual(len(found["power-open"]), 3, found)
            self.assertIn("group not-yet", found["power-open"][1])
            # To sudo, "upper" is the same.
            self.assertIn("Upper", found["power-open"][2])

    def test_p26_members(self):
        """P26: members of local groups who are not, or no more, local"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        with instead("/etc/group", edit=lambda text:
                     f"late:x:1999:gone,{person.name},{host.LOCAL_USER}\n"
                     + text):
            found = self.assert_found("power-user", f"{person.name} in line 1 "
                                      "of /etc/group")
            self.assertEqual(found["power-open"],
                             ["gone in line 1 of /etc/group"])

    def test_p26_mapped_groups(self):
        """P26: power by way of group_map is told"""
        with self.grant("%games ALL=(ALL) ALL\n"):
            self.assert_found(
                "power-mapped", "group games in line 1",
                *self.with_config("--offline", group_map="Staff:games"))
            self.assertNotIn("power-mapped", self.find("--offline"))

    def test_shell(self):
        """a login shell that sshd would not find"""
        for shell in ("/bin/none", "/etc/passwd", "/etc"):
            with self.subTest(shell):
                self.assert_found("no-shell", shell, *self.with_config(
                    "--offline", shell=shell))
        self.assertNotIn("no-shell", self.find(*self.with_config(
            "--offline", shell="/bin/sh")))

    def test_mapped_groups_of_this_host(self):
        """a local group of group_map that this host does not have"""
        words = self.with_config("--offline",
                                 group_map="Staff:games A:gmes")
        found = self.assert_found("group-not-local", "A:gmes", *words)
        self.assertEqual(found["group-not-local"], ["group_map: A:gmes"])

    def test_p13_accounts(self):
        """P13: a local user who came later than the account"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        with instead("/etc/passwd", edit=lambda text:
                     f"{text}{person.name}:x:4242:4242::/:/bin/sh\n"):
            self.assert_found("account-taken", person.name)
        self.assertNotIn("account-taken", self.find("--offline"))

    def test_p87_no_local_way(self):
        """P87: nobody could come in when the pool is away"""
        def lock(text):
            return "".join(
                ":".join([line.split(":")[0], "!" + line.split(":")[1]]
                         + line.split(":")[2:])
                for line in text.splitlines(True))
        with instead("/etc/shadow", edit=lock):
            self.assert_found("no-local-way", "/etc/shadow")
        self.assertNotIn("no-local-way", self.find("--offline"))

    # ---- under a hostile caller

    def test_p30_p82_environment(self):
        """P29, P30, P82: no proxy, key log or home of the caller's is used,
        and no secret shows in the arguments of a process"""
        self.administer()
        heard = []
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=lambda: heard.append(listener.accept()),
                         daemon=True).start()
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        home = f"/tmp/h{secrets.token_hex(4)}"
        os.makedirs(f"{home}/.aws")
        with open(f"{home}/.aws/config", "w", encoding="utf-8") as file:
            file.write(f"[default]\ncredential_process = touch {home}/was\n")
        found = self.find(env={
            **ENVIRONMENT, "https_proxy": proxy, "HTTPS_PROXY": proxy,
            "http_proxy": proxy, "all_proxy": proxy, "HOME": home,
            "SSLKEYLOGFILE": f"{home}/keys", "OPENSSL_CONF": f"{home}/conf",
            "AWS_CONFIG_FILE": f"{home}/.aws/config",
            "AWS_ENDPOINT_URL": proxy, "AWS_CA_BUNDLE": f"{home}/ca"})
        self.assertEqual(list(found), ["keys-not-pinned"])
        self.assertEqual(heard, [])
        self.assertEqual(sorted(os.listdir(home)), [".aws"])

    def test_wrong_words(self):
        """neither takes words"""
        for command in ("status", "doctor"):
            self.assertEqual(ctl.run(command, "x").returncode, ctl.USAGE)

    # ---- status

    def test_status(self):
        """what status tells of a machine"""
        person = self.person(local=False)
        ctl.make_account(self, person)
        told = ctl.read("status")
        self.assertTrue(told["configured"] and told["id_key"])
        self.assertEqual(told["pool_id"], pool.POOL_ID)
        self.assertEqual(told["allow_groups"], ["Staff"])
        self.assertGreater(told["recent"]["accounts"]
                           + told["base"]["accounts"], 0)
        self.assertRegex(told["recent"]["written"], r"^20\d\d-.*Z$")
        self.assertGreater(told["logins"], 0)
        self.assertIn("cognito", told["nsswitch"]["passwd"])
        rows = {row["service"]: row for row in told["pam"]}
        self.assertEqual(rows["sshd"], {"service": "sshd", "auth": True,
                                        "account": True, "password": True})
        self.assertIn({"path": "/usr/libexec/pam-cognito-speaker",
                       "mode": "0711"}, told["programs"])
