"""What a search for counterfactuals found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ... import formats
from ...reference import Reference
from ...stored import Stored
from .goal import Goal


@dataclass(frozen=True)
class Counterfactual:
    """One way to change the row, as the model itself answers it.

    Attributes
    ----------
    changed : tuple of str
        The columns with another value.
    output : float
        The goal's output: the probability (or margin) of its class, or the prediction.
    label : class label or None
        What the model says; None for regression.
    distance : float
        Sum over the changed columns of the change in units of the column's spread (see
        :class:`explain.row.distance.Distance`).
    cost : float
        The same, each column times its cost.
    nearest : float
        Distance to the nearest training row.
    as_far : float
        Share of the training rows that lie at least so far from their own nearest neighbour: near 0, nothing
        like this was seen.
    never_together : tuple of pairs of str
        Columns whose values no training row combines, though many were to be expected.
    """

    changed: tuple[str, ...]
    output: float
    label: Any
    distance: float
    cost: float
    nearest: float
    as_far: float
    never_together: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Counterfactuals(Stored):
    """The nearest rows that the model treats as wanted.

    Attributes
    ----------
    goal : Goal
    scale : {"probability", "margin", "target"}
    output : float
        The goal's output for the row as it is.
    label : class label or None
        What the model says of the row as it is.
    found : tuple of Counterfactual
        Fewest changes first, then by cost and distance to the nearest training row; each was scored by the
        model as it is here.
    closest : Counterfactual or None
        Where none was found: the changed row that came closest to the goal; None if nothing moves it.
    rows : DataFrame of shape (1 + L, M)
        The row as it is, then one for each of ``found``, or for ``closest``.
    reference : tuple of Reference, length M
        What is usual in each column.
    changeable : int
        Columns that had any allowed value.
    tried : int
        Changed rows that were looked at.
    complete : bool
        Whether the search went through to its end; False where the time ran out.
    already : bool
        Whether the row as it is has reached the goal: then nothing is searched.
    milliseconds : float
    """

    goal: Goal
    scale: str
    output: float
    label: Any
    found: tuple[Counterfactual, ...]
    closest: Counterfactual | None
    rows: pd.DataFrame
    reference: tuple[Reference, ...]
    changeable: int
    tried: int
    complete: bool
    already: bool
    milliseconds: float

    @property
    def options(self) -> tuple[Counterfactual, ...]:
        """What ``rows`` holds after the row itself: those found, or the closest."""
        return self.found or (() if self.closest is None else (self.closest,))

    def changes(self, k: int) -> list[tuple[str, str, str]]:
        """Column, value before and value after for option ``k``, as shown to people."""
        names = list(map(str, self.rows.columns))
        changes = []
        for name in self.options[k].changed:
            j = names.index(name)
            before, after = (formats.cell(self.rows.iloc[row, j], self.reference[j]) for row in (0, 1 + k))
            changes.append((name, before, after))
        return changes

    def sentence(self) -> str:
        """What was asked, and the best answer, in plain words."""
        goal = self.goal.words(self.scale)
        if self.already:
            return f"The row as it is is already {goal}: {self._now()}."
        if self.found:
            others = len(self.found) - 1
            more = "" if not others else f" {others} other {'way was' if others == 1 else 'ways were'} found."
            return f"The row would be {goal} {self.words(0)}.{more}"
        limits = "" if self.complete else " in the time given"
        start = f"No row {goal} was found under these constraints{limits}"
        if not self.changeable:
            return f"{start}: they leave nothing to change."
        if self.closest is None:
            tried = f"none of the {self.tried:,} changes tried moves the model towards it"
            return f"{start}; {tried} ({self._now()})."
        return f"{start}. The closest of {self.tried:,} tried is {self.words(0)}."

    def words(self, k: int) -> str:
        """Option ``k`` as the end of a sentence."""
        option = self.options[k]
        steps = [f"{name} {new} instead of {old}" for name, old, new in self.changes(k)]
        after = formats.level(option.output, self.scale)
        before = formats.level(self.output, self.scale)
        text = f"with {formats.listed(steps)} ({self._noun()} {before} → {after})"
        if option.never_together:
            pairs = " and ".join(f"{first} with {second}" for first, second in option.never_together[:2])
            text += f"; but no training row combines such values of {pairs}"
        return text

    def _noun(self) -> str:
        return "prediction" if self.goal.label is None else f"{self.scale} of “{self.goal.label}”"

    def _now(self) -> str:
        return f"{self._noun()} {formats.level(self.output, self.scale)}"
