# SPDX-License-Identifier: Apache-2.0
"""Who may administer: access keys, roles, and what each is allowed."""

import dataclasses
import fnmatch

from pool import sigv4
from pool.errors import ServiceError
from pool.minted import open_token

SERVICE = "cognito-idp"
INVALID = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
# The service's type for each cause of sigv4.Refused.
KINDS = {
    "missing": "MissingAuthenticationTokenException",
    "incomplete": "IncompleteSignatureException",
    "scope": "InvalidSignatureException",
    "unsigned_header": "InvalidSignatureException",
    "skewed": "InvalidSignatureException",
    "unknown_key": "UnrecognizedClientException",
    "wrong_token": "UnrecognizedClientException",
    "expired_key": "ExpiredTokenException",
    "payload": "InvalidSignatureException",
    "signature": "InvalidSignatureException",
}


@dataclasses.dataclass
class Signer:
    """Who signed a request, and with what."""
    arn: str
    secret: str
    allow: list

    def may(self, action):
        return any(fnmatch.fnmatchcase(action.lower(), pattern.lower())
                   for pattern in self.allow)


class Keys:
    """The keys and roles of a seed, or those a control call set.

    now() is the service's clock; lifetimes begin when the keys are set.
    """

    def __init__(self, account, now, keys=(), roles=()):
        self._account = account
        self._now = now
        self.replace(keys, roles)

    def replace(self, keys, roles):
        """These keys and roles and no others."""
        self._keys = {key.access_key_id: key for key in keys}
        self._roles = list(roles)
        self._began = self._now()

    def find(self, access_key_id, token):
        """The Signer behind a key id and session token, or Refused."""
        key = self._keys.get(access_key_id)
        if not key:
            return self._find_minted(access_key_id, token)
        if (token or "") != key.session_token:
            raise sigv4.Refused("wrong_token", INVALID)
        if (key.expires_s is not None
                and self._now() >= self._began + key.expires_s):
            raise sigv4.Refused("expired_key", EXPIRED)
        return Signer(self._arn("iam", f"user/{key.name}"), key.secret,
                      key.allow)

    def _find_minted(self, access_key_id, token):
        for role in self._roles:
            found = open_token(role, token or "")
            if not found or found.access_key_id != access_key_id:
                continue
            if self._now() >= found.expires:
                raise sigv4.Refused("expired_key", EXPIRED)
            name = role.arn.rpartition("/")[2]
            return Signer(self._arn("sts", f"assumed-role/{name}/"
                                    f"{found.session}"),
                          found.secret, role.allow)
        raise sigv4.Refused("unknown_key", INVALID)

    def _arn(self, service, rest):
        return f"arn:aws:{service}::{self._account}:{rest}"


class Iam:
    """Access to the pool's administration."""

    def __init__(self, settings, clock, keys, roles):
        self.settings = settings
        self.clock = clock
        self.region = settings.id.partition("_")[0]
        self.keys = Keys(settings.account, clock.now, keys, roles)

    def authenticate(self, request):
        """The Signer of a request, or the service's error."""
        try:
            return sigv4.verify(request,
                                sigv4.Rules(self.region, SERVICE),
                                self.clock.now(), self.keys.find)
        except sigv4.Refused as refused:
            raise ServiceError(KINDS[refused.cause], refused.message,
                               refused.reason or refused.cause) from None

    def authorize(self, signer, operation, pool_id):
        """Raise unless the signer is allowed this operation."""
        action = f"{SERVICE}:{operation}"
        if signer.may(action):
            return
        raise ServiceError(
            "AccessDeniedException",
            f"User: {signer.arn} is not authorized to perform: {action} on "
            f"resource: arn:aws:{SERVICE}:{self.region}:"
            f"{self.settings.account}:userpool/{pool_id} because no "
            f"identity-based policy allows the {action} action")
