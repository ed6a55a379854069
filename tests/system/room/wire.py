# SPDX-License-Identifier: Apache-2.0
"""The messages between our processes, spoken by tests that stand in for
one of them. Written from the description in wire/message.c; the numbers
are read from the headers, since they may change from build to build."""

import re
import struct

from room.namespace import SOURCE

LIBEXEC = "/usr/libexec"
MODULE = "/usr/lib/x86_64-linux-gnu/security/pam_cognito.so"


def read_numbers():
    """{enumerator: value} of the two headers, without COG_."""
    found = {}
    for name in ("message.h", "outcome.h"):
        with open(f"{SOURCE}/wire/{name}", encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        for body in re.findall(r"enum\s*\w*\s*\{(.*?)\}", text, re.S):
            value = -1
            for word in body.split(","):
                entry = re.match(r"\s*COG_(\w+)(?:\s*=\s*(\d+)"
                                 r"(?:\s*<<\s*(\d+))?)?\s*$", word)
                if not entry:
                    continue
                name, given, shift = entry.groups()
                value = (int(given) << int(shift or 0) if given
                         else value + 1)
                found[name] = value
    return found


NUMBERS = read_numbers()


def build_id():
    """What keeper, speaker and module have in common: 32 digits."""
    words = []
    for path in (f"{LIBEXEC}/pam-cognito-keeper",
                 f"{LIBEXEC}/pam-cognito-speaker", MODULE):
        with open(path, "rb") as file:
            words.append(set(re.findall(rb"(?<=\0)[0-9a-f]{32}(?=\0)",
                                        file.read())))
    (word,) = set.intersection(*words)
    return word.decode()


def pack(kind, *fields):
    """One packet: the name of its type, then texts, bytes and numbers."""
    packet = bytes([NUMBERS[f"MSG_{kind}"], len(fields)])
    for field in fields:
        if isinstance(field, int):
            field = struct.pack("=Q", field)
        elif isinstance(field, str):
            field = field.encode()
        packet += struct.pack("=I", len(field)) + field
    return packet


def unpack(packet):
    """(name of the type, its fields as bytes)"""
    if len(packet) < 2:
        return "END", []
    fields, at = [], 2
    for _ in range(packet[1]):
        (size,) = struct.unpack_from("=I", packet, at)
        fields.append(packet[at + 4:at + 4 + size])
        at += 4 + size
    (kind,) = [name[4:] for name, value in NUMBERS.items()
               if name.startswith("MSG_") and value == packet[0]
               and name != "MSG_COUNT"]
    return kind, fields


def number(field):
    return struct.unpack("=Q", field)[0]


def outcome(field):
    """The outcome that a number stands for, without OUTCOME_."""
    (name,) = [name[8:] for name, value in NUMBERS.items()
               if name.startswith("OUTCOME_") and value == number(field)]
    return name
