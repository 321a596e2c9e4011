"""What the training rows hold in each column, and flags on values that they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .. import formats
from ..reference import Reference
from ..stored import Stored
from .distance import numbers_of


@dataclass(frozen=True)
class Flag(Stored):
    """Something about a row that the training rows do not cover, so that the model is on its own there.

    Attributes
    ----------
    code : {"out_of_range", "unseen_value", "never_missing", "not_whole", "never_together", "far_from_all"}
    columns : tuple of str
    message : str
        A plain sentence.
    """

    code: str
    columns: tuple[str, ...]
    message: str


@dataclass(frozen=True, eq=False)
class SeenColumn:
    """The training rows' values in one column.

    Attributes
    ----------
    name : str
    reference : Reference
    low, high : float or None
        Extremes of numbers, and of dates in seconds since 1970.
    whole : bool
        Whether all numbers are whole.
    labels : frozenset of str
    missing : bool
        Whether any value is missing.
    """

    name: str
    reference: Reference
    low: float | None
    high: float | None
    whole: bool
    labels: frozenset[str]
    missing: bool

    @classmethod
    def of(cls, name: str, column: pd.Series[Any]) -> SeenColumn:
        """What a training column holds."""
        reference = Reference.of(column)
        missing = bool(column.isna().any())
        if reference.kind == "label":
            return cls(name, reference, None, None, False, frozenset(column.dropna().astype(str)), missing)
        values = numbers_of(column.dropna(), reference.kind)
        values = values[np.isfinite(values)]
        if not len(values):
            return cls(name, reference, None, None, False, frozenset(), missing)
        whole = reference.kind == "number" and bool((values == np.round(values)).all())
        return cls(name, reference, float(values.min()), float(values.max()), whole, frozenset(), missing)

    def flag(self, column: pd.Series[Any]) -> Flag | None:
        """What the training rows never held about the single value of ``column``."""
        value = column.iloc[0]
        shown = formats.cell(value, self.reference)
        if formats.is_missing(value):
            if self.missing:
                return None
            return Flag("never_missing", (self.name,), f"{self.name} is missing, as in no training row.")
        if self.reference.kind == "label":
            if str(value) in self.labels:
                return None
            return Flag("unseen_value", (self.name,), f"{self.name} = {shown} is in no training row.")
        number = float(numbers_of(column, self.reference.kind)[0])
        if self.low is None or self.high is None:
            return Flag("unseen_value", (self.name,), f"{self.name} = {shown}: no training row has a value.")
        if not self.low <= number <= self.high:
            message = f"{self.name} = {shown} is {self._outside(number)}."
            return Flag("out_of_range", (self.name,), message)
        if self.whole and number != round(number):
            message = f"{self.name} = {shown}, while every training row has a whole number."
            return Flag("not_whole", (self.name,), message)
        return None

    def _outside(self, number: float) -> str:
        assert self.low is not None
        assert self.high is not None
        edge = self.low if number < self.low else self.high
        if self.reference.kind == "date":
            words = "before the earliest" if number < self.low else "after the latest"
        else:
            words = "below the lowest" if number < self.low else "above the highest"
        return f"{words} of all training rows, {formats.position(edge, self.reference)}"
