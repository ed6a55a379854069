# SPDX-License-Identifier: Apache-2.0
"""The instance metadata service of EC2, version 2 ("Use the Instance
Metadata Service to access instance metadata", EC2 User Guide)."""

import base64
import secrets
import socket

from fakes.cloud import role_name
from fakes.fake import FakeConnection, iso
from pool.errors import ServiceError

TOKEN_PATH = "/latest/api/token"
ROLES_PATH = "/latest/meta-data/iam/security-credentials/"
TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds"
TOKEN_HEADER = "X-aws-ec2-metadata-token"
MAX_TTL = 21600
INSTANCE = "i-1234567890abcdef0"
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
          404: "Not Found", 405: "Not Allowed"}


def refused(status, reason):
    return ServiceError(TITLES[status], TITLES[status], reason, status)


class Imds(FakeConnection):
    def serve(self, data):
        if self.path == TOKEN_PATH:
            self.attempt("imds.token", self.give_token)
        elif self.path == ROLES_PATH:
            self.attempt("imds.roles", self.give_roles)
        elif self.path.startswith(ROLES_PATH):
            self.attempt("imds.credentials", self.give_credentials)
        else:
            self.attempt("imds.other", self.give_other)

    def error(self, error):
        title = f"{error.status} - {error.kind}"
        return self.answer(
            error.status or 400, "text/html",
            '<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html '
            'PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
            '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
            '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" '
            f'lang="en">\n <head>\n  <title>{title}</title>\n </head>\n '
            f"<body>\n  <h1>{title}</h1>\n </body>\n</html>\n",
            Server="EC2ws")

    # The token

    def give_token(self):
        if not self.box.settings.imds.enabled:
            raise refused(403, "switched off")
        if self.command != "PUT":
            raise refused(405, self.command)
        if "X-Forwarded-For" in self.headers:
            raise refused(403, "X-Forwarded-For")
        ttl = self.headers.get(TTL_HEADER, "")
        if not ttl.isdigit() or not 1 <= int(ttl) <= MAX_TTL:
            raise refused(400, f"{TTL_HEADER} is {ttl!r}")
        token = base64.urlsafe_b64encode(secrets.token_bytes(40)).decode()
        self.box.imds_tokens[token] = self.box.now() + int(ttl)
        self.limit_hops(self.box.settings.imds.hop_limit)
        return "success", self.answer(200, "text/plain", token,
                                      Server="EC2ws",
                                      **{TTL_HEADER: ttl})

    def limit_hops(self, hops):
        """The token does not travel further than this."""
        if self.request.family == socket.AF_INET6:
            self.request.setsockopt(socket.IPPROTO_IPV6,
                                    socket.IPV6_UNICAST_HOPS, hops)
        else:
            self.request.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)

    def check_token(self):
        settings = self.box.settings.imds
        if not settings.enabled:
            raise refused(403, "switched off")
        if self.command != "GET":
            raise refused(405, self.command)
        self.limit_hops(64)
        given = self.headers.get(TOKEN_HEADER)
        if given is None and settings.v1:
            return
        ends = self.box.imds_tokens.get(given)
        if ends is None:
            raise refused(401, "no token" if given is None
                          else "unknown token")
        if self.box.now() >= ends:
            raise refused(401, "expired token")

    # What it is for

    def text(self, text):
        return "success", self.answer(200, "text/plain", text,
                                      Server="EC2ws")

    def give_roles(self):
        self.check_token()
        if not self.box.settings.imds.role:
            raise refused(404, "no role is attached")
        return self.text(role_name(self.box.settings.imds.role))

    def give_credentials(self):
        self.check_token()
        settings = self.box.settings.imds
        if (not settings.role or self.path.removeprefix(ROLES_PATH)
                != role_name(settings.role)):
            raise refused(404, "no such role")
        now = iso(self.box.now())
        if settings.code != "Success":
            return settings.code, self.json(200, {
                "Code": settings.code, "Message": settings.message,
                "LastUpdated": now})
        keys = self.box.current("imds", settings.role, settings.lifetime_s,
                                INSTANCE)
        # The service says text/plain of this too.
        answer = self.json(200, {
            "Code": "Success", "LastUpdated": now, "Type": "AWS-HMAC",
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret, "Token": keys.session_token,
            "Expiration": iso(keys.expires)})
        answer.headers["Content-Type"] = "text/plain"
        return "success", answer

    def give_other(self):
        self.check_token()
        region = self.box.settings.imds.region
        known = {"/latest/meta-data/placement/region": region,
                 "/latest/meta-data/placement/availability-zone":
                     region + "a",
                 "/latest/meta-data/instance-id": INSTANCE}
        if self.path == "/latest/dynamic/instance-identity/document":
            return "success", self.json(200, {
                "accountId": "123456789012", "instanceId": INSTANCE,
                "region": region, "availabilityZone": region + "a"})
        if self.path not in known:
            raise refused(404, self.path)
        return self.text(known[self.path])
