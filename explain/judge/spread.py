"""How far apart groups are at most, with intervals that know that the extremes were picked.

The largest difference among groups is above 0 in any sample, also where the groups do not differ, and so are
nearly all bootstrap draws of it. Its interval is therefore made of the simultaneous intervals of all pairs,
as wide as the largest studentised deviation of the draws (Tukey's method with the draws' own distribution):
the true largest difference lies between the largest lower and the largest upper end.

References
----------
Hsu (1996), "Multiple Comparisons: Theory and Methods", chapter 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..stored import Stored

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NONE = float("nan")


@dataclass(frozen=True)
class Spread(Stored):
    """The largest difference, or the smallest ratio, between two groups.

    Attributes
    ----------
    value : float
        Highest less lowest, or lowest by highest; NaN with fewer than two groups to compare.
    low, high : float
        Simultaneous interval over all pairs.
    p_value : float
        Of the hypothesis that no two groups differ.
    highest, lowest : str
        The two groups; empty where there are none.
    top, bottom : float
        Their values.
    """

    value: float
    low: float
    high: float
    p_value: float
    highest: str
    lowest: str
    top: float
    bottom: float

    @property
    def known(self) -> bool:
        """Whether there were two groups to compare."""
        return self.value == self.value


class Block(NamedTuple):
    """One measure: values and draws by group, and which groups take part.

    Attributes
    ----------
    values : array of shape (G,)
    draws : array of shape (D, G)
    usable : array of bool, shape (G,)
    """

    values: Floats
    draws: Floats
    usable: Bools


def difference(blocks: Sequence[Block], names: Sequence[str], level: float, cap: float = np.inf) -> Spread:
    """The largest difference in any of the measures.

    Parameters
    ----------
    blocks : sequence of Block
        Of the same groups; several for a criterion that is the worse of two measures.
    names : sequence of str, length G
    level : float
    cap : float
        The largest difference that can be, 1 for shares.
    """
    worst, lows, highs, p = _pairs(blocks, level)
    if worst is None:
        return Spread(_NONE, _NONE, _NONE, _NONE, "", "", _NONE, _NONE)
    values = np.where(worst.usable, worst.values, np.nan)
    top, bottom = int(np.nanargmax(values)), int(np.nanargmin(values))
    return Spread(
        float(values[top] - values[bottom]),
        max(0.0, lows),
        min(cap, highs),
        p,
        names[top],
        names[bottom],
        float(values[top]),
        float(values[bottom]),
    )


def ratio(blocks: Sequence[Block], names: Sequence[str], level: float) -> Spread:
    """The smallest ratio in any of the measures, lowest by highest; of measures that are not negative."""
    logs = []
    for block in blocks:
        draws = np.log(np.maximum(block.draws, 1e-300))
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(block.values > 0, np.log(block.values), draws.mean(axis=0))
        logs.append(Block(values, draws, block.usable))
    worst, lows, highs, p = _pairs(logs, level)
    if worst is None:
        return Spread(_NONE, _NONE, _NONE, _NONE, "", "", _NONE, _NONE)
    block = next(block for block, log in zip(blocks, logs, strict=True) if log is worst)
    values = np.where(block.usable, block.values, np.nan)
    top, bottom = int(np.nanargmax(values)), int(np.nanargmin(values))
    value = float(values[bottom] / values[top]) if values[top] > 0 else _NONE
    low = 0.0 if value == 0 else float(np.exp(-highs))
    return Spread(
        value,
        min(low, value),
        float(np.exp(-max(0.0, lows))),
        p,
        names[top],
        names[bottom],
        float(values[top]),
        float(values[bottom]),
    )


def _pairs(blocks: Sequence[Block], level: float) -> tuple[Block | None, float, float, float]:
    """The block with the largest difference; the largest lower and upper end over all pairs; the p-value."""
    worst: Block | None = None
    widest = -np.inf
    sizes, errors = [], []
    largest = np.zeros(0)
    for block in blocks:
        usable = np.flatnonzero(block.usable)
        if len(usable) < 2:
            continue
        values, draws = block.values[usable], block.draws[:, usable]
        off = draws - draws.mean(axis=0)
        if np.ptp(values) > widest:
            widest, worst = float(np.ptp(values)), block
        if not len(largest):
            largest = np.zeros(len(draws))
        for i in range(len(usable) - 1):
            gap = off[:, i + 1 :] - off[:, [i]]
            error = np.maximum(gap.std(axis=0), 1e-12)
            np.maximum(largest, (np.abs(gap) / error).max(axis=1), out=largest)
            sizes.append(np.abs(values[i + 1 :] - values[i]))
            errors.append(error)
    if worst is None:
        return None, _NONE, _NONE, _NONE
    size, error = np.concatenate(sizes), np.concatenate(errors)
    width = float(np.quantile(largest, level)) * error
    found = float((size / error).max())
    p = float((1 + (largest >= found).sum()) / (1 + len(largest)))
    return worst, float((size - width).max()), float((size + width).max()), p


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for their number (Holm, 1979); NaN stays NaN."""
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(p == p)
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(order) else steps
    return [float(value) for value in adjusted]
