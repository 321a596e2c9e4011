"""Friedman's H statistic of pairs of columns.

Friedman and Popescu (2008), Predictive Learning via Rule Ensembles, made free of the bias that makes it
positive for pairs that do not interact.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..clock import Clock, Progress
from ..errors import InputError
from ..frames import checked_table
from ..intervals import student
from .hybrids import Hybrids, some_rows
from .interactions import FRIEDMAN, SILENT, Interactions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROWS_H = 60
_BLOCKS = 20
_DRAWS = 4000
_LEAST_ROWS = 20


def friedman_interactions(
    model: Any,
    X: pd.DataFrame,
    most: int,
    scale: str | None,
    seed: int,
    clock: Clock,
    progress: Progress | None,
) -> Interactions:
    """Pairs by Friedman's H statistic; see :func:`explain.whole.interactions.rank_interactions`."""
    frame = checked_table(X)
    if len(frame) < _LEAST_ROWS:
        raise InputError(f"Expected at least {_LEAST_ROWS} rows for interactions, found {len(frame)}.")
    hybrids = Hybrids(model, frame.iloc[some_rows(len(frame), _ROWS_H, seed)], scale=scale, seed=seed)
    silent = SILENT * max(float(hybrids.predictions.std(axis=0).max()), 1e-300)
    alone: dict[int, Floats] = {}
    dependence = np.zeros(len(hybrids.columns))
    for j in range(len(hybrids.columns)):
        if j > 1 and clock.budget is not None and clock.left() < 0.5 * clock.budget:
            break  # the other half is for the pairs
        alone[j] = _moved(hybrids, (j,)) - hybrids.predictions
        dependence[j] = _beyond_sum(alone[j])
        if progress is not None:
            progress(0.5 * (j + 1) / len(hybrids.columns))
    acting = [j for j in alone if dependence[j] > silent]
    promising = sorted(combinations(acting, 2), key=lambda pair: -dependence[pair[0]] * dependence[pair[1]])
    total = math.comb(len(hybrids.columns), 2)
    seen = math.comb(len(alone), 2) - len(promising)
    found, slowest = [], 0.0
    for position, (i, j) in enumerate(promising[:most]):
        started = clock.spent()
        if position and clock.left() < 1.2 * slowest:
            break
        joint = _moved(hybrids, (i, j))
        gap = joint - alone[i] - alone[j] - hybrids.predictions
        found.append(
            ((i, j), *_unbiased(gap, joint, seed), _by_chance(gap, 0.05 / min(most, len(promising)), seed))
        )
        slowest = max(slowest, clock.spent() - started)
        if progress is not None:
            progress(0.5 + 0.5 * (position + 1) / min(most, len(promising)))
    return _tested(hybrids, found, silent, apart=seen, unseen=total - seen - len(found))


def _moved(hybrids: Hybrids, columns: tuple[int, ...]) -> Floats:
    """Outputs of shape (n, n, K): row a with the columns of row e at [e, a]. Equal values are asked once."""
    n = hybrids.rows
    codes = np.column_stack([hybrids.codes(j) for j in columns])
    _, first, back = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    donor = np.repeat(first, n)
    outputs = hybrids.exchanged(np.tile(np.arange(n), len(first)), dict.fromkeys(columns, donor))
    return outputs.reshape(len(first), n, -1)[np.ravel(back)]


def _beyond_sum(moved: Floats) -> float:
    """Root mean square of what is no sum of an effect of the value and one of the row."""
    rest = moved - moved.mean(axis=0) - moved.mean(axis=1)[:, None] + moved.mean(axis=(0, 1))
    return float(np.sqrt((rest**2).mean()))


def _unbiased(gap: Floats, joint: Floats, seed: int) -> tuple[float, float, float]:
    """Mean square of the interaction, its standard error, and the variance of the joint effect.

    ``gap[e, a]`` is the second difference of the output between rows a and e in the two columns; its mean
    over a is Friedman's interaction at e. The square of a mean over few rows is too large by the mean's own
    variance; products of different rows' gaps are not. The standard error leaves out blocks of rows in turn.
    """
    n = len(gap)
    block = np.random.default_rng([seed, 16]).permutation(n) % min(_BLOCKS, n)
    without = []
    for b in range(int(block.max()) + 1):
        kept = np.flatnonzero(block != b)
        without.append(_mean_square(gap[np.ix_(kept, kept)]))
    blocks = len(without)
    variance = (blocks - 1) * float(np.var(without))
    return _mean_square(gap), math.sqrt(variance), float(joint.mean(axis=1).var(axis=0).mean())


def _mean_square(gap: Floats) -> float:
    """Variance over e of the mean of gap[e, a] over a ≠ e, mean over outputs; gap[e, e] is 0."""
    n = len(gap)
    sums, squares = gap.sum(axis=1), (gap**2).sum(axis=1)
    square = ((sums**2 - squares) / ((n - 1) * (n - 2))).mean(axis=0)
    mean = sums.mean(axis=0) / (n - 1)
    return float((square - mean**2).mean())


def _by_chance(gap: Floats, level: float, seed: int) -> float:
    """The mean square that pairs without an interaction would exceed with probability ``level``.

    Without an interaction what :func:`_mean_square` sums is a degenerate U-statistic of the averaged rows,
    whose distribution random signs of these rows imitate (the multiplier bootstrap of Arcones and Giné,
    1992).
    """
    n = len(gap)
    rest = gap - gap.mean(axis=1, keepdims=True)
    products = np.einsum("eak,ebk->ab", rest, rest) / (n * gap.shape[2])
    np.fill_diagonal(products, 0.0)
    signs = np.random.default_rng([seed, 18]).choice([-1.0, 1.0], (_DRAWS, n))
    return float(np.quantile(((signs @ products) * signs).sum(axis=1), 1 - level)) / (n * (n - 1))


def _tested(
    hybrids: Hybrids,
    found: list[tuple[tuple[int, int], float, float, float, float]],
    silent: float,
    *,
    apart: int,
    unseen: int,
) -> Interactions:
    square = np.array([each[1] for each in found])
    error = np.array([each[2] for each in found])
    joint = np.array([each[3] for each in found])
    free = min(_BLOCKS, hybrids.rows) - 1
    wide = float(student(0.95, free))
    chance = np.array([each[4] for each in found])
    order = np.argsort(-square, kind="stable")
    return Interactions(
        method=FRIEDMAN,
        pairs=tuple(
            (hybrids.columns[found[p][0][0]], hybrids.columns[found[p][0][1]]) for p in order.tolist()
        ),
        strength=np.sqrt(np.maximum(0.0, square))[order],
        low=np.sqrt(np.maximum(0.0, square - wide * error))[order],
        high=np.sqrt(np.maximum(0.0, square + wide * error))[order],
        floor=np.sqrt(np.maximum(silent**2, chance))[order],
        share=np.clip(square / np.maximum(joint, 1e-300), 0.0, 1.0)[order],
        apart=apart,
        unseen=unseen,
        rows=hybrids.rows,
        scale=hybrids.scale,
        classes=hybrids.classes,
    )
