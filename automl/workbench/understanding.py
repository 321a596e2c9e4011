"""How Glassbench reads a table, for the page that asks before it starts.

Big files are understood from their first rows here; the job reads all of them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from automl.costs import checked_costs
from automl.data import Dataset, Finding, RawTable, ReadOptions, Schema, check_dataset, read_table
from automl.errors import GlassbenchError
from automl.task import Task

__all__ = ["Understanding", "findings_of", "task_of", "understand"]

WHOLE_BYTES = 25_000_000
_HEAD_BYTES = 6_000_000
_HEAD_ROWS = 50_000
_CHECKED_ROWS = 20_000


@dataclass(frozen=True)
class Understanding:
    """A table as Glassbench sees it.

    Attributes
    ----------
    raw : RawTable
    dataset : Dataset
        The rows under their schema.
    partial : bool
        Whether only the first rows of a big file were looked at.
    key : str
        Names the file's version and all corrections.
    """

    raw: RawTable
    dataset: Dataset
    partial: bool
    key: str

    @property
    def schema(self) -> Schema:
        """The kinds of the columns."""
        return self.dataset.schema


def understand(table: Path, read: dict[str, Any], kinds: dict[str, str]) -> Understanding:
    """Read a table and say what its columns are.

    Parameters
    ----------
    table : Path
    read : dict
        Corrections, as in `ReadOptions.to_json`.
    kinds : dict
        Corrected kinds of columns.

    Raises
    ------
    DataError, SettingError
        When the file is no table.
    """
    stamp, options = table.stat().st_mtime_ns, json.dumps(read, sort_keys=True)
    raw, partial = _read(str(table), stamp, options)
    known = {name: kind for name, kind in kinds.items() if name in raw.frame.columns}
    corrections = json.dumps(known, sort_keys=True)
    dataset = _coerced(str(table), stamp, options, corrections)
    return Understanding(raw, dataset, partial, f"{table} {stamp} {options} {corrections}")


# Held by the server for a while, not copied: nobody changes what these return.
@st.cache_resource(max_entries=6, ttl=1800, show_spinner=False)
def _read(table: str, stamp: int, read: str) -> tuple[RawTable, bool]:
    path, options = Path(table), ReadOptions.from_json(json.loads(read))
    if path.stat().st_size <= WHOLE_BYTES:
        return read_table(path, options), False
    if (head := _head_of(path)) is None:
        return read_table(path, options), False
    return read_table(head, options, name=path.name), True


@st.cache_resource(max_entries=6, ttl=1800, show_spinner=False)
def _coerced(table: str, stamp: int, read: str, kinds: str) -> Dataset:
    raw, _ = _read(table, stamp, read)
    return Schema.infer(raw, kinds=json.loads(kinds)).coerce(raw)


def task_of(
    understanding: Understanding,
    target: str,
    task: str | None,
    metric: str | None,
    costs: Mapping[str, Any] | None = None,
) -> Task:
    """The task that predicting `target` is.

    Raises
    ------
    TargetError, SettingError
        When it cannot be predicted as asked.
    """
    return Task.infer(understanding.dataset, target, task=task, metric=metric, costs=checked_costs(costs))


def findings_of(understanding: Understanding, task: Task | None) -> list[Finding]:
    """What is worth knowing about the table before a start; checked on the first rows of long tables."""
    dataset, report = understanding.dataset, understanding.raw.report
    key = f"{understanding.key} {task and task.to_json()}"
    return [*report.findings, *dataset.findings, *_checked(dataset, task, key)]


@st.cache_resource(max_entries=20, ttl=1800, show_spinner=False)
def _checked(_dataset: Dataset, _task: Task | None, key: str) -> list[Finding]:
    dataset = _dataset
    if len(dataset.frame) > _CHECKED_ROWS:
        dataset = Dataset(dataset.frame.head(_CHECKED_ROWS), dataset.schema, dataset.findings)
    try:
        return check_dataset(dataset, _task)
    except GlassbenchError as error:
        return [Finding("check", "error", error.column, error.message, {}, error.fix)]


def _head_of(path: Path) -> Any:
    """The first rows of a big file: a frame for Parquet, a shorter file for text, None for Excel."""
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic == b"PAR1":
        from pyarrow.parquet import ParquetFile

        return next(ParquetFile(path).iter_batches(_HEAD_ROWS)).to_pandas()
    if magic.startswith((b"PK", b"\xd0\xcf\x11\xe0")):  # Excel
        return None
    with path.open("rb") as stream:
        text = gzip.GzipFile(fileobj=stream) if magic.startswith(b"\x1f\x8b") else stream
        content = text.read(_HEAD_BYTES)
    head = path.with_name("head.csv")
    head.write_bytes(_whole_lines(content))
    return head


def _whole_lines(content: bytes) -> bytes:
    """`content` up to the end of its last complete record."""
    newline, width = b"\n", 1
    if content.startswith(b"\xff\xfe"):
        newline, width = b"\n\x00", 2
    elif content.startswith(b"\xfe\xff"):
        newline, width = b"\x00\n", 2
    end = len(content)
    for _ in range(1000):
        end = content.rfind(newline, 0, end)
        while end >= 0 and end % width:
            end = content.rfind(newline, 0, end + width - 1)
        if end < 0:
            return content
        if content.count(b'"', 0, end) % 2 == 0:  # not inside a quoted field
            return content[: end + width]
    return content
