"""Charge: a column that alone is too good, and far better than all others together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from automl.data import Kind
from automl.search.leakage.bench import right, skill
from automl.search.leakage.case import N_FOLDS, Case
from automl.search.weigh import effective_rows

__all__ = ["Strength", "beyond_chance", "stands_alone", "strength", "strength_of", "strengths", "too_good"]

TOO_GOOD_CLASSES = 0.95
"""2 AUC - 1, which is an AUC of 0.975. Of the single columns of common tables few reach it."""
TOO_GOOD_VALUES = 0.985
"""Squared rank correlation, for a column of nearly as many values as the target."""
TIMES_WORSE = 3.0
"""How much more the other columns together leave unexplained: no column of a kind stands so alone."""
_FLOOR = 0.01
_ROWS_PER_BIN, _MOST_BINS = 10, 64
_FALSE_ALARMS = 1e-4  # over all columns together, if they knew nothing

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Strength:
    """How much one column tells.

    Attributes
    ----------
    skill, right : float
        See `automl.search.leakage.bench`; cross-validated.
    fine : bool
        Whether it has enough values to be a copy of the target.
    """

    skill: float
    right: float
    fine: bool = True


def strengths(case: Case, *, until: Callable[[], bool]) -> tuple[dict[str, Strength], list[str]]:
    """How much each column tells alone; of a date, its most telling part.

    A text is heard as what it is, many columns, and left out.

    Parameters
    ----------
    case : Case
    until : callable
        Says when to stop.

    Returns
    -------
    (dict, list of str)
        What was found, and the columns that there was no time for.
    """
    names = [name for name in case.derived if case.schema[name].kind != Kind.TEXT]
    found: dict[str, Strength] = {}
    for count, name in enumerate(names):
        if until():
            return found, names[count:]
        found[name] = max(
            (strength(case, case.X[:, place], codes=place in case.context.categorical)
             for place in case.derived[name]),
            key=lambda part: part.skill,
        )  # fmt: skip
    return found, []


def strength(case: Case, values: Floats, *, codes: bool = False) -> Strength:
    """How much some values tell alone, by the means of the target in their categories or quantiles.

    Parameters
    ----------
    case : Case
    values : ndarray of float, shape (rows,)
    codes : bool
        Whether they are codes without an order.
    """
    found = strength_of(case, _means(case, values if codes else _quantiles(values)))
    known = values[~np.isnan(values)]
    if codes or case.classes or len(known) < len(values):
        return found
    # Quantiles are coarse; that the order is the target's takes nothing to learn.
    in_order = (skill(case.context, case.y, sign * values, case.sample_weight) for sign in (1, -1))
    explained = max(found.skill, *in_order)
    return Strength(explained, explained, fine=2 * len(np.unique(known)) >= len(np.unique(case.y)))


def _quantiles(values: Floats) -> Floats:
    """Values in bins of about equally many rows, NaN where there is none."""
    known = values[~np.isnan(values)]
    if not len(known):
        return values
    bins = int(np.clip(len(known) / _ROWS_PER_BIN, 2, _MOST_BINS))
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.where(np.isnan(values), np.nan, np.searchsorted(edges, values, side="right"))


def _means(case: Case, groups: Floats) -> Floats:
    """Cross-validated means of the target in each group, drawn to the mean of all by one row."""
    place = np.unique(groups, return_inverse=True)[1]
    target = np.eye(case.context.n_classes)[case.y] if case.classes else case.y[:, None].astype(np.float64)
    groups_seen = int(place.max()) + 1
    cell = case.fold.astype(np.int64) * groups_seen + place
    size = N_FOLDS * groups_seen
    # What all rows of a group say, less what those say that are judged.
    weight = np.ones(len(cell)) if case.sample_weight is None else case.sample_weight
    rows = np.bincount(cell, weights=weight, minlength=size).reshape(N_FOLDS, -1)
    sums = np.column_stack(
        [np.bincount(cell, weights=weight * column, minlength=size) for column in target.T]
    )
    sums = sums.reshape(N_FOLDS, -1, target.shape[1])
    others = sums.sum(axis=0) - sums
    counts = (rows.sum(axis=0) - rows)[:, :, None]
    mean = others.sum(axis=1, keepdims=True) / counts.sum(axis=1, keepdims=True)
    means = ((others + mean) / (counts + 1))[case.fold, place]
    return np.asarray(means if case.classes else means[:, 0])


def beyond_chance(case: Case, found: float, tests: int) -> bool:
    """Whether a skill is more than the best of so many columns that know nothing would show.

    With the standard deviation of the Mann-Whitney statistic, at worst its mean over the classes, and that of
    the rank correlation (Bonferroni over the columns).
    """
    z = float(norm.isf(_FALSE_ALARMS / max(tests, 1)))
    rows = len(case.y)
    if case.sample_weight is not None:  # fewer rows of equal weight would show as much by chance
        z *= float(np.sqrt(rows / effective_rows(case.sample_weight)))
    if not case.classes:
        return bool(np.sqrt(max(found, 0.0)) > z / np.sqrt(rows - 1))
    sizes = np.bincount(case.y)
    return bool(found / 2 > z * np.sqrt((rows + 1) / (12 * sizes * (rows - sizes))).mean())


def too_good(case: Case, found: dict[str, Strength]) -> list[str]:
    """Columns that alone reach what no honest column is expected to, however good the others are."""
    least = TOO_GOOD_CLASSES if case.classes else TOO_GOOD_VALUES
    return [
        name
        for name, column in found.items()
        if column.skill >= least and column.fine and beyond_chance(case, column.skill, len(found))
    ]


def stands_alone(alone: float, rest: float) -> bool:
    """Whether all other columns together leave several times as much unexplained as this one."""
    return 1 - rest >= TIMES_WORSE * max(1 - alone, _FLOOR)


def strength_of(case: Case, prediction: Floats) -> Strength:
    """How much predictions tell."""
    weight = case.sample_weight
    found = skill(case.context, case.y, prediction, weight)
    return Strength(found, right(case.y, prediction, weight) if case.classes else found)
