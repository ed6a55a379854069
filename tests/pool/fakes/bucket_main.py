# SPDX-License-Identifier: Apache-2.0
"""The command line of `bucket`."""

from fakes import fake
from fakes.bucket import BucketConnection
from fakes.store import Bucket


def main():
    parser = fake.parser(
        "bucket", "Keeps objects for tests, as S3 does.  Prints \"ready "
        "URL\" and serves until killed; HTTPS if there is a certificate.")
    parser.add_argument("--listen", required=True, metavar="ADDR:PORT",
                        help="port 0 picks a free one; [ADDR]:PORT for IPv6")
    given = parser.parse_args()
    scheme = "https" if given.cert else "http"
    return fake.serve(given, Bucket,
                      [(scheme, given.listen, BucketConnection, "")])
