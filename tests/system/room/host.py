# SPDX-License-Identifier: Apache-2.0
"""What an administrator would do on a new machine: install, make users,
configure, put the PAM stacks in place, start sshd."""

import contextlib
import fcntl
import glob
import os
import secrets
import shutil
import subprocess

from room import pool
from room.namespace import ROOM, SOURCE, run

STACKS = ("cron", "login", "passwd", "sshd", "su", "sudo", "sudo-i",
          "systemd-user")
ROOT_PASSWORD = "root-of-this-room-7391"
LOCAL_USER = "lena"
LOCAL_PASSWORD = "lena-knows-this-4417"
CONFIG = "/etc/cognito/cognito.conf"
SETTINGS = {
    "pool_id": pool.POOL_ID,
    "client_id": pool.CLIENT_ID,
    "endpoint": pool.ENDPOINT,
    "ca_file": "/etc/cognito/test-ca.pem",
    "allow_groups": "Staff",
    # Not the default, 10: dozens of tests share the processors, and one that
    # is about time says how long.
    "timeout": 30,
}
# A host whose people may come by ssh before it has heard of them: those
# whose names begin so.
NEW = "v"
PROVISIONAL = {"provisional": "sshd", "provisional_match": f"{NEW}*"}


def prepare(build, stacks):
    names_of_host()
    system_users()
    if build:
        install(build)
    set_password("root", ROOT_PASSWORD)
    add_user(LOCAL_USER, password=LOCAL_PASSWORD)
    if os.path.exists(pool.PROGRAM):
        os.makedirs(os.path.dirname(CONFIG), exist_ok=True)
        pool.make_authority()
        shutil.copy(f"{pool.CA}/ca.pem", SETTINGS["ca_file"])
        os.chmod(SETTINGS["ca_file"], 0o644)
        pool.start()
    write_config(**(PROVISIONAL if stacks in ("pool", "profile") else {}))
    if shutil.which("cognitoctl"):
        run("cognitoctl", "ids", "init", stdout=subprocess.DEVNULL)
        run("cognitoctl", "apply", stdout=subprocess.DEVNULL)
    with open("/etc/sudoers.d/room", "w", encoding="utf-8") as file:
        file.write("%cognito-users ALL=(ALL) ALL\n"
                   "Defaults lecture = never\n")
    os.chmod("/etc/sudoers.d/room", 0o440)
    if stacks in ("files", "pool"):
        install_stacks()
    elif stacks == "profile":
        subprocess.run(["pam-auth-update", "--enable", "cognito"],
                       check=True, env={**os.environ,
                                        "DEBIAN_FRONTEND": "noninteractive"})
    start_sshd()


def names_of_host():
    """No name service but files, and nobody of the host's own making."""
    with open("/etc/hosts", "w", encoding="utf-8") as file:
        file.write(f"127.0.0.1 localhost cognito.test wrong.test "
                   f"{os.uname().nodename}\n"
                   "::1 localhost\n")
    with open("/etc/nsswitch.conf", "w", encoding="utf-8") as file:
        file.write("passwd: files cognito\ngroup: files cognito\n"
                   "shadow: files\n"
                   "hosts: files\nservices: files\nprotocols: files\n")
    for path in ("/etc/nologin", "/etc/security/opasswd"):
        if os.path.exists(path):
            os.unlink(path)


def install(build):
    with open(f"{ROOM}/build", "w", encoding="utf-8") as file:
        file.write(os.path.abspath(build))
    # Without the libtool relinking step nothing is written to the build.
    with open(f"{ROOM}/log/install", "w", encoding="utf-8") as log:
        run("make", "-C", build, "install", stdout=log,
            stderr=subprocess.STDOUT)


def system_users():
    """As the README says, before the installation, which gives a program
    to one of the groups: systemd-sysusers if it is there."""
    shipped = f"{SOURCE}/etc/sysusers.d/pam_cognito.conf"
    if shutil.which("systemd-sysusers"):
        run("systemd-sysusers", shipped, stderr=subprocess.DEVNULL)
        return
    run("useradd", "--system", "--home-dir", "/", "--no-create-home",
        "--shell", "/usr/sbin/nologin", "_cognito")
    run("groupadd", "--system", "cognito-users")
    run("groupadd", "--system", "_cognito-secret")


@contextlib.contextmanager
def accounts_lock():
    """Nobody else changes /etc/passwd or /etc/group meanwhile."""
    with open(f"{ROOM}/useradd.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def free_id():
    """That useradd does not come to."""
    return 30000 + secrets.randbelow(20000)


def write_group(name):
    """A local group, though our NSS module knows the name: groupadd asks
    before, a package's files may not."""
    gid = free_id()
    with accounts_lock(), open("/etc/group", "a", encoding="utf-8") as file:
        file.write(f"{name}:x:{gid}:\n")


def write_user(name, password):
    """A local user, likewise."""
    uid = free_id()
    with accounts_lock():
        for path, line in (("passwd", f"x:{uid}:{uid}::/tmp:/bin/bash"),
                           ("shadow", "!:19000:0:99999:7:::")):
            with open(f"/etc/{path}", "a", encoding="utf-8") as file:
                file.write(f"{name}:{line}\n")
        set_password(name, password)
    write_group(f"g{uid}")


def add_user(name, password=None, groups=()):
    """A local account. Without a password its shadow entry is locked, as
    one has it for people who sign in with the pool."""
    with accounts_lock():
        run("useradd", "--create-home", "--shell", "/bin/bash",
            *(["--groups", ",".join(groups)] if groups else []), name)
        if password:
            set_password(name, password)


def set_password(name, password):
    # yescrypt as Debian does, but cheap: the tests type it often.
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=password, text=True,
        capture_output=True, check=True).stdout.strip()
    run("usermod", "--password", hashed, name)


def config_text(**changes):
    """The room's configuration; None leaves a key out."""
    settings = {**SETTINGS, **changes}
    return "".join(f"{key} = {value}\n" for key, value in settings.items()
                   if value is not None)


def write_config(path=CONFIG, mode=0o644, **changes):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(config_text(**changes))
    os.chmod(path, mode)


def install_stacks():
    """Exactly the files that we ship."""
    for name in STACKS:
        shutil.copy(f"{SOURCE}/etc/pam.d/{name}", f"/etc/pam.d/{name}")


def start_sshd():
    for old in glob.glob("/etc/ssh/sshd_config.d/*.conf"):
        os.unlink(old)
    with open("/etc/ssh/sshd_config.d/room.conf", "w",
              encoding="utf-8") as file:
        file.write("ListenAddress 127.0.0.1\n"
                   "KbdInteractiveAuthentication yes\n"
                   "PermitRootLogin yes\nMaxStartups 300\n"
                   "LogLevel VERBOSE\n")
    run("ssh-keygen", "-q", "-A")
    with open(f"{ROOM}/log/sshd", "w", encoding="utf-8") as log:
        subprocess.Popen(["/usr/sbin/sshd", "-D"], stderr=log, stdout=log,
                         stdin=subprocess.DEVNULL)
