"""Columns that say little, or not what they seem to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..columns import Kind
from ..findings import Finding, preview
from ..schema import Dataset
from .registry import TaskLike, check

__all__ = [
    "constant_columns",
    "duplicate_columns",
    "high_cardinality",
    "identifiers",
    "mostly_missing",
    "nearly_constant",
    "sentinels",
    "similar_categories",
]

_MOSTLY = 0.6
_NEARLY = 0.995
_MANY_LEVELS = 50
_SENTINELS = (-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0)


def _features(dataset: Dataset, task: TaskLike | None) -> list[str]:
    return [name for name in dataset.schema.names if task is None or name != task.target]


@check
def constant_columns(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Columns with one value, or none."""
    for name in _features(dataset, task):
        if dataset.schema[name].kind != Kind.CONSTANT:
            continue
        values = dataset.frame[name].dropna().unique()
        if len(values):
            message = f"Every row of {name!r} holds {preview(values[:1])}."
        else:
            message = f"The column {name!r} holds no values at all."
        yield Finding(
            "constant" if len(values) else "all_missing",
            "info" if len(values) else "warning",
            name,
            message,
            {"rows": len(dataset.frame)},
            "It is left out: it cannot help to tell rows apart.",
        )


@check
def identifiers(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Columns that name rows."""
    for name in _features(dataset, task):
        column = dataset.schema[name]
        if column.kind == Kind.IDENTIFIER:
            yield Finding(
                "identifier",
                "info",
                name,
                f"The column {name!r} names rows instead of describing them ({column.why}).",
                {"distinct": int(dataset.frame[name].nunique())},
                "It is left out. Choose another kind if its values do mean something.",
            )


@check
def mostly_missing(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Columns in which most rows hold nothing."""
    rows = len(dataset.frame)
    for name in _features(dataset, task):
        if dataset.schema[name].kind == Kind.CONSTANT:
            continue
        missing = int(dataset.frame[name].isna().sum())
        if missing >= _MOSTLY * rows > 0:
            yield Finding(
                "mostly_missing",
                "warning",
                name,
                f"{missing / rows:.0%} of the rows hold no value in {name!r}.",
                {"missing": missing, "rows": rows},
                "Find out why. That a value is missing can itself tell something, or give the answer away.",
            )


@check
def nearly_constant(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Columns in which nearly all rows hold the same."""
    rows = len(dataset.frame)
    for name in _features(dataset, task):
        if dataset.schema[name].kind in (Kind.CONSTANT, Kind.IDENTIFIER, Kind.TEXT):
            continue
        values = dataset.frame[name]
        if dataset.schema[name].kind == Kind.NUMBER and not _may_be_nearly_constant(values):
            continue
        counts = values.value_counts()
        if len(counts) > 1 and counts.iloc[0] >= _NEARLY * rows:
            yield Finding(
                "nearly_constant",
                "info",
                name,
                f"{counts.iloc[0] / rows:.1%} of the rows hold {preview(counts.index[:1])} in {name!r}.",
                {"count": int(counts.iloc[0]), "rows": rows},
                "The few other rows can be told apart by it, hardly more.",
            )


def _may_be_nearly_constant(values: pd.Series[Any]) -> bool:
    """Whether the middle one of the numbers is as frequent: what more than half of them are is the middle."""
    numbers = values.to_numpy(dtype=np.float64)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return False
    middle = np.partition(numbers, len(numbers) // 2)[len(numbers) // 2]
    return bool((numbers == middle).sum() >= _NEARLY * len(values))


@check
def high_cardinality(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Categories of which most occur only a few times."""
    for name in _features(dataset, task):
        if dataset.schema[name].kind != Kind.CATEGORY:
            continue
        counts = dataset.frame[name].value_counts()
        if len(counts) > _MANY_LEVELS and float(counts.median()) < 5:
            yield Finding(
                "high_cardinality",
                "warning",
                name,
                f"{name!r} has {len(counts):,} categories; half of them occur at most "
                f"{int(counts.median())} times.",
                {"categories": len(counts), "median_rows": float(counts.median())},
                "Merge rare categories, or choose text if parts of the values mean something.",
            )


@check
def similar_categories(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Categories that differ only in case or spaces."""
    for name in dataset.schema.of_kind(Kind.CATEGORY, Kind.BOOLEAN):
        groups: dict[str, list[str]] = defaultdict(list)
        for value in dataset.frame[name].dropna().unique():
            groups[" ".join(str(value).split()).casefold()].append(str(value))
        alike = [values for values in groups.values() if len(values) > 1]
        if alike:
            yield Finding(
                "similar_categories",
                "warning",
                name,
                f"{len(alike):,} categories of {name!r} are spelled in several ways: {preview(alike[0])}.",
                {"groups": alike[:20]},
                "Spell them alike in the file if they mean the same.",
            )


@check
def sentinels(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Numbers such as -999 that stand apart from all others and recur: often a code for missing."""
    for name in dataset.schema.of_kind(Kind.NUMBER):
        values = dataset.frame[name].to_numpy(dtype=np.float64)
        values = values[~np.isnan(values)]
        for code in _SENTINELS:
            count = int((values == code).sum())
            if count < max(2, 0.002 * len(values)):
                continue
            others = values[values != code]
            if len(np.unique(others)) < 5:
                continue
            low, high = float(others.min()), float(others.max())
            spread = float(np.quantile(others, 0.95) - np.quantile(others, 0.05)) or 1.0
            apart = low - code if code < low else code - high
            outside = (code < low and low >= 0) or apart > 2 * spread
            if outside and not low <= code <= high:
                yield Finding(
                    "sentinel",
                    "warning",
                    name,
                    f"{count:,} row(s) of {name!r} hold {code:g}, apart from all others "
                    f"({low:g} to {high:g}): perhaps a code for missing.",
                    {"value": code, "count": count, "minimum": low, "maximum": high},
                    f"If so, declare {code:g} as missing when reading the file.",
                )


@check
def duplicate_columns(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Columns that hold the same in every row."""
    seen: dict[int, list[str]] = {}
    for name in _features(dataset, task):
        if dataset.schema[name].kind == Kind.CONSTANT:
            continue
        column = dataset.frame[name]
        key = int(pd.util.hash_pandas_object(column, index=False).to_numpy().sum())
        for other in seen.get(key, []):
            if column.equals(dataset.frame[other]):
                yield Finding(
                    "duplicate_column",
                    "info",
                    name,
                    f"{name!r} holds the same as {other!r} in every row.",
                    {"other": other},
                    "Leave one of them out: their importance is shared between them otherwise.",
                )
                break
        else:
            seen.setdefault(key, []).append(name)
