"""Whether probabilities mean what they say.

References
----------
Murphy (1973), "A new vector partition of the probability score"; Stephenson, Coelho and Jolliffe (2008), "Two
extra components in the Brier score decomposition" (for probabilities that differ within a bin).
Bröcker and Smith (2007), "Increasing the reliability of reliability diagrams".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..errors import InputError
from ..intervals import wilson
from ..stored import Stored
from .bins import equal_bins

Floats = NDArray[np.float64]

_FEWEST_IN_BIN = 25
_DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Calibration(Stored):
    """Predicted probabilities of one class against how often it happened.

    Attributes
    ----------
    output : str
    rows : int
    predicted, observed : arrays of shape (B,)
        Mean probability and observed rate in bins of about equal numbers of rows.
    low, high : arrays of shape (B,)
        Interval of the rate (Wilson), for each bin by itself.
    share : array of shape (B,)
        Share of the rows.
    ece : float
        Expected calibration error: mean |observed − predicted| over the bins. It is above 0 also for a
        perfectly calibrated model, since rates of few rows vary.
    ece_by_chance, ece_bound : float
        What a perfectly calibrated model would show with these rows: on average, and at most at the level.
    brier, reliability, resolution, uncertainty, within : float
        The Brier score and its parts: ``brier = reliability − resolution + uncertainty + within``. ``within``
        is what bins lose by treating different probabilities as one.
    level : float
    """

    output: str
    rows: int
    predicted: Floats
    observed: Floats
    low: Floats
    high: Floats
    share: Floats
    ece: float
    ece_by_chance: float
    ece_bound: float
    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float
    level: float

    @property
    def shown(self) -> bool:
        """Whether the error is larger than chance explains."""
        return self.ece > self.ece_bound

    def sentence(self) -> str:
        """How far probabilities are off, in words."""
        ece, chance, bound = (
            f"{formats.number(100 * value, 2)}" for value in (self.ece, self.ece_by_chance, self.ece_bound)
        )
        text = (
            f"The probabilities of “{self.output}” are off by {ece} points on average; with so many rows "
            f"perfectly calibrated ones would seem off by {chance}, and by up to {bound}"
        )
        if not self.shown:
            return f"{text}, so no miscalibration could be shown."
        gap = float(np.sum(self.share * (self.observed - self.predicted)))
        side = "low" if gap > 0 else "high"
        worst = int(np.argmax(self.share * np.abs(self.observed - self.predicted)))
        return (
            f"{text}: they are miscalibrated, {side} by {formats.number(100 * abs(gap), 2)} points over all "
            f"rows. Where they say {formats.level(float(self.predicted[worst]), 'probability')}, it "
            f"happened in {formats.level(float(self.observed[worst]), 'probability')} of the rows."
        )


def calibration_of(
    truth: NDArray[np.bool_],
    probability: Floats,
    weight: Floats | None = None,
    *,
    output: str = "1",
    bins: int = 10,
    level: float = 0.95,
    seed: int = 0,
    inflation: float = 1.0,
) -> Calibration:
    """Reliability curve, expected calibration error and parts of the Brier score of one class.

    Parameters
    ----------
    truth : array of bool, shape (n,)
    probability : array of shape (n,)
    weight : array of shape (n,), optional
    output : str
        Name of the class.
    bins : int
        At most so many, with 25 rows or more in each; equal probabilities are never divided.
    level : float
    seed : int
    inflation : float
        As :class:`explain.judge.scored.Scored` has it.

    Returns
    -------
    Calibration
    """
    if bins < 1 or not len(truth):
        raise InputError(f"Expected at least one row and one bin, found {len(truth)} and {bins}.")
    y = truth.astype(np.float64)
    w = np.ones(len(y)) if weight is None else weight
    place = equal_bins(probability, w, max(1, min(bins, len(y) // _FEWEST_IN_BIN)))
    size = int(place.max()) + 1
    total = np.bincount(place, w, size)
    predicted = np.bincount(place, w * probability, size) / total
    observed = np.bincount(place, w * y, size) / total
    share = total / total.sum()
    low, high = wilson(observed, total**2 / np.bincount(place, w * w, size) / inflation, level)
    spread = inflation * np.bincount(place, w * w * probability * (1 - probability), size)
    chance = np.sqrt(spread) / total
    draws = np.abs(np.random.default_rng(seed).standard_normal((_DRAWS, size)) * chance) @ share
    rate = float(share @ observed)
    brier = float(np.average((probability - y) ** 2, weights=w))
    reliability = float(share @ (predicted - observed) ** 2)
    resolution = float(share @ (observed - rate) ** 2)
    uncertainty = rate * (1 - rate)
    return Calibration(
        output,
        len(y),
        predicted,
        observed,
        low,
        high,
        share,
        float(share @ np.abs(observed - predicted)),
        float(share @ chance * np.sqrt(2 / np.pi)),
        float(np.quantile(draws, level)),
        brier,
        reliability,
        resolution,
        uncertainty,
        brier - reliability + resolution - uncertainty,
        level,
    )
