"""One walk over the rows of a new table: through the gate, predicted, looked at, counted, written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pandas as pd

from automl.bundle.scoring import predictions_to_csv
from automl.data import Dataset, RawTable
from automl.data.review import Check
from automl.errors import DataError, SettingError
from automl.monitoring.differences import Differences
from automl.monitoring.pieces import Piece
from automl.monitoring.tally import Tally
from automl.monitoring.watched import Watched
from automl.store.files import json_records

__all__ = ["MOST_REASONED", "ColumnsMissingError", "Walk"]

MOST_REASONED = 2_000
"""Rows that get reasons: to explain a row takes as long as to predict hundreds."""
_PREVIEW = 100


class ColumnsMissingError(Exception):
    """The table lacks columns, and nobody has said that they may be missing."""


class Walk:
    """One walk over the rows of a table."""

    def __init__(
        self,
        watched: Watched,
        tally: Tally,
        interval: float | None,
        reasons: int,
        missing_columns: Literal["error", "missing"],
    ) -> None:
        self.differences = Differences(watched.schema, watched.reference, watched.task.target)
        self.check = None if watched.reviewed is None else Check(watched.reviewed, purpose="scoring")
        self.rows, self.name = 0, ""
        self.columns: tuple[str, ...] = ()
        self.preview: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._watched, self._tally = watched, tally
        self._interval, self._reasons, self._missing_columns = interval, reasons, missing_columns

    def take(self, table: RawTable, dataset: Dataset) -> None:
        """Look at the next rows."""
        self.differences.add(table, dataset)
        if self.check is not None:
            self.check.add(table, dataset)
        self.name = self.name or table.name
        self.rows += len(dataset.frame)

    def over(self, found: Iterator[Piece]) -> Iterator[tuple[str, float]]:
        """Predictions as CSV, piece by piece, with the share done."""
        for piece in found:
            dataset = self._watched.schema.coerce(piece.table, missing_columns="missing")
            self.take(piece.table, dataset)
            if not len(dataset.frame):
                continue
            if self.differences.absent and self._missing_columns == "error":
                raise ColumnsMissingError
            yield self._predicted(piece.table, dataset), piece.done
        if not self.rows:
            raise DataError(
                f"The table {self.name!r} has no rows to score.", fix="Check that it is the right file."
            )

    def _predicted(self, table: RawTable, dataset: Dataset) -> str:
        scorer = self._watched.scorer
        predictions = scorer.predictions(dataset.frame, interval=self._interval)
        self._tally.add(table, dataset, predictions)
        if self._reasons:
            predictions = predictions.assign(reasons=self._reasons_of(dataset.frame))
        first = not self.columns
        self.columns = tuple(str(name) for name in predictions.columns)
        if first:
            self.preview = _preview(predictions.head(_PREVIEW), table.frame.head(_PREVIEW))
        text = predictions_to_csv(predictions)
        return text if first else text.partition("\n")[2]

    def _reasons_of(self, frame: pd.DataFrame) -> list[str]:
        """Why each of the first rows is predicted as it is; later ones get none."""
        import explain

        before = self.rows - len(frame)
        left = max(MOST_REASONED - before, 0)
        if len(frame) > left and not self.notes:
            self.notes.append(f"Reasons are given for the first {MOST_REASONED:,} rows.")
        found: list[str] = []
        if left and len(frame):
            some = frame.head(left)
            try:
                explained = explain.explain(self._watched.scorer.model, some, self._watched.background)
            except explain.ExplainError as error:
                raise SettingError(
                    f"This model cannot be explained: {error}", fix="Score without reasons."
                ) from error
            found = [
                " ".join(reason.sentence for reason in explained.reasons(i, top=self._reasons))
                for i in range(len(some))
            ]
        return found + [""] * (len(frame) - len(found))


def _preview(predictions: pd.DataFrame, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Predictions and then the row that they are of, as the table has it."""
    shown = predictions.copy()
    if "set" in shown:
        shown["set"] = [", ".join(map(str, labels)) for labels in shown["set"]]
    rest = [name for name in table.columns if name not in shown.columns]
    texts = table[rest].reset_index(drop=True).astype(object)
    texts = texts.where(texts.isna(), texts.astype(str))
    return json_records(pd.concat([shown.reset_index(drop=True), texts], axis=1))
