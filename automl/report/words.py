"""Figures and columns in words."""

from __future__ import annotations

import math
from typing import Any

from automl.data import Column, Kind

__all__ = ["column_words", "date", "figure", "interval", "seconds", "share"]

#: Units of explanations.
_SHOWN_CATEGORIES = 8
_LONGEST = 60


def figure(value: Any, digits: int = 4) -> str:
    """Return a number with a few significant digits; a dash for none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    number = float(value)
    if number and (abs(number) >= 1e7 or abs(number) < 1e-4):
        return f"{number:.{digits - 1}e}"
    if abs(number) >= 10 ** (digits - 1):
        return f"{number:,.0f}"
    text = f"{number:.{digits}g}"
    return "0" if text in ("-0", "0") else text


def interval(ends: Any) -> str:
    """Return the ends of an interval; empty when there is none."""
    if not ends or any(end is None or not math.isfinite(float(end)) for end in ends):
        return ""
    return f"{figure(ends[0])} to {figure(ends[1])}"


def share(value: float | None) -> str:
    """Return a share of 1 in per cent."""
    return "–" if value is None else f"{100 * value:.3g} %"


def seconds(value: Any) -> str:
    """Return a duration."""
    if value is None:
        return "–"
    total = float(value)
    return f"{total:.1f} s" if total < 120 else f"{total / 60:.1f} min"


def date(text: str) -> str:
    """Return an ISO time as people write it."""
    return text.replace("T", " ").replace("+00:00", " UTC")


def column_words(column: Column) -> tuple[str, str]:
    """Return what a column is, and what its cells must look like."""
    kind = column.kind
    missing = "; may be empty" if column.nullable else ""
    if kind is Kind.NUMBER:
        return "number", _number(column) + missing
    if kind in (Kind.BOOLEAN, Kind.CATEGORY):
        return ("yes or no" if kind is Kind.BOOLEAN else "category"), _categories(column) + missing
    if kind is Kind.DATETIME:
        return "date", _date(column) + missing
    if kind is Kind.TEXT:
        return "text", f"free text{missing}"
    return str(kind), "not used by the model"


def _number(column: Column) -> str:
    parts = []
    if column.minimum is not None and column.maximum is not None:
        parts.append(f"{figure(column.minimum, 6)} to {figure(column.maximum, 6)} in training")
    written = column.number
    if written is not None and written.needs_cleaning:
        notes = [f"decimal mark “{written.decimal}”"]
        if written.thousands:
            notes.append(
                "thousands separated by a "
                + ("space" if written.thousands.isspace() else f"“{written.thousands}”")
            )
        if written.affixes:
            notes.append(f"unit {' or '.join(written.affixes)} is left out")
        parts.append(", ".join(notes))
    odd = [token for token in column.missing_tokens if token.strip()]
    if odd:
        parts.append(f"{_quoted(odd[:4])} count as missing")
    return "; ".join(parts) or "any number"


def _categories(column: Column) -> str:
    values = column.categories or ()
    shown = _quoted(values[:_SHOWN_CATEGORIES])
    more = len(values) - _SHOWN_CATEGORIES
    return f"{shown} and {more:,} more" if more > 0 else shown


def _date(column: Column) -> str:
    written = column.date_format
    form = f"like {written}" if written and "%" in written else "like 2024-12-31 or 2024-12-31 18:30:00"
    if column.minimum and column.maximum:
        return f"{form}; {str(column.minimum)[:10]} to {str(column.maximum)[:10]} in training"
    return form


def _quoted(values: Any) -> str:
    texts = (value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…" for value in map(str, values))
    return ", ".join(f"“{text}”" for text in texts)
