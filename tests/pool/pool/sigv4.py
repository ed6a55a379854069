# SPDX-License-Identifier: Apache-2.0
"""AWS Signature Version 4, the side that verifies.

Written from the AWS documentation ("Create a signed AWS API request",
"Authenticating Requests: Using the Authorization Header") and held against
the signatures of two independent signers in tests/vectors/sigv4.json.

What is refused is told by a cause; each service has its own names for
them.
"""

import calendar
import dataclasses
import hashlib
import hmac
import re
import time
import urllib.parse

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
DATE_FORM = re.compile(r"\d{8}T\d{6}Z")
KEY_ID_FORM = re.compile(r"\w{16,128}")
SIGNATURE_FORM = re.compile(r"[0-9a-f]{64}")
PARTS = ("Credential", "Signature", "SignedHeaders")
NO_MATCH = ("The request signature we calculated does not match the "
            "signature you provided. Check your AWS Secret Access Key and "
            "signing method. Consult the service documentation for details.")


class Refused(Exception):
    """Why a signature is not accepted.

    `cause` is one of missing, incomplete, scope, unsigned_header, skewed,
    unknown_key, wrong_token, expired_key, payload, signature; `reason` is
    for the log only.
    """

    def __init__(self, cause, message, reason=None):
        super().__init__(cause, message)
        self.cause = cause
        self.message = message
        self.reason = reason


@dataclasses.dataclass
class Request:
    """What a signature covers."""
    method: str
    target: str        # path and query as sent
    headers: list      # of (name, value), in their order
    body: bytes

    def values(self, name):
        return [value for sent, value in self.headers
                if sent.lower() == name]

    def value(self, name):
        """A header that may stand once; None when it is not there."""
        found = self.values(name)
        return found[0] if len(found) == 1 else None


@dataclasses.dataclass
class Claim:
    """What an Authorization header says."""
    access_key_id: str
    scope: list        # date, region, service, terminator
    signed: list       # names of headers
    signature: str
    at: str            # X-Amz-Date


@dataclasses.dataclass
class Rules:
    """What a service wants of a signature."""
    region: str
    service: str
    tolerance_s: float = 300
    # Everything but S3 encodes the path twice.
    encode_twice: bool = True
    # S3 tells the body's hash in X-Amz-Content-Sha256.
    payload_header: bool = False


# Reading the header

def parse(request):
    """The Claim of a request, or Refused."""
    text = request.value("authorization")
    if text is None:
        raise Refused("missing", "Missing Authentication Token")
    algorithm, _, rest = text.strip().partition(" ")
    if algorithm != ALGORITHM:
        raise Refused("incomplete", f"Unsupported AWS 'algorithm': "
                      f"'{algorithm}'.")
    fields = {}
    for item in rest.split(","):
        name, equals, value = item.strip().partition("=")
        if not equals or name in fields:
            raise Refused("incomplete", f"'{item.strip()}' not a valid "
                          "key=value pair (missing equal-sign) in "
                          f"Authorization header: '{text}'.")
        fields[name] = value
    at = request.value("x-amz-date")
    missing = [f"Authorization header requires '{part}' parameter."
               for part in PARTS if not fields.get(part)]
    if at is None or not DATE_FORM.fullmatch(at):
        missing.append("Authorization header requires existence of either "
                       "a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise Refused("incomplete", " ".join([*missing, f"Authorization="
                                              f"{text}"]))
    scope = fields["Credential"].split("/")
    if len(scope) != 5 or not KEY_ID_FORM.fullmatch(scope[0]):
        raise Refused("incomplete", "Credential must have exactly 5 "
                      "slash-delimited elements, e.g. "
                      "keyid/date/region/service/term, got "
                      f"'{fields['Credential']}'")
    return Claim(scope[0], scope[1:], fields["SignedHeaders"].split(";"),
                 fields["Signature"], at)


def check_scope(claim, rules):
    """The credential has to be for this service, region and day."""
    date, region, service, terminator = claim.scope
    faults = []
    if region != rules.region:
        faults.append("Credential should be scoped to a valid region, not "
                      f"'{region}'. ")
    if service != rules.service:
        faults.append("Credential should be scoped to correct service: "
                      f"'{rules.service}'. ")
    if terminator != TERMINATOR:
        faults.append("Credential should be scoped with a valid "
                      f"terminator: '{TERMINATOR}', not '{terminator}'. ")
    if date != claim.at[:8]:
        faults.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
            f"version of date from HTTP: '{date}' != '{claim.at[:8]}', from "
            f"'{claim.at}'.")
    if faults:
        raise Refused("scope", "".join(faults))


