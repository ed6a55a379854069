# SPDX-License-Identifier: Apache-2.0
"""Helper programs of tests/system/native, compiled in the room."""

import fcntl
import glob
import os
import subprocess

from room.namespace import ROOM, SOURCE

NATIVE = f"{SOURCE}/tests/system/native"
LIBRARIES = "/usr/lib/x86_64-linux-gnu"


def compile_once(target, source, *arguments):
    """Several test classes may want it at once: the first makes it."""
    with open(f"{ROOM}/native.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(target):
            subprocess.run(["gcc", "-O1", "-D_GNU_SOURCE", "-o", target,
                            f"{NATIVE}/{source}", *arguments], check=True)
    return target


def locales():
    """Where set-uid programs find them too: they ignore LOCPATH."""
    with open(f"{ROOM}/locales.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([f"{SOURCE}/tests/make-locales", "/usr/lib/locale"],
                       check=True)


def probe_host():
    return compile_once(f"{ROOM}/probe_host", "probe_host.c", "-lpam")


def pam_probe():
    return compile_once(f"{LIBRARIES}/security/pam_probe.so", "pam_probe.c",
                        "-shared", "-fPIC")


def name_service():
    return compile_once(f"{LIBRARIES}/libnss_room.so.2", "nss_room.c",
                        "-shared", "-fPIC")


def with_stores(name):
    """A program that uses accounts/ as root's own programs do."""
    sources = [path for room in ("accounts", "base")
               for path in sorted(glob.glob(f"{SOURCE}/{room}/*.c"))]
    return compile_once(
        f"{ROOM}/{name}", f"{name}.c", f"-I{SOURCE}",
        '-DCOG_CONFIG_DIR="/etc/cognito"',
        '-DCOG_STATE_DIR="/var/lib/cognito"', '-DCOG_RUN_DIR="/run/cognito"',
        *sources)


def mark_record():
    return with_stores("mark_record")


def put_keys():
    return with_stores("put_keys")


def failing_setgroups():
    return compile_once(f"{ROOM}/failing_setgroups.so",
                        "failing_setgroups.c", "-shared", "-fPIC")


def in_sandbox():
    return compile_once(f"{ROOM}/in_sandbox.so", "in_sandbox.c", "-shared",
                        "-fPIC")
