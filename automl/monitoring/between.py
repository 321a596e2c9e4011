"""What differs between two versions of a table: rows, columns, and how their values are distributed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind, Schema
from automl.errors import SettingError
from automl.monitoring.counts import count
from automl.monitoring.drift import ColumnDrift, drift_of
from automl.monitoring.reference import Reference, profiles
from explain.stored import Stored

__all__ = ["RowChanges", "TableDifference", "Version", "difference"]

_MOST_LABELS = 20
_ENOUGH_IN_COMMON = 0.02


@dataclass(frozen=True, eq=False)
class Version:
    """One of the two versions.

    Attributes
    ----------
    label : str
        What it is called.
    frame : DataFrame
        Canonical rows.
    schema : Schema
        Of exactly these columns.
    note : str
        What limits the comparison; empty where nothing does.
    """

    label: str
    frame: pd.DataFrame
    schema: Schema
    note: str = ""


@dataclass(frozen=True)
class RowChanges(Stored):
    """How the rows differ.

    Attributes
    ----------
    before, after : int
        How many there were, and are.
    added, removed : int
        Rows that only the later version has, and only the earlier one.
    same : int
        Rows that are in both, all columns that both have considered.
    changed : int or None
        Rows that are in both by their key, with other values; None where there is no key to tell them by.
    key : str or None
        The column that says which rows are the same.
    changed_in : tuple of (str, int)
        Of a key only: in how many rows each column has changed, the most first.
    """

    before: int
    after: int
    added: int
    removed: int
    same: int
    changed: int | None
    key: str | None
    changed_in: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Labels(Stored):
    """Labels of a column that only one version has.

    Attributes
    ----------
    column : str
    new, gone : tuple of str
        At most twenty of each.
    new_count, gone_count : int
    """

    column: str
    new: tuple[str, ...]
    gone: tuple[str, ...]
    new_count: int
    gone_count: int


@dataclass(frozen=True)
class TableDifference(Stored):
    """What differs between two versions of a table.

    Attributes
    ----------
    before, after : str
        What the versions are called.
    rows : RowChanges
    added, removed : tuple of str
        Columns that only the later version has, and only the earlier one.
    retyped : tuple of (str, str, str)
        Columns of another kind: name, kind before, kind after.
    labels : tuple of Labels
        Of columns of labels that have other ones.
    drift : tuple of ColumnDrift
        Of the columns that both have, of one kind; those that moved most first.
    notes : tuple of str
        What limits the comparison.
    """

    before: str
    after: str
    rows: RowChanges
    added: tuple[str, ...]
    removed: tuple[str, ...]
    retyped: tuple[tuple[str, str, str], ...]
    labels: tuple[Labels, ...]
    drift: tuple[ColumnDrift, ...]
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        rows = self.rows
        return not (rows.added or rows.removed or rows.changed or self.added or self.removed or self.retyped)

    @property
    def schema_differs(self) -> bool:
        """Whether the columns are other ones, or of another kind."""
        return bool(self.added or self.removed or self.retyped)


def difference(before: Version, after: Version, *, key: str | None = None) -> TableDifference:
    """Compare two versions of a table.

    Rows are compared as the gate gives them, so that another way to write the same value is no change.

    Parameters
    ----------
    before, after : Version
    key : str, optional
        The column that says which rows are the same; default: an identifier that both have, if there is one.
        Without a key a row whose values have changed is one removed and one added.

    Raises
    ------
    SettingError
        When the key is no column of both, or not distinct.
    """
    names = [name for name in before.schema.names if name in after.schema]
    retyped = {
        name: (before.schema[name].kind.value, after.schema[name].kind.value)
        for name in names
        if before.schema[name].kind != after.schema[name].kind
    }
    if key is None:
        key = _found_key(before, after, names)
    else:
        _require_key(before, after, key)
    notes = [version.note for version in (before, after) if version.note]
    if key is None:
        notes.append(
            "No column tells which rows are the same: a row with another value counts as removed and added."
        )
    return TableDifference(
        before=before.label,
        after=after.label,
        rows=_rows(before.frame, after.frame, names, key),
        added=tuple(name for name in after.schema.names if name not in before.schema),
        removed=tuple(name for name in before.schema.names if name not in after.schema),
        retyped=tuple((name, *kinds) for name, kinds in retyped.items()),
        labels=tuple(_labels(before, after, names)),
        drift=_drift(before, after, [name for name in names if name not in retyped]),
        notes=tuple(notes),
    )


def _drift(before: Version, after: Version, names: Sequence[str]) -> tuple[ColumnDrift, ...]:
    """How the values of columns have moved; those that moved most first."""
    compared = [n for n in names if before.schema[n].kind not in (Kind.IDENTIFIER, Kind.CONSTANT)]
    if not compared or not len(before.frame) or not len(after.frame):
        return ()
    schema = before.schema.select(compared)
    made = Reference(
        rows=len(before.frame), columns=profiles(before.frame, schema), outputs=(), predicted="",
        predicted_rows=0,
    )  # fmt: skip
    counted = [
        count(profile.grid, column, after.frame[column.name])
        for profile, column in zip(made.columns, schema, strict=True)
    ]
    drifted, _, _ = drift_of(made, schema, counted, [])
    return tuple(sorted(drifted, key=lambda each: -each.beyond_chance))


def _labels(before: Version, after: Version, names: Sequence[str]) -> list[Labels]:
    found = []
    for name in names:
        if before.schema[name].kind not in (Kind.CATEGORY, Kind.BOOLEAN, Kind.CONSTANT):
            continue
        old, new = (set(version.frame[name].dropna().astype(str)) for version in (before, after))
        if old != new and after.schema[name].kind in (Kind.CATEGORY, Kind.BOOLEAN, Kind.CONSTANT):
            more, fewer = sorted(new - old), sorted(old - new)
            found.append(
                Labels(name, tuple(more[:_MOST_LABELS]), tuple(fewer[:_MOST_LABELS]), len(more), len(fewer))
            )
    return found


def _rows(before: pd.DataFrame, after: pd.DataFrame, names: Sequence[str], key: str | None) -> RowChanges:
    old, new = _hashes(before, names), _hashes(after, names)
    if key is None:
        same = _in_common(old, new)
        return RowChanges(len(old), len(new), len(new) - same, len(old) - same, same, None, None, ())
    places = pd.Series(np.arange(len(before)), index=before[key].to_numpy())
    at = places.reindex(after[key].to_numpy()).to_numpy()
    known = ~np.isnan(at)
    pairs = at[known].astype(np.int64), np.flatnonzero(known)
    differs = old[pairs[0]] != new[pairs[1]]
    changed_in = []
    if differs.any():
        one, other = before.iloc[pairs[0][differs]], after.iloc[pairs[1][differs]]
        for name in names:
            times = int((_hashes(one, [name]) != _hashes(other, [name])).sum())
            if times:
                changed_in.append((name, times))
    changed_in.sort(key=lambda each: -each[1])
    both = int(known.sum())
    return RowChanges(
        len(old), len(new), len(new) - both, len(old) - both, both - int(differs.sum()), int(differs.sum()),
        key, tuple(changed_in),
    )  # fmt: skip


def _hashes(frame: pd.DataFrame, names: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each row, the same for the same values, whatever type they are kept as."""
    plain = {
        i: frame[name].astype("float64") if pd.api.types.is_numeric_dtype(frame[name].dtype)
        else frame[name].astype(object).where(frame[name].notna(), None).map(_text)
        for i, name in enumerate(names)
    }  # fmt: skip
    if not plain:
        return np.zeros(len(frame), dtype=np.uint64)
    hashed = pd.util.hash_pandas_object(pd.DataFrame(plain), index=False)
    return np.asarray(hashed, dtype=np.uint64)


