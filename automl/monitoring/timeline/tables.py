"""A table with a column of dates as a source of windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from automl.data import Kind
from automl.errors import SettingError
from automl.monitoring.pieces import Piece, frame_piece, pieces
from automl.monitoring.timeline.batch import Batch
from automl.monitoring.timeline.labels import LabelFile, Labels, read_labels
from automl.monitoring.timeline.reader import Reader, moments_of
from automl.monitoring.watched import Watched

__all__ = ["TableSource"]


@dataclass(eq=False)
class TableSource:
    """A table, which is scored on the way.

    Parameters
    ----------
    table : DataFrame or Path
        A large file is read in pieces.
    by : str
        Its column of dates.
    labels : LabelFile, optional
        Where the labels are; its id is a column of the table as well. Default: the table's own target.
    name : str, optional
        What it is called; default the file's name.
    """

    table: pd.DataFrame | Path
    by: str
    labels: LabelFile | None = None
    name: str = ""
    has_labels: bool = False
    _joined: Labels | None = field(default=None, init=False)
    _backwards: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if not self.name:
            self.name = "table" if isinstance(self.table, pd.DataFrame) else self.table.name

    def batches(self, watched: Watched, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows, piece by piece, still to be predicted."""
        target = watched.task.target
        if self.labels is not None:
            self._joined = read_labels(self.labels, watched.task, columns)
        theirs = () if self._joined is None else self._joined.columns
        own = [name for name in columns if name not in theirs]
        reader = Reader([self.by, *own], watched.schema, {self.by: Kind.DATETIME})
        last = -np.inf
        for piece in self._pieces():
            table = piece.table
            read = reader.of(table)
            moments = moments_of(read[self.by])
            known = moments[~np.isnan(moments)]
            if len(known):
                self._backwards += int((np.diff(np.append(last, known)) < 0).sum())
                last = float(known[-1])
            at, extra = None, read[own]
            if self._joined is not None and self.labels is not None:
                if target in table.frame.columns:
                    raise SettingError(
                        f"{self.name} has the target {target!r} itself.",
                        fix="Leave out the file of labels, or that column.",
                        column=target,
                    )
                if self.labels.id not in table.frame.columns:
                    raise SettingError(
                        f"There is no column {self.labels.id!r} in {self.name} to join the labels by.",
                        fix="Name the column that both have.",
                        column=self.labels.id,
                    )
                table, at, more = self._joined.join(table, table.frame[self.labels.id])
                extra = pd.concat([extra, more], axis=1)
            self.has_labels = self.has_labels or target in table.frame.columns
            yield Batch(table, moments, None, extra, labelled_at=at, done=piece.done)

    def notes(self) -> list[str]:
        """What was odd about the labels."""
        return [] if self._joined is None else self._joined.notes()

    @property
    def is_in_order(self) -> bool:
        """Whether each row's date is that of the row before, or later."""
        return not self._backwards

    def _pieces(self) -> Iterator[Piece]:
        if isinstance(self.table, pd.DataFrame):
            return iter([frame_piece(self.table, self.name)])
        return pieces(self.table)
