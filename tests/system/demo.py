#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What ./demo shows: real logins with their prompts and outcomes, in a
machine of its own (see enter). With `shell`, a shell in there instead."""

import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from room import callers, cloud, host, pool, syslog  # noqa: E402
from room.case import Person  # noqa: E402
from room.namespace import SOURCE  # noqa: E402
from room.terminal import CODE, Terminal, plain  # noqa: E402
from test_account_check import Refresh  # noqa: E402
from test_sshd import put_key  # noqa: E402

sys.path.append(f"{SOURCE}/tests/pool")

from pool import totp  # noqa: E402

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "Correct-Horse-7"
PEOPLE = {
    "alice": {},
    "bob": {"totp_secret": TOTP_SECRET, "mfa": ["SOFTWARE_TOKEN_MFA"]},
    "carol": {"status": "FORCE_CHANGE_PASSWORD",
              "required_attributes": ["name"]},
    "dave": {"force_challenge": "MFA_SETUP"},
    "erin": {"reset_code": "24681012",
             "attributes": {"email": "erin@corp.example",
                            "email_verified": "true"}},
    "frank": {},
}
# In the pool only: no file of the machine has her. In the groups that
# sudoers names.
NEW = "vera"
NEW_GROUPS = ["Staff", "Admins"]
SUDOERS = "%cognito-Admins ALL=(ALL) ALL"
BOLD, GREEN, RED, PLAIN = (
    ("\033[1m", "\033[32m", "\033[31m", "\033[0m")
    if sys.stdout.isatty() else ("",) * 4)


def make_people():
    for name, seed in PEOPLE.items():
        pool.control("create", user=pool.person(name, PASSWORD, **seed))
        host.add_user(name, groups=("cognito-users",))
    pool.control("create", user=pool.person("root", PASSWORD))
    pool.control("create", user=pool.person(
        NEW, PASSWORD, groups=NEW_GROUPS, attributes={"name": "Vera Stone"}))
    with open("/etc/sudoers.d/demo", "w", encoding="utf-8") as file:
        file.write(SUDOERS + "\n")


class Scene:
    """One sign-in: a title, what is typed, and whether it should get in."""

    shown_log = 0

    def __init__(self, title, command, terminal, answers, name=None):
        self.terminal, self.name = terminal, name
        print(f"\n{BOLD}{title}{PLAIN}\n    $ {command}")
        for prompt, text in answers:
            terminal.answer(prompt, text, secret=False)
        terminal.end()
        self.show()

    def show(self):
        for line in plain(self.terminal.text).strip().split("\n"):
            print("    | " + line)
        if self.name and callers.is_in(self.terminal, self.name):
            print(f"    {GREEN}=> in, as {self.name}{PLAIN}")
        elif self.name:
            print(f"    {RED}=> refused{PLAIN}")
        self.show_log()

    def show_log(self):
        """What the administrator reads about it."""
        time.sleep(0.2)
        with open(syslog.PATH, encoding="utf-8") as file:
            lines = [line.strip() for line in file if "pam_cognito(" in line]
        for line in lines[Scene.shown_log:]:
            print("    log: " + line[line.index("pam_cognito("):])
        Scene.shown_log = len(lines)


def code(name):
    return pool.control("code", username=name)["code"]


def look(title, *commands):
    """What programs of the machine say."""
    text = "; ".join(commands)
    Scene(title, text, Terminal("sh", "-c", text), [])


def play_new():
    """Somebody whom the machine has never seen."""
    look(f"Nobody called {NEW} is known on this machine",
         f"getent passwd {NEW}")
    Scene("and she signs in by ssh, at the first try",
          f"ssh {NEW}@127.0.0.1", callers.ssh(
              NEW, command=f"{callers.PROBE}; pwd; id"),
          [("Password: ", PASSWORD)], NEW)
    look("From now on every program knows her",
         f"getent passwd {NEW}", f"id {NEW}", f"ls -ld /home/{NEW}",
         f"touch /tmp/hers && chown {NEW}: /tmp/hers && ls -l /tmp/hers")
    Scene(f"sudo, because sudoers has `{SUDOERS}`", "sudo id -un",
          callers.sudo(NEW), [(callers.SUDO_PASSWORD, PASSWORD)], "root")


def play_session():
    """Tokens of a session, and AWS credentials for them."""
    identity = cloud.Identity()
    host.write_config(session_tokens="yes", **host.PROVISIONAL,
                      **identity.config)
    who = ("cognitoctl token --id | cut -d. -f2 | base64 -d 2>/dev/null |"
           " tr , '\\n' | grep -E 'username|groups|token_use'")
    Scene("With session_tokens she has the tokens of her login ...",
          f"ssh {NEW}@127.0.0.1", callers.ssh(NEW, command=(
              f"{callers.PROBE}; PATH=$PATH:/usr/sbin; {who};"
              " ls -l /run/cognito/$(id -u); echo;"
              " cognitoctl aws-credentials | tr , '\\n' |"
              " sed -E 's/(.{52}).*/\\1.../'")),
          [("Password: ", PASSWORD)], NEW)
    look("... and AWS credentials of her own, for credential_process; "
         "afterwards nothing is left",
         f"ls /run/cognito/$(id -u {NEW})",
         f"grep -c RevokeToken {pool.LOG}")
    host.write_config(**host.PROVISIONAL)
    identity.stop()


def app_code(terminal):
    """What an authenticator shows that was given the key on the screen."""
    keys = re.findall(r"    ((?:[A-Z2-7]{4} ?)+)\n",
                      plain(terminal.text) + "\n")
    return totp.code_at_step(keys[-1].replace(" ", ""),
                             int(time.time()) // totp.STEP_S)


def play_enrolment():
    Scene("Somebody who must have a second factor sets it up in the login",
          "ssh dave@127.0.0.1", callers.ssh("dave"),
          [("Password: ", PASSWORD),
           ("Code that the app shows now: ", app_code)], "dave")


def play_recovery():
    """Off by default; switched on here for a while."""
    host.write_config(forgot="any", **host.PROVISIONAL)
    Scene("With forgot = any: a password that was forgotten",
          "ssh erin@127.0.0.1", callers.ssh("erin"),
          [("Password: ", "No-Idea-Any-More"),
           ("Cannot sign in.*: ", "yes"), ("Code .*: ", "24681012"),
           ("New password: ", "Fresh-Horse-8"),
           ("New password again: ", "Fresh-Horse-8")], "erin")
    host.write_config(**host.PROVISIONAL)


def play_leaver():
    """The pool's word is asked for anew after an hour that we pretend."""
    key = put_key("frank")
    host.write_config(account_check="refresh", **host.PROVISIONAL)
    Scene("With account_check = refresh: frank, by password",
          "ssh frank@127.0.0.1", callers.ssh("frank"),
          [("Password: ", PASSWORD)], "frank")
    command = "ssh -i key frank@127.0.0.1"
    Scene("and with his ssh key", command,
          callers.ssh("frank", *key, method="publickey"), [], "frank")
    pool.control("disable", username="frank")
    Refresh.age(None, Person("frank", PASSWORD, True))
    Scene("Then the pool disables him; an hour later his key, still valid, "
          "opens nothing", command,
          callers.ssh("frank", *key, method="publickey"), [], "frank")
    host.write_config(**host.PROVISIONAL)


