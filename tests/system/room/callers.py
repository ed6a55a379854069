# SPDX-License-Identifier: Apache-2.0
"""The programs that ask us: how each is started, and what in them shows
that somebody came in."""

import os
import re

import pexpect

from room.host import LOCAL_USER
from room.terminal import Terminal

# What only a shell can have computed.
PROBE = "echo in-$((40+2))-$(id -un)"
SHELL = r"in-42-{}\b"

PAM_TEXTS = {
    "success": "successfully authenticated",
    "PAM_SYSTEM_ERR": "System error",
    "PAM_SERVICE_ERR": "Error in service module",
    "PAM_BUF_ERR": "Memory buffer error",
    "PAM_PERM_DENIED": "Permission denied",
    "PAM_AUTH_ERR": "Authentication failure",
    "PAM_CRED_INSUFFICIENT": "Insufficient credentials to access "
                             "authentication data",
    "PAM_AUTHINFO_UNAVAIL": "Authentication service cannot retrieve "
                            "authentication info",
    "PAM_USER_UNKNOWN": "User not known to the underlying authentication "
                        "module",
    "PAM_CONV_ERR": "Conversation error",
    "PAM_AUTHTOK_ERR": "Authentication token manipulation error",
    "PAM_AUTHTOK_RECOVERY_ERR": "Authentication information cannot be "
                                "recovered",
    "PAM_NEW_AUTHTOK_REQD": "Authentication token is no longer valid; new "
                            "one required",
    "PAM_IGNORE": "The return value should be ignored by PAM dispatch",
    "PAM_MODULE_UNKNOWN": "Module is unknown",
}


def ssh(name, *options, method="keyboard-interactive", command=PROBE,
        prompts=1, **more):
    return Terminal(
        "ssh", "-F", "none", "-o", "StrictHostKeyChecking=no",
        "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
        "-o", f"PreferredAuthentications={method}",
        "-o", f"NumberOfPasswordPrompts={prompts}", *options,
        "-l", name, "127.0.0.1", command, **more)


def su(name, user=LOCAL_USER, command=PROBE, **more):
    return Terminal("su", name, "-c", command, user=user, **more)


# sudo words the first prompt itself.
SUDO_PASSWORD = r"\[sudo\] password for \S+: "


def sudo(name, *options, command=PROBE, **more):
    """sudo asks for the password of who calls it: name."""
    return Terminal("sudo", "-k", *options, "sh", "-c", command, user=name,
                    **more)


def login(**more):
    """The console. It asks for the name itself: say_name()."""
    return Terminal("login", **more)


# Not "Last login: ".
LOGIN = re.escape(os.uname().nodename) + " login: "


def say_name(terminal, name):
    terminal.answer(LOGIN, name, secret=False)


def use_shell(terminal):
    """Run the probe in a shell that login gave, and leave it; login asks
    for a name again after a refusal."""
    if terminal.read_to(r"[$#] $", LOGIN, pexpect.EOF) != 0:
        return
    terminal.send(f"{PROBE}; exit\n")
    terminal.read_to(pexpect.EOF)


def passwd(name, **more):
    return Terminal("passwd", user=name, **more)


def pamtester(service, name, *operations, items=(), **more):
    options = [word for item in items for word in ("-I", item)]
    return Terminal("pamtester", *options, service, name,
                    *(operations or ("authenticate",)), **more)


def is_in(terminal, name):
    """Whether a shell of this user answered the probe."""
    return re.search(SHELL.format(re.escape(name)), terminal.text) is not None


def pam_code(terminal):
    """What pamtester said it got."""
    for line in reversed(terminal.text.replace("\r", "").split("\n")):
        for code, text in PAM_TEXTS.items():
            if line.startswith("pamtester: ") and text in line:
                return code
    return "nothing: " + terminal.text[-300:]
