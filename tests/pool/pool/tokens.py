# SPDX-License-Identifier: Apache-2.0
"""Tokens: what is in them, which were issued, and which are dead."""

import dataclasses
import hashlib
import hmac
import json
import secrets
import uuid

from pool import device
from pool.errors import ServiceError, not_authorized
from pool.keys import base64url

SCOPE = "aws.cognito.signin.user.admin"
BOOLEAN_ATTRIBUTES = ("email_verified", "phone_number_verified")


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def assemble(header, claims, sign):
    """A JWT of these parts; sign takes and gives bytes."""
    text = base64url(compact(header)) + "." + base64url(compact(claims))
    return text + "." + base64url(sign(text.encode()))


def overridden(table, changes):
    """A copy with some members changed, and those set to null removed."""
    result = {**table, **changes}
    return {name: value for name, value in result.items()
            if not (name in changes and value is None)}


@dataclasses.dataclass
class Grant:
    """What one sign-in allows: its refresh token and all descendants."""
    user: object
    client: object
    origin: str            # origin_jti
    auth_time: int
    expires: float         # of the refresh token
    revoked: bool = False
    used: float = 0        # when it last gave tokens
    device: object = None  # the Device that it is bound to


@dataclasses.dataclass
class Access:
    """An access token that was issued."""
    grant: Grant
    expires: float


