"""How a model's output goes with one column: partial dependence, single rows, accumulated local effects.

Partial dependence (Friedman, 2001, Greedy Function Approximation) gives all rows the same value and
averages; single rows (ICE; Goldstein et al., 2015, Peeking Inside the Black Box) are the same without the
average. Both also ask for rows that do not exist where columns hang together. Accumulated local effects
(Apley and Zhu, 2020, Visualizing the Effects of Predictor Variables in Black Box Supervised Learning
Models) only move rows to the next value and add up.

``sklearn.inspection.partial_dependence`` (1.9) is not used: it refuses integer columns, dates, and labels
with missing values, has no intervals, and runs the whole pipeline for each point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Clock, Progress
from ..errors import InputError
from ..labels import Outputs
from ..reference import Kind
from ..stored import Stored
from .grids import Grid, grid
from .levels import similar_order

if TYPE_CHECKING:
    from .hybrids import Hybrids

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTIAL, ACCUMULATED = "partial dependence", "accumulated local effects"

_LEAST_ROWS = 10
_DONORS = 10  # present values that stand in for a missing one
_BIN_ROWS = 10


@dataclass(frozen=True, eq=False)
class Curve(Outputs, Stored):
    """The output of a model against the values of one column.

    Attributes
    ----------
    method : {"partial dependence", "accumulated local effects"}
    column : str
    kind : {"number", "date", "label"}
    at : tuple of float, str or None, length G
        Numbers and dates (seconds since 1970) in ascending order, or labels; None, at the end, for missing.
    effect : array of shape (G, K)
        Output less ``centre``.
    stderr : array of shape (G, K)
        Of the effect, for other rows like these and the same model; the level of the whole curve and the
        learning of another model are not in it. NaN where it takes more rows.
    centre : array of shape (K,)
        Mean of the curve over the present values as they occur.
    rows_shown : array of shape (I, G, K)
        Outputs of single rows at each value (ICE); none for accumulated local effects.
    share : array of shape (G,)
        Share of all rows that belong to each point: the nearest number, or the label.
    thin : bool array of shape (G,)
        Where few rows are near (fewer than 5, or than 1 %): the model's output there is hardly founded.
    edges, counts : arrays of shapes (H + 1,) and int (H,)
        Histogram of numbers and dates; empty for labels.
    left_out : float
        Share of the rows whose label is not among the points.
    rows : int
        Rows that were averaged over.
    scale : {"probability", "target", "margin"}
    classes : tuple of length K, or None for regression
    """

    method: str
    column: str
    kind: Kind
    at: tuple[float | str | None, ...]
    effect: Floats
    stderr: Floats
    centre: Floats
    rows_shown: Floats
    share: Floats
    thin: NDArray[np.bool_]
    edges: Floats
    counts: Ints
    left_out: float
    rows: int
    scale: str
    classes: tuple[Any, ...] | None

    @property
    def present(self) -> int:
        """Number of points that are no missing value; the missing one, if any, is the last."""
        return len(self.at) - (self.at[-1:] == (None,))

    @property
    def level(self) -> Floats:
        """The curve on the scale of the output, shape (G, K)."""
        return self.centre + self.effect

    def centred_rows(self) -> Floats:
        """Single rows, each less its own mean over the values as they occur, shape (I, G, K)."""
        return self.rows_shown - _mean_over_values(self.rows_shown, self.share[: self.present])[:, None]

    def label(self, point: int) -> str:
        """The value at a point as people write it."""
        return formats.coordinate(self.at[point], self.kind)

    def sentence(self, output: Any = None) -> str:
        """Where the curve is lowest and highest, in words."""
        k = self.output_index(output)
        level = self.level[:, k]
        firm = np.flatnonzero(~self.thin[: self.present])
        points = firm if len(firm) > 1 else np.arange(self.present)
        name = self.output_name(output)
        what = "prediction" if name is None else f"{self.scale} of “{name}”"
        if not len(points):
            return f"{self.column} has no value to draw the model's {what} against."
        low, high = points[level[points].argmin()], points[level[points].argmax()]
        shown = [formats.level(float(level[p]), self.scale) for p in (low, high)]
        over = f"averaged over {self.rows:,} rows"
        if shown[0] == shown[1]:
            text = (
                f"With {self.column} the model's {what} hardly changes: it stays at about {shown[0]}, {over}."
            )
        elif self.kind != "label" and {int(low), int(high)} == {int(points[0]), int(points[-1])}:
            first, last = (low, high) if low < high else (high, low)
            before, after = (shown[0], shown[1]) if low < high else (shown[1], shown[0])
            goes = "rises" if low < high else "falls"
            text = (
                f"From {self.column} = {self.label(int(first))} to {self.label(int(last))} the model's "
                f"{what} {goes} from {before} to {after}, {over}."
            )
        else:
            text = (
                f"The model's {what} is lowest at {self.column} = {self.label(int(low))} ({shown[0]}) and "
                f"highest at {self.label(int(high))} ({shown[1]}), {over}."
            )
        if self.present < len(self.at):
            text += f" Where it is missing: {formats.level(float(level[-1]), self.scale)}."
        if self.thin[: self.present].any():
            text += " Some values have few rows; the curve is hardly founded there."
        return text


def partial_dependence(
    model: Any,
    X: pd.DataFrame,
    column: str,
    *,
    points: int = 25,
    rows: int = 300,
    lines: int = 40,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Curve:
    """Mean output of a model if all rows had the same value in one column.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
        Takes a DataFrame with the columns of ``X``.
    X : DataFrame of shape (n, M)
    column : str
    points : int
        Values at most: quantiles of numbers and dates, or the most frequent labels. A missing value is one
        more.
    rows : int
        At most so many rows are averaged over, chosen at random.
    lines : int
        Single rows that are kept.
    scale : {"probability", "target", "margin"}, optional
        Default: probability for classifiers that have it (else margin), target for regressors.
    seed : int
    time_budget : float, optional
        Seconds. When time is short fewer rows are averaged over, with a wider standard error.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    Curve

    Raises
    ------
    InputError
        If the column is unknown or has no values.
    """
    from .hybrids import Hybrids

    clock = Clock(time_budget)
    hybrids = Hybrids(model, X, scale=scale, seed=seed)
    j = hybrids.index_of(column)
    values = _checked_grid(hybrids, j, points)
    chosen = _affordable(hybrids, len(values.at), rows, clock, seed)
    outputs = np.empty((len(chosen), len(values.at), hybrids.outputs))
    for point, donor in enumerate(values.donor):
        outputs[:, point] = hybrids.exchanged(chosen, {j: np.full(len(chosen), donor)})
        if progress is not None:
            progress((point + 1) / len(values.at))
    middle = _mean_over_values(outputs, values.share[: values.present])
    moved = outputs - middle[:, None]
    return _curve(
        hybrids,
        j,
        PARTIAL,
        values,
        effect=moved.mean(axis=0),
        stderr=_stderr(moved),
        centre=middle.mean(axis=0),
        rows_shown=outputs[:lines],
        rows=len(chosen),
    )


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
        As for :func:`partial_dependence`.

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
    from .hybrids import Hybrids

    clock = Clock(time_budget)
    hybrids = Hybrids(model, X, scale=scale, seed=seed)
    j = hybrids.index_of(column)
    whole = _checked_grid(hybrids, j, points)
    chosen = _affordable(hybrids, 3, rows, clock, seed)
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
    return _curve(
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


def _curve(hybrids: Hybrids, j: int, method: str, values: Grid, **found: Any) -> Curve:
    return Curve(
        method=method,
        column=hybrids.columns[j],
        kind=values.kind,
        at=values.at,
        share=values.share,
        thin=values.thin,
        edges=values.edges,
        counts=values.counts,
        left_out=float((values.cell < 0).mean()),
        scale=hybrids.scale,
        classes=hybrids.classes,
        **found,
    )


def _checked_grid(hybrids: Hybrids, j: int, points: int) -> Grid:
    if hybrids.rows < _LEAST_ROWS:
        raise InputError(f"Expected at least {_LEAST_ROWS} rows for a curve, found {hybrids.rows}.")
    values = grid(hybrids.frame.iloc[:, j], points)
    if not values.present:
        raise InputError(f"Expected values in column {hybrids.columns[j]!r}, found none.")
    return values


def _affordable(hybrids: Hybrids, outputs: int, most: int, clock: Clock, seed: int) -> Ints:
    """Rows at random, no more than there is time for if each takes so many outputs."""
    order = np.random.default_rng([seed, 14]).permutation(hybrids.rows)[:most]
    if clock.budget is None:
        return order
    before = clock.spent()
    hybrids.exchanged(np.resize(order, _LEAST_ROWS * outputs), {})
    each = (clock.spent() - before) / _LEAST_ROWS
    return order[: max(_LEAST_ROWS, int(0.8 * max(0.0, clock.left()) / max(each, 1e-9)))]


def _mean_over_values(outputs: Floats, share: Floats) -> Floats:
    """Mean of single rows' outputs (I, G, K) over the present values as they occur, shape (I, K)."""
    weights = share / share.sum()
    return np.asarray(np.einsum("igk,g->ik", outputs[:, : len(weights)], weights), dtype=np.float64)


def _stderr(moved: Floats) -> Floats:
    if len(moved) < 2:
        return np.full(moved.shape[1:], np.nan)
    return np.asarray(moved.std(axis=0, ddof=1) / np.sqrt(len(moved)), dtype=np.float64)


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
    from ..reference import as_numbers

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
    return moved.mean(axis=0)[None], _stderr(moved)[None]
