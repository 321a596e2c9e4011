"""Date columns: a running day number and the parts of the calendar and the clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from .steps import attribute, method

if TYPE_CHECKING:
    from automl.data import Column

Block = tuple[str, Any, Any]

#: Attributes of a DatetimeIndex that become columns; the hour only where the dates carry a time of day.
PARTS = ("year", "month", "day", "day_of_week", "day_of_year", "hour")


def date_blocks(columns: Sequence[Column]) -> list[Block]:
    """Return one ColumnTransformer block ``date_<i>`` per date column.

    Times with a zone are taken in UTC. A value that cannot be read gives NaN in every part.
    """
    return [(f"date_{i}", _date(column), column.name) for i, column in enumerate(columns)]


def _date(column: Column) -> Pipeline:
    parts = PARTS if _has_time(column) else PARTS[:-1]
    read = {"errors": "coerce", "utc": True, "format": column.date_format or "mixed"}
    calendar = Pipeline([("parts", attribute(*parts)), ("stack", FunctionTransformer(np.column_stack))])
    running = Pipeline([("day", method("to_julian_date")), ("frame", method("to_frame"))])
    return Pipeline(
        [
            ("read", FunctionTransformer(pd.to_datetime, kw_args=read)),
            ("index", FunctionTransformer(pd.DatetimeIndex)),
            ("features", FeatureUnion([("running", running), ("calendar", calendar)])),
        ]
    )


def _has_time(column: Column) -> bool:
    """Return whether the dates carry a time of day: by the format, or else by the first and last date."""
    written = column.date_format
    if written is not None and "%" in written:
        return "%H" in written or "%I" in written
    return any(
        isinstance(bound, str) and pd.Timestamp(bound) != pd.Timestamp(bound).normalize()
        for bound in (column.minimum, column.maximum)
    )
