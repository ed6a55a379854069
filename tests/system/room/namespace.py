# SPDX-License-Identifier: Apache-2.0
"""Mounts and the network of the room, and the work of its process 1."""

import os
import signal
import subprocess
import threading

ROOM = "/run/room"
OVERLAID = ("/etc", "/usr", "/var", "/home", "/root")
SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
NODES = ("null", "zero", "full", "random", "urandom", "tty")
# For a shell in a mount namespace of its own (unshare -m): what follows
# these changes nobody's /etc.
ETC_OF_ITS_OWN = (
    "mkdir -p /run/etc.$$/u /run/etc.$$/w", "mount -t overlay -o lowerdir="
    "/etc,upperdir=/run/etc.$$/u,workdir=/run/etc.$$/w none /etc")


def run(*command, **options):
    return subprocess.run(command, check=True, **options)


def mount(*arguments):
    run("mount", *arguments)


def build(base, build_dir):
    """base: an empty directory of the host, to hang everything on."""
    mount("-t", "tmpfs", "-o", "mode=0700", "room", base)
    trees = {SOURCE}
    if build_dir:
        trees.add(os.path.abspath(build_dir))
    kept = keep_trees(base, trees)
    for i, top in enumerate(OVERLAID):
        upper, work = f"{base}/upper{top}", f"{base}/work/{i}"
        os.makedirs(upper)
        os.makedirs(work)
        # Unlinked files that are open stay; names go to memory only.
        mount("-t", "overlay", "-o",
              f"lowerdir={top},upperdir={upper},workdir={work}", "none", top)
    mount("-t", "tmpfs", "-o", "mode=0755", "run", "/run")
    fresh_dev()
    for name in ("upper", "tree"):
        os.makedirs(f"{ROOM}/{name}", mode=0o700)
        mount("--rbind", f"{base}/{name}", f"{ROOM}/{name}")
    os.chmod(ROOM, 0o755)
    mount("-t", "tmpfs", "-o", "mode=1777", "tmp", "/tmp")
    put_trees_back(kept)
    for name in ("lock", "sshd"):
        os.mkdir(f"/run/{name}")
    os.mkdir(f"{ROOM}/log", 0o700)
    with open("/run/utmp", "wb"):
        pass
    run("ip", "link", "set", "lo", "up")
    # Of the host's environment only whether there is time for the long form.
    long = os.environ.get("COGNITO_LONG", "")
    os.environ.clear()
    os.environ.update(PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:"
                      "/usr/bin:/sbin:/bin", HOME="/root", LC_ALL="C.UTF-8",
                      TERM="xterm", COGNITO_LONG=long)


def keep_trees(base, trees):
    """Source and build stay what they are, wherever they lie: bound here
    now, and put over the overlays and the fresh /tmp afterwards."""
    kept = {}
    for i, tree in enumerate(sorted(trees)):
        os.makedirs(f"{base}/tree/{i}")
        mount("--bind", tree, f"{base}/tree/{i}")
        kept[tree] = f"{ROOM}/tree/{i}"
    return kept


def put_trees_back(kept):
    """Then the rest of the host is read-only in here."""
    for tree, place in kept.items():
        if tree.startswith(tuple(f"{top}/" for top in
                                 (*OVERLAID, "/tmp", "/run", "/dev"))):
            os.makedirs(tree, exist_ok=True)
        mount("--bind", place, tree)
    mount("-o", "remount,bind,ro", "/")


def fresh_dev():
    """A /dev of our own: /dev/log and the ptys must not be the host's."""
    new = "/run/dev"
    os.mkdir(new)
    mount("-t", "tmpfs", "-o", "mode=0755,nosuid", "dev", new)
    for name in NODES:
        with open(f"{new}/{name}", "wb"):
            pass
        mount("--bind", f"/dev/{name}", f"{new}/{name}")
    for name in ("pts", "shm"):
        os.mkdir(f"{new}/{name}")
    mount("-t", "devpts", "-o", "newinstance,gid=5,mode=620,ptmxmode=666",
          "devpts", f"{new}/pts")
    mount("-t", "tmpfs", "-o", "mode=1777", "shm", f"{new}/shm")
    os.symlink("pts/ptmx", f"{new}/ptmx")
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"),
                         ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(target, f"{new}/{name}")
    mount("--move", new, "/dev")
    os.rmdir(new)


def run_as_init(command):
    """Run the command; reap what its descendants leave, as process 1
    must."""
    from room import syslog
    threading.Thread(target=syslog.serve, daemon=True).start()
    syslog.ready.wait()
    child = subprocess.Popen(command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child.pid:
            return os.waitstatus_to_exitcode(status)
