# SPDX-License-Identifier: Apache-2.0
"""The machine that the system tests and the demo run on."""
