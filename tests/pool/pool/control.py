# SPDX-License-Identifier: Apache-2.0
"""POST /_control: what a test may change while the pool runs."""

from pool.errors import invalid_parameter


def perform(box, server, command):
    raise invalid_parameter(f"unknown command {command.get('do')!r}")
