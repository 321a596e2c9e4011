"""Whether an explanation can be trusted.

Would it be another with other background rows, with other training rows, for nearly the same row; and does
the prediction depend on what it names?

References
----------
Alvarez-Melis and Jaakkola (2018), "On the robustness of interpretability methods" (local Lipschitz
estimates). Samek et al. (2017), "Evaluating the visualization of what a deep neural network has learned"
(deletion).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..clock import Clock, Progress
from ..errors import InputError
from ..explanation import Explanation
from ..intervals import Estimate
from ..stored import Stored

Floats = NDArray[np.float64]

SOLID, SHAKY = 0.2, 0.5
"""Spread by mean size. With normal errors of 0.2 a column twice as important as another is put behind it in
4 % of the cases (the normal distribution at −0.5 / (0.2 √2)), with 0.5 in 24 %."""
ORDERED, DISORDERED = 0.9, 0.7
"""Rank correlation. Of ten columns, 0.9 is eight exchanges of neighbours in the order, 0.7 is twenty-four."""
_MATTERS = 0.01  # of all importance: the order of columns below it is no one's concern
_TOP = 3
GRADES = ("solid", "usable", "shaky")


@dataclass(frozen=True, eq=False)
class Agreement(Stored):
    """How much several explanations of the same rows agree.

    Attributes
    ----------
    source : {"background", "models"}
        What differs between them.
    explanations : int
    spread : float
        Mean standard deviation of an attribution, by the mean size of attributions.
    order, lowest_order : float
        Rank correlation of the global importance over all pairs of explanations: mean and lowest; of columns
        with at least 1 % of all importance. NaN with fewer than two such columns.
    top_kept : float
        Share of the three most important columns of a row that another explanation also has among its three.
    columns : tuple of str, length M
        The most important first.
    importance, low, high : arrays of shape (M,)
        Share of all importance: mean, lowest and highest of the explanations.
    """

    source: str
    explanations: int
    spread: float
    order: float
    lowest_order: float
    top_kept: float
    columns: tuple[str, ...]
    importance: Floats
    low: Floats
    high: Floats

    @property
    def grade(self) -> str:
        """The worse of spread and order: "solid", "usable" or "shaky"."""
        worse = max(_graded(self.spread, SOLID, SHAKY), _graded(-self.order, -ORDERED, -DISORDERED))
        return GRADES[worse]


@dataclass(frozen=True)
class Sensitivity(Stored):
    """How much the explanation changes for rows that are nearly the same.

    Attributes
    ----------
    rows : int
    moved : float
        How far numbers and dates were moved, to other values that occur: mean in percentiles of the column,
        0..1.
    change, worst_change : float
        Sum of the absolute changes of a row's attributions, by the mean sum of their sizes: mean, and
        exceeded by a tenth of the rows.
    prediction_change : float
        Mean change of the prediction in the same unit: so much has to change.
    ratio, worst_ratio : float
        Change by how far the row was moved (a local Lipschitz constant in percentiles): of all rows together,
        and exceeded by a tenth of the rows. 10 means that one percentile in every number changes a tenth of
        the explanation.
    """

    rows: int
    moved: float
    change: float
    worst_change: float
    prediction_change: float
    ratio: float
    worst_ratio: float

    @property
    def grade(self) -> str:
        """By what changes beyond what the prediction does: "solid", "usable" or "shaky"."""
        return GRADES[_graded(self.change - self.prediction_change, SOLID, SHAKY)]


@dataclass(frozen=True)
class Deletion(Stored):
    """What replacing columns by those of background rows does to the prediction.

    Attributes
    ----------
    rows : int
    columns : int
        How many are replaced.
    top, random : Estimate
        Mean absolute change of the prediction when the columns with the largest attributions are replaced,
        and when as many random ones are.
    difference : Estimate
        Between them, by row.
    """

    rows: int
    columns: int
    top: Estimate
    random: Estimate
    difference: Estimate

    @property
    def faithful(self) -> bool:
        """Whether the columns that are named move the prediction more than random ones, beyond chance."""
        return self.difference.low > 0


@dataclass(frozen=True)
class Stability(Stored):
    """All checks of an explanation.

    Attributes
    ----------
    rows : int
    scale : str
    background, models : Agreement or None
    neighbours : Sensitivity or None
    deletion : Deletion or None
    left_out : tuple of str
        Checks that were not made, with the reason.
    """

    rows: int
    scale: str
    background: Agreement | None
    models: Agreement | None
    neighbours: Sensitivity | None
    deletion: Deletion | None
    left_out: tuple[str, ...]

    @property
    def grade(self) -> str:
        """The worst of the checks: "solid", "usable", "shaky" or "unfaithful"; "unknown" without any."""
        if self.deletion is not None and not self.deletion.faithful:
            return "unfaithful"
        parts = [part.grade for part in (self.background, self.models, self.neighbours) if part is not None]
        if parts:
            return max(parts, key=GRADES.index)
        return "unknown" if self.deletion is None else "usable"

    def verdict(self) -> str:
        """Whether and how far the explanation can be trusted, in words."""
        from .stability_text import verdict

        return verdict(self)


def check_stability(
    model: Any,
    X: pd.DataFrame,
    background: pd.DataFrame,
    *,
    models: Sequence[Any] = (),
    scale: str | None = None,
    rows: int = 100,
    redraws: int = 10,
    level: float = 0.95,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Stability:
    """Explain again under other circumstances and compare.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
    X : DataFrame of shape (n, M)
    background : DataFrame of shape (B, M)
    models : sequence of fitted estimators
        The same kind of model learned from other rows, such as those of the folds; two or more.
    scale : {"probability", "target", "margin"}, optional
    rows : int
        Of ``X`` so many are explained, chosen at random.
    redraws : int
        Backgrounds of the same size drawn from it with replacement.
    level : float
        Of the intervals.
    seed : int
    time_budget : float, optional
        Seconds. With little time there are fewer redraws, or checks are left out, which the result says.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    Stability
    """
    from ..api import explain
    from .stability_checks import agreement, deletion, moved_rows, neighbours

    if rows < 2 or redraws < 2 or len(X) < 2:
        raise InputError(
            f"Expected at least 2 rows to explain and 2 redraws, found {min(rows, len(X))}, {redraws}."
        )
    if time_budget is not None and not time_budget > 0:
        raise InputError(f"Expected time_budget above 0 seconds, found {time_budget}.")
    clock = Clock(time_budget)
    rng = np.random.default_rng(seed)
    chosen = X.iloc[np.sort(rng.choice(len(X), min(rows, len(X)), replace=False))].reset_index(drop=True)
    total = 3 + redraws + len(models)
    done = 0

    def explained(other: Any, frame: pd.DataFrame, usual: pd.DataFrame, parts: int) -> Explanation:
        nonlocal done
        budget = None if time_budget is None else max(0.01, clock.left() / max(1, parts))
        result = explain(other, frame, usual, scale=scale, seed=seed, time_budget=budget)
        done += 1
        if progress is not None:
            progress(min(1.0, done / total))
        return result

    first = explained(model, chosen, background, total)
    took = clock.spent()
    left_out: list[str] = []

    def affordable(wanted: int, name: str, fewest: int) -> int:
        able = int(clock.left() / max(took, 1e-9)) if time_budget is not None else wanted
        if able >= fewest:
            return min(wanted, able)
        left_out.append(f"{name}: no time")
        return 0

    removed = None
    if first.values.shape[1] < 2:
        left_out.append("deletion: one column only")
    elif affordable(1, "deletion", 1):
        removed = deletion(model, first, background, level=level, seed=seed)
    near = None
    moved = moved_rows(chosen, background, rng)
    if moved is None:
        left_out.append("nearly the same rows: no column of numbers or dates that varies")
    elif affordable(1, "nearly the same rows", 1):
        near = neighbours(first, explained(model, moved.frame, background, total - 2), moved)
    folds = None
    if len(models) >= 2 and (count := affordable(len(models), "other models", 2)):
        folds = agreement(
            [explained(other, chosen, background, count + redraws) for other in models[:count]], "models"
        )
    elif len(models) < 2:
        left_out.append("other models: fewer than two were given")
    drawn = None
    if count := affordable(redraws, "other background rows", 3):
        usuals = [background.iloc[rng.integers(0, len(background), len(background))] for _ in range(count)]
        drawn = agreement(
            [
                explained(model, chosen, usual.reset_index(drop=True), count - k)
                for k, usual in enumerate(usuals)
            ],
            "background",
        )
    if progress is not None:
        progress(1.0)
    return Stability(len(chosen), first.scale, drawn, folds, near, removed, tuple(left_out))


def _graded(value: float, good: float, bad: float) -> int:
    """0 up to ``good``, 2 above ``bad``, 1 between; what is unknown is no reason to complain."""
    return 0 if not value > good else 1 if value <= bad else 2
