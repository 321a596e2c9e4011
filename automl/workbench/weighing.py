"""What a threshold between two classes brings, from counts alone: any costs are weighed without an engine.

The counts are those of `automl.search.trade_off.threshold_counts`; the threshold that costs lead to is the
same here as the one that the engine would choose, which a test compares.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Brought", "Costs", "Difference", "Weighing"]

_SURE = 1.645  # standard errors to the ends of a 90 % interval
_CLIP = 1e-4


@dataclass(frozen=True)
class Costs:
    """What the two errors cost, in any unit.

    Attributes
    ----------
    false_alarm : float
        Calling a row positive that is not.
    miss : float
        Not calling a row that is.
    """

    false_alarm: float
    miss: float

    @property
    def theoretical(self) -> float:
        """The threshold that is best if the probabilities are right (Elkan 2001)."""
        return self.false_alarm / (self.false_alarm + self.miss)


@dataclass(frozen=True)
class Brought:
    """What a threshold brings.

    Attributes
    ----------
    threshold : float
    precision : float or None
        Share of rows called positive that are; None where none is called so.
    recall : float
        Share of positive rows that are called so.
    flagged : float
        Share of all rows that are called positive.
    cost, error : float
        Expected cost of 1,000 rows, and its standard error.
    """

    threshold: float
    precision: float | None
    recall: float
    flagged: float
    cost: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """90 % interval of the expected cost."""
        return max(0.0, self.cost - _SURE * self.error), self.cost + _SURE * self.error


@dataclass(frozen=True)
class Difference:
    """By how much one threshold is cheaper than another, for 1,000 rows, on the same rows."""

    saved: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Of 90 %."""
        return self.saved - _SURE * self.error, self.saved + _SURE * self.error


class Weighing:
    """Counts of right and wrong calls at rising thresholds.

    Parameters
    ----------
    counts : mapping
        See `automl.search.trade_off.threshold_counts`.
    """

    def __init__(self, counts: Mapping[str, Any]) -> None:
        self.counts = counts
        self.thresholds: list[float] = counts["thresholds"]
        self.total = float(counts["positives"]) + float(counts["negatives"])

    @property
    def now(self) -> float:
        """The threshold that the model has."""
        return float(self.counts["now"])

    def nearest(self, threshold: float) -> int:
        """Position of the threshold that is nearest to this one."""
        at = bisect.bisect_left(self.thresholds, threshold)
        near = [i for i in (at - 1, at) if 0 <= i < len(self.thresholds)]
        return min(near, key=lambda i: abs(self.thresholds[i] - threshold))

    def best_for(self, costs: Costs) -> float:
        """The threshold that costs lead to: the theory, applied to corrected probabilities."""
        theory = costs.theoretical
        curve = self.counts["correction"]
        if curve is None or not 0 < theory < 1:
            return float(f"{theory:.6g}")
        slope, shift = curve
        return float(f"{_expit((_logit(theory) - shift) / slope):.6g}")

    def costs_for(self, threshold: float) -> Costs:
        """Costs that lead to a threshold: a false alarm costs 1, a miss so many times as much."""
        at = min(max(threshold, _CLIP), 1 - _CLIP)
        curve = self.counts["correction"]
        theory = at if curve is None else _expit(curve[0] * _logit(at) + curve[1])
        return Costs(1.0, float(f"{(1 - theory) / theory:.6g}"))

    def for_share(self, share: float) -> float:
        """The lowest threshold at which at most this share of the rows is called positive."""
        for threshold, true, false in zip(
            self.thresholds, self.counts["true"], self.counts["false"], strict=True
        ):
            if true + false <= share * self.total + 1e-9:
                return threshold
        return self.thresholds[-1]

    def at(self, position: int, costs: Costs) -> Brought:
        """What the threshold at a position brings.

        Parameters
        ----------
        position : int
            In `thresholds`.
        costs : Costs
        """
        c = self.counts
        true, false = float(c["true"][position]), float(c["false"][position])
        missed = float(c["positives"]) - true
        mean = (false * costs.false_alarm + missed * costs.miss) / self.total
        # Squared deviations from the mean, of rows by what they cost: false alarms, misses, all others.
        false_sq = float(c["false_squares"][position])
        missed_sq = float(c["positives_squares"]) - float(c["true_squares"][position])
        all_sq = float(c["positives_squares"]) + float(c["negatives_squares"])
        spread = (
            false_sq * (costs.false_alarm - mean) ** 2
            + missed_sq * (costs.miss - mean) ** 2
            + max(all_sq - false_sq - missed_sq, 0.0) * mean**2
        )
        called = true + false
        return Brought(
            threshold=self.thresholds[position],
            precision=true / called if called > 0 else None,
            recall=true / float(c["positives"]) if c["positives"] else 0.0,
            flagged=called / self.total,
            cost=1000 * mean,
            error=1000 * math.sqrt(max(spread, 0.0)) / self.total,
        )

    def cheaper(self, position: int, than: int, costs: Costs) -> Difference:
        """By how much one position is cheaper than another.

        Only the rows between the two thresholds are called differently.
        """
        low, high = sorted((position, than))
        c = self.counts
        sign = 1.0 if position == low else -1.0  # the lower one has more of both: alarms and finds

        def between(name: str) -> float:
            return float(c[name][low]) - float(c[name][high])

        saved = sign * (between("true") * costs.miss - between("false") * costs.false_alarm) / self.total
        true_sq, false_sq = between("true_squares"), between("false_squares")
        all_sq = float(c["positives_squares"]) + float(c["negatives_squares"])
        spread = (
            true_sq * (sign * costs.miss - saved) ** 2
            + false_sq * (-sign * costs.false_alarm - saved) ** 2
            + max(all_sq - true_sq - false_sq, 0.0) * saved**2
        )
        return Difference(1000 * saved, 1000 * math.sqrt(max(spread, 0.0)) / self.total)


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
