# SPDX-License-Identifier: Apache-2.0
"""The endpoint that containers get credentials from ("Container
credential provider", AWS SDKs and Tools Reference Guide)."""

import hmac

from fakes.fake import FakeConnection, iso
from pool.errors import ServiceError


class Container(FakeConnection):
    def serve(self, data):
        self.attempt("container", self.give)

    def error(self, error):
        """As the agent of ECS words it."""
        return self.json(error.status or 400, {
            "code": error.kind, "message": error.message,
            "HTTPErrorCode": error.status or 400})

    def give(self):
        settings = self.box.settings.container
        if self.command != "GET":
            raise ServiceError("InvalidRequest", "GET is wanted", status=405)
        if self.path != settings.path or not settings.role:
            raise ServiceError("InvalidIdInRequest",
                               "CredentialsV2Request: Credentials not found",
                               f"path {self.path}", 400)
        given = self.headers.get("Authorization")
        if settings.authorization and not hmac.compare_digest(
                (given or "").encode(), settings.authorization.encode()):
            raise ServiceError("AccessDenied", "The authorization token is "
                               "missing or not valid",
                               f"Authorization is {given!r}", 401)
        keys = self.box.current("container", settings.role,
                                settings.lifetime_s, "container")
        shown = {"AccessKeyId": keys.access_key_id,
                 "SecretAccessKey": keys.secret,
                 "Token": keys.session_token,
                 "Expiration": iso(keys.expires)}
        if settings.account_id:
            shown["AccountId"] = settings.account_id
        else:
            shown["RoleArn"] = settings.role
        return "success", self.json(200, shown)