def check_signed_headers(request, claim):
    """host, content-type and all x-amz-* have to be among the signed."""
    if claim.signed != sorted(set(claim.signed)) or any(
            name != name.lower() for name in claim.signed):
        raise Refused("signature", NO_MATCH, "form of SignedHeaders")
    if "host" not in claim.signed:
        raise Refused("unsigned_header", "'Host' or ':authority' must be a "
                      "'SignedHeader' in the AWS Authorization.")
    for name in {sent.lower() for sent, _ in request.headers}:
        wanted = name == "content-type" or name.startswith("x-amz-")
        if wanted and name not in claim.signed:
            raise Refused("unsigned_header", f"'{name}' must be a "
                          "'SignedHeader' in the AWS Authorization.")
    for name in claim.signed:
        if not request.values(name):
            raise Refused("signature", NO_MATCH, f"no header {name}")


def unix_time(text):
    try:
        return calendar.timegm(time.strptime(text, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise Refused("incomplete", f"Date '{text}' is not valid.") from None


def stamp(unix):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(unix))


def check_age(claim, rules, now):
    minutes = round(rules.tolerance_s / 60)
    at = unix_time(claim.at)
    if at < now - rules.tolerance_s:
        raise Refused("skewed", f"Signature expired: {claim.at} is now "
                      f"earlier than {stamp(now - rules.tolerance_s)} "
                      f"({stamp(now)} - {minutes} min.)")
    if at > now + rules.tolerance_s:
        raise Refused("skewed", f"Signature not yet current: {claim.at} is "
                      f"still later than {stamp(now + rules.tolerance_s)} "
                      f"({stamp(now)} + {minutes} min.)")


# Calculating

def encode(text):
    """Percent-encoding of all but the unreserved characters."""
    return urllib.parse.quote(text, safe="-_.~")


def canonical_query(query):
    """Names and values encoded once, sorted by their encoded text."""
    pairs = []
    for item in query.split("&") if query else []:
        name, _, value = item.partition("=")
        pairs.append((encode(urllib.parse.unquote(name)),
                      encode(urllib.parse.unquote(value))))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def canonical_path(path, twice):
    if not twice:
        path = urllib.parse.unquote(path)
    return urllib.parse.quote(path or "/", safe="/-_.~")


def canonical_headers(request, names):
    lines = []
    for name in names:
        values = [re.sub(" +", " ", value.strip(" "))
                  for value in request.values(name)]
        lines.append(name + ":" + ",".join(values) + "\n")
    return "".join(lines)


def canonical_request(request, signed, payload_hash, twice=True):
    path, _, query = request.target.partition("?")
    return "\n".join([
        request.method, canonical_path(path, twice), canonical_query(query),
        canonical_headers(request, signed), ";".join(signed), payload_hash])


def string_to_sign(at, scope, canonical):
    # Header values are bytes of the wire, read as Latin-1.
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    return "\n".join([ALGORITHM, at, "/".join(scope), digest])


def signature(secret, scope, text):
    key = ("AWS4" + secret).encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def payload_hash(request, rules):
    """The hash that was signed, which has to be the body's."""
    actual = hashlib.sha256(request.body).hexdigest()
    if not rules.payload_header:
        return actual
    told = request.value("x-amz-content-sha256")
    if told not in (actual, UNSIGNED):
        raise Refused("payload", "The provided 'x-amz-content-sha256' "
                      "header does not match what was computed.")
    return told


def check_signature(request, claim, secret, rules):
    """Raise unless the signature is of this request and secret."""
    canonical = canonical_request(request, claim.signed,
                                  payload_hash(request, rules),
                                  rules.encode_twice)
    right = signature(secret, claim.scope,
                      string_to_sign(claim.at, claim.scope, canonical))
    if not (SIGNATURE_FORM.fullmatch(claim.signature)
            and hmac.compare_digest(right, claim.signature)):
        raise Refused("signature", NO_MATCH,
                      f"signature, over {canonical!r}")


def verify(request, rules, now, find_key):
    """Who signed this request: what find_key(access key id, session token
    or None) gives, an object with a `secret`; or Refused, of find_key's
    too."""
    claim = parse(request)
    check_scope(claim, rules)
    check_signed_headers(request, claim)
    check_age(claim, rules, now)
    if len(request.values("x-amz-security-token")) > 1:
        raise Refused("signature", NO_MATCH, "two security tokens")
    signer = find_key(claim.access_key_id,
                      request.value("x-amz-security-token"))
    check_signature(request, claim, signer.secret, rules)
    return signer
