# SPDX-License-Identifier: Apache-2.0
"""InitiateAuth and RespondToAuthChallenge."""

from pool import challenges, proof, request, srp
from pool.errors import (ServiceError, invalid_parameter, missing_parameter,
                         not_authorized)
from pool.request import check_keys
from pool.seed import CHALLENGES
from pool.sessions import Login
from pool.state import check_secret_hash
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
    if flow == "CUSTOM_AUTH":
        raise invalid_parameter("Custom auth lambda trigger is not "
                                "configured for the user pool.")
    allowed = "ALLOW_" + ("REFRESH_TOKEN_AUTH" if flow == "REFRESH_TOKEN"
                          else flow)
    if allowed not in client.explicit_auth_flows:
        raise invalid_parameter(f"{flow} is not enabled for the client.")
    parameters = call.body.get("AuthParameters", {})
    if flow == "USER_SRP_AUTH":
        return start_srp(pool, call, client, parameters)
    if flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        return refresh(pool, client, parameters)
    raise invalid_parameter(f"The test pool cannot do {flow}")


def start_srp(pool, call, client, parameters):
    check_keys(parameters, "AuthParameters", ("USERNAME", "SRP_A"),
                ("SECRET_HASH", "DEVICE_KEY"))
    typed = parameters["USERNAME"]
    request.name(typed, "username")
    check_secret_hash(client, parameters.get("SECRET_HASH"), typed)
    a_public = srp.parse_public(parameters["SRP_A"])
    if a_public is None:
        raise invalid_parameter("SRP_A is not valid", "bad SRP_A")
    user = pool.users.find(typed)
    if not user and not pool.hides_users(client):
        raise user_not_found()
    if user and user.knobs.early_tokens:
        return {"AuthenticationResult": pool.tokens.sign_in(
            Login(user, client, user.username)), "ChallengeParameters": {}}
    if (user and not user.enabled
            and pool.settings.disabled_at == "initiate"):
        raise not_authorized("User is disabled.")
    return proof.password_challenge(pool, client, user, typed, a_public)


def refresh(pool, client, parameters):
    check_keys(parameters, "AuthParameters", ("REFRESH_TOKEN",),
                ("SECRET_HASH", "DEVICE_KEY"))
    if client.refresh_rotation:
        raise ServiceError("UnsupportedOperationException",
                           "Refresh token rotation is enabled for the "
                           "client")
    grant = pool.tokens.check_refresh(parameters["REFRESH_TOKEN"], client)
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
