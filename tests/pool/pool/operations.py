# SPDX-License-Identifier: Apache-2.0
"""The operations by name."""

from pool import challenges, request, signin
from pool.errors import ServiceError

OPERATIONS = {
    "InitiateAuth": signin.initiate_auth,
    "RespondToAuthChallenge": signin.respond_to_auth_challenge,
    "AssociateSoftwareToken": challenges.associate_software_token,
    "VerifySoftwareToken": challenges.verify_software_token,
}


def perform(pool, call):
    """Carry out a call: the result, or a ServiceError."""
    if call.operation not in OPERATIONS:
        raise ServiceError("UnknownOperationException", "")
    if request.SHAPES[call.operation].signed and not call.signed:
        raise ServiceError("MissingAuthenticationTokenException",
                           "Missing Authentication Token")
    request.check(call.operation, call.body)
    with pool.lock:
        return OPERATIONS[call.operation](pool, call)


def outcome_of(result):
    """The word for the log: what a successful call led to."""
    return result.get("ChallengeName") or "success"
