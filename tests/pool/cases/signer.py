# SPDX-License-Identifier: Apache-2.0
"""A signer for the tests: only what this client sends, POST / or a plain
path, with each piece open to be spoilt."""

import datetime
import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

KEY_ID = "AKIATESTPOOL00000000"
SECRET_KEY = "not/a/secret+of/anybody0000000000000000"


def _mac(key, text):
    mac = HMAC(key, hashes.SHA256())
    mac.update(text.encode())
    return mac.finalize()


def iso(unix):
    at = datetime.datetime.fromtimestamp(unix, datetime.timezone.utc)
    return at.strftime("%Y%m%dT%H%M%SZ")


def sign(headers, body, unix, key_id=KEY_ID, secret=SECRET_KEY, token=None,
         region="eu-west-1", service="cognito-idp", method="POST", path="/",
         leave_out=(), day=None, terminator="aws4_request"):
    """The headers with X-Amz-Date and Authorization added."""
    at = iso(unix)
    headers = {**headers, "X-Amz-Date": at}
    if token is not None:
        headers["X-Amz-Security-Token"] = token
    signed = {name.lower(): value for name, value in headers.items()
              if name.lower() not in leave_out}
    names = ";".join(sorted(signed))
    lines = [method, path, ""]
    lines += [f"{name}:{signed[name]}" for name in sorted(signed)]
    lines += ["", names, headers.get("X-Amz-Content-Sha256")
              or hashlib.sha256(body).hexdigest()]
    scope = "/".join((day or at[:8], region, service, terminator))
    text = "\n".join(("AWS4-HMAC-SHA256", at, scope, hashlib.sha256(
        "\n".join(lines).encode()).hexdigest()))
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={_mac(key, text).hex()}")
    return headers
