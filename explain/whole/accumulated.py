"""Accumulated local effects: rows are only moved to the next value of a column, and the steps add up.

Apley and Zhu (2020), Visualizing the Effects of Predictor Variables in Black Box Supervised Learning Models.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..clock import Clock, Progress
from ..reference import as_numbers
from .curves import ACCUMULATED, Curve, curve_of, stderr_of
from .grids import Grid, checked_grid, grid
from .hybrids import Hybrids
from .levels import similar_order

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DONORS = 10  # present values that stand in for a missing one
_BIN_ROWS = 10


def accumulated_effects(
    model: Any,
    X: pd.DataFrame,
    column: str,
    *,
    points: int = 25,
    rows: int = 2000,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Curve:
    """Accumulated local effects: what the model makes of a column among rows that have such values.

    Numbers and dates are cut at quantiles; each row moves from the lower to the upper end of its own bin.
    Labels are put in an order in which neighbours have like rows (`explain.whole.levels.similar_order`); each
    row moves to the labels next to its own. A missing value is no neighbour of any: its point is what rows
    without a value differ by from themselves with present values, drawn as they occur.

    Parameters
    ----------
    model, X, column, points, rows, scale, seed, time_budget, progress
        As for :func:`explain.partial_dependence`.

    Returns
    -------
    Curve
        ``effect`` has mean 0 over the rows; ``centre`` is the mean output. Standard errors come from the
        rows' own steps, with those of all bins up to a point and of the centring.

    Raises
    ------
    InputError
        If the column is unknown or has no values.
    """
    clock = Clock(time_budget)
    hybrids = Hybrids(model, X, scale=scale, seed=seed)
    j = hybrids.index_of(column)
    whole = checked_grid(hybrids.frame.iloc[:, j], points)
    chosen = hybrids.affordable(rows, 3, clock, seed)
    missing = chosen[hybrids.codes(j)[chosen] < 0]
    steps: Floats
    if whole.kind == "label":
        whole = _reordered(whole, hybrids.frame, j)
        moving = chosen[(whole.cell[chosen] >= 0) & (whole.cell[chosen] < whole.present)]
        steps = _label_steps(hybrids, j, whole, moving)
        weights = np.bincount(whole.cell[moving], minlength=whole.present) / max(1, len(moving))
        means = np.eye(whole.present)
    else:
        moving = chosen[whole.cell[chosen] >= 0]
        moving = moving[whole.cell[moving] < whole.present]
        whole = _wide_bins(hybrids, j, whole, moving)
        steps, bins = _number_steps(hybrids, j, whole, moving)
        weights = np.bincount(bins, minlength=whole.present - 1) / max(1, len(moving))
        means = (np.eye(whole.present)[1:] + np.eye(whole.present)[:-1]) / 2  # a bin's mean of a line
    if progress is not None:
        progress(0.7)
    effect, stderr = _accumulated(steps, weights @ means, hybrids.outputs)
    if whole.present < len(whole.at):
        own, own_error = _missing_effect(hybrids, j, missing, moving, seed)
        effect, stderr = np.vstack([effect, own]), np.vstack([stderr, own_error])
    if progress is not None:
        progress(1.0)
    return curve_of(
        hybrids,
        j,
        ACCUMULATED,
        whole,
        effect=effect,
        stderr=stderr,
        centre=hybrids.predictions[chosen].mean(axis=0),
        rows_shown=np.zeros((0, len(whole.at), hybrids.outputs)),
        rows=len(chosen),
    )


def _reordered(values: Grid, frame: pd.DataFrame, j: int) -> Grid:
    """Labels in the order of their likeness."""
    order = similar_order(frame, j, values.cell, values.present)
    place = np.argsort(order)
    rest = list(range(values.present, len(values.at)))
    full = np.concatenate([order, np.array(rest, dtype=np.int64)])
    moved = np.concatenate([place, np.array([*rest, -1], dtype=np.int64)])  # cell -1 stays the last
    return Grid(
        values.kind,
        tuple(values.at[p] for p in full),
        values.donor[full],
        moved[values.cell],
        values.thin[full],
        values.edges,
        values.counts,
    )


def _wide_bins(hybrids: Hybrids, j: int, values: Grid, moving: Ints) -> Grid:
    """Fewer points where the rows are too few for a mean in each bin."""
    fits = max(2, len(moving) // _BIN_ROWS)
    return values if values.present <= fits else grid(hybrids.frame.iloc[:, j], fits)


def _number_steps(hybrids: Hybrids, j: int, values: Grid, moving: Ints) -> tuple[Floats, Ints]:
    """Steps of shape (n, G − 1, K), NaN but in a row's own bin; and that bin."""
    edges = np.array(values.at[: values.present], dtype=np.float64)
    own = as_numbers(hybrids.frame.iloc[:, j])[moving]
    bins = np.clip(np.searchsorted(edges, own, side="left"), 1, max(1, len(edges) - 1)) - 1
    steps = np.full((len(moving), len(edges) - 1, hybrids.outputs), np.nan)
    if len(edges) > 1:
        upper = hybrids.exchanged(moving, {j: values.donor[bins + 1]})
        lower = hybrids.exchanged(moving, {j: values.donor[bins]})
        steps[np.arange(len(moving)), bins] = upper - lower
    return steps, bins


