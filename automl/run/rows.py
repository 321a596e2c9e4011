"""Rows of a run's table that models are explained, shown and compared by: drawn with the run's seed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from automl.data import Schema
from automl.search.prepare import load_split
from automl.store import RunFolder

__all__ = ["background_rows", "canonical_rows", "explained_rows", "known_rows", "sample_rows"]

_BACKGROUND, _EXPLAINED, _SAMPLE, _KNOWN = 100, 100, 30, 2_000


def canonical_rows(folder: RunFolder, schema: Schema) -> pd.DataFrame:
    """All rows, without target and unused columns."""
    names: Sequence[str] = schema.names
    return pd.read_parquet(folder.path / "data.parquet")[list(names)]


def background_rows(folder: RunFolder, schema: Schema) -> pd.DataFrame:
    """Rows that stand for "nothing known": some of those trained on."""
    train = canonical_rows(folder, schema).iloc[load_split(folder).train]
    return _drawn(folder, train, _BACKGROUND, 0)


def explained_rows(folder: RunFolder, schema: Schema) -> pd.DataFrame:
    """Rows by whose explanations the global picture is drawn, in the order of the table."""
    return _drawn(folder, canonical_rows(folder, schema), _EXPLAINED, 1).sort_index()


def sample_rows(folder: RunFolder, schema: Schema) -> pd.DataFrame:
    """Rows that stand for the table where some have to be shown."""
    return _drawn(folder, canonical_rows(folder, schema), _SAMPLE, 2)


def known_rows(folder: RunFolder, schema: Schema) -> pd.DataFrame:
    """Rows that new ones are told apart from."""
    return _drawn(folder, canonical_rows(folder, schema), _KNOWN, 3)


def _drawn(folder: RunFolder, rows: pd.DataFrame, count: int, number: int) -> pd.DataFrame:
    return rows.sample(min(len(rows), count), random_state=folder.spec["seed"] + number)
