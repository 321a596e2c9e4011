"""How the values of a column are distributed, and how far two distributions are apart.

Both measures are those of TensorFlow Data Validation: of labels the largest difference of a share (L∞), of
numbers the Jensen–Shannon divergence (base 2) of two histograms of ten bars of equal width, cut at the ends
of both; within a bar values count as spread evenly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .celltype import CellType
from .constraints import Constraints

__all__ = ["Distribution", "distribution_of", "jensen_shannon", "largest_difference"]

_BARS = 10

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Distribution:
    """The values of a column.

    Parameters
    ----------
    count : float
        How many there are.
    shares : mapping of label to float
        Of labels; empty for numbers.
    edges : tuple of float
        Of numbers: the ends of the bars, one more than there are bars; two equal ones for one value.
    masses : tuple of float
        Share of the values in each bar.
    """

    count: float
    shares: Mapping[str, float] = field(default_factory=dict)
    edges: tuple[float, ...] = ()
    masses: tuple[float, ...] = ()

    @classmethod
    def of_labels(cls, counts: Mapping[str, float]) -> Distribution:
        """From how often each label occurs."""
        total = float(sum(counts.values()))
        return cls(total, {label: count / total for label, count in counts.items() if count} if total else {})

    @classmethod
    def of_bars(cls, edges: Sequence[float], counts: Sequence[float]) -> Distribution:
        """From the bars of a histogram."""
        total = float(sum(counts))
        if not total:
            return cls(0.0)
        return cls(total, {}, tuple(map(float, edges)), tuple(float(count) / total for count in counts))


def distribution_of(constraints: Constraints, kind: CellType, values: pd.Series[Any]) -> Distribution | None:
    """The distribution of a column; None where there is no measure for such a column.

    Parameters
    ----------
    constraints : Constraints
    kind : {"INT", "FLOAT", "BYTES"}
        What its cells look like: labels that are numbers count as numbers.
    values : Series
        Canonical.
    """
    if constraints.drift is None and constraints.skew is None:
        return None
    known = values.dropna()
    if known.dtype != np.float64 and kind == "BYTES":
        return Distribution.of_labels({str(label): float(n) for label, n in known.value_counts().items()})
    numbers = pd.to_numeric(known, errors="coerce").dropna().to_numpy(dtype=np.float64)
    if not len(numbers):
        return Distribution(0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if low == high or not math.isfinite(high - low):
        return Distribution.of_bars((low, high), (len(numbers),))
    edges = np.linspace(low, high, _BARS + 1)
    return Distribution.of_bars(edges.tolist(), np.histogram(numbers, bins=edges)[0].tolist())


def largest_difference(one: Distribution, other: Distribution) -> tuple[float, str]:
    """The largest difference of a label's share, and the label."""
    labels = sorted({*one.shares, *other.shares})
    apart = [(abs(one.shares.get(label, 0.0) - other.shares.get(label, 0.0)), label) for label in labels]
    return max(apart, default=(0.0, ""), key=lambda each: each[0])


def jensen_shannon(one: Distribution, other: Distribution) -> float:
    """The Jensen–Shannon divergence of two histograms, base 2: 0 for the same, 1 for disjoint ones.

    Examples
    --------
    >>> jensen_shannon(Distribution.of_bars((0, 1), (5,)), Distribution.of_bars((2, 3), (9,)))
    1.0
    """
    if not one.masses or not other.masses:
        return 0.0
    wide = [each for each in (one, other) if each.edges[0] < each.edges[-1]]
    cuts = np.unique(np.concatenate([each.edges for each in wide])) if wide else np.empty(0)
    points = sorted({each.edges[0] for each in (one, other) if each not in wide})
    p, q = (_cells(each, cuts, points) for each in (one, other))
    middle = (p + q) / 2
    return min((_divergence(p, middle) + _divergence(q, middle)) / 2, 1.0)


def _cells(of: Distribution, cuts: Floats, points: Sequence[float]) -> Floats:
    """Shares between cuts, and then at single points."""
    if of.edges[0] == of.edges[-1]:
        between = np.zeros(max(len(cuts) - 1, 0))
        return np.concatenate([between, [1.0 if point == of.edges[0] else 0.0 for point in points]])
    below = np.interp(cuts, of.edges, np.concatenate([[0.0], np.cumsum(of.masses)]))
    return np.concatenate([np.diff(below), np.zeros(len(points))])


def _divergence(p: Floats, q: Floats) -> float:
    there = (p > 0) & (q > 0)
    return float(np.sum(p[there] * np.log2(p[there] / q[there])))
