"""How sure the choice is: the optimism of picking the best, and the probability that each model is the best.

Both come from bootstrap draws of the rows that have out-of-fold predictions, so nothing is trained again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric
from automl.search.ensemble import library_size, select_ensemble

__all__ = ["Confidence", "assess"]

Floats = NDArray[np.float64]

MODELS = 40
"""Of the best, that are compared."""
_FEWEST = 20
_ROWS = 20_000
_TIED = 0.05


@dataclass(frozen=True)
class Confidence:
    """What bootstrap draws say of the ranking.

    Attributes
    ----------
    draws : int
    best : ndarray, shape (models,)
        Share of the draws in which each model has the lowest loss; adds to 1.
    tied : ndarray of bool, shape (models,)
        Whether a model is at least as good as the first one in more than 5 % of the draws.
    optimism : float or None
        By how much the loss of the chosen model will be higher on rows that it was not chosen by.
    """

    draws: int
    best: Floats
    tied: NDArray[np.bool_]
    optimism: float | None


def assess(
    metric: Metric,
    y: NDArray[Any],
    predictions: Sequence[Floats],
    chosen: Floats,
    *,
    groups: NDArray[Any] | None = None,
    draws: int = 100,
    correct: bool = True,
    seconds: float = np.inf,
    seed: int = 0,
) -> Confidence | None:
    """Draw the rows again and again, and choose anew each time.

    The optimism is that of bootstrap bias-corrected cross-validation (Tsamardinos, Greasidou and Borboudakis,
    "Bootstrapping the out-of-sample predictions for efficient and accurate cross-validation", Machine
    Learning 2018): in each draw the whole choice, the greedy vote included, is made on the rows drawn and
    judged on those left out. Their mean loss is compared there with that of the model chosen by all rows,
    draw by draw, so that what is hard about the rows left out does not count.

    Parameters
    ----------
    metric : Metric
    y : ndarray, shape (rows,)
    predictions : sequence of ndarray, shape (rows,) or (rows, classes)
        Out-of-fold predictions of the models, the best first.
    chosen : ndarray
        Those of the chosen model, which may be a vote of them.
    groups : ndarray of int, shape (rows,), optional
        Rows that belong together are drawn together.
    draws : int
    correct : bool
        Whether to choose anew in every draw, for the optimism.
    seconds : float
        After this time there are no further draws.
    seed : int

    Returns
    -------
    Confidence or None
        None where time allows fewer than 20 draws. Above 20,000 rows only so many are drawn from, which makes
        the probabilities less certain than they could be.
    """
    end = time.monotonic() + seconds
    rng = np.random.default_rng([seed, 7])
    if len(y) > _ROWS:
        rows = np.sort(rng.choice(len(y), _ROWS, replace=False))
        y, chosen, predictions = y[rows], chosen[rows], [each[rows] for each in predictions]
        groups = None if groups is None else groups[rows]
    unit = np.arange(len(y)) if groups is None else np.unique(groups, return_inverse=True)[1]
    units = int(unit.max()) + 1
    scorers = [metric.resampled(y, each) for each in predictions]
    best, beats, drawn = np.zeros(len(predictions)), np.zeros(len(predictions)), 0
    gaps: list[float] = []
    for _ in range(draws):
        if time.monotonic() > end:
            break
        counts = np.bincount(rng.integers(0, units, size=units), minlength=units)[unit]
        inside = np.array([metric.distance(scorer(counts)) for scorer in scorers])
        if np.isnan(inside).any():  # such as a class that was not drawn
            continue
        drawn += 1
        best[int(np.argmin(inside))] += 1
        beats += inside <= inside[0]
        if correct:
            gap = _gap(metric, y, predictions, chosen, counts, np.argsort(inside, kind="stable"))
            gaps += [gap] if np.isfinite(gap) else []
    if drawn < _FEWEST or (correct and len(gaps) < _FEWEST):
        return None
    optimism = max(float(np.mean(gaps)), 0.0) if correct else None
    return Confidence(drawn, best / drawn, beats / drawn > _TIED, optimism)


def _gap(
    metric: Metric,
    y: NDArray[Any],
    predictions: Sequence[Floats],
    chosen: Floats,
    counts: NDArray[np.int64],
    order: NDArray[np.intp],
) -> float:
    """Loss, on the rows not drawn, of what is chosen by the rows drawn, less that of the chosen model."""
    outside = counts == 0
    if not outside.any():
        return float("nan")
    rows = np.repeat(np.arange(len(y)), counts)
    library = [predictions[i] for i in order[: library_size(len(y))]]
    weights = select_ensemble([each[rows] for each in library], y[rows], metric)
    again = np.tensordot(np.asarray(weights), np.stack([each[outside] for each in library]), axes=1)
    return metric.loss(y[outside], again) - metric.loss(y[outside], chosen[outside])
