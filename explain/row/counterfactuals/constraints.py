"""What may be changed, how far, and at what cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import InputError
from ...formats import is_missing
from ...reference import column_kind
from ..distance import numbers_of
from ..rows import cell

INCREASE, DECREASE = "increase", "decrease"


@dataclass(frozen=True)
class Constraints:
    """Which changes of a row are allowed.

    Attributes
    ----------
    immutable : sequence of str
        Columns that stay as they are.
    ranges : mapping of str to (low, high)
        Limits of numbers and dates, ends included; None for no limit.
    values : mapping of str to sequence
        The only values that a column may take.
    direction : mapping of str to {"increase", "decrease"}
        Numbers and dates that may only go up or down.
    cost : mapping of str to float
        How much an ordinary difference in the column costs; 1 where not given.
    """

    immutable: Sequence[str] = ()
    ranges: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    direction: Mapping[str, str] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)

    def check(self, training: pd.DataFrame) -> None:
        """Whether the constraints can be kept by rows like these.

        Raises
        ------
        InputError
            If a column is unknown, or a limit, direction or cost does not suit its column.
        """
        if isinstance(self.immutable, str):
            raise InputError(f"Expected immutable as a list of columns, found the text {self.immutable!r}.")
        named = [*self.immutable, *self.ranges, *self.values, *self.direction, *self.cost]
        unknown = sorted({str(name) for name in named if name not in training.columns})
        if unknown:
            offered = ", ".join(map(str, training.columns))
            raise InputError(
                f"Expected constraints on columns out of {offered}; found: {', '.join(unknown)}."
            )
        for name in [*self.ranges, *self.direction]:
            if column_kind(training[name]) == "label":
                raise InputError(
                    f"{name} holds labels, which have no order: give the allowed ones as values, not a "
                    "range or direction."
                )
        for name, way in self.direction.items():
            if way not in (INCREASE, DECREASE):
                raise InputError(f"Expected the direction of {name} as increase or decrease, found {way!r}.")
        for name, cost in self.cost.items():
            if not (np.isfinite(cost) and cost > 0):
                raise InputError(
                    f"Expected a cost above 0 for {name}, found {cost}; name the column as immutable if it "
                    "must not change."
                )
        for name, limits in self.ranges.items():
            low, high = self._limits(name, training[name])
            if len(limits) != 2 or low > high:
                raise InputError(f"Expected the range of {name} as (low, high), found {limits!r}.")

    def costs(self, columns: Sequence[str]) -> NDArray[np.float64]:
        """Cost of each column, shape (M,)."""
        return np.array([float(self.cost.get(name, 1.0)) for name in columns])

    def allowed(self, name: str, candidates: pd.Series[Any], training: pd.Series[Any]) -> NDArray[np.bool_]:
        """Which candidate values of a column any row may take, shape (C,)."""
        if name in self.immutable:
            return np.zeros(len(candidates), dtype=np.bool_)
        kept = np.ones(len(candidates), dtype=np.bool_)
        kind = column_kind(training)
        if name in self.values:
            if kind == "label":
                wanted = {str(value) for value in self.values[name] if not is_missing(value)}
                kept &= candidates.astype(str).isin(wanted).to_numpy(dtype=np.bool_)
            else:
                numbers = self.numbers(name, training)
                kept &= np.isin(numbers_of(candidates, kind), numbers)
        if kind == "label":
            return kept
        numbers = numbers_of(candidates, kind)
        if name in self.ranges:
            low, high = self._limits(name, training)
            kept &= (numbers >= low) & (numbers <= high)
        return kept

    def numbers(self, name: str, training: pd.Series[Any]) -> NDArray[np.float64]:
        """Numbers that the constraints name in a column: allowed values and ends of a range."""
        given = [value for value in self.values.get(name, ()) if not is_missing(value)]
        if not given:
            given = [limit for limit in self.ranges.get(name, ()) if limit is not None]
        return np.array([_number(value, training) for value in given], dtype=np.float64)

    def _limits(self, name: str, training: pd.Series[Any]) -> tuple[float, float]:
        low, high = self.ranges[name]
        return (
            -np.inf if low is None else _number(low, training),
            np.inf if high is None else _number(high, training),
        )


def _number(value: Any, training: pd.Series[Any]) -> float:
    return float(numbers_of(cell(value, training), column_kind(training))[0])
