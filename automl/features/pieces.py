"""Categories that are put together, such as "A/5 21171" or "C85": what they are made of, beside codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from .steps import attribute, method
from .text import WORDS, as_texts
from .words import Common, is_composite, word_columns

if TYPE_CHECKING:
    from automl.data import Column

Block = tuple[str, Any, Any]

#: The parts of a block that read a number, by their names. Fifteen digits are exact as a float; bounds also
#: keep the time linear in a cell's length.
NUMBERS = {
    "first_number": r"([0-9]{1,15}(?:\.[0-9]{1,15})?)",
    "last_number": r"([0-9]{1,15}(?:\.[0-9]{1,15})?)[^0-9]*\Z",
}
#: The part that tells how many training rows share the value, by this name.
SHARED = "shared"
#: pandas reads a batch of nothing but digits and gaps as floats.
FLOAT_END = r"\.0\Z"


def piece_blocks(columns: Sequence[Column], *, common: Mapping[str, Common]) -> list[Block]:
    """Return one ColumnTransformer block ``pieces_<i>`` per category column that is put together.

    Whether a value holds each of the column's common words; its first and last number; where there are many
    values, how many training rows share it. NaN where there is no number, or no other row.
    """
    composite = [column for column in columns if is_composite(column)]
    return [
        (f"pieces_{i}", _pieces(column, common.get(column.name, Common())), column.name)
        for i, column in enumerate(composite)
    ]


def _pieces(column: Column, common: Common) -> Pipeline:
    parts: list[tuple[str, Any]] = [(WORDS, word_columns(common.words))] if common.words else []
    parts += [(which, _number(pattern)) for which, pattern in NUMBERS.items()]
    if common.rows:
        parts.append((SHARED, _as_column(method("map", common.rows))))
    return Pipeline(
        [
            *as_texts(column),
            ("cells", attribute("str")),
            ("whole", method("replace", FLOAT_END, "", -1, None, 0, True)),
            ("features", FeatureUnion(parts)),
        ]
    )


def _number(pattern: str) -> Pipeline:
    parse = FunctionTransformer(pd.to_numeric, kw_args={"errors": "coerce"})
    return _as_column(attribute("str"), method("extract", pattern, 0, False), parse)


def _as_column(*steps: FunctionTransformer) -> Pipeline:
    """Steps that make a number of each cell, and the column of these."""
    named = [(f"step_{i}", step) for i, step in enumerate(steps)]
    return Pipeline([*named, ("float", method("astype", "float64")), ("frame", method("to_frame"))])
