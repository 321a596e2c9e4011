"""How sure the choice is: the optimism of picking the best, and the probability that each model is the best.

Both come from bootstrap draws of the rows that have out-of-fold predictions, so nothing is trained again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric, resamples
from automl.search.ensemble import library, select_ensemble
from automl.search.limits import Allowance

__all__ = ["Confidence", "Optimism", "assess", "optimism"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MODELS = 40
"""Of the best, that are compared."""
_FEWEST = 20
_FEWEST_CHOICES = 10  # each takes as long as thirty of the others
_ROWS = 20_000
_NORMAL = 1.645  # standard deviations to the ends of a 90 % interval
TIED = 0.05
"""Share of the draws above which a model that is at least as good as another is tied with it."""


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
    lead : ndarray, shape (draws,)
        By how much the loss of the chosen model is below that of the first one.
    """

    draws: int
    best: Floats
    tied: NDArray[np.bool_]
    lead: Floats


@dataclass(frozen=True)
class Optimism:
    """By how much the loss of the chosen model will be higher on rows that it was not chosen by.

    Attributes
    ----------
    draws : int
    loss : float
        Not below 0.
    error : float
        Standard error of it.
    """

    draws: int
    loss: float
    error: float

    def taken_off(
        self, metric: Metric, score: float, interval: tuple[float, float]
    ) -> tuple[float, tuple[float, float]]:
        """A score and its 90 % interval less the optimism; the interval allows for its error as well."""
        corrected = metric.worse(score, self.loss)
        below, above = (float(np.hypot(end - score, _NORMAL * self.error)) for end in interval)
        low, high = corrected - below, corrected + above
        if metric.greater_is_better:
            return corrected, (low, min(high, metric.optimum))
        return corrected, (max(low, metric.optimum), high)


