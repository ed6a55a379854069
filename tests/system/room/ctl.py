# SPDX-License-Identifier: Apache-2.0
"""cognitoctl, run as an administrator would."""

import json
import secrets
import subprocess

from room import callers, host

# Exit codes, as cognitoctl(8) has them.
OK, FAILED, USAGE, CONFIG, NOT_FOUND, WARNINGS, ERRORS, FORCE = range(8)


def run(*words, **more):
    """What it printed and its exit code."""
    options = {"capture_output": True, "text": True, "check": False,
               "errors": "backslashreplace", "timeout": 120, **more}
    return subprocess.run(["/usr/sbin/cognitoctl", *words], **options)


def read(*words, code=OK, **more):
    """The JSON document that a reading command printed."""
    done = run(*words, "--json", **more)
    if done.returncode != code:
        raise AssertionError(f"{words}: {done.returncode}, not {code}: "
                             f"{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def configuration(**changes):
    """A configuration file of one's own."""
    path = f"/etc/cognito/c{secrets.token_hex(4)}.conf"
    host.write_config(path, **changes)
    return path


def try_account(case, person, **config):
    """Have a person of the pool alone sign in for the first time; returns
    the PAM code."""
    service = case.service("create_account", **config)
    terminal = callers.pamtester(service, person.name)
    terminal.answer("Password: ", person.password)
    terminal.end()
    return callers.pam_code(terminal)


def make_account(case, person, **config):
    """The same, and they are an account of this machine."""
    case.assertEqual(try_account(case, person, **config), "success")


def become_local(name):
    """A user of the host's own, as if by hand: useradd asks NSS first, and
    would find the pool's."""
    # Opened under the lock: useradd puts another file in its place.
    with host.accounts_lock(), \
            open("/etc/passwd", "a", encoding="utf-8") as passwd:
        uid = 20000 + secrets.randbelow(30000)
        passwd.write(f"{name}:x:{uid}:{uid}::/nonexistent:/bin/sh\n")
