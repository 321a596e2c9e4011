"""What a timeline is asked for: the same of the command, the job and Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from automl.errors import SettingError
from automl.monitoring.timeline.batch import Source
from automl.monitoring.timeline.labels import LabelFile
from automl.monitoring.timeline.logs import LogSource
from automl.monitoring.timeline.making import Progress, make_timeline
from automl.monitoring.timeline.periods import Period
from automl.monitoring.timeline.records import Timeline
from automl.monitoring.timeline.tables import TableSource
from automl.monitoring.watched import Watched

__all__ = ["Asked"]


@dataclass(frozen=True, eq=False)
class Asked:
    """A question about a model over time.

    Attributes
    ----------
    table : DataFrame, path or None
        Rows with a column of dates.
    by : str or None
        That column.
    log : path or None
        A prediction log, or a folder of them, instead of a table.
    labels : path or None
        A file of labels.
    id, label, labelled_at : str or None
        Its columns: the id that joins it to the predictions, the label (default: the target), and when it
        came.
    every : str
        "day", "week", "month", "quarter", or such as "5000 rows".
    segments : sequence of str or None
        Columns by whose values performance is split; None: those of few labels.
    fairness : str or None
        Column by whose groups the model is judged.
    missing_columns : {"error", "missing"}
    time_budget : float or None
        Seconds for splitting shifts of the mean prediction.
    name : str or None
        What the table is called.
    """

    table: pd.DataFrame | str | Path | None = None
    by: str | None = None
    log: str | Path | None = None
    labels: str | Path | None = None
    id: str = "id"
    label: str | None = None
    labelled_at: str | None = None
    every: str = "month"
    segments: Sequence[str] | None = None
    fairness: str | None = None
    missing_columns: Literal["error", "missing"] = "error"
    time_budget: float | None = 30.0
    name: str | None = None

    def __post_init__(self) -> None:
        if (self.table is None) == (self.log is None):
            found = "neither" if self.log is None else "both"
            raise SettingError(
                f"Expected a table or a prediction log, found {found}.", fix="Name one of them."
            )
        if self.table is not None and self.by is None:
            raise SettingError(
                "A table is put into windows by a column of dates.",
                fix="Say which one (--by on the command line).",
            )
        if self.labels is None and (self.label is not None or self.labelled_at is not None):
            raise SettingError("A column of the labels is named, but no labels.", fix="Name their file.")
        for path in (self.table, self.log, self.labels):
            if isinstance(path, str | Path) and not Path(path).exists():
                raise SettingError(f"There is no file {path}.", fix="Check the path.")
        Period.parse(self.every)

    def source(self, model: str | None) -> Source:
        """Where the rows come from.

        Parameters
        ----------
        model : str or None
            SHA-256 of the model file, by which lines of other models in a log are told.
        """
        labels = None
        if self.labels is not None:
            labels = LabelFile(Path(self.labels), self.id, self.label, self.labelled_at)
        if self.log is not None:
            return LogSource(Path(self.log), labels, model)
        table: Any = self.table if isinstance(self.table, pd.DataFrame) else Path(str(self.table))
        assert self.by is not None
        return TableSource(table, self.by, labels, self.name or "")

    def answer(
        self,
        watched: Watched,
        *,
        model: str | None = None,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> Timeline:
        """The timeline of a model.

        Raises
        ------
        DataError, SchemaError, SettingError
            When something cannot be read, or is not there.
        """
        return make_timeline(
            watched,
            self.source(model),
            Period.parse(self.every),
            segments=self.segments,
            fairness=self.fairness,
            missing_columns=self.missing_columns,
            time_budget=self.time_budget,
            seed=seed,
            progress=progress,
        )
