"""When a difference is worth a person's time. Every page and command asks these numbers and no others."""

from __future__ import annotations

from typing import Literal

__all__ = [
    "ACT",
    "ALARMS",
    "APART",
    "LOOK",
    "MISSING",
    "PART",
    "RANK",
    "SURPRISE",
    "UNREADABLE",
    "WORSE",
    "WORSENED",
    "WORSE_BY_FAR",
    "Level",
    "worst",
]

Level = Literal["fine", "look", "act"]
RANK: tuple[Level, ...] = ("fine", "look", "act")

ALARMS = 0.05
"""Of tables without any drift, at most this share is called drifted: the level of Benjamini and Hochberg's
procedure over all tests of a table. Where nothing has drifted, that is the probability of any alarm."""
LOOK = 0.1
"""Share of the rows, beyond what chance moves, that must have moved before a column or the predictions are
called drifted, however sure that is. A normal variable has moved so far after a shift of a quarter of its
standard deviation."""
ACT = 0.2
"""The same for predictions that are no longer to be used unseen: half a standard deviation, which is the
customary limit of 0.25 of the population stability index."""
MISSING = 0.05
"""Change of the share of missing values that is worth a word."""
APART = 0.6
"""Area under the curve from which on a classifier that tells new rows from old ones is worth a word."""
PART = 0.25
"""Share of the predictions' standard deviation by which a single column must move their mean to act."""
SURPRISE = 0.01
"""Probability, over all columns together, of calling unseen values surprising that are not."""
UNREADABLE = 0.2
"""Share of unreadable values from which on a column is of another kind."""
WORSE, WORSE_BY_FAR = 2.0, 3.0
"""Standard deviations by which a score must lie below the promised one to look, and to act."""
WORSENED = 0.1
"""Share by which the distance from the best possible score must have grown, over time or from all rows to
some of them, before that is worth a word, however sure it is."""


def worst(*levels: Level) -> Level:
    """The most serious of some levels; `fine` if there are none."""
    return max(levels, key=RANK.index, default="fine")
