"""Groups of rows compared: what makes a model's mean output differ between any two of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..clock import Progress
from ..errors import InputError
from ..judge.row_groups import RowGroups
from ..stored import Stored
from .compare import Comparison, compare_cohorts

Ints = NDArray[np.int64]

_FEWEST = 10
"""Explained rows from which a group is compared: intervals of fewer are too wide to say anything."""


@dataclass(frozen=True, eq=False)
class Cohorts(Stored):
    """Comparisons of all pairs of groups of a column.

    Attributes
    ----------
    columns : tuple of str
        One column, or two whose combinations are the groups.
    groups : tuple of str
        Those that were compared, in the order of their values.
    too_small : tuple of str
        Those with fewer than ten explained rows, and rests of rare labels.
    comparisons : tuple of Comparison
        Of each pair of groups, in the order of the groups.
    """

    columns: tuple[str, ...]
    groups: tuple[str, ...]
    too_small: tuple[str, ...]
    comparisons: tuple[Comparison, ...]

    def between(self, first: str, second: str) -> Comparison:
        """What makes the second group's mean output differ from the first one's.

        Raises
        ------
        InputError
            If the two were not compared.
        """
        for each in self.comparisons:
            if each.names == (first, second):
                return each
            if each.names == (second, first):
                return each.turned()
        raise InputError(
            f"Expected two groups out of {', '.join(self.groups)}, found {first!r} and {second!r}."
        )

    def widest(self, output: Any = None) -> tuple[str, str] | None:
        """The two groups whose mean outputs differ most, the lower one first; None with fewer than two."""
        if not self.comparisons:
            return None
        far = max(self.comparisons, key=lambda each: abs(float(each.total[each.output_index(output)])))
        first, second = far.names
        return (first, second) if far.total[far.output_index(output)] >= 0 else (second, first)

    def sentence(self, output: Any = None) -> str:
        """The two groups that are furthest apart, and what that comes from."""
        pair = self.widest(output)
        if pair is None:
            named = " and ".join(self.columns)
            return f"By {named} there are no two groups with {_FEWEST} explained rows or more."
        return self.between(*pair).sentence(output)


def drawn_by_group(groups: RowGroups, most: int, seed: int) -> Ints:
    """Positions of at most so many rows, as many of each group as it has up to an equal share.

    Parameters
    ----------
    groups : RowGroups
    most : int
        Over all groups; each gets two at least, where it has them.
    seed : int
    """
    rng = np.random.default_rng([seed, 37])
    share = max(2, most // max(1, len(groups.names)))
    parts = []
    for g in range(len(groups.names)):
        own = np.flatnonzero(groups.code == g)
        parts.append(own if len(own) <= share else rng.choice(own, share, replace=False))
    return np.sort(np.concatenate(parts)).astype(np.int64) if parts else np.zeros(0, dtype=np.int64)


def compare_groups(
    model: Any,
    X: pd.DataFrame,
    background: pd.DataFrame,
    groups: RowGroups,
    *,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Cohorts:
    """Explain rows and compare their groups pair by pair.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
    X : DataFrame of shape (n, M)
    background : DataFrame of shape (B, M)
    groups : RowGroups
        Of the rows of ``X``; by a column that need not be one of them.
    scale, seed, time_budget, progress
        As for :func:`explain.explain`.

    Returns
    -------
    Cohorts

    Raises
    ------
    InputError
        If there are not as many groups' rows as rows.
    """
    from ..api import explain

    if len(groups.code) != len(X):
        raise InputError(f"Expected groups of {len(X)} rows, found {len(groups.code)}.")
    enough = (groups.counts() >= _FEWEST) & ~groups.mixed
    compared = np.flatnonzero(enough).tolist()
    found: list[Comparison] = []
    if len(compared) > 1:
        used = np.isin(groups.code, compared)
        code = groups.code[used]
        explanation = explain(
            model, X[used], background, scale=scale, seed=seed, time_budget=time_budget, progress=progress
        )
        found = [
            compare_cohorts(explanation, code == a, code == b, names=(groups.names[a], groups.names[b]))
            for a, b in combinations(compared, 2)
        ]
    return Cohorts(
        groups.columns,
        tuple(groups.names[g] for g in compared),
        tuple(name for name, kept in zip(groups.names, enough.tolist(), strict=True) if not kept),
        tuple(found),
    )