def _label_steps(hybrids: Hybrids, j: int, values: Grid, moving: Ints) -> Floats:
    """Steps of shape (n, G − 1, K), NaN but from a row's own label to the ones next to it."""
    own = values.cell[moving]
    steps = np.full((len(moving), values.present - 1, hybrids.outputs), np.nan)
    stay = hybrids.predictions[moving]
    down, up = np.flatnonzero(own > 0), np.flatnonzero(own < values.present - 1)
    steps[down, own[down] - 1] = stay[down] - hybrids.exchanged(
        moving[down], {j: values.donor[own[down] - 1]}
    )
    steps[up, own[up]] = hybrids.exchanged(moving[up], {j: values.donor[own[up] + 1]}) - stay[up]
    return steps


def _accumulated(steps: Floats, weights: Floats, outputs: int) -> tuple[Floats, Floats]:
    """Sums of mean steps less their weighted mean, and standard errors, shapes (G, K).

    A point is a linear combination of the mean steps; those of labels share rows, hence the covariances. A
    bin of one row gets the mean variance of the others.
    """
    points = steps.shape[1] + 1
    below = np.tri(points, points - 1, -1)
    combine = below - weights @ below
    used = ~np.isnan(steps)
    count = used.any(axis=2).sum(axis=0) if points > 1 else np.zeros(0)
    held = np.maximum(count, 1)[:, None]
    mean = np.where(used, steps, 0.0).sum(axis=0) / held
    rest = np.where(used, steps - mean, 0.0) / held
    stderr = np.empty((points, outputs))
    for k in range(outputs):
        wider = np.sqrt(count / np.maximum(count - 1, 1))
        covariance = (rest[:, :, k] * wider).T @ (rest[:, :, k] * wider)
        alone = count < 2
        if alone.any():
            several = np.diag(covariance)[~alone] * count[~alone]
            covariance[alone, alone] = several.mean() if len(several) else np.nan
        stderr[:, k] = np.sqrt(np.maximum(0.0, np.diag(combine @ covariance @ combine.T)))
    return combine @ mean, stderr


def _missing_effect(
    hybrids: Hybrids, j: int, missing: Ints, present: Ints, seed: int
) -> tuple[Floats, Floats]:
    """Rows without a value as they are, less the same rows with values that others have."""
    if not len(missing) or not len(present):
        gap = np.full((1, hybrids.outputs), np.nan)
        return gap, gap.copy()
    donors = np.random.default_rng([seed, 15]).choice(present, len(missing) * _DONORS)
    filled = hybrids.exchanged(np.repeat(missing, _DONORS), {j: donors})
    moved = hybrids.predictions[missing] - filled.reshape(len(missing), _DONORS, -1).mean(axis=1)
    return moved.mean(axis=0)[None], stderr_of(moved)[None]
