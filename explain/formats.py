"""Numbers, dates and labels as people write them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from .reference import Kind, Reference

MINUS = "\u2212"
_FIRST, _LAST = 1600, 2200  # years that a column of years holds

UNITS = {
    "probability": "probability",
    "target": "units of the target",
    "margin": "margin (log-odds)",
    "log": "logarithm of the prediction",
}
"""What contributions are measured in, by scale."""


def number(value: float, digits: int = 3) -> str:
    """A number with thousands separators and about ``digits`` significant digits."""
    if not math.isfinite(value):
        return "missing" if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 1e15 or size < 1e-4:
        text = f"{value:.{digits - 1}e}"
    else:
        decimals = max(0, digits - 1 - math.floor(math.log10(size)))
        text = f"{value:,.{decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    return MINUS + text[1:] if text.startswith("-") else text


def plain(value: float) -> str:
    """A raw value: whole numbers in full, others with four significant digits."""
    return number(value, 15 if math.isfinite(value) and value == round(value) else 4)


def level(value: float, scale: str) -> str:
    """A prediction or base value: a percentage on the probability scale."""
    if scale != "probability":
        return number(value, 4)
    percent = 100 * value
    if 0 < percent < 0.1:
        return "under 0.1 %"
    if 99.9 < percent < 100:
        return "over 99.9 %"
    return f"{number(percent, 3 if 1 <= percent < 99 else 2)} %" if percent < 99 else f"{percent:.1f} %"


def change(value: float, scale: str) -> str:
    """An attribution with its sign: percentage points on the probability scale."""
    size = number(abs(value) * (100 if scale == "probability" else 1), 2 if scale == "probability" else 3)
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    if scale != "probability":
        return sign + size
    return f"{sign}{size} {'point' if size == '1' else 'points'}"


def cell(value: Any, reference: Reference) -> str:
    """A raw value of a column."""
    if _holds_years(reference) and not is_missing(value) and not isinstance(value, str):
        return _year(float(value))
    return _cell(value, reference.kind)


def coordinate(value: float | str | None, kind: Kind) -> str:
    """A value as results hold it: a number, a date in seconds since 1970, a label, or None for missing."""
    return _cell(pd.Timestamp(value, unit="s") if kind == "date" and value is not None else value, kind)


def _cell(value: Any, kind: Kind) -> str:
    if is_missing(value):
        return "missing"
    if kind == "date":
        moment = pd.Timestamp(value)
        return f"{moment:%Y-%m-%d}" if moment == moment.normalize() else f"{moment:%Y-%m-%d %H:%M}"
    if kind == "number" and not isinstance(value, str):
        return plain(float(value))
    return shortened(str(value), 40)


def typical(reference: Reference) -> str | None:
    """The typical value of a column: the median of numbers and dates, the most frequent label."""
    if reference.kind == "label":
        return None if reference.top is None else cell(reference.top, reference)
    middle = reference.typical
    return None if middle is None else position(middle, reference)


def position(value: float, reference: Reference) -> str:
    """A number of a column, or a date given in seconds since 1970."""
    if reference.kind == "date":
        return f"{pd.Timestamp(value, unit='s'):%Y-%m-%d}"
    return _year(value) if _holds_years(reference) else plain(value)


def _holds_years(reference: Reference) -> bool:
    """Whether a column of numbers looks like one of years, which nobody writes with a comma."""
    ends = reference.quantiles[:1] + reference.quantiles[-1:]
    whole = all(float(value).is_integer() for value in ends)
    return reference.kind == "number" and bool(ends) and whole and _FIRST <= ends[0] <= ends[1] <= _LAST


def _year(value: float) -> str:
    return f"{value:.0f}" if value.is_integer() and _FIRST <= value <= _LAST else plain(value)


def is_missing(value: Any) -> bool:
    """Whether a raw value is missing."""
    return value is None or bool(pd.isna(value))


def shortened(text: str, length: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= length else text[: length - 1] + "…"


def percent(share: float, digits: int = 2) -> str:
    """A share as a percentage with about ``digits`` significant digits."""
    return f"{number(100 * share, digits)} %"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Words in a row: "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def quoted(names: Sequence[str]) -> str:
    """Names in a row: "“a” and “b”"."""
    return listed([f"“{name}”" for name in names])
