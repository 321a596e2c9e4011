"""Numbers made normal by their ranks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from statistics import NormalDist
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..compiling import Builder, CannotCompileError, step
from ..program import Floats, Operation

__all__ = ["Ranks"]

_BOUND = 1e-7
_LEAST = _BOUND - float(np.spacing(1.0))
_inverse = NormalDist().inv_cdf


class Ranks(Operation):
    """The rank of a value among those learned from, as the normal deviate of that rank.

    Ranks are read between neighbouring quantiles on a line; where several quantiles are one value, its rank
    is the middle of theirs (scikit-learn reads them upwards and downwards and takes the mean).
    """

    kind: ClassVar[str] = "ranks"
    names: ClassVar[tuple[str, ...]] = ("quantiles",)

    def prepare(self) -> None:
        self._quantiles = self.column("quantiles")
        self._ranks = np.linspace(0, 1, self._quantiles.shape[1], endpoint=True)
        self._rows = np.arange(len(self._quantiles))[:, None]
        self._even: list[float] = self._ranks.tolist()
        self._lists: list[list[float]] = [one.tolist() for one in self._quantiles]

    @property
    def shape(self) -> Any:
        return self._quantiles.shape[1]

    def compute(self, *values: Floats) -> Floats:
        (x,) = values
        if x.shape[1] == 1:  # a call of numpy takes as long as all that is to be done for a number
            deviates = [
                self._one(value, own) for value, own in zip(x[:, 0].tolist(), self._lists, strict=True)
            ]
            return np.array(deviates)[:, None]
        quantiles, ranks, rows = self._quantiles, self._ranks, self._rows
        last = quantiles.shape[1] - 1
        if not last:
            share = np.zeros_like(x)
        else:
            below = self._count(x, "right") - 1  # the last quantile that is not above
            above = self._count(x, "left")  # the first that is not below
            lower = np.clip(below, 0, last - 1)
            upper = np.clip(above, 1, last)
            with np.errstate(invalid="ignore", divide="ignore"):
                up = _on_line(x, quantiles, ranks, rows, lower, lower + 1)
                down = _on_line(x, quantiles, ranks, rows, upper, upper - 1)
            up = np.where(below >= last, ranks[last], np.where(below < 0, ranks[0], up))
            down = np.where(above <= 0, ranks[0], np.where(above > last, ranks[last], down))
            share = 0.5 * (up + down)
        share = np.where(x + _BOUND > quantiles[:, -1:], 1.0, share)
        share = np.where(x - _BOUND < quantiles[:, :1], 0.0, share)
        bounded = np.clip(share, _LEAST, 1 - _LEAST)
        deviates = [_inverse(one) for one in bounded.ravel().tolist()]
        return np.where(np.isnan(x), np.nan, np.array(deviates).reshape(bounded.shape))

    def _one(self, value: float, quantiles: list[float]) -> float:
        """The same for one number; `test_ranks` holds both together."""
        if value != value:
            return value
        ranks, last = self._even, len(quantiles) - 1
        share = 0.0
        if last:
            below, above = bisect_right(quantiles, value) - 1, bisect_left(quantiles, value)
            if 0 <= below < last:
                up = _between(value, quantiles, ranks, below, below + 1)
            else:
                up = ranks[max(below, 0)]
            if 0 < above <= last:
                down = _between(value, quantiles, ranks, above, above - 1)
            else:
                down = ranks[min(above, last)]
            share = 0.5 * (up + down)
        if value + _BOUND > quantiles[-1]:
            share = 1.0
        if value - _BOUND < quantiles[0]:
            share = 0.0
        return _inverse(min(max(share, _LEAST), 1 - _LEAST))

    def _count(self, x: Floats, side: str) -> NDArray[np.int64]:
        """How many quantiles lie below each value, with equal ones for the right side."""
        pairs = zip(self._quantiles, x, strict=True)
        return np.stack([np.searchsorted(one, row, side=side) for one, row in pairs])  # type: ignore[call-overload]


def _on_line(x: Floats, quantiles: Floats, ranks: Floats, rows: Any, start: Any, end: Any) -> Floats:
    """The point at x on the line from one quantile to another; the start's own rank at the start."""
    first, second = quantiles[rows, start], quantiles[rows, end]
    slope = (ranks[end] - ranks[start]) / (second - first)
    return np.asarray(np.where(x == first, ranks[start], slope * (x - first) + ranks[start]))


def _between(value: float, quantiles: list[float], ranks: list[float], start: int, end: int) -> float:
    """`_on_line` for one number."""
    first = quantiles[start]
    if value == first:
        return ranks[start]
    slope = (ranks[end] - ranks[start]) / (quantiles[end] - first)
    return slope * (value - first) + ranks[start]


@step("sklearn.QuantileTransformer")
def _quantiles(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    references = np.linspace(0, 1, len(fitted.references_), endpoint=True)
    if fitted.output_distribution != "normal" or not np.array_equal(fitted.references_, references):
        raise CannotCompileError("Ranks that are not made normal")
    return builder.add("ranks", registers, quantiles=np.ascontiguousarray(fitted.quantiles_.T))
