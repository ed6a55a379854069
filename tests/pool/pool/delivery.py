# SPDX-License-Identifier: Apache-2.0
"""Where codes go, and how addresses are masked on the way."""

from pool.errors import invalid_parameter


def masked_phone(user):
    number = user.attributes.get("phone_number", "+15550001234")
    return "+" + "*" * (len(number) - 5) + number[-4:]


def masked_email(user):
    local, _, domain = user.attributes.get(
        "email", "user@example.com").partition("@")
    return f"{local[:1]}***@{domain[:1]}***"


def by_email(user):
    return {"Destination": masked_email(user), "DeliveryMedium": "EMAIL",
            "AttributeName": "email"}


def by_phone(user):
    return {"Destination": masked_phone(user), "DeliveryMedium": "SMS",
            "AttributeName": "phone_number"}


def simulated(name):
    """For a name that nobody has."""
    return {"Destination": f"{name[:1]}***@e***", "DeliveryMedium": "EMAIL",
            "AttributeName": "email"}


def for_reset(user):
    """Where a code for a forgotten password goes: a verified address, then
    a verified number."""
    if user.attributes.get("email_verified") == "true":
        return by_email(user)
    if user.attributes.get("phone_number_verified") == "true":
        return by_phone(user)
    raise invalid_parameter(
        "Cannot reset password for the user as there is no "
        "registered/verified email or phone_number")


def for_confirmation(user):
    """Where a confirmation code goes: the address that it is to prove;
    None when there is none."""
    if user.attributes.get("email"):
        return by_email(user)
    if user.attributes.get("phone_number"):
        return by_phone(user)
    return None
