#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the test pool, which are in cases/."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

CASES = ("arithmetic", "signin", "factors", "enrol", "devices", "account",
         "signup", "signed", "lists", "cloud", "bucket", "http_edge")


def load_tests(loader, _tests, _pattern):
    return loader.loadTestsFromNames([f"cases.{name}" for name in CASES])


if __name__ == "__main__":
    unittest.main()
