# SPDX-License-Identifier: Apache-2.0
"""Tests of the test pool; ../test_pool.py runs them all."""
