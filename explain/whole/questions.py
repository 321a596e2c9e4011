"""What a surrogate tree may ask of a column, in the column's own values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..cuts import roundest, roundest_moment
from ..judge.rules import Rule
from ..reference import Kind, as_numbers, column_kind

Floats = NDArray[np.float64]

_LEVELS = 12


@dataclass(frozen=True, eq=False)
class Question:
    """One column of what the tree learns from, and how to ask for it in raw values."""

    column: str
    kind: Kind
    coded: Floats
    values: Floats | None
    label: str | None
    has_missing: bool


def questions_of(column: pd.Series[Any]) -> list[Question]:
    """Numbers as ranks of their values (exact in the single precision of trees), labels one by one."""
    name, kind = str(column.name), column_kind(column)
    missing = column.isna().to_numpy(dtype=bool)
    if kind != "label":
        numbers = as_numbers(column)
        values = np.unique(numbers[~missing])
        if len(values) < 2 and not (len(values) and missing.any()):
            return []
        coded = np.searchsorted(values, numbers).astype(np.float64)
        coded[missing] = np.nan
        return [Question(name, kind, coded, values, None, bool(missing.any()))]
    texts = column.astype(object).map(str, na_action="ignore")
    frequent = texts.value_counts().index[:_LEVELS].tolist()
    found = [
        Question(name, kind, (texts == label).to_numpy(dtype=np.float64), None, label, bool(missing.any()))
        for label in frequent
    ]
    if missing.any():
        found.append(Question(name, kind, missing.astype(np.float64), None, None, False))
    return [question for question in found if np.ptp(question.coded)]


def asked_for(column: str, label: str | None, has_missing: bool) -> tuple[Rule, Rule]:
    """The rules of the two answers to a question for a label, or without one for a missing value."""
    if label is None:
        return Rule(column, "label", missing=True), Rule(column, "label", inside=False)
    return (
        Rule(column, "label", labels=(label,)),
        Rule(column, "label", labels=(label,), inside=False, missing=has_missing),
    )


def cut_at(
    column: str, kind: Kind, threshold: float, missing_below: bool, has_missing: bool
) -> tuple[Rule, Rule]:
    """The rules of the two sides of a threshold; missing values, where there are any, are on one of them."""
    return (
        Rule(column, kind, upto=threshold, missing=has_missing and missing_below),
        Rule(column, kind, above=threshold, missing=has_missing and not missing_below),
    )


def threshold_between(values: Floats, cut: float, kind: Kind) -> float:
    """The roundest number or moment that is at least the value at the cut's rank and under the next."""
    below = int(np.clip(np.floor(cut), 0, len(values) - 1))
    low = float(values[below])
    if below + 1 >= len(values) or not np.isfinite(cut):
        return float(values[-1])  # only missing values are parted from the others
    high = float(values[below + 1])
    if not np.isfinite(low) or not np.isfinite(high):
        return low
    return roundest_moment(low, high) if kind == "date" else roundest(low, high)
