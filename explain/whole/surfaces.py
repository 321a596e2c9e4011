"""Partial dependence on two columns: what they do together, and what is beyond the sum of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Clock, Progress
from ..errors import InputError
from ..labels import Outputs
from ..reference import Kind
from ..stored import Stored
from .curves import _affordable, _checked_grid
from .grids import Grid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FEW_ROWS = 5
_FEW_SHARE = 0.002
_Z_CELLS = 3.5  # the largest of about 100 cells is over it by chance in 5 % of cases


@dataclass(frozen=True, eq=False)
class Surface(Outputs, Stored):
    """The output of a model against the values of two columns.

    Attributes
    ----------
    columns : (str, str)
    kinds : pair of {"number", "date", "label"}
    at : pair of tuples, lengths G and H
        Values as in :class:`explain.whole.curves.Curve`; None, at the end, for missing.
    level : array of shape (G, H, K)
        Mean output if all rows had these two values.
    beyond : array of shape (G, H, K)
        Level less what each column does alone, on average over the values of the other as they occur; all
        zero where the two do not work together.
    stderr : array of shape (G, H, K)
        Of ``beyond``, for other rows like these.
    counts : int array of shape (G, H)
        Rows whose values are nearest to these.
    rows : int
        Rows that were averaged over.
    scale : {"probability", "target", "margin"}
    classes : tuple of length K, or None for regression
    """

    columns: tuple[str, str]
    kinds: tuple[Kind, Kind]
    at: tuple[tuple[float | str | None, ...], tuple[float | str | None, ...]]
    level: Floats
    beyond: Floats
    stderr: Floats
    counts: Ints
    rows: int
    scale: str
    classes: tuple[Any, ...] | None

    @property
    def thin(self) -> NDArray[np.bool_]:
        """Where few rows have such values (fewer than 5, or than 0.2 %), shape (G, H)."""
        return self.counts < max(_FEW_ROWS, _FEW_SHARE * float(self.counts.sum()))

    def labels(self, side: int) -> list[str]:
        """The values of one of the two columns as people write them."""
        return [formats.coordinate(value, self.kinds[side]) for value in self.at[side]]

    def sentence(self, output: Any = None) -> str:
        """Where the two columns do most beyond their sum, in words."""
        k = self.output_index(output)
        beyond = np.where(self.thin, 0.0, self.beyond[:, :, k])
        first, second = np.unravel_index(int(np.abs(beyond).argmax()), beyond.shape)
        value = float(beyond[first, second])
        a, b = self.columns
        noise = max(
            _Z_CELLS * float(self.stderr[first, second, k]), 1e-9 * float(np.ptp(self.level[:, :, k]))
        )
        if not abs(value) > noise:
            return f"The model about adds up what {a} and {b} do."
        name = self.output_name(output)
        what = "prediction" if name is None else f"{self.scale} of “{name}”"
        return (
            f"{a} and {b} work together most where {a} = {self.labels(0)[first]} and {b} = "
            f"{self.labels(1)[second]}: there the model's {what} is {formats.change(value, self.scale)} "
            "beyond what the two do each on its own."
        )


def partial_dependence_pair(
    model: Any,
    X: pd.DataFrame,
    first: str,
    second: str,
    *,
    points: int = 10,
    rows: int = 100,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Surface:
    """Mean output of a model if all rows had the same values in two columns.

    Parameters
    ----------
    model, X, scale, seed, time_budget, progress
        As for :func:`explain.whole.curves.partial_dependence`.
    first, second : str
    points : int
        Values of each column at most; a missing value is one more.
    rows : int
        At most so many rows are averaged over.

    Returns
    -------
    Surface

    Raises
    ------
    InputError
        If a column is unknown or without values, or the two are the same.
    """
    from .hybrids import Hybrids

    clock = Clock(time_budget)
    hybrids = Hybrids(model, X, scale=scale, seed=seed)
    i, j = hybrids.index_of(first), hybrids.index_of(second)
    if i == j:
        raise InputError(f"Expected two different columns, found {first!r} twice.")
    one, two = _checked_grid(hybrids, i, points), _checked_grid(hybrids, j, points)
    size = (len(one.at), len(two.at))
    chosen = _affordable(hybrids, size[0] * size[1], rows, clock, seed)
    n = len(chosen)
    outputs = np.empty((n, *size, hybrids.outputs))
    for point in range(size[0]):
        donors = {i: np.full(n * size[1], one.donor[point]), j: np.repeat(two.donor, n)}
        moved = hybrids.exchanged(np.tile(chosen, size[1]), donors)
        outputs[:, point] = moved.reshape(size[1], n, -1).transpose(1, 0, 2)
        if progress is not None:
            progress((point + 1) / size[0])
    rest = _beyond(outputs, _weights(one), _weights(two))
    stderr = rest.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(rest.shape[1:], np.nan)
    return Surface(
        columns=(first, second),
        kinds=(one.kind, two.kind),
        at=(one.at, two.at),
        level=outputs.mean(axis=0),
        beyond=rest.mean(axis=0),
        stderr=stderr,
        counts=_joint_counts(one, two),
        rows=n,
        scale=hybrids.scale,
        classes=hybrids.classes,
    )


def _weights(values: Grid) -> Floats:
    return np.asarray(values.share / values.share.sum())


def _beyond(outputs: Floats, one: Floats, two: Floats) -> Floats:
    """Rows' outputs (n, G, H, K) less their weighted means over either column."""
    over_one = np.einsum("nghk,g->nhk", outputs, one)
    over_two = np.einsum("nghk,h->ngk", outputs, two)
    over_both = np.einsum("nhk,h->nk", over_one, two)
    return np.asarray(
        outputs - over_one[:, None] - over_two[:, :, None] + over_both[:, None, None], dtype=np.float64
    )


def _joint_counts(one: Grid, two: Grid) -> Ints:
    known = (one.cell >= 0) & (two.cell >= 0)
    counts = np.zeros((len(one.at), len(two.at)), dtype=np.int64)
    np.add.at(counts, (one.cell[known], two.cell[known]), 1)
    return counts
