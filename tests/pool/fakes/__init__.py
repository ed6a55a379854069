# SPDX-License-Identifier: Apache-2.0
"""What stands around a pool: where credentials come from, and a store of
objects.  They speak as the AWS documentation says and share the pool's
server, faults and verifier of signatures."""
