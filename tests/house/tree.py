# SPDX-License-Identifier: Apache-2.0
"""The tree and the build that the rules of the house are checked on."""

import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
ROOMS = ("base", "accounts", "config", "wire", "cognito", "aws", "host",
         "pam_cognito", "nss_cognito", "keeper", "speaker", "cognitoctl")


def sources(*rooms):
    for room in rooms or ROOMS:
        yield from sorted((TOP / room).glob("*.[ch]"))


def test_sources():
    """What is written for tests: programs and scripts, not their data."""
    data = {"vectors", "seeds", "node_modules", "__pycache__"}
    for path in sorted((TOP / "tests").rglob("*")):
        if data & set(path.parts) or not path.is_file():
            continue
        if path.suffix in (".c", ".h", ".py", ".mjs", ".sh") or (
                path.suffix == "" and path.read_bytes()[:2] == b"#!"):
            yield path


def name_of(path):
    return str(path.relative_to(TOP))


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True,
                          check=True).stdout


def imports(binary):
    lines = tool("nm", "-D", "--undefined-only", str(BUILD / binary))
    return {line.split()[-1].split("@")[0] for line in lines.splitlines()}
