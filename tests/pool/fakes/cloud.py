# SPDX-License-Identifier: Apache-2.0
"""Where programs in the cloud get credentials: the seed, and the keys."""

import dataclasses

from fakes import fake
from pool.minted import mint_credentials
from pool.seed import (FaultSeed, RoleSeed, SeedError, flag, list_of,
                       member, number, record, records, role_arn, text,
                       unique, whole)


@dataclasses.dataclass
class ImdsSeed:
    """The instance metadata service."""
    role: str = member(text, "")       # ARN; without: no role is attached
    enabled: bool = member(flag, True)
    v1: bool = member(flag, False)     # answers without a token too
    hop_limit: int = member(whole, 1)  # IP TTL of the token's packets
    lifetime_s: float = member(number, 21600)
    region: str = member(text, "eu-west-1")
    code: str = member(text, "Success")  # Code of the credentials
    message: str = member(text, "")


@dataclasses.dataclass
class ContainerSeed:
    """The container credentials endpoint."""
    role: str = member(text, "")
    path: str = member(
        text, "/v2/credentials/5275a487-9ff6-49b7-b50c-b64850f99999")
    authorization: str = member(text, "")  # has to come when not empty
    lifetime_s: float = member(number, 21600)
    account_id: str = member(text, "")     # as EKS sends it


@dataclasses.dataclass
class WebIdentity:
    """A token that STS knows."""
    token: str = member(text)
    role: str = member(role_arn)
    subject: str = member(text, "system:serviceaccount:default:exporter")
    audience: str = member(text, "sts.amazonaws.com")
    provider: str = member(
        text, "arn:aws:iam::123456789012:oidc-provider/oidc.example.com")
    expired: bool = member(flag, False)


@dataclasses.dataclass
class StsSeed:
    identities: list = records(WebIdentity)
    lifetime_s: float = member(number, None)  # in place of DurationSeconds
    max_session_s: int = member(whole, 3600)


@dataclasses.dataclass
class UserPoolSeed:
    """The user pool whose ID tokens count."""
    id: str = member(text)
    url: str = member(text)     # where its key set is
    ca: str = member(text, "")  # file
    clients: list = member(list_of(text), make=list)
    issuer: str = member(text, "")


@dataclasses.dataclass
class IdentitySeed:
    """The identity pool."""
    id: str = member(text, "eu-west-1:7c4a1d2e-0b6f-4f4e-9a51-3d1f6f0f7a10")
    role: str = member(text, "")
    user_pool: object = member(record(UserPoolSeed), None)
    lifetime_s: float = member(number, 3600)


@dataclasses.dataclass
class CloudSeed:
    roles: list = records(RoleSeed)
    imds: ImdsSeed = member(record(ImdsSeed), make=ImdsSeed)
    container: ContainerSeed = member(record(ContainerSeed),
                                      make=ContainerSeed)
    sts: StsSeed = member(record(StsSeed), make=StsSeed)
    identity: IdentitySeed = member(record(IdentitySeed),
                                    make=IdentitySeed)
    date_offset_s: float = member(number, 0)
    faults: list = records(FaultSeed)


def parse(value):
    seed = record(CloudSeed)(value, "seed")
    unique(seed.roles, "arn", "seed.roles")
    arns = [role.arn for role in seed.roles]
    for name in ("imds", "container", "identity"):
        role = getattr(seed, name).role
        if role and role not in arns:
            raise SeedError(f"seed.{name}.role: {role!r} is none of roles")
    return seed


def role_name(arn):
    return arn.rpartition("/")[2]


class Cloud(fake.Box):
    """The settings, and the keys that are handed out at present."""

    def __init__(self, value):
        super().__init__(value, parse)

    def begin(self):
        self._current = {}   # service -> Credentials
        self.imds_tokens = {}  # text -> when it ends

    def commands(self):
        return {"rotate": self._current.clear,
                "forget_tokens": self.imds_tokens.clear}

    def role(self, arn):
        return next(role for role in self.settings.roles
                    if role.arn == arn)

    def mint(self, arn, lifetime_s, session):
        return mint_credentials(self.role(arn), self.now() + lifetime_s,
                                session)

    def current(self, service, arn, lifetime_s, session):
        """The keys of a service: the same until shortly before they
        end."""
        found = self._current.get(service)
        margin = min(300, lifetime_s / 2)
        if not found or found.expires - self.now() < margin:
            found = self.mint(arn, lifetime_s, session)
            self._current[service] = found
        return found
