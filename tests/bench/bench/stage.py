# SPDX-License-Identifier: Apache-2.0
"""What is measured with: people, PAM services and settings in the room,
and the two C programs, compiled there."""

import ctypes
import glob
import json
import os
import shutil
import ssl
import subprocess
import urllib.request

from room import host, pool
from room.namespace import ROOM, SOURCE, run

HERE = f"{SOURCE}/tests/bench"
TOOLS = f"{ROOM}/bench"
BUILD = None  # the build's directory, on a disk
PASSWORD = "Bench-press-2718"
OURS, UNIX, OTHER = "olga", "ulf", "otto"
KEYS = "/etc/cognito/bench-jwks.json"

BOTH = """auth {0}
account {0}
"""
SERVICES = {
    "bench-ours": BOTH.format("required pam_cognito.so"),
    "bench-unix": "auth required pam_unix.so\n"
                  "account required pam_permit.so\n",
    "bench-permit": BOTH.format("required pam_permit.so"),
    # As the shipped stacks pass on who is not ours.
    "bench-other":
        BOTH.format("[success=done user_unknown=ignore default=die]"
                    " pam_cognito.so")
        + BOTH.format("required pam_permit.so"),
    # What a second module of any kind costs.
    "bench-second": BOTH.format("optional pam_permit_copy.so")
                    + BOTH.format("required pam_permit.so"),
    # What starting a process of any kind costs.
    "bench-spawn": f"account required {TOOLS}/pam_spawn.so\n",
}


def compile_tool(name, source, *options):
    run("cc", "-O2", "-Wall", "-o", f"{TOOLS}/{name}", f"{HERE}/{source}",
        *options)


def trust_authority():
    """Where an administrator's own authority goes, so that the default,
    the system's hashed directory, is what is measured."""
    for path in glob.glob(f"{pool.CA}/certs/*"):
        place = "/etc/ssl/certs/" + os.path.basename(path)
        if not os.path.lexists(place):
            shutil.copy(path, place)
            os.chmod(place, 0o644)


def pin_keys():
    """The pool's key set as a file: the login then asks for no keys."""
    context = ssl.create_default_context(cafile=f"{pool.CA}/ca.pem")
    url = f"{pool.ENDPOINT}/{pool.POOL_ID}/.well-known/jwks.json"
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=context))
    with opener.open(url, timeout=20) as answer:
        keys = answer.read()
    with open(KEYS, "wb") as file:
        file.write(keys)
    os.chmod(KEYS, 0o644)


def yescrypt(password):
    """As passwd(1) of Debian 12 stores it, with the default cost."""
    crypt = ctypes.CDLL("libcrypt.so.1")
    crypt.crypt_gensalt.restype = crypt.crypt.restype = ctypes.c_char_p
    crypt.crypt_gensalt.argtypes = (ctypes.c_char_p, ctypes.c_ulong,
                                    ctypes.c_char_p, ctypes.c_int)
    salt = crypt.crypt_gensalt(b"$y$", 0, None, 0)
    hashed = crypt.crypt(password.encode(), salt).decode()
    if not hashed.startswith("$y$"):
        raise RuntimeError("libcrypt makes no yescrypt")
    return hashed


def write_config(path=host.CONFIG, **changes):
    host.write_config(path, ca_file=None, jwks_file=KEYS, **changes)


def write_service(name, text):
    with open(f"/etc/pam.d/{name}", "w", encoding="utf-8") as file:
        file.write(text)


def add_person(name):
    """Ours: in the pool, and a local account of the local group."""
    host.add_user(name, groups=("cognito-users",))
    pool.control("create", user=pool.person(name, PASSWORD))


def prepare():
    os.makedirs(TOOLS, exist_ok=True)
    compile_tool("tree", "tree.c")
    compile_tool("transaction", "transaction.c", "-lpam")
    compile_tool("pam_spawn.so", "pam_spawn.c", "-shared", "-fPIC")
    trust_authority()
    pin_keys()
    write_config()
    run("cognitoctl", "apply", stdout=subprocess.DEVNULL)
    add_person(OURS)
    host.add_user(OTHER)
    host.add_user(UNIX)
    run("usermod", "--password", yescrypt(PASSWORD), UNIX)
    permit = next(glob.iglob("/lib/*/security/pam_permit.so"))
    shutil.copy(permit, permit.replace("permit", "permit_copy"))
    for name, text in SERVICES.items():
        write_service(name, text)


def tree(*command, password="", delay_ms=0, log=None):
    """Run a command with the password typed in: what it all used."""
    done = subprocess.run(
        [f"{TOOLS}/tree", str(delay_ms), *command], capture_output=True,
        text=True, check=False,
        env={**os.environ, "PASSWORD": password,
             "NODE_EXTRA_CA_CERTS": f"{pool.CA}/ca.pem"})
    lines = done.stdout.splitlines()
    used = json.loads(lines[-1]) if lines and done.returncode == 0 else {}
    if used.get("status") != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}"
                           f"{done.stderr}{last_words()}")
    used["cpu_ms"] = used["user_ms"] + used["sys_ms"]
    return used


def last_words():
    """What the room's log said last, for a failure's message."""
    try:
        with open(f"{ROOM}/log/messages", encoding="utf-8") as file:
            return "\n".join(file.read().splitlines()[-4:])
    except FileNotFoundError:
        return ""


def pamtester(service, name, *phases, **more):
    return tree("pamtester", service, name, *(phases or ("authenticate",)),
                password=PASSWORD, **more)


def transaction(service, name, phases, count):
    """One of many transactions in a process: {"cpu_us", "wall_us"}."""
    done = subprocess.run(
        [f"{TOOLS}/transaction", service, name, phases, str(count)],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr + last_words())
    return json.loads(done.stdout)