def assess(
    metric: Metric,
    y: NDArray[Any],
    predictions: Sequence[Floats],
    chosen: Floats,
    *,
    sample_weight: Floats | None = None,
    groups: NDArray[Any] | None = None,
    draws: int = 100,
    seconds: float = np.inf,
    seed: int = 0,
) -> Confidence | None:
    """Rank the models anew on draws of the rows.

    Parameters
    ----------
    metric : Metric
    y : ndarray, shape (rows,)
    predictions : sequence of ndarray, shape (rows,) or (rows, classes)
        Out-of-fold predictions of the models, the best first.
    chosen : ndarray
        Those of the chosen model, which may be a vote of them.
    sample_weight : ndarray, shape (rows,), optional
        How much each row counts.
    groups : ndarray of int, shape (rows,), optional
        Rows that belong together are drawn together.
    draws : int
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
    if len(y) > _ROWS:
        rows = np.sort(np.random.default_rng([seed, 11]).choice(len(y), _ROWS, replace=False))
        y, chosen, predictions = y[rows], chosen[rows], [each[rows] for each in predictions]
        groups = None if groups is None else groups[rows]
        sample_weight = None if sample_weight is None else sample_weight[rows]
    scorers = [metric.resampled(y, each, sample_weight) for each in (*predictions, chosen)]
    best, beats = np.zeros(len(predictions)), np.zeros(len(predictions))
    lead: list[float] = []
    for counts in _draws(len(y), groups, draws, seed):
        if time.monotonic() > end:
            break
        *losses, of_chosen = (metric.distance(scorer(counts)) for scorer in scorers)
        if np.isnan([*losses, of_chosen]).any():  # such as a class that was not drawn
            continue
        best[int(np.argmin(losses))] += 1
        beats += np.asarray(losses) <= losses[0]
        lead.append(losses[0] - of_chosen)
    drawn = len(lead)
    return None if drawn < _FEWEST else Confidence(drawn, best / drawn, beats / drawn > TIED, np.array(lead))


def optimism(
    metric: Metric,
    y: NDArray[Any],
    predictions: Sequence[Floats],
    chosen: Floats,
    *,
    families: Sequence[str],
    hedge: Callable[[Floats], Floats] = lambda vote: vote,
    sample_weight: Floats | None = None,
    groups: NDArray[Any] | None = None,
    allowance: Allowance | None = None,
    draws: int = 100,
    seconds: float = np.inf,
    seed: int = 0,
) -> Optimism | None:
    """Choose anew on draws of the rows, and judge the choice by the rows left out.

    Bootstrap bias-corrected cross-validation (Tsamardinos, Greasidou and Borboudakis, "Bootstrapping the
    out-of-sample predictions for efficient and accurate cross-validation", Machine Learning 2018): in each
    draw the whole choice, the greedy vote included, is made on the rows drawn. Its loss on those left out is
    compared there with that of the model chosen by all rows, draw by draw, so that what is hard about the
    rows left out does not count.

    Parameters
    ----------
    metric, y, predictions, chosen, sample_weight, groups, draws, seconds, seed
        As in `assess`.
    families : sequence of str
        Of the models.
    hedge : callable
        What a vote predicts with the base rates that are in the chosen one, from what its members predict;
        see `automl.search.hedge`. Without them a single row, for which a model chosen without it is wrong
        beyond doubt, would decide the mean.
    allowance : Allowance, optional
        What the models cost and a vote of them may, when it was chosen within limits.

    Returns
    -------
    Optimism or None
        None where time allows fewer than 10 draws. The standard error is that of the mean over as many rows
        as there are: the gap on a draw comes from the third of the rows that was left out.
    """
    end = time.monotonic() + seconds
    gaps: list[float] = []
    share_outside = []
    for counts in _draws(len(y), groups, draws, seed):
        if time.monotonic() > end:
            break
        outside = counts == 0
        gap = float("nan")
        if outside.any():
            gap = _gap(metric, y, predictions, families, chosen, hedge, counts, allowance, sample_weight)
        if np.isfinite(gap):
            gaps.append(gap)
            share_outside.append(outside.mean())
    if len(gaps) < _FEWEST_CHOICES:
        return None
    error = float(np.std(gaps, ddof=1) * np.sqrt(np.mean(share_outside) + 1 / len(gaps)))
    return Optimism(len(gaps), max(float(np.mean(gaps)), 0.0), error)


def _draws(rows: int, groups: NDArray[Any] | None, draws: int, seed: int) -> Iterator[Counts]:
    """The draws that the ranking and the choice are made on: the same for both."""
    return resamples(rows, draws, np.random.default_rng([seed, 7]), groups=groups)


def _gap(
    metric: Metric,
    y: NDArray[Any],
    predictions: Sequence[Floats],
    families: Sequence[str],
    chosen: Floats,
    hedge: Callable[[Floats], Floats],
    counts: Counts,
    allowance: Allowance | None,
    sample_weight: Floats | None,
) -> float:
    """Loss, on the rows not drawn, of what is chosen by the rows drawn, less that of the chosen model."""
    outside, rows = counts == 0, np.repeat(np.arange(len(y)), counts)
    drawn = [each[rows] for each in predictions]
    weight, weight_outside = (
        (None, None) if sample_weight is None else (sample_weight[rows], sample_weight[outside])
    )
    losses = [metric.loss(y[rows], each, weight) for each in drawn]
    if np.isnan(losses).any():  # such as a class that was not drawn
        return float("nan")
    order = np.argsort(losses, kind="stable")
    order = order[library([families[i] for i in order], len(y))]
    within = None if allowance is None else allowance.of(order)
    weights = select_ensemble(
        [drawn[i] for i in order], y[rows], metric, sample_weight=weight, allowance=within
    )
    again = np.tensordot(np.asarray(weights), np.stack([predictions[i][outside] for i in order]), axes=1)
    after, before = (
        metric.loss(y[outside], each, weight_outside) for each in (hedge(again), chosen[outside])
    )
    return after - before
