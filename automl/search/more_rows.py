"""What more rows would bring: an early candidate learns from half of the rows as well.

The shipped model learns from more rows than the one that was scored: from the sealed ones, too. Without a
measure of what rows are worth, the interval of the score would be the interval of a lesser model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from automl.metrics import Metric
from automl.search.trial import Candidate, Trial

__all__ = ["HALVED", "RowGain", "allowing_for", "row_gain", "with_halved"]

HALVED = "Learned from half of the rows, to see what more of them would bring; it is no model to choose."
_PLACE = 6  # among the first candidates: late enough for the first model, early enough to be reached
_FAMILY = "lightgbm"


@dataclass(frozen=True)
class RowGain:
    """What twice as many rows to learn from bring.

    Attributes
    ----------
    family : str
        Of the candidate that learned from all rows and from half of them.
    rows : int
        From how many it learned, in each fold, when it learned from all.
    half, all : float
        Mean scores of the folds.
    gain, stderr : float
        By how much all are better than half, of the folds' differences; negative where it is worse.
    """

    family: str
    rows: int
    half: float
    all: float
    gain: float
    stderr: float

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of JSON values."""
        return asdict(self)

    def expected(self, growth: float) -> float:
        """What `growth` times the rows are expected to bring: as much with every doubling, and never a loss.

        Gains get smaller as rows grow in number; of less than a doubling this is what they are at least.
        """
        return max(self.gain, 0.0) * math.log2(growth)


def with_halved(candidates: Sequence[Candidate], rows: int) -> list[Candidate]:
    """The first candidates with one of them once more, on half of the rows it learns from.

    Parameters
    ----------
    candidates : sequence of Candidate
        Numbered by their places.
    rows : int
        That models learn from.
    """
    before = list(candidates[:_PLACE])
    usable = [candidate for candidate in before if candidate.family != "dummy"]
    if len(before) < _PLACE or not usable:
        return list(candidates)
    again = next((candidate for candidate in usable if candidate.family == _FAMILY), usable[0])
    halved = Candidate(_PLACE, again.family, again.params, "halved", rows // 2)
    return [*before, halved, *candidates[_PLACE:]]


def row_gain(trials: Sequence[Trial], metric: Metric) -> RowGain | None:
    """What more rows bring, from the trials of a search.

    Returns
    -------
    RowGain or None
        None where it was not tried, or the clock or a fold without a score came in between.
    """
    for halved in trials:
        if halved.origin != "halved" or halved.clipped or not halved.rows:
            continue
        for whole in trials:
            same = (whole.family, whole.params) == (halved.family, halved.params)
            if not same or whole.origin == "halved" or whole.clipped:
                continue
            if len(whole.fold_scores) != len(halved.fold_scores) or len(whole.fold_scores) < 2:
                continue
            half, all_ = np.asarray(halved.fold_scores), np.asarray(whole.fold_scores)
            better = (all_ - half) * (1.0 if metric.greater_is_better else -1.0)
            return RowGain(
                family=halved.family,
                rows=2 * halved.rows,
                half=float(half.mean()),
                all=float(all_.mean()),
                gain=float(better.mean()),
                stderr=float(better.std(ddof=1) / math.sqrt(len(better))),
            )
    return None


def allowing_for(result: Mapping[str, Any], metric: Metric, growth: float) -> dict[str, Any]:
    """The parts of a result that change when its model has learned from `growth` times the rows it was scored
    with: the interval reaches further to the better side, by what these rows are expected to bring.
    """
    told = result.get("more_rows")
    if not told:
        return {}
    gain = RowGain(**{name: told[name] for name in RowGain.__dataclass_fields__})
    expected = gain.expected(growth)

    def wider(entry: Mapping[str, Any]) -> dict[str, Any]:
        low, high = entry["interval"]
        if low is None or high is None:
            return dict(entry)
        if metric.greater_is_better:
            high = max(high, min(high + expected, metric.optimum))
        else:
            low = min(low, max(low - expected, metric.optimum))
        return {**entry, "interval": [low, high]}

    changed: dict[str, Any] = {"more_rows": {**told, "allowed": expected}}
    changed["metrics"] = {**result["metrics"], metric.name: wider(result["metrics"][metric.name])}
    if result["holdout"]:
        changed["holdout"] = wider(result["holdout"])
    return changed
