"""What new rows are compared with: the rows that a model was learned from, as counts.

It travels in the bundle as ``reference.json``. It holds counts, ranges and cut points with few digits, no row
and no label that the schema does not hold already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Column, Kind, Schema
from automl.monitoring.counts import (
    Counts,
    Grid,
    as_numbers,
    count,
    count_numbers,
    grid_of,
    is_listed,
    number_grid,
)
from automl.task import Task
from explain.judge.alike import design_effect
from explain.stored import Stored

__all__ = ["PROBABILITY", "REFERENCE", "Profile", "Reference", "make_reference", "outputs_of", "profiles"]

#: Its name in a bundle.
REFERENCE = "reference.json"
#: The kind of what is predicted for a class; values are numbers.
PROBABILITY = "probability"
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A cut takes some 20 bytes and a level 5: together less than 200 kB, however many columns there are.
_ALL_CUTS, _MOST_CUTS, _FEWEST_CUTS = 6_000, 160, 12
_ALL_LEVELS, _MOST_LEVELS, _FEWEST_LEVELS = 8_000, 60, 4
_OUTPUT_CUTS = 160
_MOST_OUTPUTS = 20
_MOST_ALIKE = 10  # labels whose shares are asked how alike rows are


@dataclass(frozen=True)
class Profile(Stored):
    """A column of the reference.

    Attributes
    ----------
    grid : Grid
    counts : Counts
    deviation : float or None
        Standard deviation of the numbers.
    singles : int
        Labels that exactly one row has: how many say how likely the next row is to bring a new one (Good,
        "The population frequencies of species and the estimation of population parameters", Biometrika 1953).
    alike : float
        How many times the variance of its shares is that of independent rows: more than 1 where rows belong
        together, such as those of one customer.
    """

    grid: Grid
    counts: Counts
    deviation: float | None = None
    singles: int = 0
    alike: float = 1.0

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.grid.name


@dataclass(frozen=True)
class Reference(Stored):
    """The rows that a model was learned from, and what it predicts for such rows.

    Attributes
    ----------
    rows : int
    columns : tuple of Profile
        In the order of the schema.
    outputs : tuple of Profile
        Of each class of three or more its probability, of two that of the second one, or the values.
    predicted : str
        Of which rows these predictions are, in words: of such as the model had not learned from.
    predicted_rows : int
    """

    rows: int
    columns: tuple[Profile, ...]
    outputs: tuple[Profile, ...]
    predicted: str
    predicted_rows: int


def make_reference(
    frame: pd.DataFrame,
    schema: Schema,
    task: Task,
    prediction: Floats,
    *,
    predicted: str,
    groups: Ints | None = None,
    predicted_groups: Ints | None = None,
) -> Reference:
    """Count what a model was learned from.

    Parameters
    ----------
    frame : DataFrame
        Canonical rows.
    schema : Schema
        Of the columns that the model reads.
    task : Task
    prediction : ndarray, shape (n, K) or (n,)
        Probabilities or values for rows that the model had not learned from; those of rows that it has are
        more extreme than what it will predict for new ones.
    predicted : str
        Which rows these are, in words.
    groups, predicted_groups : ndarray of int, optional
        Which rows of the frame, and of the predictions, belong together.

    Returns
    -------
    Reference
        The same for the same rows.
    """
    kind = Kind.NUMBER.value if task.classes is None else PROBABILITY
    outputs = tuple(
        _profile_numbers(number_grid(name, kind, values, cuts=_OUTPUT_CUTS), values, predicted_groups)
        for name, values in outputs_of(task, prediction)
    )
    return Reference(
        rows=len(frame),
        columns=profiles(frame, schema, groups),
        outputs=outputs,
        predicted=predicted,
        predicted_rows=outputs[0].counts.rows,
    )


def profiles(frame: pd.DataFrame, schema: Schema, groups: Ints | None = None) -> tuple[Profile, ...]:
    """Count the columns of canonical rows, in cells for others to be counted in; in the schema's order."""
    listed = sum(is_listed(column.kind) for column in schema)
    cuts = _share(_ALL_CUTS, len(schema) - listed, _FEWEST_CUTS, _MOST_CUTS)
    levels = _share(_ALL_LEVELS, listed, _FEWEST_LEVELS, _MOST_LEVELS)
    return tuple(_profile(column, frame[column.name], cuts, levels, groups) for column in schema)


def outputs_of(task: Task, prediction: Floats) -> list[tuple[str, Floats]]:
    """What is predicted, by name: probabilities of classes (at most 20; of two the second), or values."""
    if task.classes is None:
        return [(task.target, np.asarray(prediction, dtype=np.float64).reshape(-1))]
    first = 1 if len(task.classes) == 2 else 0
    names = [str(label) for label in task.classes]
    shown = list(range(first, len(names)))[:_MOST_OUTPUTS]
    return [(names[k], np.asarray(prediction[:, k], dtype=np.float64)) for k in shown]


def _share(all_together: int, columns: int, fewest: int, most: int) -> int:
    return min(max(all_together // max(columns, 1), fewest), most)


def _profile(column: Column, values: pd.Series[Any], cuts: int, levels: int, groups: Ints | None) -> Profile:
    grid = grid_of(column, values, cuts=cuts, levels=levels)
    counted = count(grid, column, values)
    if not is_listed(column.kind):
        numbers = as_numbers(column, values)
        return Profile(grid, counted, _deviation(numbers), alike=design_effect(_spread(numbers), groups))
    found = values.value_counts()
    common = ((values == label).to_numpy(np.float64, na_value=0.0) for label in found.index[:_MOST_ALIKE])
    alike = design_effect([values.isna().to_numpy().astype(np.float64), *common], groups)
    return Profile(grid, counted, singles=int((found == 1).sum()), alike=alike)


def _profile_numbers(grid: Grid, values: Floats, groups: Ints | None) -> Profile:
    alike = design_effect(_spread(values), groups)
    return Profile(grid, count_numbers(grid, values), _deviation(values), alike=alike)


def _spread(numbers: Floats) -> Iterator[Floats]:
    """What shares of numbers vary by: where they stand among all, and whether there is one."""
    missing = np.isnan(numbers)
    yield missing.astype(np.float64)
    yield np.where(missing, 0.5, pd.Series(numbers).rank(pct=True).to_numpy())


def _deviation(numbers: Floats) -> float | None:
    known = numbers[~np.isnan(numbers)]
    if len(known) < 2:
        return None
    with np.errstate(over="ignore", invalid="ignore"):  # the widest numbers overflow when squared
        spread = float(known.std())
    return spread if np.isfinite(spread) and spread > 0 else None
