# SPDX-License-Identifier: Apache-2.0
"""What a host's PAM transactions cost more because our module stands in
the stack: of people who are not ours, and the account phase of one who
is and came with a key."""

from bench import stage
from bench.pairs import Pairs
from bench.table import ratio_row

COUNT = 50            # transactions of one process
PAIRS = 40
PROCESS_PAIRS = 200


def many(service, name, phases, figure="cpu_us"):
    return lambda: stage.transaction(service, name, phases, COUNT)[figure]


def process(service, name, *phases, figure="cpu_ms"):
    return lambda: stage.pamtester(service, name, *phases)[figure]


def others():
    """The whole process is what a caller pays; in the loop nothing hides
    the module, nor that any second module must be loaded."""
    name = stage.OTHER
    both = ("authenticate", "acct_mgmt")
    yield ratio_row(
        "somebody else's transaction, process", "pam_permit",
        Pairs(process("bench-other", name, *both),
              process("bench-permit", name, *both), PROCESS_PAIRS),
        "ms", 1.06)
    yield ratio_row(
        "  a second pam_permit instead of us", "pam_permit",
        Pairs(process("bench-second", name, *both),
              process("bench-permit", name, *both), PROCESS_PAIRS), "ms")
    yield ratio_row(
        "  noise: pam_permit", "itself",
        Pairs(process("bench-permit", name, *both),
              process("bench-permit", name, *both), PROCESS_PAIRS), "ms")
    yield ratio_row(
        "somebody else's transaction, in a loop", "pam_permit",
        Pairs(many("bench-other", name, "ac"),
              many("bench-permit", name, "ac"), PAIRS), "us", 1.06)
    yield ratio_row(
        "  a second pam_permit instead of us", "pam_permit",
        Pairs(many("bench-second", name, "ac"),
              many("bench-permit", name, "ac"), PAIRS), "us")
    yield ratio_row(
        "  noise: pam_permit", "itself",
        Pairs(many("bench-permit", name, "ac"),
              many("bench-permit", name, "ac"), PAIRS), "us")


def account():
    """One login first, which writes the record that the phase reads."""
    name = stage.OURS
    stage.pamtester("bench-ours", name)
    yield ratio_row(
        "account phase of one of ours, process", "pam_permit",
        Pairs(process("bench-ours", name, "acct_mgmt"),
              process("bench-permit", name, "acct_mgmt"), PROCESS_PAIRS),
        "ms", 1.5)
    yield ratio_row(
        "  a module that starts /bin/true", "pam_permit",
        Pairs(process("bench-spawn", name, "acct_mgmt"),
              process("bench-permit", name, "acct_mgmt"), PROCESS_PAIRS),
        "ms")
    yield ratio_row(
        "  time of it", "pam_permit",
        Pairs(process("bench-ours", name, "acct_mgmt", figure="wall_ms"),
              process("bench-permit", name, "acct_mgmt",
                      figure="wall_ms"), PROCESS_PAIRS), "ms")
    yield ratio_row(
        "account phase of one of ours, in a loop", "pam_permit",
        Pairs(many("bench-ours", name, "c"),
              many("bench-permit", name, "c"), PAIRS), "us", 1.5)
    yield ratio_row(
        "  a module that starts /bin/true", "pam_permit",
        Pairs(many("bench-spawn", name, "c"),
              many("bench-permit", name, "c"), PAIRS), "us")
