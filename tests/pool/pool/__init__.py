# SPDX-License-Identifier: Apache-2.0
"""A user pool for tests: what Amazon Cognito answers, on this machine.

One duty per file: seed (what the pool starts with), srp, totp, tokens and
keys (arithmetic and signatures), users, sessions and state (what it
remembers), request (the form of a call), signin, challenges, own and admin
(the operations), faults, log, control and server (the edges), main.
"""
