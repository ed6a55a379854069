# SPDX-License-Identifier: Apache-2.0
"""Two things measured in turn, and what can be said of their ratio.

A machine that is busy with something else makes both dearer. Their ratio
within one pair, taken one right after the other, hardly notices; so it is
the median of the pairs' ratios that is held against a goal, not the ratio
of two medians from different minutes.
"""

import statistics


class Pairs:
    """Figures of ours and of a yardstick, in the order they were taken."""

    def __init__(self, ours, yardstick, count):
        """Both are called without arguments and return a figure each. The
        first of each is for the caches and is thrown away; who goes first
        alternates."""
        ours()
        yardstick()
        self.ours, self.yardstick = [], []
        for i in range(count):
            if i % 2:
                self.yardstick.append(yardstick())
                self.ours.append(ours())
            else:
                self.ours.append(ours())
                self.yardstick.append(yardstick())

    def ratios(self):
        return [a / b for a, b in zip(self.ours, self.yardstick)]

    def ratio(self):
        return statistics.median(self.ratios())

    def ratio_text(self):
        """The median and between which values the middle half lies."""
        low, _, high = statistics.quantiles(self.ratios(), n=4)
        return f"{self.ratio():.3f} ({low:.3f}-{high:.3f})"

    def ours_text(self, unit):
        return f"{figure(statistics.median(self.ours))} {unit}"

    def yardstick_text(self, unit):
        return f"{figure(statistics.median(self.yardstick))} {unit}"


def figure(value):
    """Three digits that mean something."""
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"
