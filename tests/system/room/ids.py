# SPDX-License-Identifier: Apache-2.0
"""The ids that a name has, computed a second time: SipHash-2-4 written from
its paper (https://www.aumasson.jp/siphash/siphash.pdf)."""

from room import pool

ID_BASE, ID_RANGE = 1879048192, 268304384
ID_KEY = "/etc/cognito/id_key"
WORD = (1 << 64) - 1


def turn(word, bits):
    return (word << bits | word >> (64 - bits)) & WORD


def siphash24(key, text):
    k0, k1 = (int.from_bytes(key[at:at + 8], "little") for at in (0, 8))
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
         k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def rounds(count):
        for _ in range(count):
            v[0] = (v[0] + v[1]) & WORD
            v[2] = (v[2] + v[3]) & WORD
            v[1] = turn(v[1], 13) ^ v[0]
            v[3] = turn(v[3], 16) ^ v[2]
            v[0] = turn(v[0], 32)
            v[2] = (v[2] + v[1]) & WORD
            v[0] = (v[0] + v[3]) & WORD
            v[1] = turn(v[1], 17) ^ v[2]
            v[3] = turn(v[3], 21) ^ v[0]
            v[2] = turn(v[2], 32)

    padded = text + bytes(-(len(text) + 1) % 8) + bytes([len(text) & 255])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xff
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def read_key(path=ID_KEY):
    with open(path, encoding="ascii") as file:
        return bytes.fromhex(file.read().strip())


def id_of(name, kind="u", base=ID_BASE, size=ID_RANGE, key=None):
    """Of a user ("u") or a group with its prefix ("g")."""
    text = f"{pool.POOL_ID}\0{kind}:{name}".encode()
    return base + siphash24(key or read_key(), text) % size
