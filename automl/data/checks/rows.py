"""Rows: how many, and whether they repeat."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..columns import Kind
from ..findings import Finding
from ..schema import Dataset
from .registry import TaskLike, check

__all__ = ["described_by", "duplicate_rows", "few_rows", "repeated_rows"]

_FEW = 50
_EXACT_ROWS = 100_000
_MANY_DUPLICATES = 0.01


@check
def few_rows(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Too few rows to say much."""
    rows, columns = dataset.frame.shape
    if rows < _FEW:
        yield Finding(
            "few_rows",
            "warning",
            None,
            f"The table has only {rows:,} rows: scores will be rough, their intervals wide.",
            {"rows": rows},
            "Add rows if there are more.",
        )
    elif columns > rows:
        yield Finding(
            "more_columns_than_rows",
            "warning",
            None,
            f"The table has {columns:,} columns and only {rows:,} rows: some will fit by chance.",
            {"rows": rows, "columns": columns},
            "Leave out columns that cannot matter, or add rows.",
        )


def described_by(dataset: Dataset) -> list[str]:
    """The columns that describe rows: two that differ only in what names them are the same."""
    return [column.name for column in dataset.schema if column.kind not in (Kind.IDENTIFIER, Kind.CONSTANT)]


def repeated_rows(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows repeat an earlier one; of many rows by a hash of 64 bits, to save memory.

    Among a million different rows the chance that two share their hash is 3e-8.
    """
    if len(frame) <= _EXACT_ROWS:
        return frame.duplicated().to_numpy()
    hashed = np.zeros(len(frame), dtype=np.uint64)
    for name in frame:
        hashed *= np.uint64(1_000_003)
        hashed ^= pd.util.hash_pandas_object(frame[name], index=False).to_numpy()
    return pd.Series(hashed).duplicated().to_numpy()


@check
def duplicate_rows(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Rows that occur more than once: in training and validation alike, they flatter the scores."""
    names = described_by(dataset)
    if not names or not len(dataset.frame):
        return
    count = int(repeated_rows(dataset.frame[names]).sum())
    if count:
        share = count / len(dataset.frame)
        yield Finding(
            "duplicate_rows",
            "warning" if share >= _MANY_DUPLICATES else "info",
            None,
            f"{count:,} row(s) ({share:.1%}) repeat an earlier one in every column.",
            {"count": count, "rows": len(dataset.frame)},
            "Leave them out if they are copies (--drop-duplicates, or one click in the workbench): a model "
            "that has seen a row is judged on its copy.",
        )
