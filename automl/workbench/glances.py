"""Looks at files before they are scored, remembered while neither the file nor the choices change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from automl.data import ReadOptions, Schema
from automl.monitoring.glance import Glance, glance
from automl.monitoring.known import known_columns
from automl.monitoring.reference import Reference
from automl.search.reviewing import reviewed_schema
from automl.store import RunFolder, files

__all__ = ["SECONDS", "quick", "stored"]

SECONDS = 1.2
"""After which a page looks no further into a file."""


def quick(
    run: RunFolder, table: Path, name: str, read: Mapping[str, Any], names: Mapping[str, str]
) -> Glance:
    """Look at the beginning of a file, for about a second.

    Parameters
    ----------
    run : RunFolder
        Of which `automl.monitoring.known.is_at_hand` is true.
    table : Path
    name : str
        What the person calls it.
    read : mapping
        Corrections of how it is read, as in `ReadOptions`.
    names : mapping of str to str
        Columns that go by other names: from the file's name to that of the model.

    Raises
    ------
    DataError
        When it is no table.
    """
    facts = table.stat()
    asked = json.dumps([dict(read), dict(names)], sort_keys=True)
    return _quick(run.path, str(table), name, facts.st_mtime_ns ^ facts.st_size, asked)


# Held by the server for a while, not copied: nobody changes what it returns.
@st.cache_resource(max_entries=16, ttl=1800, show_spinner=False)
def _quick(run: Path, table: str, name: str, stamp: int, asked: str) -> Glance:
    read, names = json.loads(asked)
    task = RunFolder(run).read("task.json")
    schema, known = _known(run)
    reviewed = reviewed_schema(RunFolder(run))
    return glance(
        schema, known, task["target"], Path(table), name=name,
        read=ReadOptions.from_json(read) if read else None, names=names,
        reviewed=None if reviewed is None else reviewed.read_by(schema), seconds=SECONDS,
    )  # fmt: skip


@lru_cache(maxsize=4)
def _known(run: Path) -> tuple[Schema, Reference]:
    return known_columns(RunFolder(run))


def stored(path: Path) -> Glance:
    """A look that a job has left in a file; read once."""
    return _stored(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _stored(path: Path, _stamp: int) -> Glance:
    return Glance.from_json(files.read_json(path))
