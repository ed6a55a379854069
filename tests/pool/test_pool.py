#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the test pool, which are in cases/."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

CASES = ("cases.arithmetic", "cases.signin", "cases.factors",
         "cases.account", "cases.signup", "cases.signed", "cases.lists",
         "cases.cloud", "cases.bucket", "cases.http_edge")


def load_tests(loader, _tests, _pattern):
    return loader.loadTestsFromNames(CASES)


if __name__ == "__main__":
    unittest.main()
