"""Columns that name rows instead of describing them."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from .values import Values

__all__ = ["looks_like_codes", "looks_like_row_numbers", "named_like_identifier"]

_ID_WORDS = frozenset(
    [
        "id",
        "ids",
        "uuid",
        "guid",
        "rowid",
        "rownames",
        "rowname",
        "index",
        "idx",
        "uid",
        "pk",
        "sku",
        "ssn",
        "isbn",
        "iban",
    ]
)
_TIME_WORDS = frozenset(
    [
        "year",
        "years",
        "month",
        "week",
        "day",
        "date",
        "hour",
        "minute",
        "second",
        "time",
        "timestamp",
        "epoch",
        "age",
        "rank",
        "step",
    ]
)
_ENOUGH_ROWS = 20
_MOSTLY = 0.8


def _words_of(name: str) -> list[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def named_like_identifier(name: str) -> bool:
    """Whether a column's name says that it names rows: "customerID", "order_id", "Unnamed: 0"."""
    words = _words_of(name)
    return bool(words) and (words[-1] in _ID_WORDS or words[0] == "unnamed" or words == ["row", "number"])


def looks_like_row_numbers(values: Values, numbers: npt.NDArray[np.float64]) -> bool:
    """Whether distinct whole numbers merely count the rows.

    Measured quantities repeat: among whole numbers that never do, and that fill at least half of their
    range, the chance is nil from some fifty rows on. Half, not all, since a sample of the rows leaves gaps.
    """
    if len(numbers) < values.present or len(numbers) < 3 or (numbers != np.round(numbers)).any():
        return False
    if named_like_identifier(values.name):
        return len(numbers) >= 5
    if len(numbers) < _ENOUGH_ROWS or values.missing or _TIME_WORDS & set(_words_of(values.name)):
        return False
    span = float(numbers.max() - numbers.min()) + 1
    if numbers.min() >= 1800 and numbers.max() <= 2100:
        return False  # more likely years
    gapless = span == len(numbers)
    return gapless or (len(numbers) >= 50 and len(numbers) / span >= 0.5)


def looks_like_codes(values: Values) -> bool:
    """Whether texts are codes of which (nearly) every row has its own."""
    distinct = len(values.texts) / values.present
    named = named_like_identifier(values.name)
    if distinct < (0.95 if named else 0.99):
        return False
    if values.present < (5 if named else _ENOUGH_ROWS):
        return False
    sample = values.texts[:2000]
    single = np.mean([len(text.split()) == 1 for text in sample])
    if named:
        return bool(single >= _MOSTLY)
    coded = np.mean([any(c.isdigit() for c in text) or "@" in text for text in sample])
    return bool(single >= _MOSTLY and coded >= _MOSTLY)
