"""Columns that say that rows do not stand for themselves: groups of rows, and an order of time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..columns import Kind
from ..findings import Finding
from ..identifiers import named_like_identifier
from ..schema import Dataset
from .registry import TaskLike, check

__all__ = ["group_column", "time_column"]

_FEWEST_ROWS = 100
_FEWEST_GROUPS = 10
_REPEATED = 1.5  # rows of a group on average
_IN_ORDER = 0.9  # rank correlation of time and position


@check
def group_column(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """A column named like an identifier whose values repeat: several rows of one customer or patient."""
    rows = len(dataset.frame)
    for column in dataset.schema:
        if column.kind in (Kind.CONSTANT, Kind.DATETIME, Kind.BOOLEAN, Kind.TEXT):
            continue
        if (task is not None and column.name == task.target) or not named_like_identifier(column.name):
            continue
        counts = dataset.frame[column.name].value_counts()
        known = int(counts.sum())
        if rows < _FEWEST_ROWS or len(counts) < _FEWEST_GROUPS or known < _REPEATED * len(counts):
            continue
        yield Finding(
            "group_column_found",
            "info",
            column.name,
            f"{column.name!r} names what has several rows: {len(counts):,} values in {known:,} rows.",
            {"groups": len(counts), "rows": known},
            "If rows of one value are alike, and new rows will be of new values, say that they belong "
            f"together (--groups {column.name}, or More settings): scores would be too good otherwise.",
        )


@check
def time_column(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """A date column in whose order the rows stand: a table written down as things happened."""
    rows = len(dataset.frame)
    for name in dataset.schema.of_kind(Kind.DATETIME):
        times = dataset.frame[name]
        known = times.notna().to_numpy()
        if rows < _FEWEST_ROWS or known.mean() < _IN_ORDER or times.nunique() < _FEWEST_GROUPS:
            continue
        position = pd.Series(np.flatnonzero(known), dtype=np.float64)
        order = abs(position.corr(times[known].reset_index(drop=True).rank()))
        if order < _IN_ORDER:
            continue
        yield Finding(
            "time_column_found",
            "info",
            name,
            f"The rows stand in the order of {name!r}.",
            {"rank_correlation": round(float(order), 4), "times": int(times.nunique())},
            "If the model will predict rows later than these, have it judged on later rows as well "
            f"(--time {name}, or More settings).",
        )
