# SPDX-License-Identifier: Apache-2.0
"""POST /_control: what a test may change while the pool runs."""

from pool import seed, totp
from pool.errors import invalid_parameter


def find(box, command):
    """The user of a command, by internal name, alias or sub."""
    return box.pool.users.find_for_admin(
        seed.text(command["username"], "username"))


def disable(box, command):
    find(box, command).enabled = False
    return {}


def enable(box, command):
    find(box, command).enabled = True
    return {}


def delete(box, command):
    user = find(box, command)
    box.pool.tokens.revoke_all(user)
    box.pool.users.remove(user)
    return {}


def create(box, command):
    user = box.pool.add_user(seed.parse_user(command["user"], "user"))
    return {"username": user.username, "sub": user.sub}


def set_password(box, command):
    """Without the pool's rules about passwords."""
    user = find(box, command)
    user.set_password(seed.text(command["password"], "password"),
                      box.pool.clock.now())
    user.status = ("CONFIRMED" if command.get("permanent", True)
                   else "FORCE_CHANGE_PASSWORD")
    return {}


def set_user(box, command):
    user = find(box, command)
    changes = seed.check_changes(seed.UserSeed, command["set"], "set")
    if not changes.keys().isdisjoint(("username", "salt", "verifier")):
        raise invalid_parameter("that needs delete and create")
    user.apply(changes, box.pool.clock.now())
    box.pool.add_groups(changes.get("groups", []))
    return {}


def create_group(box, command):
    group = seed.parse_group(command["group"], "group")
    if group.name in box.pool.groups:
        raise invalid_parameter("there is such a group")
    box.pool.add_group(group.name, group.description, group.precedence,
                       group.role_arn)
    return {}


def delete_group(box, command):
    if command["name"] not in box.pool.groups:
        raise invalid_parameter("no such group")
    box.pool.remove_group(box.pool.groups[command["name"]])
    return {}


def set_pool(box, command):
    changes = seed.check_changes(seed.PoolSeed, command["pool"], "pool")
    if "id" in changes or "username_attributes" in changes:
        raise invalid_parameter("that needs a reload")
    seed.check_rates(changes.get("rates", {}))
    for name, value in changes.items():
        setattr(box.pool.settings, name, value)
    return {}


def set_client(box, command):
    client = box.pool.client(command["id"])
    changes = seed.check_changes(seed.ClientSeed, command["set"], "set")
    if "id" in changes:
        raise invalid_parameter("that needs a reload")
    for name, value in changes.items():
        setattr(client, name, value)
    return {}


def sign_out(box, command):
    box.pool.tokens.revoke_all(find(box, command))
    return {}


def rotate_keys(box, command):
    box.keys.rotate(command.get("keep", False))
    return {"kids": [key["kid"] for key in box.keys.jwks()["keys"]]}


def faults(box, command):
    box.faults.replace(seed.parse_faults(command["faults"], "faults"))
    return {}


def release(box, command):
    box.faults.release(command.get("username", ""))
    return {}


def iam(box, command):
    """Other access keys and roles, in place of all before."""
    box.pool.iam.keys.replace(
        seed.parse_iam(command["iam"], "iam"),
        seed.parse_roles(command.get("roles", []), "roles"))
    return {}


def reset_counts(box, _command):
    """As if nothing had been tried yet: faults, locks, used codes."""
    box.faults.reset_counts()
    box.pool.late_proofs = 0
    box.pool.rates.reset()
    for user in box.pool.users:
        user.lock.clear()
        user.totp_steps.clear()
        user.tries.clear()
    return {}


def reload(box, command):
    """Everything anew, from the seed given or the first one."""
    box.reload(command.get("seed"))
    return {}


def code(box, command):
    """The authenticator code that a person would read now; step -1 and 1
    are the ones before and after."""
    user = find(box, command)
    if not user.totp_secret:
        raise invalid_parameter("the user has no authenticator")
    step = int(box.pool.clock.now()) // totp.STEP_S + command.get("step", 0)
    return {"code": totp.code_at_step(user.totp_secret, step)}


def state(box, _command):
    return {
        "time": box.pool.clock.now(), "late_proofs": box.pool.late_proofs,
        "count": len(box.pool.users), "group_names": list(box.pool.groups),
        "users": {user.username: {
            "sub": user.sub, "status": user.status, "enabled": user.enabled,
            "groups": user.groups, "attributes": user.attributes,
            "failures": user.lock.failures}
            for user in box.pool.users}}


# Command: function, keys it must have, keys it may have.
COMMANDS = {
    "disable": (disable, ("username",), ()),
    "enable": (enable, ("username",), ()),
    "delete": (delete, ("username",), ()),
    "create": (create, ("user",), ()),
    "set_password": (set_password, ("username", "password"),
                     ("permanent",)),
    "set_user": (set_user, ("username", "set"), ()),
    "create_group": (create_group, ("group",), ()),
    "delete_group": (delete_group, ("name",), ()),
    "set": (set_pool, ("pool",), ()),
    "set_client": (set_client, ("id", "set"), ()),
    "sign_out": (sign_out, ("username",), ()),
    "rotate_keys": (rotate_keys, (), ("keep",)),
    "faults": (faults, ("faults",), ()),
    "release": (release, (), ("username",)),
    "iam": (iam, ("iam",), ("roles",)),
    "reset_counts": (reset_counts, (), ()),
    "reload": (reload, (), ("seed",)),
    "code": (code, ("username",), ("step",)),
    "state": (state, (), ()),
}


def perform(box, command):
    """Carry out a control command: the result, or a ServiceError."""
    name = command.get("do")
    if name not in COMMANDS:
        raise invalid_parameter(f"unknown command {name!r}")
    function, required, optional = COMMANDS[name]
    for key in required:
        if key not in command:
            raise invalid_parameter(f"{name}: {key!r} is missing")
    for key in command:
        if key not in ("do", *required, *optional):
            raise invalid_parameter(f"{name}: unknown key {key!r}")
    try:
        with box.pool.lock:
            return function(box, command)
    except seed.SeedError as error:
        raise invalid_parameter(str(error)) from None
