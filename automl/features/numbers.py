"""Number columns: as they are, parsed from text with odd missing marks, or cleaned cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from automl.data.columns import NumberFormat
from automl.data.numbers import parse_numbers
from automl.data.tokens import PANDAS_MISSING

from .steps import attribute, each_to_number, method

if TYPE_CHECKING:
    from automl.data import Column

Block = tuple[str, Any, Any]


def number_blocks(columns: Sequence[Column]) -> list[Block]:
    """Return ColumnTransformer blocks for number columns, in the cheapest form that reads each.

    ``numbers``
        pandas reads the file's cells as numbers by itself.
    ``parsed``
        The cells are plain numbers beside marks such as "?" or " " that mean missing, so pandas reads text.
    ``clean_<i>``
        The cells need cleaning: thousands separators, a decimal comma, units such as "%" or "€".
    """
    plain: list[str] = []
    parsed: list[str] = []
    sentinels: dict[str, list[float]] = {}
    cleaned: list[Block] = []
    for column in columns:
        if _needs_cleaning(column):
            cleaned.append((f"clean_{len(cleaned)}", _cleaner(column), column.name))
        elif set(column.missing_tokens) <= PANDAS_MISSING:
            plain.append(column.name)
        else:
            parsed.append(column.name)
            sentinels[column.name] = _sentinels(column)
    blocks: list[Block] = []
    if plain:
        blocks.append(("numbers", method("astype", "float64"), plain))
    if parsed:
        steps = [("parse", each_to_number()), ("float", method("astype", "float64"))]
        marks = {name: numbers for name, numbers in sentinels.items() if numbers}
        if marks:
            steps.append(("missing", method("replace", marks, np.nan)))
        blocks.append(("parsed", Pipeline(steps), parsed))
    return blocks + cleaned


def _needs_cleaning(column: Column) -> bool:
    return column.number is not None and column.number.needs_cleaning


def _sentinels(column: Column) -> list[float]:
    """Return the numbers that mean missing in a column, such as -999."""
    numbers = parse_numbers(column.missing_tokens, column.number or NumberFormat())
    return sorted({float(number) for number in numbers if np.isfinite(number)})


def _cleaner(column: Column) -> Pipeline:
    """Read "1.234,50 €" as 1234.5, and a float that is already clean as itself."""
    number = column.number
    assert number is not None
    first, replacements = method("astype", "str"), number.replacements()
    if number.thousands == ".":
        # "1.234" is 1234 when it is text, but the float 1.234 stays. repr() quotes text only, so a dot
        # separates thousands only where a quote follows; and it escapes every space but the plain one.
        first = method("map", repr)
        replacements = (
            (r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\.(?=.*['\"])", ""),
            ("['\"]", ""),
            *replace(number, thousands=None).replacements(),
        )
    # As plain objects, so that Python's own regular expressions run: pyarrow's engine knows
    # neither look-ahead nor the spaces beyond ASCII.
    steps: list[tuple[str, Any]] = [("text", first), ("plain", method("astype", "object"))]
    for i, (pattern, replacement) in enumerate(replacements):
        steps.append((f"cells_{i}", attribute("str")))
        steps.append((f"clean_{i}", method("replace", pattern, replacement, -1, None, 0, True)))
    steps += [
        ("parse", FunctionTransformer(pd.to_numeric, kw_args={"errors": "coerce"})),
        ("float", method("astype", "float64")),
    ]
    marks = _sentinels(column)
    if marks:
        steps.append(("missing", method("replace", marks, np.nan)))
    steps.append(("frame", method("to_frame")))
    return Pipeline(steps)
