# SPDX-License-Identifier: Apache-2.0
"""The command line of `cloud`."""

import sys

from fakes import fake
from fakes.cloud import Cloud
from fakes.container import Container
from fakes.identity import Identity
from fakes.imds import Imds
from fakes.sts import Sts

SERVICES = {"imds": Imds, "container": Container, "sts": Sts,
            "identity": Identity}


def parse_listener(text):
    """SERVICE=SCHEME://ADDR:PORT."""
    name, _, url = text.partition("=")
    scheme, separator, address = url.partition("://")
    if (name not in SERVICES or not separator
            or scheme not in ("http", "https")):
        raise ValueError(f"{text}: SERVICE=http://ADDR:PORT is wanted, with "
                         "SERVICE one of " + ", ".join(SERVICES))
    return scheme, address.rstrip("/"), SERVICES[name], name


def main():
    parser = fake.parser(
        "cloud", "Hands out credentials to tests, as a cloud does to its "
        "machines.  Prints \"ready NAME=URL ...\" and serves until killed.")
    parser.add_argument("--listen", required=True, action="append",
                        metavar="SERVICE=SCHEME://ADDR:PORT",
                        help="one of " + ", ".join(SERVICES)
                        + "; may be given several times; port 0 picks a "
                        "free one")
    given = parser.parse_args()
    try:
        listeners = [parse_listener(text) for text in given.listen]
    except ValueError as error:
        print(f"cloud: {error}", file=sys.stderr)
        return 2
    return fake.serve(given, Cloud, listeners)
