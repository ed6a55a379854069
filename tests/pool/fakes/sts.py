# SPDX-License-Identifier: Apache-2.0
"""STS AssumeRoleWithWebIdentity: parameters of a form in, XML out; JSON
for who says `Accept: application/json`."""

import re
import urllib.parse
import xml.sax.saxutils

from fakes.cloud import role_name
from fakes.fake import FakeConnection, iso
from pool.errors import ServiceError

OPERATION = "AssumeRoleWithWebIdentity"
VERSION = "2011-06-15"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
FORM_TYPE = "application/x-www-form-urlencoded"
# Parameter: pattern of its value; all but the last are required.
FORMS = {"RoleArn": r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}",
         "RoleSessionName": r"[\w+=,.@-]{2,64}",
         "WebIdentityToken": r"[\s\S]{4,20000}",
         "DurationSeconds": r"\d{1,9}"}


def validation(place, rule):
    return ServiceError(
        "ValidationError", "1 validation error detected: Value at "
        f"'{place[:1].lower() + place[1:]}' failed to satisfy constraint: "
        f"{rule}")


class Sts(FakeConnection):
    def serve(self, data):
        self.attempt(OPERATION, lambda: self.perform(data))

    def parameters(self, data):
        """Those of a POST's form, or of a GET's query."""
        path, _, query = self.path.partition("?")
        if path != "/" or self.command not in ("GET", "POST"):
            raise ServiceError("InvalidAction", "No such path", status=404)
        if self.command == "POST":
            kind = self.headers.get("Content-Type", "")
            if kind.partition(";")[0].strip() != FORM_TYPE:
                raise ServiceError("MissingAction", "Could not find an "
                                   "action", f"Content-Type is {kind!r}")
            query = data.decode("utf-8", "replace")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ServiceError("MalformedInput", "A parameter stands twice")
        self.noted["body"] = found
        return found

    def perform(self, data):
        given = self.parameters(data)
        if "Action" not in given:
            raise ServiceError("MissingAction", "Could not find an action")
        if given["Action"] != OPERATION or given.get("Version") != VERSION:
            raise ServiceError(
                "InvalidAction", f"Could not find operation "
                f"{given['Action']} for version {given.get('Version')}")
        self.check(given)
        identity = self.identity(given)
        duration = int(given.get("DurationSeconds", 3600))
        lifetime = self.box.settings.sts.lifetime_s
        keys = self.box.mint(given["RoleArn"], duration if lifetime is None
                             else lifetime, given["RoleSessionName"])
        return "success", self.success(identity, given, keys)

    def check(self, given):
        for name, form in FORMS.items():
            if name not in given:
                if name != "DurationSeconds":
                    raise validation(name, "Member must not be null")
            elif not re.fullmatch(form, given[name], re.ASCII):
                raise validation(name, "Member must satisfy regular "
                                 f"expression pattern: {form}")
        for name in given:
            if name not in ("Action", "Version", "ProviderId", "Policy",
                            *FORMS):
                raise ServiceError("MalformedInput",
                                   f"Unknown parameter {name}")
        duration = int(given.get("DurationSeconds", 3600))
        if not 900 <= duration <= 43200:
            raise validation("DurationSeconds", "Member must have value "
                             "between 900 and 43200")
        if duration > self.box.settings.sts.max_session_s:
            raise ServiceError("ValidationError", "The requested "
                               "DurationSeconds exceeds the "
                               "MaxSessionDuration set for this role.")

    def identity(self, given):
        """Whose token it is."""
        identity = next((one for one in self.box.settings.sts.identities
                         if one.token == given["WebIdentityToken"]), None)
        if not identity:
            raise ServiceError("InvalidIdentityToken", "The token could not "
                               "be verified", "unknown token")
        if identity.expired:
            raise ServiceError("ExpiredTokenException", "Token expired: "
                               "current date/time must be before the "
                               "expiration date/time")
        if identity.role != given["RoleArn"] or not any(
                role.arn == identity.role
                for role in self.box.settings.roles):
            raise ServiceError("AccessDenied", "Not authorized to perform "
                               f"sts:{OPERATION}", status=403)
        return identity

    # Answers

    def wants_json(self):
        return "application/json" in self.headers.get("Accept", "")

    def success(self, identity, given, keys):
        arn = given["RoleArn"]
        account = arn.split(":")[4]
        expiration = keys.expires if self.wants_json() else iso(keys.expires)
        result = {
            "SubjectFromWebIdentityToken": identity.subject,
            "Audience": identity.audience,
            "AssumedRoleUser": {
                "Arn": f"arn:aws:sts::{account}:assumed-role/"
                       f"{role_name(arn)}/{keys.session}",
                "AssumedRoleId": f"AROACLKWSDQRAOEXAMPLE:{keys.session}"},
            "Credentials": {"SessionToken": keys.session_token,
                            "SecretAccessKey": keys.secret,
                            "Expiration": expiration,
                            "AccessKeyId": keys.access_key_id},
            "Provider": identity.provider}
        return self.written(OPERATION + "Response", {
            OPERATION + "Result": result,
            "ResponseMetadata": {"RequestId": self.request_id}}, 200)

    def error(self, error):
        status = error.status or 400
        content = {"Error": {"Type": "Sender", "Code": error.kind,
                             "Message": error.message},
                   "RequestId": self.request_id}
        if self.wants_json():
            return self.json(status, content)
        return self.written("ErrorResponse", content, status)

    def written(self, name, content, status):
        if self.wants_json():
            return self.json(status, {name: content})
        return self.answer(
            status, "text/xml",
            f'<{name} xmlns="{NAMESPACE}">\n{elements(content, "  ")}'
            f"</{name}>\n", x_amzn_RequestId=self.request_id)


def elements(table, indent):
    """Nested tables as XML elements."""
    lines = []
    for name, value in table.items():
        if isinstance(value, dict):
            lines.append(f"{indent}<{name}>\n{elements(value, indent + '  ')}"
                         f"{indent}</{name}>\n")
        else:
            text = xml.sax.saxutils.escape(str(value))
            lines.append(f"{indent}<{name}>{text}</{name}>\n")
    return "".join(lines)
