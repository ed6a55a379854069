# SPDX-License-Identifier: Apache-2.0
"""What a login costs, beside something that everybody knows."""
