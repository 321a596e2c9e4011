"""Frames from elsewhere (pandas, Excel, Parquet) with plain names and plain columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from .cells import as_text, is_text
from .findings import Finding, preview

__all__ = ["distinct_names", "normalise_frame"]


def distinct_names(names: Sequence[str]) -> tuple[list[str], list[Finding]]:
    """Column names made distinct as pandas does it: "a", "a.1", "a.2"; and a finding if any had to be."""
    used: dict[str, int] = {}
    taken = set(names)
    result: list[str] = []
    renamed: list[tuple[str, str]] = []
    for name in names:
        count = used.get(name, 0)
        new = name
        if count:
            while new in taken:
                new = f"{name}.{count}"
                count += 1
            used[name] = count
            taken.add(new)
            renamed.append((name, new))
        else:
            used[name] = 1
        result.append(new)
    if not renamed:
        return result, []
    finding = Finding(
        "duplicate_headers", "warning", renamed[0][0],
        f"{len(renamed):,} column name(s) occurred more than once and were numbered: "
        + ", ".join(f'"{old}" → "{new}"' for old, new in renamed[:3])
        + ("." if len(renamed) <= 3 else f" and {len(renamed) - 3:,} more."),
        {"renamed": [list(pair) for pair in renamed[:100]]},
        "Give the columns different names in the file, so that nobody confuses them.",
    )  # fmt: skip
    return result, [finding]


def normalise_frame(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """A frame with distinct text names, the index 0, 1, 2, … and plain types; the argument is untouched.

    Raises
    ------
    DataError
        If it is no DataFrame.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"Expected a pandas DataFrame, got {type(frame).__name__}.")
    findings: list[Finding] = []
    if isinstance(frame.columns, pd.MultiIndex):
        names = ["_".join(str(part) for part in parts if str(part)) for parts in frame.columns]
        findings.append(
            Finding(
                "joined_headers", "info", None, f"Headers of several levels were joined: {preview(names)}."
            )
        )
    else:
        names = [str(name) for name in frame.columns]
    names, renamed = distinct_names(names)
    findings.extend(renamed)
    columns = {name: _plain(frame.iloc[:, i], name, findings) for i, name in enumerate(names)}
    result = pd.DataFrame(columns, index=frame.index)
    result.index = pd.RangeIndex(len(frame))
    return result, tuple(findings)


def _plain(series: pd.Series[Any], name: str, findings: list[Finding]) -> pd.Series[Any]:
    """A column of hashable values; columns of objects get the type that their values have."""
    dtype = series.dtype
    if isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype)):
        return series.dt.to_timestamp() if isinstance(dtype, pd.PeriodDtype) else as_text(series)
    if isinstance(dtype, pd.SparseDtype):
        return pd.Series(np.asarray(series), index=series.index)
    if not pd.api.types.is_object_dtype(dtype):
        return series
    if is_text(series):
        return as_text(series)
    inferred = pd.api.types.infer_dtype(series, skipna=True)
    if inferred in ("integer", "floating", "mixed-integer-float", "decimal"):
        return pd.to_numeric(series.where(series.notna(), np.nan)).astype(np.float64)
    if inferred in ("date", "datetime", "datetime64"):
        parsed = pd.to_datetime(series.where(series.notna(), None), errors="coerce", utc=True)
        if parsed.notna().sum() == series.notna().sum():
            return parsed.dt.tz_localize(None)
    nested = [isinstance(value, (list, dict, tuple, set, np.ndarray)) for value in series]
    if any(nested):
        findings.append(
            Finding(
                "nested_values", "warning", name,
                f"The column {name!r} holds lists or records; they were turned into text.",
                {"rows": int(sum(nested))},
                "Spread the parts that matter over columns of their own.",
            )
        )  # fmt: skip
        texts = [_json(value) if deep else value for value, deep in zip(series, nested, strict=True)]
        return as_text(pd.Series(texts, index=series.index, dtype=object))
    return as_text(series)


def _json(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, set):
        value = sorted(value, key=str)
    return json.dumps(value, default=str, ensure_ascii=False)
