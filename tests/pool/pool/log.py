# SPDX-License-Identifier: Apache-2.0
"""The log: one JSON object per line, written before the answer is, so that
who has the answer can read the line."""

import json
import threading
import time


class Log:
    def __init__(self, path=None):
        self._file = open(path, "a", encoding="utf-8") if path else None
        self._lock = threading.Lock()

    def write(self, operation, outcome, **members):
        if not self._file:
            return
        line = json.dumps({"time": round(time.time(), 6),
                           "operation": operation, "outcome": outcome,
                           **members})
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()
