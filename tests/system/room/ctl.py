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
    return subprocess.run(["cognitoctl", *words], **options)


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


def make_account(case, person, **config):
    """Have a person of the pool alone become an account of this machine;
    returns pamtester's terminal."""
    service = case.service("create_account", **config)
    terminal = callers.pamtester(service, person.name)
    terminal.answer("Password: ", person.password)
    terminal.end()
    return terminal
