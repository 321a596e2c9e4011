"""The facts of each column that a person looks at: how full, how many values, how they spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .columns import Column, Kind
from .schema import Dataset

__all__ = ["profile"]

_BINS = 20
_TOP = 10
_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def profile(dataset: Dataset) -> dict[str, Any]:
    """Facts about every column, as JSON values.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    dict
        ``rows`` (int) and ``columns``: a list with one dict per column in order. Each has ``name``, ``kind``,
        ``missing`` (rows), ``missing_share``, ``distinct``. Numbers add ``mean``, ``std``, ``zeros`` (rows),
        ``quantiles`` (from share as text to value) and ``histogram`` (``edges``: one more than ``counts``);
        dates ``minimum``, ``maximum`` and ``histogram`` with ISO edges; booleans, categories, identifiers and
        constants ``top`` (list of ``value`` and ``count``) and ``other`` (rows); texts ``mean_words``,
        ``mean_characters`` and ``examples``.
    """
    frame = dataset.frame
    return {"rows": len(frame), "columns": [_facts(column, frame[column.name]) for column in dataset.schema]}


def _facts(column: Column, values: pd.Series[Any]) -> dict[str, Any]:
    present = values.dropna()
    missing = len(values) - len(present)
    if column.kind == Kind.NUMBER:
        # What follows takes a tenth of the time on sorted numbers.
        present = pd.Series(np.sort(present.to_numpy(dtype=np.float64)))
    facts: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind.value,
        "missing": missing,
        "missing_share": missing / len(values) if len(values) else 0.0,
        "distinct": _distinct(present),
    }
    if column.kind == Kind.NUMBER:
        return facts | _number(present)
    if column.kind == Kind.DATETIME:
        return facts | _date(present)
    if column.kind == Kind.TEXT:
        return facts | _text(present)
    counts = present.value_counts()
    top = [{"value": str(value), "count": int(count)} for value, count in counts.iloc[:_TOP].items()]
    return facts | {"top": top, "other": int(counts.iloc[_TOP:].sum())}


def _distinct(present: pd.Series[Any]) -> int:
    """How many different values there are; numbers come sorted."""
    if present.dtype != np.float64 or not len(present):
        return int(present.nunique())
    numbers = present.to_numpy()
    return 1 + int((numbers[1:] != numbers[:-1]).sum())


def _number(present: pd.Series[Any]) -> dict[str, Any]:
    if not len(present):
        return {"mean": None, "std": None, "zeros": 0, "quantiles": {}, "histogram": None}
    numbers = present.to_numpy(dtype=np.float64)
    quantiles = np.quantile(numbers, _QUANTILES)
    # The widest numbers overflow when squared; a spread of infinity is no JSON.
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(numbers.mean()), float(numbers.std())
    return {
        "mean": mean if np.isfinite(mean) else None,
        "std": std if np.isfinite(std) else None,
        "zeros": int((numbers == 0).sum()),
        "quantiles": {f"{share:g}": float(value) for share, value in zip(_QUANTILES, quantiles, strict=True)},
        "histogram": _histogram(numbers),
    }


def _histogram(numbers: np.ndarray[Any, Any]) -> dict[str, Any] | None:
    """Bins over the values; whole numbers of a small range get a bin each."""
    low, high = float(numbers.min()), float(numbers.max())
    if not np.isfinite(high - low):
        return None
    whole = high - low < _BINS and bool((numbers == np.round(numbers)).all())
    if whole:
        edges = np.arange(low - 0.5, high + 1)
    elif low + (high - low) / _BINS <= low:
        return None  # a range too narrow for its size to be cut
    else:
        edges = np.linspace(low, high, _BINS + 1)
    counts, _ = np.histogram(numbers, bins=edges)
    return {"edges": [float(edge) for edge in edges], "counts": [int(count) for count in counts]}


def _date(present: pd.Series[Any]) -> dict[str, Any]:
    if not len(present):
        return {"minimum": None, "maximum": None, "histogram": None}
    stamps = present.to_numpy(dtype="datetime64[us]")
    ticks = stamps.astype(np.int64)
    edges = np.unique(np.linspace(ticks.min(), ticks.max(), _BINS + 1).astype(np.int64))
    histogram = None
    if len(edges) > 2:
        counts, _ = np.histogram(ticks, bins=edges)
        histogram = {
            "edges": [str(edge) for edge in edges.astype("datetime64[us]")],
            "counts": [int(count) for count in counts],
        }
    return {"minimum": str(stamps.min()), "maximum": str(stamps.max()), "histogram": histogram}


def _text(present: pd.Series[Any]) -> dict[str, Any]:
    sample = [str(text) for text in present.iloc[:2000]]
    return {
        "mean_words": float(np.mean([len(text.split()) for text in sample])) if sample else None,
        "mean_characters": float(np.mean([len(text) for text in sample])) if sample else None,
        "examples": [text[:200] for text in dict.fromkeys(sample)][:5],
    }
