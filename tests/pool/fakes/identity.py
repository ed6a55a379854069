# SPDX-License-Identifier: Apache-2.0
"""An identity pool: AWS credentials for who has an ID token of the user
pool, which is verified against the key set that the pool serves."""

import base64
import binascii
import json
import ssl
import urllib.request
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from fakes.fake import FakeConnection
from pool.answer import error_answer, result_answer
from pool.errors import (ServiceError, invalid_parameter, malformed,
                         not_authorized)
from pool.request import decode, members, text, text_map

TARGET = "AWSCognitoIdentityService."
SHAPES = {
    "GetId": {"IdentityPoolId": text, "AccountId": text, "Logins": text_map},
    "GetCredentialsForIdentity": {"IdentityId": text, "CustomRoleArn": text,
                                  "Logins": text_map},
}
LOGINS = ("Logins don't match. Please include at least one valid login for "
          "this identity or identity pool.")


def part(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def not_found(what, name):
    return ServiceError("ResourceNotFoundException",
                        f"{what} '{name}' not found.")


def invalid_login(message):
    return not_authorized(f"Invalid login token. {message}")


class Identity(FakeConnection):
    def serve(self, data):
        target = self.headers.get("X-Amz-Target", "")
        operation = target.removeprefix(TARGET)
        self.attempt(operation, lambda: self.perform(target, operation,
                                                     data))

    def error(self, error):
        return error_answer(error, [], self.box.now(), self.request_id)

    def perform(self, target, operation, data):
        if (self.command, self.path) != ("POST", "/"):
            raise malformed("POST / is wanted")
        if not target.startswith(TARGET) or operation not in SHAPES:
            raise ServiceError("UnknownOperationException", "")
        if self.headers.get("Content-Type") != "application/x-amz-json-1.1":
            raise malformed("Content-Type")
        body = decode(data)
        self.noted["body"] = body
        members(SHAPES[operation], body)
        calls = {"GetId": self.get_id,
                 "GetCredentialsForIdentity": self.get_credentials}
        return "success", result_answer(calls[operation](body),
                                        self.box.now(), self.request_id)

    def get_id(self, body):
        settings = self.box.settings.identity
        if body.get("IdentityPoolId") != settings.id:
            raise not_found("IdentityPool", body.get("IdentityPoolId"))
        return {"IdentityId": self.identity_of(self.sub_of(body))}

    def get_credentials(self, body):
        settings = self.box.settings.identity
        wanted = body.get("IdentityId", "")
        region, colon, _ = settings.id.partition(":")
        if not wanted.startswith(region + colon):
            raise not_found("Identity", wanted)
        if self.identity_of(self.sub_of(body)) != wanted:
            raise not_authorized(LOGINS, "another person's identity")
        if not settings.role:
            raise ServiceError("InvalidIdentityPoolConfigurationException",
                               "Invalid identity pool configuration. Check "
                               "assigned IAM roles for this pool.")
        keys = self.box.mint(settings.role, settings.lifetime_s,
                             "CognitoIdentityCredentials")
        return {"IdentityId": wanted, "Credentials": {
            "AccessKeyId": keys.access_key_id, "SecretKey": keys.secret,
            "SessionToken": keys.session_token,
            "Expiration": float(keys.expires)}}

    def identity_of(self, sub):
        """The identity of a person: always the same."""
        pool = self.box.settings.identity.id
        return (pool.partition(":")[0] + ":"
                + str(uuid.uuid5(uuid.NAMESPACE_URL, f"{pool}/{sub}")))

    # Logins

    def sub_of(self, body):
        """Whose ID token stands in Logins."""
        user_pool = self.box.settings.identity.user_pool
        if not body.get("Logins") or not user_pool:
            raise not_authorized("Unauthenticated access is not supported "
                                 "for this identity pool.")
        region = user_pool.id.partition("_")[0]
        provider = f"cognito-idp.{region}.amazonaws.com/{user_pool.id}"
        if list(body["Logins"]) != [provider]:
            raise not_authorized("Token is not from a supported provider of "
                                 "this identity pool.",
                                 f"not {provider}")
        issuer = user_pool.issuer or f"https://{provider}"
        claims = verified(body["Logins"][provider], user_pool)
        if claims.get("iss") != issuer:
            raise invalid_login("Issuer doesn't match providerName")
        if claims.get("token_use") != "id":
            raise invalid_login("Not a valid OpenId Connect identity token.")
        if user_pool.clients and claims.get("aud") not in user_pool.clients:
            raise invalid_login("Incorrect token audience.")
        now = int(self.box.now())
        if claims.get("exp", 0) <= now:
            raise invalid_login(f"Token expired: {claims.get('exp')} >= "
                                f"{now}")
        return claims["sub"]


def key_set(user_pool):
    context = ssl.create_default_context(cafile=user_pool.ca or None)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=context))
    address = f"{user_pool.url}/{user_pool.id}/.well-known/jwks.json"
    with opener.open(address, timeout=20) as answer:
        return json.load(answer)["keys"]


def verified(token, user_pool):
    """The claims of a token that the pool signed."""
    try:
        signed, _, signature = token.rpartition(".")
        header, payload = map(part, signed.split("."))
        header, claims = json.loads(header), json.loads(payload)
        signature = part(signature)
    except (ValueError, binascii.Error):
        raise invalid_parameter("Please provide a valid public provider "
                                "token") from None
    for key in key_set(user_pool):
        if (key["kid"], "RS256") == (header.get("kid"), header.get("alg")):
            numbers = rsa.RSAPublicNumbers(
                int.from_bytes(part(key["e"]), "big"),
                int.from_bytes(part(key["n"]), "big"))
            try:
                numbers.public_key().verify(
                    signature, signed.encode(), padding.PKCS1v15(),
                    hashes.SHA256())
            except InvalidSignature:
                break
            return claims
    raise invalid_login("Couldn't verify signed token.")