def _text(value: Any) -> str:
    return "\0" if value is None else str(value)


def _in_common(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> int:
    """How many rows two tables have in common, each counted as often as both have it."""
    values, counts = np.unique(one, return_counts=True)
    others, times = np.unique(other, return_counts=True)
    _, at, at_other = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    return int(np.minimum(counts[at], times[at_other]).sum())


def _found_key(before: Version, after: Version, names: Sequence[str]) -> str | None:
    """An identifier that both have, distinct in each, with some values in common; the one with most."""
    best, most = None, _ENOUGH_IN_COMMON
    for name in names:
        if Kind.IDENTIFIER not in (before.schema[name].kind, after.schema[name].kind):
            continue
        old, new = before.frame[name], after.frame[name]
        if not (_is_key(old) and _is_key(new)):
            continue
        share = float(new.isin(old).sum()) / max(min(len(old), len(new)), 1)
        if share > most:
            best, most = name, share
    return best


def _require_key(before: Version, after: Version, key: str) -> None:
    for version in (before, after):
        if key not in version.schema:
            raise SettingError(
                f"{version.label} has no column {key!r} to tell rows by.",
                fix=f"Its columns are: {', '.join(version.schema.names[:20])}.",
                column=key,
            )
        if not _is_key(version.frame[key]):
            raise SettingError(
                f"Expected each row of {version.label} to have another value in {key!r}; some are missing or "
                "occur twice.",
                fix="Name a column that tells the rows apart, or none.",
                column=key,
            )


def _is_key(values: pd.Series[Any]) -> bool:
    return bool(values.notna().all() and values.is_unique)
