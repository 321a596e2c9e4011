"""How Glassbench reads a table, for the page that asks before it starts.

Big files are understood from some of their rows here; the job reads all of them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from automl.costs import checked_costs
from automl.data import Dataset, Finding, RawTable, ReadOptions, Schema, check_dataset, read_table
from automl.data.findings import SEVERITIES
from automl.errors import GlassbenchError
from automl.task import Task
from automl.workbench.big_files import part_of

__all__ = ["Understanding", "checked_columns", "checked_rows", "findings_of", "task_of", "understand"]

_CHECKED_ROWS = 20_000
_CHECKED_CELLS = 2_000_000
_CHECKED_COLUMNS = 1_000
_UNSURE = ("target_all_missing", "target_one_class", "target_too_many_classes", "target_identifier")


@dataclass(frozen=True)
class Understanding:
    """A table as Glassbench sees it.

    Attributes
    ----------
    raw : RawTable
    dataset : Dataset
        The rows under their schema.
    partial : bool
        Whether only some rows of a big file were looked at.
    spread : bool
        Whether these are from all over the file.
    rows : int
        How many rows the file has; about, where not all were looked at.
    seconds : float
        How long the rows looked at took.
    key : str
        Names the file's version and all corrections.
    """

    raw: RawTable
    dataset: Dataset
    partial: bool
    spread: bool
    rows: int
    seconds: float
    key: str

    @property
    def schema(self) -> Schema:
        """The kinds of the columns."""
        return self.dataset.schema

    @property
    def reading_seconds(self) -> float:
        """About how long all of the file takes."""
        return self.seconds * self.rows / max(1, len(self.raw.frame))


@dataclass(frozen=True)
class _Read:
    raw: RawTable
    partial: bool
    spread: bool
    rows: int
    seconds: float


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
    SchemaError
        When a chosen kind does not fit its column.
    """
    facts, options = table.stat(), json.dumps(read, sort_keys=True)
    stamp = facts.st_mtime_ns ^ facts.st_size
    found = _read(str(table), stamp, options)
    known = {name: kind for name, kind in kinds.items() if name in found.raw.frame.columns}
    corrections = json.dumps(known, sort_keys=True)
    dataset, seconds = _coerced(str(table), stamp, options, corrections)
    key = f"{table} {stamp} {options} {corrections}"
    seconds += found.seconds
    return Understanding(found.raw, dataset, found.partial, found.spread, found.rows, seconds, key)


# Held by the server for a while, not copied: nobody changes what these return.
@st.cache_resource(max_entries=4, ttl=1800, show_spinner=False)
def _read(table: str, stamp: int, read: str) -> _Read:
    path, options, began = Path(table), ReadOptions.from_json(json.loads(read)), time.monotonic()
    part = part_of(path, options)
    if part is None:
        raw = read_table(path, options)
        return _Read(raw, False, True, len(raw.frame), time.monotonic() - began)
    return _Read(part.table, True, part.spread, part.rows, time.monotonic() - began)


@st.cache_resource(max_entries=4, ttl=1800, show_spinner=False)
def _coerced(table: str, stamp: int, read: str, kinds: str) -> tuple[Dataset, float]:
    raw, began = _read(table, stamp, read).raw, time.monotonic()
    dataset = Schema.infer(raw, kinds=json.loads(kinds)).coerce(raw)
    return dataset, time.monotonic() - began


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


def checked_columns(understanding: Understanding) -> int:
    """How many columns the checks look at, the target aside."""
    return min(len(understanding.schema), _CHECKED_COLUMNS)


def checked_rows(understanding: Understanding) -> int:
    """How many rows the checks look at."""
    frame = understanding.dataset.frame
    return min(len(frame), max(_CHECKED_ROWS, _CHECKED_CELLS // max(1, frame.shape[1])))


def findings_of(understanding: Understanding, task: Task | None) -> list[Finding]:
    """What is worth knowing about the table before a start, the gravest first.

    What rows that were not looked at could disprove is no reason to refuse a start, and becomes a warning.
    """
    report = understanding.raw.report
    key = f"{understanding.key} {task and task.to_json()}"
    rows = checked_rows(understanding)
    checked = _checked(understanding.dataset, task, rows, key)
    if understanding.partial or rows < len(understanding.dataset.frame):
        checked = [_unsure(finding) for finding in checked]
    found = [*report.findings, *understanding.dataset.findings, *checked]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _unsure(finding: Finding) -> Finding:
    if finding.severity != "error" or finding.code not in _UNSURE:
        return finding
    return replace(
        finding,
        severity="warning",
        message=f"In the rows looked at: {finding.message}",
        fix="If the other rows are alike, the search will refuse it. " + finding.fix,
    )


@st.cache_resource(max_entries=20, ttl=1800, show_spinner=False)
def _checked(_dataset: Dataset, _task: Task | None, rows: int, key: str) -> list[Finding]:
    dataset = _dataset
    names = list(dataset.schema.names)
    if len(names) > _CHECKED_COLUMNS:
        target = [] if _task is None or _task.target in names[:_CHECKED_COLUMNS] else [_task.target]
        names = [*names[:_CHECKED_COLUMNS], *target]
        dataset = Dataset(dataset.frame[names], dataset.schema.select(names), dataset.findings)
    if len(dataset.frame) > rows:
        chosen = np.linspace(0, len(dataset.frame) - 1, rows).astype(np.int64)
        frame = dataset.frame.iloc[chosen].reset_index(drop=True)
        dataset = Dataset(frame, dataset.schema, dataset.findings)
    try:
        return check_dataset(dataset, _task)
    except GlassbenchError as error:
        return [Finding("check", "error", error.column, error.message, {}, error.fix)]