def play():
    play_new()
    Scene("A password, by ssh", "ssh alice@127.0.0.1", callers.ssh("alice"),
          [("Password: ", PASSWORD)], "alice")
    Scene("A password and a code, by ssh", "ssh bob@127.0.0.1",
          callers.ssh("bob"), [("Password: ", PASSWORD), (CODE, code("bob"))], "bob")
    Scene("A first sign-in: the pool wants a new password and a name",
          "ssh carol@127.0.0.1", callers.ssh("carol"),
          [("Password: ", PASSWORD), ("New password: ", "Fresh-Horse-8"),
           ("New password again: ", "Fresh-Horse-8"),
           ("(?i)name: ", "Carol Jones")], "carol")
    Scene("A wrong password", "ssh alice@127.0.0.1", callers.ssh("alice"),
          [("Password: ", "Wrong-Horse-9")], "alice")
    Scene("A pool user called root opens nothing of root's",
          "ssh root@127.0.0.1", callers.ssh("root"),
          [("Password: ", PASSWORD)], "root")
    Scene("sudo -i with the pool's password", "sudo -i",
          callers.sudo("alice", "-i"),
          [(callers.SUDO_PASSWORD, PASSWORD)], "root")
    Scene("passwd changes the pool's password", "passwd",
          callers.passwd("alice"),
          [("Current password: ", PASSWORD),
           ("New password: ", "Fresh-Horse-8"),
           ("New password again: ", "Fresh-Horse-8")])
    Scene("and the new one is the password from now on",
          "ssh alice@127.0.0.1", callers.ssh("alice"),
          [("Password: ", "Fresh-Horse-8")], "alice")
    play_enrolment()
    play_recovery()
    play_leaver()
    play_session()


SHELL_HINT = f"""
This is a shell as root on a machine of its own. Leave it and all is gone.
    ssh alice@127.0.0.1     password {PASSWORD}
    ssh {NEW}@127.0.0.1      the same; this machine has never seen her
    ssh bob@127.0.0.1       the same, and a code:
                            {os.path.abspath(__file__)} code bob
    ssh carol@127.0.0.1     the same; must choose a new password
    ssh dave@127.0.0.1      the same; must set up an authenticator's app
    su - lena               a local user: {host.LOCAL_PASSWORD}
    tail {syslog.PATH}      what the administrator reads
    /etc/cognito/cognito.conf, {pool.LOG}   configuration; pool's log
"""


def main():
    if sys.argv[1:2] == ["code"]:
        print(code(sys.argv[2]))
        return 0
    make_people()
    if sys.argv[1:] == ["shell"]:
        print(SHELL_HINT, flush=True)
        return subprocess.run(["bash", "-i"], check=False, env={
            "PATH": os.environ["PATH"], "HOME": "/root",
            "TERM": os.environ.get("TERM", "dumb"),
            "PS1": "demo# "}).returncode
    play()
    return 0


if __name__ == "__main__":
    sys.exit(main())
