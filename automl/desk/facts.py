"""What whoever edits rows has to know first: the columns, what is usual in them, and where to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.inspection import Matter
from automl.inspection.known import known_rows, plausibility_of
from explain import formats
from explain.reference import Reference
from explain.row.distance import numbers_of
from explain.row.seen import SeenColumn

if TYPE_CHECKING:
    from automl.data.columns import Column
    from automl.desk.engine import Engine

__all__ = ["facts"]

_MOST_LABELS = 500


def facts(engine: Engine) -> dict[str, Any]:
    """Columns and rows, as JSON.

    Returns
    -------
    dict
        ``rows``, ``target``, ``task`` (its kind), ``classes``, ``scale``, ``explained`` (whether a sample of
        rows is), ``starts`` (position by what is special about that row) and ``columns``, the most important
        first: ``name``, ``kind``, ``low`` and ``high`` (dates in ISO format), ``whole``, ``missing`` (whether
        values were), ``dated`` (whether dates have no time of day), ``labels`` (the most frequent first) and
        ``usual``.
    """
    matter = engine.matter
    seen = {each.name: each for each in plausibility_of(matter).columns}
    known = known_rows(matter)
    task = matter.task
    return {
        "rows": len(matter.rows),
        "target": task.target,
        "task": task.kind,
        "classes": None if task.classes is None else [str(label) for label in task.classes],
        "scale": engine.scorer.scale,
        "explained": matter.explanation is not None,
        "starts": starts(matter),
        "columns": [_column(matter.schema[name], seen[name], known[name]) for name in engine.columns],
    }


def _column(column: Column, seen: SeenColumn, values: pd.Series[Any]) -> dict[str, Any]:
    reference = seen.reference
    labels = None
    if reference.kind == "label":
        frequent = [str(label) for label in column.categories or () if str(label) in seen.labels]
        labels = [*frequent, *sorted(seen.labels - set(frequent))][:_MOST_LABELS]
    dates = reference.kind == "date"
    return {
        "name": seen.name,
        "kind": str(column.kind),
        "low": _edge(seen.low, reference),
        "high": _edge(seen.high, reference),
        "whole": seen.whole,
        "missing": seen.missing,
        "dated": dates and bool((numbers_of(values.dropna(), "date") % 86_400 == 0).all()),
        "labels": labels,
        "all_labels": labels is not None and len(labels) == len(seen.labels),
        "usual": formats.typical(reference),
    }


def _edge(value: float | None, reference: Reference) -> float | str | None:
    if value is None or reference.kind != "date":
        return value
    return str(pd.Timestamp(value, unit="s").isoformat())


def starts(matter: Matter) -> dict[str, int]:
    """Rows that are worth looking at first, by what is special about them.

    The typical one is the nearest to the medians and most frequent values. The others go by predictions of
    models that had not learned from the row.
    """
    plausibility, known = plausibility_of(matter), known_rows(matter)
    middle = pd.DataFrame({j: _middle(known.iloc[:, j]) for j in range(known.shape[1])})
    middle.columns = known.columns
    _, where = plausibility.nearest(plausibility.distance.places(middle))
    found = {"typical": int(known.index[int(where[0])])}
    honest = matter.honest
    some = np.flatnonzero(np.isfinite(honest).all(axis=1))
    if not len(some):
        return found
    last = honest[some, -1]
    found["highest"], found["lowest"] = int(some[last.argmax()]), int(some[last.argmin()])
    if matter.task.kind != "regression":
        ordered = np.sort(np.column_stack([honest[some], 1 - last]) if honest.shape[1] == 1 else honest[some])
        found["unsure"] = int(some[(ordered[:, -1] - ordered[:, -2]).argmin()])
    return found


def _middle(column: pd.Series[Any]) -> pd.Series[Any]:
    """The median of numbers and dates, the most frequent of labels, in the column's own dtype."""
    present = column.dropna()
    if present.empty:
        return column.iloc[:1].reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        value = present.sort_values().iloc[len(present) // 2]
    else:
        value = present.mode().iloc[0]
    return pd.Series([value], dtype=column.dtype)
