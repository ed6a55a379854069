# SPDX-License-Identifier: Apache-2.0
"""Devices that a pool tracks: made known by a sign-in, confirmed and
remembered by their owner, listed and forgotten."""

import base64
import binascii

from pool import srp
from pool.errors import ServiceError, invalid_parameter
from pool.own import token_owner


def not_there():
    return ServiceError("ResourceNotFoundException",
                        "Device does not exist.")


def own_device(pool, call):
    """The confirmed device that a call with an access token is about."""
    user = token_owner(pool, call).user
    device = user.devices.get(call.body["DeviceKey"])
    if not device or not device.confirmed:
        raise not_there()
    return user, device


def base64_number(text):
    """A number as the client sends it: the bytes of a positive one."""
    try:
        return int.from_bytes(base64.b64decode(text, validate=True), "big")
    except (binascii.Error, ValueError):
        raise invalid_parameter("Invalid device verifier config") from None


def confirm_device(pool, call):
    user = token_owner(pool, call).user
    device = user.devices.get(call.body["DeviceKey"])
    if not device:
        raise invalid_parameter("Invalid device key given.")
    if device.confirmed:
        raise ServiceError("DeviceKeyExistsException",
                           "Device key already exists")
    given = call.body.get("DeviceSecretVerifierConfig", {})
    salt = base64_number(given.get("Salt", ""))
    verifier = base64_number(given.get("PasswordVerifier", ""))
    if not salt or not 0 < verifier < srp.N:
        raise invalid_parameter("Invalid device verifier config")
    device.salt, device.verifier = salt, verifier
    device.name = call.body.get("DeviceName", "")
    device.modified = call.arrived
    device.remembered = pool.settings.devices == "always"
    return {"UserConfirmationNecessary": not device.remembered}


def update_device_status(pool, call):
    _, device = own_device(pool, call)
    status = call.body.get("DeviceRememberedStatus")
    if status not in ("remembered", "not_remembered"):
        raise invalid_parameter("Invalid DeviceRememberedStatus")
    device.remembered = status == "remembered"
    device.modified = call.arrived
    return {}


def forget_device(pool, call):
    user, device = own_device(pool, call)
    del user.devices[device.key]
    return {}


def get_device(pool, call):
    return {"Device": shown(own_device(pool, call)[1])}


def list_devices(pool, call):
    user = token_owner(pool, call).user
    return {"Devices": [shown(device) for device in user.devices.values()
                        if device.confirmed]}


def shown(device):
    remembered = "remembered" if device.remembered else "not_remembered"
    attributes = {"device_status": "valid", "device_name": device.name,
                  "dev:device_remembered_status": remembered,
                  "last_ip_used": "192.0.2.1"}
    return {"DeviceKey": device.key,
            "DeviceAttributes": [{"Name": name, "Value": value}
                                 for name, value in attributes.items()],
            "DeviceCreateDate": round(device.made, 3),
            "DeviceLastModifiedDate": round(device.modified, 3),
            "DeviceLastAuthenticatedDate": round(device.seen, 3)}
