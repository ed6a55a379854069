# SPDX-License-Identifier: Apache-2.0
"""Errors as the service names them."""

# The status that the API model gives to a type.  The real service was seen
# to answer 400 to nearly all of them; see the pool knob "error_style".
MODEL_STATUS = {
    "NotAuthorizedException": 403,
    "ForbiddenException": 403,
    "UserNotFoundException": 404,
    "ResourceNotFoundException": 404,
    "TooManyRequestsException": 429,
    "UnauthorizedException": 401,
    "InternalErrorException": 500,
}


# Types whose answer names the text "Message", in whatever style.
CAPITAL_MESSAGE = ("AccessDeniedException",)


class ServiceError(Exception):
    """An answer that is an error: a type and a message of the service.

    `reason` is for the log only: the pool's own word on what was wrong,
    where the service's message hides it on purpose.
    """

    def __init__(self, kind, message, reason=None, status=None):
        super().__init__(kind, message)
        self.kind = kind
        self.message = message
        self.reason = reason
        self.status = status


def not_authorized(message, reason=None):
    return ServiceError("NotAuthorizedException", message, reason)


def wrong_password(reason):
    """What every failed proof looks like from outside."""
    return not_authorized("Incorrect username or password.", reason)


def invalid_parameter(message, reason=None):
    return ServiceError("InvalidParameterException", message, reason)


def missing_parameter(name):
    return invalid_parameter(f"Missing required parameter {name}")


def malformed(message):
    """The request is not of the operation's shape.

    The service overlooks unknown members; a test pool does not, because a
    client that sends them has a mistake somewhere.
    """
    return ServiceError("SerializationException", message)
