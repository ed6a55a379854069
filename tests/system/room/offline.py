# SPDX-License-Identifier: Apache-2.0
"""What is kept for logins without the pool, as a test looks at it and
changes it: written from the description in host/verifiers.c."""

import os

DIRECTORY = "/var/lib/cognito/private/offline"
WINDOWS = "/var/lib/cognito/private/breakglass"

FIELDS = ("first", "name", "sub", "pool_id", "proved_s", "seen_s", "failures",
          "one_factor", "hash")


def find(name, directory=DIRECTORY):
    """(path, lines) of a name's file, or None."""
    try:
        entries = os.listdir(directory)
    except FileNotFoundError:
        return None
    for entry in entries:
        path = f"{directory}/{entry}"
        if "." in entry:
            continue
        try:
            with open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")
        except (FileNotFoundError, UnicodeDecodeError):
            continue
        if len(lines) > 1 and lines[1] == name:
            return path, lines
    return None


def read(name):
    """The verifier of a name as {field: text}, or None."""
    found = find(name)
    return dict(zip(FIELDS, found[1])) if found else None


def change(name, directory=DIRECTORY, **fields):
    """Write a name's file with other fields; 0600 as it was."""
    path, lines = find(name, directory)
    names = FIELDS if directory == DIRECTORY else (
        "first", "name", "opened_s", "until_s")
    for field, value in fields.items():
        lines[names.index(field)] = str(value)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return path


def age(name, seconds):
    """Make the last login so much older."""
    entry = read(name)
    change(name, proved_s=int(entry["proved_s"]) - seconds,
           seen_s=int(entry["seen_s"]) - seconds)
