# SPDX-License-Identifier: Apache-2.0
"""The table: rows as the measures return them."""

import dataclasses

HEADINGS = ("what", "ours", "yardstick", "its", "ratio (middle half)",
            "goal", "")


@dataclasses.dataclass
class Row:
    what: str
    ours: str
    yardstick: str = ""     # what it is held against
    its: str = ""           # the yardstick's figure
    ratio: str = ""
    goal: str = ""
    met: bool | None = None  # None: told, not judged

    def cells(self):
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return (self.what, self.ours, self.yardstick, self.its, self.ratio,
                self.goal, verdict)


def ratio_row(what, yardstick, pairs, unit, goal=None, goal_text=None):
    """A row of pairs; the goal is the largest ratio that is good."""
    return Row(what, pairs.ours_text(unit), yardstick,
               pairs.yardstick_text(unit), pairs.ratio_text(),
               "" if goal is None else goal_text or f"<= {goal:.2f}",
               None if goal is None else pairs.ratio() <= goal)


def show(rows):
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in lines)
              for i in range(len(HEADINGS))]
    lines.insert(1, tuple("-" * width for width in widths))
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width
                        in zip(line, widths)).rstrip(), flush=True)
