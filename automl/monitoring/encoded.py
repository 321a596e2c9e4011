"""Canonical rows as numbers, for the small models that monitoring makes itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind, Schema
from automl.monitoring.counts import as_numbers, is_listed

__all__ = ["encoded", "listed_places"]

Floats = NDArray[np.float64]

_LEVELS = 60


def encoded(frame: pd.DataFrame, schema: Schema) -> Floats:
    """Rows as numbers: labels by their place among the known ones, texts by their length and words.

    Parameters
    ----------
    frame : DataFrame
        Canonical rows.
    schema : Schema

    Returns
    -------
    ndarray, shape (rows, columns and one more for each text)
        NaN where a value is missing.
    """
    columns: list[Any] = []
    for column in schema:
        values = frame[column.name]
        if is_listed(column.kind):
            place = {label: min(i, _LEVELS) for i, label in enumerate(column.categories or ())}
            codes = [place.get(value, _LEVELS + 1) if value == value else np.nan for value in values.tolist()]
            columns.append(np.array(codes, dtype=np.float64))
            continue
        columns.append(as_numbers(column, values))
        if column.kind == Kind.TEXT:
            words = values.str.count(r"\S+")
            columns.append(words.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def listed_places(schema: Schema) -> list[int]:
    """Which columns of `encoded` hold places of labels."""
    widths = [2 if column.kind == Kind.TEXT else 1 for column in schema]
    starts = np.cumsum([0, *widths])[:-1]
    return [int(start) for start, column in zip(starts, schema, strict=True) if is_listed(column.kind)]
