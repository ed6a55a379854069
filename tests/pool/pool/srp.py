# SPDX-License-Identifier: Apache-2.0
"""The server's half of SRP-6a with Cognito's padding, in plain integers.

3072-bit group of RFC 3526, SHA-256, and a proof keyed by HKDF.  Written
from the description of the protocol alone and sharing no code with the
client under test, so that the two cannot agree on a mistake.  pow() is not
constant-time: fit for tests only.
"""

import hashlib
import hmac
import re
import secrets

N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33"
    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2"
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16)
G = 2
INFO = b"Caldera Derived Key"
HEX_DIGITS = re.compile(r"[0-9A-Fa-f]+\Z")
# N has 768 digits; some clients put one zero in front.
MAX_DIGITS = 770


def pad(number):
    """A number as bytes, as Java's BigInteger.toByteArray gives them.

    Big-endian two's complement, as short as possible: a zero byte in front
    when the top bit of a positive number would be set.
    """
    magnitude = number if number >= 0 else ~number
    size = magnitude.bit_length() // 8 + 1
    return number.to_bytes(size, "big", signed=True)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hmac_sha256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


K = int.from_bytes(sha256(pad(N), pad(G)), "big")


def shortest_hex(number):
    """Lower-case digits without leading zeros, a minus sign in front of a
    negative number: how SALT and SRP_B travel."""
    return format(number, "x")


def parse_public(text):
    """A of the client, or None when it is not acceptable."""
    if len(text) > MAX_DIGITS or not HEX_DIGITS.match(text):
        return None
    number = int(text, 16)
    return number if 0 < number < N else None


def scrambler(a_public, b_public):
    """u of both public values."""
    return int.from_bytes(sha256(pad(a_public), pad(b_public)), "big")


def private_key(pool_name, name, password, salt):
    """x, which only who knows the password can calculate."""
    inner = sha256(f"{pool_name}{name}:{password}".encode())
    return int.from_bytes(sha256(pad(salt), inner), "big")


def verifier(pool_name, name, password, salt):
    return pow(G, private_key(pool_name, name, password, salt), N)


def new_salt():
    return int.from_bytes(secrets.token_bytes(16), "big")


def public_value(v, b):
    """B for the verifier v and the secret b."""
    return (K * v + pow(G, b, N)) % N


def shared_secret(a_public, v, u, b):
    """S as the server calculates it."""
    return pow(a_public * pow(v, u, N), b, N)


def proof_key(secret, u):
    """HKDF-SHA256 (RFC 5869) of S with salt u, one block cut to 16 bytes."""
    prk = hmac_sha256(pad(u), pad(secret))
    return hmac_sha256(prk, INFO + b"\x01")[:16]


def signature(key, pool_name, name, secret_block, timestamp):
    """What the client proves the password with (32 bytes)."""
    return hmac_sha256(key, pool_name.encode() + name.encode()
                       + secret_block + timestamp.encode())


def secret_hash(client_secret, name, client_id):
    """SECRET_HASH before base64."""
    return hmac_sha256(client_secret.encode(), (name + client_id).encode())
