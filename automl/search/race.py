"""Racing: a candidate that is clearly worse than the best trial does not run its other folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.errors import GlassbenchError
from automl.metrics import Metric

__all__ = ["Beaten", "Rival", "race"]

_MARGIN = 1.15  # times the rival's loss: a model within it may still earn a weight in the ensemble
_CONFIDENCE = 0.95
_DRAWS = 60
_ROWS = 5_000  # enough to see such a margin


class Beaten(GlassbenchError):  # noqa: N818 - the name says what happened
    """A candidate lost its race.

    Parameters
    ----------
    message : str
    estimate : float
        The loss that all folds would give, as the folds run so far tell.
    """

    def __init__(self, message: str, estimate: float) -> None:
        super().__init__(message)
        self.estimate = estimate


@dataclass(frozen=True)
class Rival:
    """The trial that a candidate runs against.

    Attributes
    ----------
    id : str
    loss : float
        On all folds.
    out_of_fold : ndarray, shape (rows,) or (rows, classes)
        Of the validated rows.
    stake : float
        Seconds. Folds that will take less than this are run in any case.
    """

    id: str
    loss: float
    out_of_fold: NDArray[np.float64]
    stake: float


def race(
    rival: Rival,
    metric: Metric,
    y: NDArray[Any],
    prediction: NDArray[np.float64],
    rows: NDArray[np.bool_],
    seed: int,
    sample_weight: NDArray[np.float64] | None = None,
) -> float:
    """Compare a candidate with its rival on the rows that both have predicted.

    Both are judged on the same bootstrap draws, so what is hard about these rows weighs on both.

    Parameters
    ----------
    rival : Rival
    metric : Metric
    y : ndarray, shape (rows,)
    prediction : ndarray, shape (rows,) or (rows, classes)
    rows : ndarray of bool, shape (rows,)
        Those of the folds run so far.
    seed : int
    sample_weight : ndarray, shape (rows,), optional
        How much each row counts.

    Returns
    -------
    float
        The candidate's loss as a multiple of the rival's.

    Raises
    ------
    Beaten
        If it is above 1.15 in 95 % of the draws.
    """
    rng = np.random.default_rng(seed)
    judged = np.flatnonzero(rows)
    if len(judged) > _ROWS:
        judged = rng.choice(judged, _ROWS, replace=False)
    weight = None if sample_weight is None else sample_weight[judged]
    ours, theirs = (
        metric.resampled(y[judged], each[judged], weight) for each in (prediction, rival.out_of_fold)
    )

    def of_losses(counts: NDArray[np.int64]) -> float:
        loss = metric.distance(theirs(counts))
        return metric.distance(ours(counts)) / loss if loss > 0 else float("nan")

    ratio = of_losses(np.ones(len(judged), dtype=np.int64))
    if not ratio > _MARGIN:  # also where the metric is undefined
        return ratio
    draws = rng.integers(0, len(judged), size=(_DRAWS, len(judged)))
    ratios = [of_losses(np.bincount(draw, minlength=len(judged))) for draw in draws]
    if np.mean(np.asarray(ratios) > _MARGIN) >= _CONFIDENCE:
        raise Beaten(
            f"Clearly worse than {rival.id} on the folds run so far ({ratio:.2f} times its loss): "
            "the other folds were not run.",
            rival.loss * ratio,
        )
    return ratio
