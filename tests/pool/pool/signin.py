# SPDX-License-Identifier: Apache-2.0
"""InitiateAuth and RespondToAuthChallenge."""

from pool import challenges, proof, request, srp
from pool.errors import (ServiceError, invalid_parameter, missing_parameter,
                         not_authorized, wrong_password)
from pool.request import check_keys
from pool.seed import CHALLENGES
from pool.sessions import Login
from pool.state import check_secret_hash
from pool.steps import next_step
from pool.users import user_not_found

FLOWS = ("USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN",
         "CUSTOM_AUTH", "ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH",
         "ADMIN_USER_PASSWORD_AUTH", "USER_AUTH")


def initiate_auth(pool, call):
    client = pool.client(call.body["ClientId"])
    flow = call.body["AuthFlow"]
    if flow not in FLOWS:
        raise request.constraint(
            "AuthFlow", "Member must satisfy enum value set: ["
            + ", ".join(FLOWS) + "]")
    if flow == "CUSTOM_AUTH" and not has_custom_challenges(pool):
        raise invalid_parameter("Custom auth lambda trigger is not "
                                "configured for the user pool.")
    allowed = "ALLOW_" + ("REFRESH_TOKEN_AUTH" if flow == "REFRESH_TOKEN"
                          else flow)
    if allowed not in client.explicit_auth_flows:
        raise invalid_parameter(f"{flow} is not enabled for the client.")
    parameters = call.body.get("AuthParameters", {})
    if flow == "USER_SRP_AUTH":
        return start_srp(pool, client, parameters)
    if flow == "CUSTOM_AUTH":
        return start_custom(pool, client, parameters)
    if flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        return refresh(pool, client, parameters)
    raise invalid_parameter(f"The test pool cannot do {flow}")


def has_custom_challenges(pool):
    """Without any the pool's owner has no Lambda for them."""
    return bool(pool.settings.custom_challenge) or any(
        user.knobs.custom_challenge for user in pool.users)


def person(pool, client, parameters):
    """What was typed, and whose name that is; None: hidden."""
    typed = parameters["USERNAME"]
    request.name(typed, "username")
    check_secret_hash(client, parameters.get("SECRET_HASH"), typed)
    user = pool.users.find(typed)
    if not user and not pool.hides_users(client):
        raise user_not_found()
    return typed, user


def start_custom(pool, client, parameters):
    """Questions of the pool's owner, after the password if it is to be
    checked first."""
    if "SRP_A" in parameters:
        if parameters.get("CHALLENGE_NAME") != "SRP_A":
            raise missing_parameter("CHALLENGE_NAME")
        return start_srp(pool, client, parameters, "CUSTOM_AUTH",
                         "CHALLENGE_NAME")
    check_keys(parameters, "AuthParameters", ("USERNAME",),
               ("SECRET_HASH", "DEVICE_KEY"))
    _, user = person(pool, client, parameters)
    if not user:
        raise wrong_password("no such user")
    proof.check_status(pool, client, user)
    proof.check_may_enter(user)
    return next_step(pool, Login(user, client, user.username,
                                 "CUSTOM_AUTH"))


def start_srp(pool, client, parameters, flow="USER_SRP_AUTH", *more):
    check_keys(parameters, "AuthParameters", ("USERNAME", "SRP_A"),
               ("SECRET_HASH", "DEVICE_KEY", *more))
    typed, user = person(pool, client, parameters)
    a_public = srp.parse_public(parameters["SRP_A"])
    if a_public is None:
        raise invalid_parameter("SRP_A is not valid", "bad SRP_A")
    if user and user.knobs.early_tokens:
        return {"AuthenticationResult": pool.tokens.sign_in(
            Login(user, client, user.username)), "ChallengeParameters": {}}
    if (user and not user.enabled
            and pool.settings.disabled_at == "initiate"):
        raise not_authorized("User is disabled.")
    return proof.password_challenge(pool, client, user, typed, a_public,
                                    flow)


def refresh(pool, client, parameters):
    check_keys(parameters, "AuthParameters", ("REFRESH_TOKEN",),
                ("SECRET_HASH", "DEVICE_KEY"))
    if client.refresh_rotation:
        raise ServiceError("UnsupportedOperationException",
                           "Refresh token rotation is enabled for the "
                           "client")
    grant = pool.tokens.check_refresh(parameters["REFRESH_TOKEN"], client,
                                      parameters.get("DEVICE_KEY"))
    given = parameters.get("SECRET_HASH")
    try:
        check_secret_hash(client, given, grant.user.username)
    except ServiceError:
        if given is None or not client.secret:
            raise
        raise not_authorized("SecretHash does not match for the client: "
                             f"{client.id}") from None
    if not grant.user.enabled:
        raise not_authorized("User is disabled.")
    return {"AuthenticationResult": pool.tokens.refresh(grant),
            "ChallengeParameters": {}}


def respond_to_auth_challenge(pool, call):
    client = pool.client(call.body["ClientId"])
    name = call.body["ChallengeName"]
    if name not in CHALLENGES:
        raise request.constraint(
            "ChallengeName", "Member must satisfy enum value set: ["
            + ", ".join(CHALLENGES) + "]")
    responses = call.body.get("ChallengeResponses", {})
    if not responses.get("USERNAME"):
        raise missing_parameter("USERNAME")
    if name == "PASSWORD_VERIFIER":
        return proof.answer_password(pool, call, client, responses)
    return challenges.answer(pool, call, client, name, responses)
