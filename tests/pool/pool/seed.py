# SPDX-License-Identifier: Apache-2.0
"""The seed: what a pool starts with, read from JSON.

The dataclasses are the format; README.md explains each key.  An unknown
key, a missing one or a value of the wrong kind is a SeedError that names
the place, because a misspelt knob would silently test nothing.
"""

import dataclasses
import json
import re

from pool import srp, totp
from pool.rates import CATEGORIES, CATEGORY_OF

CHALLENGES = (
    "SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE",
    "MFA_SETUP", "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", "SELECT_CHALLENGE",
    "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER", "ADMIN_NO_SRP_AUTH",
    "NEW_PASSWORD_REQUIRED", "SMS_OTP", "PASSWORD", "WEB_AUTHN",
    "PASSWORD_SRP")
FACTORS = ("SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP", "SMS_OTP")
STATUSES = ("CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED",
            "UNCONFIRMED")
# Nobody signs in with a password in one of these.
OTHER_STATUSES = ("EXTERNAL_PROVIDER", "ARCHIVED", "COMPROMISED", "UNKNOWN")
FLOWS = ("ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
ERROR_STYLES = ("plain", "namespaced", "capital_message", "header_only",
                "body_only", "model_status")
FAULTS = ("delay", "hold", "reset", "close", "truncate", "status", "body", "error",
          "throttle", "redirect", "drip", "headers", "gzip", "close_before",
          "close_after", "endless", "length", "version")
ALIASES = ("email", "phone_number", "preferred_username")


class SeedError(Exception):
    """What is wrong with a seed, and where."""


# Checks: each takes a JSON value and its place, and returns what to keep.

def text(value, place):
    if not isinstance(value, str):
        raise SeedError(f"{place}: a string is wanted")
    return value


def flag(value, place):
    if not isinstance(value, bool):
        raise SeedError(f"{place}: true or false is wanted")
    return value


def number(value, place):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SeedError(f"{place}: a number is wanted")
    return value


def whole(value, place):
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SeedError(f"{place}: a whole number is wanted")
    return value


def anything(value, _place):
    return value


def one_of(*allowed):
    def check(value, place):
        if value not in allowed:
            raise SeedError(f"{place}: {value!r} is none of "
                            + ", ".join(allowed))
        return value
    return check


def hexadecimal(value, place):
    if not re.fullmatch("-?[0-9A-Fa-f]+", text(value, place)):
        raise SeedError(f"{place}: hexadecimal digits are wanted")
    return int(value, 16)


def base32(value, place):
    try:
        totp.decode_secret(text(value, place))
    except ValueError:
        raise SeedError(f"{place}: base32 is wanted") from None
    return value


def pool_id(value, place):
    if not re.fullmatch(r"[a-z]+(-[a-z]+)+-[0-9]+_[0-9A-Za-z]+",
                        text(value, place)):
        raise SeedError(f"{place}: an id like eu-west-1_Abc is wanted")
    return value


def above_zero(value, place):
    if whole(value, place) < 1:
        raise SeedError(f"{place}: a number above zero is wanted")
    return value


def custom_name(value, place):
    if not text(value, place).startswith(("custom:", "dev:")):
        raise SeedError(f"{place}: a name like custom:uid is wanted")
    return value


def one_or_list(check):
    """A list of things, or one of them alone."""
    def check_either(value, place):
        if isinstance(value, list):
            return list_of(check)(value, place)
        return [check(value, place)]
    return check_either


def key_id(value, place):
    if not re.fullmatch(r"\w{16,128}", text(value, place), re.ASCII):
        raise SeedError(f"{place}: an id of 16 letters or digits is wanted")
    return value


def role_arn(value, place):
    if not re.fullmatch(r"arn:aws:iam::[0-9]{12}:role/[\w+=,.@/-]+",
                        text(value, place), re.ASCII):
        raise SeedError(f"{place}: arn:aws:iam::123456789012:role/NAME is "
                        "wanted")
    return value


def list_of(check):
    def check_list(value, place):
        if not isinstance(value, list):
            raise SeedError(f"{place}: a list is wanted")
        return [check(item, f"{place}[{i}]") for i, item in enumerate(value)]
    return check_list


def table_of(check):
    def check_table(value, place):
        if not isinstance(value, dict):
            raise SeedError(f"{place}: an object is wanted")
        return {name: check(item, f"{place}.{name}")
                for name, item in value.items()}
    return check_table


def text_or_null(value, place):
    return None if value is None else text(value, place)


def attribute(value, place):
    """Attributes are strings on the wire; booleans are allowed here."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value, place)


def which(value, place):
    """Which occurrences: a number, a list of them, "all", or a range."""
    if value == "all":
        return value
    if isinstance(value, dict):
        return record(Range)(value, place)
    if isinstance(value, list):
        return list_of(whole)(value, place)
    return [whole(value, place)]


def record(cls):
    """A check that builds a dataclass from an object, key by key."""
    known = {field.name: field for field in dataclasses.fields(cls)}

    def check_record(value, place):
        values = check_changes(cls, value, place)
        for name, field in known.items():
            if name not in value and is_required(field):
                raise SeedError(f"{place}: {name!r} is missing")
        return cls(**values)
    return check_record


def is_required(field):
    return (field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING)


def member(check, *default, make=None):
    """A field of a seed record: its check, and its default if it has one."""
    options = {"metadata": {"check": check}}
    if make:
        options["default_factory"] = make
    elif default:
        options["default"] = default[0]
    return dataclasses.field(**options)


def records(cls):
    return member(list_of(record(cls)), make=list)


@dataclasses.dataclass
class PasswordPolicy:
    minimum_length: int = member(whole, 8)
    require_uppercase: bool = member(flag, False)
    require_lowercase: bool = member(flag, False)
    require_numbers: bool = member(flag, False)
    require_symbols: bool = member(flag, False)
    history: int = member(whole, 0)  # earlier passwords that are refused


@dataclasses.dataclass
class Lockout:
    after: int = member(whole, 5)     # this failure is the first that locks
    base_s: float = member(number, 1)  # doubles each time; 0: no lock
    max_s: float = member(number, 900)
    forget_s: float = member(number, 900)  # the count starts anew after this


@dataclasses.dataclass
class PerHour:
    """How often each user may, by operation."""
    ChangePassword: int = member(whole, 5)
    ForgotPassword: int = member(whole, 20)  # ConfirmForgotPassword too
    ResendConfirmationCode: int = member(whole, 5)
    ConfirmSignUp: int = member(whole, 15)


@dataclasses.dataclass
class CustomRound:
    """One question of a custom challenge."""
    parameters: dict = member(table_of(text), make=dict)
    answer: str = member(text_or_null, None)  # null: none is right
    tries: int = member(whole, 3)             # 0: asked without end


@dataclasses.dataclass
class SchemaSeed:
    """A custom attribute that the pool declares."""
    name: str = member(custom_name)
    type: str = member(
        one_of("String", "Number", "DateTime", "Boolean"), "String")
    mutable: bool = member(flag, True)
    min: str = member(text, "")   # least length or value
    max: str = member(text, "")


@dataclasses.dataclass
class PoolSeed:
    id: str = member(pool_id)
    mfa: str = member(one_of("OFF", "OPTIONAL", "ON"), "OPTIONAL")
    prevent_user_existence_errors: bool = member(flag, True)
    alias_attributes: list = member(list_of(one_of(*ALIASES)), make=list)
    username_attributes: list = member(
        list_of(one_of("email", "phone_number")), make=list)
    case_sensitive: bool = member(flag, True)
    name: str = member(text, "test pool")
    schema: list = member(list_of(record(SchemaSeed)), make=list)
    required_attributes: list = member(list_of(text), make=list)
    sign_up: bool = member(flag, True)
    issuer_type: str = member(one_of("", "ORIGINAL", "UPDATED"), "")
    password_policy: PasswordPolicy = member(
        record(PasswordPolicy), make=PasswordPolicy)
    per_hour: PerHour = member(record(PerHour), make=PerHour)
    lockout: Lockout = member(record(Lockout), make=Lockout)
    issuer: str = member(text, "")
    account: str = member(text, "123456789012")  # in ARNs
    mfas_can_setup: list = member(
        list_of(one_of(*FACTORS)), make=lambda: ["SOFTWARE_TOKEN_MFA"])
    # How a wrong code in VerifySoftwareToken is told.
    enrolment_error: str = member(
        one_of("exception", "mismatch", "status"), "exception")
    # An authenticator that was verified with an access token counts only
    # once SetUserMFAPreference says so.
    mfa_needs_preference: bool = member(flag, False)
    devices: str = member(one_of("", "always", "opt_in"), "")
    custom_challenge: list = member(list_of(record(CustomRound)), make=list)
    sessions_per_user: int = member(whole, 0)  # 0: no end
    mfa_setup_ends_in: str = member(one_of("tokens", "challenge"), "tokens")
    # Times, all in seconds of the service's clock.
    date_offset_s: float = member(number, 0)
    timestamp_tolerance_s: float = member(number, 300)
    proof_limit_s: float = member(number, 5)
    session_s: float = member(number, 180)
    # How lists come, and how fast.
    short_pages: list = member(list_of(whole), make=list)
    page_token_s: float = member(number, 3600)
    rates: dict = member(table_of(number), make=dict)
    # How the service words things.
    first_session: bool = member(flag, False)
    simulated_salt_negative: bool = member(flag, False)
    disabled_at: str = member(one_of("initiate", "proof"), "proof")
    error_style: list = member(list_of(one_of(*ERROR_STYLES)), make=list)
    # Below the protocol.
    keep_alive_s: float = member(number, 120)
    tls_max: str = member(one_of("1.2", "1.3"), "1.3")


@dataclasses.dataclass
class ClientSeed:
    id: str = member(text)
    secret: str = member(text, "")
    name: str = member(text, "client")
    # None: the standard attributes, and the service shows nothing.
    read_attributes: list = member(list_of(text), None)
    write_attributes: list = member(list_of(text), None)
    explicit_auth_flows: list = member(
        list_of(text), make=lambda: list(FLOWS))
    # Without a value of its own, the pool's counts.
    prevent_user_existence_errors: object = member(flag, None)
    access_token_s: int = member(whole, 3600)
    id_token_s: int = member(whole, 3600)
    refresh_token_s: int = member(whole, 30 * 86400)
    token_revocation: bool = member(flag, True)
    refresh_rotation: bool = member(flag, False)
    rotation_grace_s: float = member(number, 0)
    reuse_revokes: bool = member(flag, False)


@dataclasses.dataclass
class TokenKnobs:
    """Ways to break a user's tokens on purpose."""
    claims: dict = member(table_of(anything), make=dict)
    access_claims: dict = member(table_of(anything), make=dict)
    header: dict = member(table_of(anything), make=dict)
    use: str = member(one_of("id", "access"), "id")
    key: str = member(
        one_of("own", "foreign", "unknown_kid", "swapped"), "own")
    alg: str = member(one_of("RS256", "none", "HS256"), "RS256")
    omit: list = member(list_of(text), make=list)
    id_token: str = member(text, "")


@dataclasses.dataclass
class UserSeed:
    username: str = member(text)
    password: str = member(text, "")
    verifier: int = member(hexadecimal, None)
    salt: int = member(hexadecimal, None)
    status: str = member(one_of(*STATUSES, *OTHER_STATUSES), "CONFIRMED")
    enabled: bool = member(flag, True)
    sub: str = member(text, "")
    attributes: dict = member(table_of(attribute), make=dict)
    required_attributes: list = member(list_of(text), make=list)
    groups: list = member(list_of(text), make=list)
    mfa: list = member(list_of(one_of(*FACTORS)), None)
    preferred_mfa: str = member(one_of("", *FACTORS), "")
    totp_secret: str = member(base32, "")
    sms_code: str = member(text, "")
    email_code: str = member(text, "")
    reset_code: str = member(text, "246810")
    confirm_code: str = member(text, "")  # without it the one above
    # Knobs.
    password_history: list = member(list_of(text), make=list)
    temporary_password_expired: bool = member(flag, False)
    force_challenge: str = member(text, "")
    parameters: dict = member(table_of(table_of(text_or_null)), make=dict)
    custom_challenge: list = member(list_of(record(CustomRound)), None)
    early_tokens: bool = member(flag, False)
    token: TokenKnobs = member(record(TokenKnobs), make=TokenKnobs)


@dataclasses.dataclass
class GroupSeed:
    name: str = member(text)
    description: str = member(text, "")
    precedence: int = member(whole, None)
    role_arn: str = member(text, "")


@dataclasses.dataclass
class Every:
    """Which of the generated users: by the number in their names."""
    every: int = member(above_zero, 1)
    rest: int = member(whole, 0)   # of the number divided by `every`
    first: int = member(whole, None)
    last: int = member(whole, None)


@dataclasses.dataclass
class GenerateSeed:
    """Many users that differ by a number."""
    count: int = member(whole)
    prefix: str = member(text, "u")
    first: int = member(whole, 1)
    digits: int = member(whole, 0)  # zeros in front up to so many
    password: str = member(text, "")
    status: str = member(one_of(*STATUSES, *OTHER_STATUSES), "CONFIRMED")
    attributes: dict = member(table_of(attribute), make=dict)
    groups: dict = member(table_of(record(Every)), make=dict)
    disabled: object = member(record(Every), None)


@dataclasses.dataclass
class IamKeySeed:
    """An access key of a person or program that may administer."""
    access_key_id: str = member(key_id)
    secret: str = member(text)
    name: str = member(text, "tester")  # as in arn:aws:iam::...:user/tester
    session_token: str = member(text, "")
    expires_s: float = member(number, None)  # after the seed was read
    allow: list = member(list_of(text), make=lambda: ["cognito-idp:*"])


@dataclasses.dataclass
class RoleSeed:
    """A role whose temporary keys another program hands out."""
    arn: str = member(role_arn)
    mint: str = member(text)  # the word that both programs know
    allow: list = member(list_of(text), make=lambda: ["cognito-idp:*"])


@dataclasses.dataclass
class Range:
    first: int = member(whole)
    last: int = member(whole, None)  # without it: no end


@dataclasses.dataclass
class FaultSeed:
    operation: str = member(text)
    do: str = member(one_of(*FAULTS))
    nth: object = member(which, "all")
    challenge: str = member(text, "")  # only answers to this challenge
    username: str = member(text, "")   # only calls that type this name
    page: int = member(whole, None)    # only calls for this page of a list
    path: str = member(text, "")       # only requests for this path
    after: bool = member(flag, False)  # carry the operation out first
    ms: float = member(number, 100)
    status: int = member(whole, None)
    body: str = member(text, None)
    content_type: str = member(text, "application/x-amz-json-1.1")
    type: str = member(text, "InternalErrorException")
    message: str = member(text, "Something went wrong")
    location: str = member(text, "")
    bytes: int = member(whole, None)
    headers: dict = member(table_of(text), make=dict)
    count: int = member(whole, 0)
    version: int = member(whole, 0)    # of a bucket's object


@dataclasses.dataclass
class Seed:
    pool: PoolSeed = member(record(PoolSeed))
    clients: list = records(ClientSeed)
    users: list = records(UserSeed)
    generate: list = member(one_or_list(record(GenerateSeed)), make=list)
    groups: list = records(GroupSeed)
    iam: list = records(IamKeySeed)
    roles: list = records(RoleSeed)
    faults: list = records(FaultSeed)


def check_user(user, place):
    """Rules between the keys of one user."""
    if (user.verifier is None) != (user.salt is None):
        raise SeedError(f"{place}: verifier and salt go together")
    if user.verifier is not None and not 0 <= user.verifier < srp.N:
        raise SeedError(f"{place}.verifier: not below N")
    codes = {"SOFTWARE_TOKEN_MFA": "totp_secret", "SMS_MFA": "sms_code",
             "SMS_OTP": "sms_code", "EMAIL_OTP": "email_code"}
    for factor in user.mfa or []:
        if not getattr(user, codes[factor]):
            raise SeedError(f"{place}: {factor} needs {codes[factor]!r}")


def check_rates(rates):
    for name in rates:
        if name not in CATEGORIES and name not in CATEGORY_OF:
            raise SeedError(f"pool.rates: unknown category {name!r}")


def unique(items, name, place):
    seen = set()
    for item in items:
        value = getattr(item, name)
        if value in seen:
            raise SeedError(f"{place}: {value!r} stands there twice")
        seen.add(value)


def parse(value):
    """A Seed from decoded JSON."""
    seed = record(Seed)(value, "seed")
    for i, user in enumerate(seed.users):
        check_user(user, f"seed.users[{i}]")
    check_rates(seed.pool.rates)
    if seed.generate and seed.pool.username_attributes:
        raise SeedError("seed.generate: not with username_attributes")
    unique(seed.users, "username", "seed.users")
    unique(seed.clients, "id", "seed.clients")
    unique(seed.groups, "name", "seed.groups")
    unique(seed.iam, "access_key_id", "seed.iam")
    unique(seed.roles, "arn", "seed.roles")
    return seed


def parse_user(value, place):
    """One user's record, as the control calls bring it."""
    user = record(UserSeed)(value, place)
    check_user(user, place)
    return user


def check_changes(cls, value, place):
    """Checked values for some of a record's keys."""
    known = {field.name: field for field in dataclasses.fields(cls)}
    for name in table_of(anything)(value, place):
        if name not in known:
            raise SeedError(f"{place}: unknown key {name!r}")
    return {name: known[name].metadata["check"](item, f"{place}.{name}")
            for name, item in value.items()}


def parse_faults(value, place):
    return list_of(record(FaultSeed))(value, place)


def parse_group(value, place):
    return record(GroupSeed)(value, place)


def parse_iam(value, place):
    return list_of(record(IamKeySeed))(value, place)


def parse_roles(value, place):
    return list_of(record(RoleSeed))(value, place)


def no_duplicates(pairs):
    """For json.loads: an object that names a key twice is a mistake."""
    table = dict(pairs)
    if len(table) != len(pairs):
        raise SeedError("a key stands twice in one object")
    return table


def load(path):
    """The JSON of a file, for parse()."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file, object_pairs_hook=no_duplicates)
    except (OSError, ValueError) as error:
        raise SeedError(f"{path}: {error}") from error
