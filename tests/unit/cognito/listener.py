# SPDX-License-Identifier: Apache-2.0
"""A port of our own, each of whose connections a thread serves."""

import contextlib
import socket
import threading


class Listener:
    """Hands each connection to `serve`, and closes it behind."""

    def __init__(self, serve):
        self._serve = serve
        self.connections = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.guard, args=(connection,),
                             daemon=True).start()

    def guard(self, connection):
        with contextlib.suppress(OSError), connection:
            self._serve(connection)

    def close(self):
        """Accept no more. close() alone leaves the thread in its accept(),
        which a process that was stopped and goes on begins anew, by the
        number: it would take the next listener's connections."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()
