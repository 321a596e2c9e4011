"""Labels that come later, in a file of their own, joined to predictions by an id.

What came twice is used once where it says the same; where it does not, the latest is used if the file says
when labels came, and none if not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind, RawTable
from automl.data.cells import as_text, text_series
from automl.errors import DataError, SettingError
from automl.monitoring.pieces import pieces
from automl.monitoring.timeline.reader import Reader, moments_of
from automl.monitoring.truth import Truth
from automl.task import Task

__all__ = ["LabelFile", "Labels", "read_labels"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SHOWN = 5


@dataclass(frozen=True)
class LabelFile:
    """Where labels are.

    Attributes
    ----------
    path : Path
        CSV, TSV (also .gz), Excel or Parquet.
    id : str
        The column that says which prediction a label is of.
    target : str or None
        The column of the label; default the model's target.
    at : str or None
        The column that says when a label came.
    """

    path: Path
    id: str = "id"
    target: str | None = None
    at: str | None = None


class Labels:
    """Labels by id.

    Parameters
    ----------
    ids : Index
        Distinct.
    values : ndarray, shape (n,)
        Codes of classes, or values.
    at : ndarray, shape (n,), or None
    extra : DataFrame
    task : Task
    notes : sequence of str
        What was odd about the file.
    """

    def __init__(
        self,
        ids: pd.Index[Any],
        values: Floats,
        at: Floats | None,
        extra: pd.DataFrame,
        task: Task,
        notes: Sequence[str],
    ) -> None:
        self._ids, self._values, self._at, self._extra = ids, values, at, extra
        self._task, self._notes = task, list(notes)
        self._used = np.zeros(len(ids), dtype=np.int64)
        self._joined = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Further columns that came along."""
        return tuple(map(str, self._extra.columns))

    def join(self, table: RawTable, ids: pd.Series[Any]) -> tuple[RawTable, Floats | None, pd.DataFrame]:
        """Give rows their labels.

        Parameters
        ----------
        table : RawTable
        ids : Series
            Of its rows.

        Returns
        -------
        table : RawTable
            With the target; missing where there is no label.
        at : ndarray or None
            When the labels came.
        extra : DataFrame
            What came along with them.
        """
        self._joined = True
        places: Ints = self._ids.get_indexer(pd.Index(as_text(ids.reset_index(drop=True))))
        known = places >= 0
        self._used += np.bincount(places[known], minlength=len(self._used))
        values = np.append(self._values, np.nan)[places]
        target: Any = values
        if self._task.classes is not None:
            labels = np.array([*map(str, self._task.classes), None], dtype=object)
            codes = np.where(np.isnan(values), len(labels) - 1, values).astype(np.int64)
            target = text_series(labels[codes])
        frame = table.frame.reset_index(drop=True).assign(**{self._task.target: target})
        at = None if self._at is None else np.append(self._at, np.nan)[places]
        extra = self._extra.reindex(np.where(known, places, -1)).reset_index(drop=True)
        return replace(table, frame=frame), at, extra

    def notes(self) -> list[str]:
        """What was odd about the labels, and about their ids when all rows have been joined."""
        told = list(self._notes)
        if self._joined and (unknown := int((self._used == 0).sum())):
            told.append(f"{unknown:,} label(s) have an id that no prediction has.")
        if again := int((self._used > 1).sum()):
            told.append(f"{again:,} id(s) are of more than one prediction; each of these has the label.")
        return told


