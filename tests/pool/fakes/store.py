# SPDX-License-Identifier: Apache-2.0
"""The bucket's seed, and the objects it keeps, with their versions."""

import base64
import binascii
import dataclasses
import email.utils
import hashlib

from fakes import fake
from pool import seed
from pool.iam import Keys
from pool.seed import SeedError, member, record, records


@dataclasses.dataclass
class ContentSeed:
    """One version of an object: its bytes by one of three ways."""
    text: str = member(seed.text, None)
    base64: str = member(seed.text, None)
    file: str = member(seed.text, None)
    content_type: str = member(seed.text, "binary/octet-stream")
    last_modified: float = member(seed.number, None)  # Unix time
    metadata: dict = member(seed.table_of(seed.text), make=dict)


@dataclasses.dataclass
class ObjectSeed(ContentSeed):
    key: str = member(seed.text, "")
    # Older ones, the oldest first.
    versions: list = records(ContentSeed)


@dataclasses.dataclass
class BucketSeed:
    bucket: str = member(seed.text, "snapshots")
    region: str = member(seed.text, "eu-west-1")
    account: str = member(seed.text, "123456789012")
    read: str = member(seed.one_of("public", "signed"), "public")
    # Who may not list hears 403 of a missing key instead of 404.
    may_list: bool = member(seed.flag, True)
    objects: list = records(ObjectSeed)
    iam: list = records(seed.IamKeySeed)
    roles: list = records(seed.RoleSeed)
    date_offset_s: float = member(seed.number, 0)
    faults: list = records(seed.FaultSeed)


@dataclasses.dataclass
class Version:
    """The bytes of an object at one time."""
    body: bytes
    content_type: str
    modified: int
    metadata: dict

    @property
    def etag(self):
        return f'"{hashlib.md5(self.body).hexdigest()}"'

    def last_modified(self):
        return email.utils.formatdate(self.modified, usegmt=True)


def content(given, now):
    """The Version that a ContentSeed describes."""
    ways = [given.text, given.base64, given.file]
    if ways.count(None) != 2:
        raise SeedError("an object wants one of text, base64 and file")
    if given.text is not None:
        body = given.text.encode()
    elif given.base64 is not None:
        try:
            body = base64.b64decode(given.base64, validate=True)
        except binascii.Error as error:
            raise SeedError(f"base64: {error}") from None
    else:
        with open(given.file, "rb") as file:
            body = file.read()
    modified = now if given.last_modified is None else given.last_modified
    return Version(body, given.content_type, int(modified), given.metadata)


class Bucket(fake.Box):
    """The settings and the objects: key -> versions, the newest last."""

    def __init__(self, value):
        super().__init__(value, parse)

    def begin(self):
        settings = self.settings
        self.keys = Keys(settings.account, self.now, settings.iam,
                         settings.roles)
        self.objects = {}
        for one in settings.objects:
            for version in (*one.versions, one):
                self.put(one.key, content(version, self.now()))

    def put(self, key, version):
        self.objects.setdefault(key, []).append(version)

    def commands(self):
        return {"put": self._put, "delete": self._delete,
                "state": self._state, "iam": self._iam}

    def _put(self, **given):
        """A new version of an object, as in the seed."""
        one = record(ObjectSeed)(given, "put")
        version = content(one, self.now())
        self.put(one.key, version)
        return {"etag": version.etag}

    def _delete(self, key):
        del self.objects[key]

    def _iam(self, iam, roles=()):
        self.keys.replace(seed.parse_iam(iam, "iam"),
                          seed.parse_roles(list(roles), "roles"))

    def _state(self):
        return {"objects": {key: [
            {"etag": version.etag, "size": len(version.body),
             "modified": version.modified} for version in versions]
            for key, versions in self.objects.items()}}


def parse(value):
    parsed = record(BucketSeed)(value, "seed")
    for one in parsed.objects:
        if not one.key:
            raise SeedError("seed.objects: 'key' is missing")
    return parsed
