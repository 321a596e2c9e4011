"""Walks of a vote whose probabilities are calibrated: the members are followed, and their sum is mapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier

from .base import Floats, Ints, Walker, WeightedWalker


def calibrated_vote(estimator: Any) -> Any:
    """The pair of a soft vote and the one map on top of it in a fitted classifier; None for all else."""
    pairs: list[Any] = getattr(estimator, "calibrated_classifiers_", [])
    if not isinstance(estimator, CalibratedClassifierCV) or len(pairs) != 1:
        return None
    vote = pairs[0].estimator
    soft = isinstance(vote, VotingClassifier) and vote.voting == "soft"
    return pairs[0] if soft and len(pairs[0].calibrators) == 1 else None


class CalibratedWalker(Walker):
    """Follows the members of a vote, calibrates their sum, and takes the sum of some of them off.

    Parameters
    ----------
    walkers : sequence of Walker
        Of the members.
    weights : sequence of float
        Of the members, adding to 1.
    pair : object
        From :func:`calibrated_vote`.
    off : sequence of bool
        The members that are taken off, since they are explained by themselves.
    """

    def __init__(
        self, walkers: Sequence[Walker], weights: Sequence[float], pair: Any, off: Sequence[bool]
    ) -> None:
        self._kept, self._off = (
            _together([each for each, taken in zip(zip(walkers, weights, strict=True), off, strict=True)
                       if taken == which])
            for which in (False, True)
        )  # fmt: skip
        self._pair = pair
        self.players = np.logical_or.reduce([walker.players for walker in walkers])
        self.outputs = walkers[0].outputs
        self.fast = all(walker.fast for walker in walkers)

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        shape = (len(x), order.shape[1] + 1, self.outputs)
        kept, off = (
            np.zeros(shape) if part is None else part.walk(x, z, order) for part in (self._kept, self._off)
        )
        return self._bend(kept, off)

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        shape = (len(x), self.outputs)
        kept, off = (
            np.zeros(shape) if part is None else part.arrive(x, z, order) for part in (self._kept, self._off)
        )
        return self._bend(kept, off)

    def _bend(self, kept: Floats, off: Floats) -> Floats:
        mapped = _calibrated((kept + off).reshape(-1, self.outputs), self._pair)
        return np.asarray(mapped.reshape(kept.shape) - off, dtype=np.float64)


def _together(members: Sequence[tuple[Walker, float]]) -> Walker | None:
    return WeightedWalker(*zip(*members, strict=True)) if members else None


def _calibrated(probabilities: Floats, pair: Any) -> Floats:
    """What scikit-learn makes of a vote's probabilities; of two classes both times the second one's."""
    (step,) = pair.calibrators
    width = probabilities.shape[1]
    if pair.method != "temperature":
        return np.asarray(step.predict(probabilities[:, 0]))[:, None]
    whole = np.concatenate([1 - probabilities, probabilities], axis=1) if width == 1 else probabilities
    return np.asarray(step.predict(whole))[:, -width:]