class Tokens:
    def __init__(self, settings, clock, keys, users):
        self.settings = settings
        self.clock = clock
        self.keys = keys
        self.users = users
        self._access = {}
        self._refresh = {}   # text -> Grant
        self._replaced = {}  # text -> time when rotation replaced it

    def issuer(self):
        """Without an override, the one of the real service."""
        region = self.settings.id.partition("_")[0]
        prefix = ("issuer-" if self.settings.issuer_type == "UPDATED"
                  else "")
        return self.settings.issuer or (
            f"https://{prefix}cognito-idp.{region}.amazonaws.com/"
            f"{self.settings.id}")

    # Making tokens

    def sign_in(self, login):
        """The AuthenticationResult at the end of a sign-in."""
        now = self.clock.now()
        self._evict(login.user)
        grant = Grant(login.user, login.client, str(uuid.uuid4()), int(now),
                      now + login.client.refresh_token_s)
        grant.device = login.user.devices.get(login.device_key)
        new_device = not grant.device and self.settings.devices
        if new_device:
            grant.device = device.new_device(self.settings.id, now)
            login.user.devices[grant.device.key] = grant.device
        result = self._result(grant)
        result["RefreshToken"] = self._new_refresh(grant)
        if new_device:
            result["NewDeviceMetadata"] = {
                "DeviceKey": grant.device.key,
                "DeviceGroupKey": grant.device.group_key}
        return self._without_omitted(result, login.user)

    def _evict(self, user):
        """Beyond the pool's number of sessions the one that was not used
        for longest ends."""
        most = self.settings.sessions_per_user
        alive = [grant for grant in self._grants(user)
                 if not grant.revoked
                 and self.clock.now() < grant.expires]
        if most and len(alive) >= most:
            min(alive, key=lambda grant: grant.used).revoked = True

    def refresh(self, grant, replaced=None):
        """The AuthenticationResult for a refresh token; with `replaced`,
        the token that came, a new one takes its place."""
        result = self._result(grant)
        if replaced:
            self._replaced.setdefault(replaced, self.clock.now())
            result["RefreshToken"] = self._new_refresh(grant)
        return self._without_omitted(result, grant.user)

    @staticmethod
    def _without_omitted(result, user):
        return {name: value for name, value in result.items()
                if name not in user.knobs.token.omit}

    def _result(self, grant):
        now = grant.used = self.clock.now()
        common = self._common_claims(grant, int(now))
        access = self._access_token(grant, common)
        self._forget_expired(now)
        self._access[access] = Access(grant,
                                      now + grant.client.access_token_s)
        knobs = grant.user.knobs.token
        return {
            "AccessToken": access,
            "ExpiresIn": grant.client.access_token_s,
            "TokenType": "Bearer",
            "IdToken": knobs.id_token or (
                access if knobs.use == "access"
                else self._id_token(grant, common)),
        }

    def _forget_expired(self, now):
        while self._access:
            oldest = next(iter(self._access))
            if self._access[oldest].expires > now - 3600:
                break
            del self._access[oldest]

    def _common_claims(self, grant, now):
        claims = {"sub": grant.user.sub, "iss": self.issuer()}
        if grant.user.groups:
            claims["cognito:groups"] = list(grant.user.groups)
        if grant.client.token_revocation:
            claims["origin_jti"] = grant.origin
        claims.update(event_id=str(uuid.uuid4()), auth_time=grant.auth_time,
                      iat=now)
        return claims

    def _id_token(self, grant, common):
        user = grant.user
        claims = {**common, "cognito:username": user.username,
                  "aud": grant.client.id, "token_use": "id",
                  "exp": common["iat"] + grant.client.id_token_s,
                  "jti": str(uuid.uuid4())}
        readable = grant.client.read_attributes
        for name, value in user.attributes.items():
            if readable is not None and name not in readable:
                continue
            claims[name] = (value == "true" if name in BOOLEAN_ATTRIBUTES
                            else value)
        return self._sign(self.keys.id, claims, user.knobs.token.claims,
                          user.knobs.token, self.keys.access)

    def _access_token(self, grant, common):
        claims = {**common, "client_id": grant.client.id,
                  "username": grant.user.username, "token_use": "access",
                  "scope": SCOPE, "version": 2,
                  "exp": common["iat"] + grant.client.access_token_s,
                  "jti": str(uuid.uuid4())}
        if grant.device:
            claims["device_key"] = grant.device.key
        return self._sign(self.keys.access, claims,
                          grant.user.knobs.token.access_claims,
                          grant.user.knobs.token, self.keys.id)

    def _sign(self, key, claims, changes, knobs, other):
        """Sign as it should be, or as the user's knobs say."""
        header = {"kid": key.kid, "alg": knobs.alg}
        signer = key
        if knobs.key == "foreign":
            signer = self.keys.foreign()
        elif knobs.key == "unknown_kid":
            signer = self.keys.foreign()
            header["kid"] = signer.kid
        elif knobs.key == "swapped":
            signer = other
        signers = {
            "RS256": signer.sign,
            "none": lambda _: b"",
            # The classic confusion: the public key as an HMAC key.
            "HS256": lambda data: hmac.new(key.public_pem(), data,
                                           hashlib.sha256).digest(),
        }
        sign = signers[knobs.alg]
        return assemble(overridden(header, knobs.header),
                        overridden(claims, changes), sign)

    def _new_refresh(self, grant):
        """An opaque text in the shape of an encrypted JWT."""
        header = compact({"cty": "JWT", "enc": "A256GCM", "alg": "RSA-OAEP"})
        parts = [header] + [secrets.token_bytes(n)
                            for n in (256, 12, 700, 16)]
        token = ".".join(base64url(part) for part in parts)
        self._refresh[token] = grant
        return token

    # Checking tokens

    def check_access(self, text):
        """The grant behind an access token in force."""
        access = self._access.get(text)
        if not access or not self.users.has(access.grant.user):
            raise not_authorized("Invalid Access Token")
        if access.grant.revoked:
            raise not_authorized("Access Token has been revoked")
        if self.clock.now() >= access.expires:
            raise not_authorized("Access Token has expired")
        return access.grant

    def check_refresh(self, text, client, device_key=None):
        """The grant behind a refresh token in force.  One that is bound to
        a device wants its key, and that it was confirmed."""
        grant = self._refresh.get(text)
        if not grant or grant.client is not client:
            raise not_authorized("Invalid Refresh Token")
        if grant.device and (device_key != grant.device.key
                             or not grant.device.confirmed
                             or device_key not in grant.user.devices):
            raise not_authorized("Invalid Refresh Token", "device")
        if grant.revoked or not self.users.has(grant.user):
            raise not_authorized("Refresh Token has been revoked")
        if self.clock.now() >= grant.expires:
            raise not_authorized("Refresh Token has expired")
        replaced = self._replaced.get(text)
        if replaced is not None and (self.clock.now() - replaced
                                     > client.rotation_grace_s):
            grant.revoked = grant.revoked or client.reuse_revokes
            raise ServiceError("RefreshTokenReuseException",
                               "Refresh token reuse detected")
        return grant

    def find_refresh(self, text):
        return self._refresh.get(text)

    def _grants(self, user):
        return {id(grant): grant for grant in self._refresh.values()
                if grant.user is user}.values()

    def revoke_all(self, user):
        for grant in self._grants(user):
            grant.revoked = True