def read_labels(file: LabelFile, task: Task, columns: Sequence[str] = ()) -> Labels:
    """Read a file of labels.

    Parameters
    ----------
    file : LabelFile
    task : Task
    columns : sequence of str
        Further ones to take along; those that the file lacks are left out.

    Raises
    ------
    DataError, SettingError
        When it cannot be read, lacks a column, or has no label that is known.
    """
    truth = Truth(task)
    parts: list[pd.DataFrame] = []
    rows = 0
    reader: Reader | None = None
    for piece in pieces(file.path):
        table = piece.table
        _require(table, file, task)
        if reader is None:
            there = [name for name in dict.fromkeys(columns) if name in table.frame.columns]
            wanted = [*([file.at] if file.at else []), *there]
            reader = Reader(wanted, kinds={file.at: Kind.DATETIME} if file.at else None)
        frame = table.frame.reset_index(drop=True)
        named = frame[[file.target or task.target]].set_axis([task.target], axis=1)
        read = reader.of(table)
        part = pd.DataFrame({"id": as_text(frame[file.id]), "value": truth.of(replace(table, frame=named))})
        part["row"] = np.arange(rows + 1, rows + 1 + len(frame))
        part["at"] = moments_of(read[file.at]) if file.at else np.nan
        parts.append(pd.concat([part, read[there].add_prefix("+")], axis=1))
        rows += len(frame)
    together = pd.concat(parts, ignore_index=True)
    return _labels(together, file, task, [finding.message for finding in truth.findings()])


def _require(table: RawTable, file: LabelFile, task: Task) -> None:
    for name, option in (
        (file.id, "--id"),
        (file.target or task.target, "--label"),
        (file.at, "--labelled-at"),
    ):
        if name is not None and name not in table.frame.columns:
            shown = ", ".join(map(str, table.frame.columns[:20]))
            raise SettingError(
                f"The labels in {file.path.name} have no column {name!r}.",
                fix=f"Their columns are: {shown}. Say which it is ({option} on the command line).",
                column=name,
            )


def _labels(found: pd.DataFrame, file: LabelFile, task: Task, notes: list[str]) -> Labels:
    if nameless := int(found["id"].isna().sum()):
        notes.append(f"{nameless:,} label(s) have no id.")
    found = found[found["id"].notna() & found["value"].notna()]
    if not len(found):
        raise DataError(
            f"There is no label of {task.target!r} in {file.path.name} that is known and has an id.",
            fix=notes[0] if notes else "Check that it is the right file.",
        )
    several = found["id"].duplicated(keep=False)
    if several.any():
        found = _once(found, found[several], file, notes)
    extra = found[[name for name in found.columns if name.startswith("+")]]
    return Labels(
        pd.Index(found["id"]),
        found["value"].to_numpy(dtype=np.float64),
        found["at"].to_numpy(dtype=np.float64) if file.at else None,
        extra.rename(columns=lambda name: name.removeprefix("+")).reset_index(drop=True),
        task,
        notes,
    )


def _once(found: pd.DataFrame, several: pd.DataFrame, file: LabelFile, notes: list[str]) -> pd.DataFrame:
    """One label for each id; what is said of those that have several is added to the notes."""
    differ = several.groupby("id", sort=False)["value"].transform("nunique") > 1
    repeated, contested = several[~differ], several[differ]
    if len(repeated):
        notes.append(
            f"{repeated['id'].nunique():,} id(s) have the same label more than once: {_where(repeated)}."
        )
    if not len(contested):
        return found.drop_duplicates("id")
    count = contested["id"].nunique()
    if file.at:
        notes.append(
            f"{count:,} id(s) have different labels, of which the latest counts: {_where(contested)}."
        )
        return found.sort_values("at", kind="stable", na_position="first").drop_duplicates("id", keep="last")
    notes.append(
        f"{count:,} id(s) have labels that contradict each other, and count as having none: "
        f"{_where(contested)}. Which is right could be told if the file said when labels came."
    )
    return found[~found["id"].isin(contested["id"])].drop_duplicates("id")


def _where(rows: pd.DataFrame) -> str:
    """Ids with the data rows that they stand in, the first few."""
    groups = rows.groupby("id", sort=False)["row"].agg(list)
    shown = [
        f"{name} in data rows {', '.join(f'{row:,}' for row in places[:_SHOWN])}"
        for name, places in groups.head(_SHOWN).items()
    ]
    more = len(groups) - len(shown)
    return "; ".join([*shown, *([f"and {more:,} more"] if more else [])])
