# SPDX-License-Identifier: Apache-2.0
"""The pool's signing keys and the key set it publishes."""

import base64
import hashlib
import os
import threading

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BITS = 2048
EXPONENT = 65537


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class SigningKey:
    """One RSA key and its kid."""

    def __init__(self, private):
        self._private = private
        numbers = private.public_key().public_numbers()
        modulus = numbers.n.to_bytes(BITS // 8, "big")
        # The service's kids are base64 text of 32 bytes too.
        self.kid = base64.b64encode(hashlib.sha256(modulus).digest()).decode()
        self.modulus = modulus

    def sign(self, data):
        return self._private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def public_pem(self):
        return self._private.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo)

    def private_pem(self):
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())

    def jwk(self):
        return {"alg": "RS256", "e": "AQAB", "kid": self.kid, "kty": "RSA",
                "n": base64url(self.modulus), "use": "sig"}


def generate():
    return SigningKey(rsa.generate_private_key(EXPONENT, BITS))


def load(path):
    with open(path, "rb") as file:
        return SigningKey(serialization.load_pem_private_key(
            file.read(), None))


class Later:
    """A value that a thread of its own calculates from now on.

    Generating a key takes up to a second; nobody needs it before the
    first tokens or the first look at the key set.
    """

    def __init__(self, make):
        self._make = make
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        self._value = self._make()

    def get(self):
        self._thread.join()
        return self._value


class KeySet:
    """The key for ID tokens, the key for access tokens, and old ones that
    are still published."""

    def __init__(self, directory=None):
        self._directory = directory
        self._id = Later(lambda: self._key("id.pem"))
        self._access = Later(lambda: self._key("access.pem"))
        self._retired = []
        self._foreign = None

    def _key(self, name):
        if not self._directory:
            return generate()
        path = os.path.join(self._directory, name)
        if os.path.exists(path):
            return load(path)
        key = generate()
        self._store(path, key)
        return key

    def _store(self, path, key):
        os.makedirs(self._directory, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                             0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_pem())

    @property
    def id(self):
        return self._id.get()

    @property
    def access(self):
        return self._access.get()

    def foreign(self):
        """A key that is never published."""
        if not self._foreign:
            self._foreign = generate()
        return self._foreign

    def rotate(self, keep_old):
        """New keys at once; the old ones stay published if asked for."""
        self._retired = [self.id, self.access] if keep_old else []
        self._id = Later(generate)
        self._access = Later(generate)
        if self._directory:
            self._store(os.path.join(self._directory, "id.pem"), self.id)
            self._store(os.path.join(self._directory, "access.pem"),
                        self.access)

    def jwks(self):
        keys = [self.id, self.access, *self._retired]
        return {"keys": [key.jwk() for key in keys]}
