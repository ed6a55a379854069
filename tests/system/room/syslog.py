# SPDX-License-Identifier: Apache-2.0
"""/dev/log of the room: every message becomes a line of a file."""

import os
import socket
import threading

PATH = "/run/room/log/messages"
ready = threading.Event()

FACILITIES = {0: "kern", 1: "user", 3: "daemon", 4: "auth", 10: "authpriv"}
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info",
          "debug")


def as_line(message):
    """`<86>Nov 21 04:00:00 su[7]: text` as `authpriv.info su[7]: text`.
    A newline inside is kept visible: a message is one line."""
    text = message.decode("utf-8", "backslashreplace").rstrip("\0\n")
    priority, _, rest = text.partition(">")
    number = int(priority[1:]) if priority[1:].isdigit() else 0
    facility = FACILITIES.get(number >> 3, str(number >> 3))
    escaped = "".join(c if c.isprintable() else f"<{ord(c):02x}>"
                      for c in rest[16:])
    return f"{facility}.{LEVELS[number & 7]} {escaped}\n"


def serve():
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind("/dev/log")
    os.chmod("/dev/log", 0o666)
    with open(os.open(PATH, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
              "w", encoding="utf-8") as file:
        ready.set()
        while True:
            file.write(as_line(listener.recv(65536)))
            file.flush()
