"""The facts of the columns that the page shows, from a sample of the rows and remembered for a while."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from automl.data import Dataset, profile
from automl.task import Task
from automl.workbench import relations
from automl.workbench.relations import Relation
from automl.workbench.understanding import Understanding

__all__ = ["facts_of", "missing_shares", "relation_of", "sampled_rows", "strengths_of", "twins_of"]

_ROWS = 20_000
_CELLS = 2_000_000
_RELATED = 400  # columns of which is said how much each says of the target


def sampled_rows(table: Understanding) -> int:
    """How many rows the facts are taken from."""
    frame = table.dataset.frame
    return min(len(frame), _ROWS, max(2_000, _CELLS // max(1, frame.shape[1])))


def missing_shares(table: Understanding) -> dict[str, float]:
    """Share of the rows read that have no value, by column."""
    return _missing(table.dataset, table.key)


def facts_of(table: Understanding, column: str) -> dict[str, Any]:
    """One column's facts, as `automl.data.profile` gives them, of all rows that were read."""
    return _facts(table.dataset, column, table.key)


def strengths_of(table: Understanding, task: Task) -> dict[str, float]:
    """How much of the target's variation each of the first columns alone explains."""
    return _strengths(table.dataset, task, sampled_rows(table), f"{table.key} {task.to_json()}")


def relation_of(table: Understanding, task: Task, column: str, label: str | None) -> Relation | None:
    """What a column says of the target."""
    key = f"{table.key} {task.to_json()} {column} {label}"
    return _relation(table.dataset, task, column, label, sampled_rows(table), key)


def twins_of(table: Understanding, column: str) -> list[tuple[str, float]]:
    """The columns that say nearly the same."""
    return _twins(table.dataset, column, f"{table.key} {column}")


def _sample(dataset: Dataset, rows: int) -> Dataset:
    if len(dataset.frame) <= rows:
        return dataset
    chosen = np.linspace(0, len(dataset.frame) - 1, rows).astype(np.int64)
    return Dataset(dataset.frame.iloc[chosen].reset_index(drop=True), dataset.schema)


@st.cache_data(max_entries=8, ttl=1800, show_spinner=False)
def _missing(_dataset: Dataset, key: str) -> dict[str, float]:
    return {str(name): float(share) for name, share in _dataset.frame.isna().mean().items()}


@st.cache_data(max_entries=200, ttl=1800, show_spinner=False)
def _facts(_dataset: Dataset, column: str, key: str) -> dict[str, Any]:
    alone = Dataset(_dataset.frame[[column]], _dataset.schema.select([column]))
    facts: dict[str, Any] = profile(alone)["columns"][0]
    return facts


@st.cache_data(max_entries=20, ttl=1800, show_spinner=False)
def _strengths(_dataset: Dataset, _task: Task, rows: int, key: str) -> dict[str, float]:
    return relations.strengths(_sample(_dataset, rows), _task, _dataset.schema.names[:_RELATED])


@st.cache_data(max_entries=200, ttl=1800, show_spinner=False)
def _relation(
    _dataset: Dataset, _task: Task, column: str, label: str | None, rows: int, key: str
) -> Relation | None:
    names = [column, _task.target]
    small = Dataset(_dataset.frame[names], _dataset.schema.select(names))
    return relations.relation(_sample(small, rows), _task, column, label)


@st.cache_data(max_entries=200, ttl=1800, show_spinner=False)
def _twins(_dataset: Dataset, column: str, key: str) -> list[tuple[str, float]]:
    return relations.twins(_dataset, column)
