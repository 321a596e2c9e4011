"""Columns and values in words, for people who sent the wrong ones."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from ..data import Column, Kind

__all__ = ["date_text", "expected", "shown"]

_WIDTH = 40


def expected(column: Column) -> str:
    """What a value of a column should be."""
    if column.kind is Kind.NUMBER:
        comma = column.number is not None and column.number.decimal == ","
        return "a number" + (" (as text: with a decimal comma)" if comma else "")
    if column.kind is Kind.DATETIME:
        return f"a date such as {date_text(column, column.minimum)}"
    return "a text"


def date_text(column: Column, value: Any) -> str:
    """A date as a column writes them."""
    day = pd.Timestamp(value if isinstance(value, str) else "2024-05-31")
    if column.date_format is None or "%" not in column.date_format:
        return day.isoformat().removesuffix("T00:00:00")
    return str(day.strftime(column.date_format))


def shown(value: Any) -> str:
    """A value as JSON, shortened."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and len(value) > _WIDTH:
        value = value[: _WIDTH - 1] + "…"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 2 * _WIDTH else text[: 2 * _WIDTH] + "…"
