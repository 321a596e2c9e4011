"""How a model's output goes with one column: curves in general, partial dependence, and single rows.

Partial dependence (Friedman, 2001, Greedy Function Approximation) gives all rows the same value and
averages; single rows (ICE; Goldstein et al., 2015, Peeking Inside the Black Box) are the same without the
average. Both also ask for rows that do not exist where columns hang together, which
:mod:`explain.whole.accumulated` does not.

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
from ..labels import Outputs
from ..reference import Kind
from ..stored import Stored
from .grids import Grid, checked_grid

if TYPE_CHECKING:
    from .hybrids import Hybrids

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTIAL, ACCUMULATED = "partial dependence", "accumulated local effects"


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
        Where few rows are near (fewer than 5, or than 1 %): what the model says there rests on little.
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
            text += " Some values have few rows: there the curve rests on little."
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
    values = checked_grid(hybrids.frame.iloc[:, j], points)
    chosen = hybrids.affordable(rows, len(values.at), clock, seed)
    outputs = np.empty((len(chosen), len(values.at), hybrids.outputs))
    for point, donor in enumerate(values.donor):
        outputs[:, point] = hybrids.exchanged(chosen, {j: np.full(len(chosen), donor)})
        if progress is not None:
            progress((point + 1) / len(values.at))
    middle = _mean_over_values(outputs, values.share[: values.present])
    moved = outputs - middle[:, None]
    return curve_of(
        hybrids,
        j,
        PARTIAL,
        values,
        effect=moved.mean(axis=0),
        stderr=stderr_of(moved),
        centre=middle.mean(axis=0),
        rows_shown=outputs[:lines],
        rows=len(chosen),
    )


def curve_of(hybrids: Hybrids, j: int, method: str, values: Grid, **found: Any) -> Curve:
    """A curve over the values of column ``j``; ``found`` are the fields that the method computes."""
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


def _mean_over_values(outputs: Floats, share: Floats) -> Floats:
    """Mean of single rows' outputs (I, G, K) over the present values as they occur, shape (I, K)."""
    weights = share / share.sum()
    return np.asarray(np.einsum("igk,g->ik", outputs[:, : len(weights)], weights), dtype=np.float64)


def stderr_of(moved: Floats) -> Floats:
    """Standard error of the mean over rows, shape (n, ...) to (...); NaN for a single row."""
    if len(moved) < 2:
        return np.full(moved.shape[1:], np.nan)
    return np.asarray(moved.std(axis=0, ddof=1) / np.sqrt(len(moved)), dtype=np.float64)
