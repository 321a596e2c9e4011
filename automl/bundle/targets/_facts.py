"""The facts of a bundle, from what its writer knows; and the row that stands as an example everywhere."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from typing import Any

import pandas as pd

from automl.data import Column, Kind, Schema
from automl.report import BundleFacts, pinned
from automl.task import Task

from .target import Facts, in_utc, slug, version_of

__all__ = ["example_row", "facts_of"]

_DIGITS = 4
_TEXT = "some words"


def facts_of(
    told: BundleFacts,
    *,
    schema: Schema,
    task: Task,
    packages: Mapping[str, str],
    serving: Mapping[str, str],
    types: frozenset[str],
    background: pd.DataFrame,
    reference: Mapping[str, Any] | None,
    reviewed: Mapping[str, Any] | None = None,
) -> Facts:
    """What targets are told.

    Parameters
    ----------
    told : BundleFacts
    schema : Schema
        Of the columns that the model reads.
    task : Task
    packages, serving : mapping of name to version
        What prediction needs, and the server on top.
    types : frozenset of str
        That the model file is made of.
    background : DataFrame
        Canonical rows, for what is common in each column.
    reference : mapping or None
        The bundle's ``reference.json``.
    reviewed : mapping or None
        The reviewed schema, as `automl.data.review.ReviewedSchema.to_json` gives it.
    """
    return Facts(
        name=slug(told.name),
        version=version_of(told.created),
        title=told.name,
        task=task.kind,
        target=task.target,
        metric=str(told.result.get("metric") or task.metric),
        scores=dict(told.result.get("metrics") or {}),
        schema=schema.to_json(),
        classes=task.classes,
        requirements=_pins(packages),
        python=platform.python_version(),
        created=in_utc(told.created).isoformat(),
        run=told.run_id,
        trial=told.exported,
        example=example_row(background, schema),
        reference=reference,
        reviewed=reviewed,
        serving=_pins(serving),
        types=tuple(sorted(types)),
        glassbench=told.glassbench,
    )


def example_row(frame: pd.DataFrame, schema: Schema) -> dict[str, Any]:
    """A made-up row: of each column what is in the middle, or most frequent; of texts and identifiers none.

    Parameters
    ----------
    frame : DataFrame, shape (n, columns)
        Canonical rows; their columns are looked at one at a time.
    schema : Schema

    Returns
    -------
    dict of column name to number, text or None
        As a client would send it: dates as they are written in the table.
    """
    return {column.name: _typical(frame[column.name].dropna(), column) for column in schema}


def _typical(values: pd.Series[Any], column: Column) -> Any:
    if column.kind is Kind.NUMBER:
        return _middle(values, column)
    if column.kind is Kind.DATETIME:
        return _day(values, column)
    if column.categories:
        return column.categories[0]
    return _TEXT if column.kind is Kind.TEXT else None


def _middle(values: pd.Series[Any], column: Column) -> float | int | None:
    ends = [end for end in (column.minimum, column.maximum) if isinstance(end, int | float)]
    if len(values):
        middle = float(values.median())
    elif ends:
        middle = sum(ends) / len(ends)
    else:
        return None
    whole = all(float(value).is_integer() for value in [*values.tolist(), *ends])
    rounded = float(f"{middle:.{_DIGITS}g}")
    if len(ends) == 2:
        rounded = min(max(rounded, ends[0]), ends[1])
    return math.floor(rounded) if whole else rounded


def _day(values: pd.Series[Any], column: Column) -> str | None:
    if len(values):
        day = values.sort_values().iloc[len(values) // 2].normalize()
    elif isinstance(column.minimum, str):
        day = pd.Timestamp(column.minimum).normalize()
    else:
        return None
    form = column.date_format
    return str(day.strftime(form) if form is not None and "%" in form else day.strftime("%Y-%m-%d"))


def _pins(packages: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(pinned(packages).splitlines())
