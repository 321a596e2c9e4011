"""A prediction log as a source of windows: nothing is predicted again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from automl.bundle.scoring import PROBABILITY
from automl.data import Kind, RawTable, ReadReport, Schema
from automl.data.cells import text_series
from automl.errors import SettingError
from automl.monitoring.timeline.batch import Batch
from automl.monitoring.timeline.labels import LabelFile, Labels, read_labels
from automl.monitoring.timeline.log_lines import LineReader, counted, log_files
from automl.monitoring.watched import Watched

__all__ = ["LogSource"]

Floats = NDArray[np.float64]


@dataclass(eq=False)
class LogSource:
    """What a server has predicted.

    Parameters
    ----------
    path : Path
        A log, or a folder of them.
    labels : LabelFile, optional
    model : str, optional
        SHA-256 of the model file: lines of other models are left out. Default: all lines must be of one.
    """

    path: Path
    labels: LabelFile | None = None
    model: str | None = None
    _joined: Labels | None = field(default=None, init=False)
    _notes: list[str] = field(default_factory=list, init=False)
    _models: Counter[str] = field(default_factory=Counter, init=False)
    _redacted: set[str] = field(default_factory=set, init=False)

    @property
    def name(self) -> str:
        """What it is, in words."""
        return f"prediction log {self.path.name}"

    @property
    def has_labels(self) -> bool:
        """Whether there is a file of labels."""
        return self.labels is not None

    def batches(self, watched: Watched, columns: Sequence[str]) -> Iterator[Batch]:
        """The logged rows, piece by piece, with the predictions that were given."""
        if self.labels is not None:
            self._joined = read_labels(self.labels, watched.task, columns)
        self._require(columns)
        reader = LineReader(watched.schema, watched.task)
        files = log_files(self.path)
        total, before = max(sum(each.stat().st_size for each in files), 1), 0
        for each in files:
            for found, read in reader.pieces(each):
                own = self._of_this_model(found)
                if own.num_rows:
                    yield self._batch(watched, own, min((before + read) / total, 1.0))
            before += each.stat().st_size
        self._notes = reader.notes()
        self._check_models()

    def notes(self) -> list[str]:
        """What was odd about the log and its labels."""
        told = list(self._notes)
        if self._redacted:
            listed = ", ".join(sorted(self._redacted))
            told.append(
                f"Redacted in the log, and not compared in the windows where they are: {listed}. The shift "
                "of the mean prediction cannot be split into columns there."
            )
        others = Counter({name: n for name, n in self._models.items() if name != self.model})
        if self.model is not None and others:
            told.append(f"Lines of other models are left out: {counted(others)}.")
        return told + ([] if self._joined is None else self._joined.notes())

    def _require(self, columns: Sequence[str]) -> None:
        theirs = () if self._joined is None else self._joined.columns
        if missing := [name for name in columns if name not in theirs]:
            raise SettingError(
                f"Neither the model nor the labels have a column {missing[0]!r}, and the log holds what the "
                "model reads alone.",
                fix="Name a column that the model reads, or put it into the file of labels.",
                column=missing[0],
            )

    def _of_this_model(self, found: pa.Table) -> pa.Table:
        names = found["model"].fill_null("")
        for each in pc.value_counts(names).to_pylist():
            self._models[each["values"]] += each["counts"]
        return found if self.model is None else found.filter(pc.equal(names, self.model))

    def _check_models(self) -> None:
        if self.model is None and len(self._models) > 1:
            raise SettingError(
                f"{self.path.name} has lines of several models: {counted(self._models)}.",
                fix="Give the bundle of the one that is meant.",
            )
        if self.model is not None and self._models and self.model not in self._models:
            raise SettingError(
                f"No line of {self.path.name} is of this model ({self.model[:12]}), but of "
                f"{counted(self._models)}.",
                fix="Give the bundle that was served.",
            )

    def _batch(self, watched: Watched, found: pa.Table, done: float) -> Batch:
        frame = _rows(found, watched.schema)
        hidden = _hidden(found, watched.schema)
        self._redacted.update(hidden)
        report = ReadReport(
            source=self.name, format="log", sha256=None, bytes=None, rows=len(frame), columns=frame.shape[1]
        )
        table = RawTable(frame, report, self.name)
        at, extra = None, pd.DataFrame(index=pd.RangeIndex(len(frame)))
        if self._joined is not None:
            table, at, extra = self._joined.join(table, _texts(found["id"]))
        return Batch(
            table,
            _moments(found["time"]),
            _predictions(found, watched),
            extra,
            hidden,
            at,
            done,
        )


def _rows(found: pa.Table, schema: Schema) -> pd.DataFrame:
    """The logged rows, of the canonical types."""
    fields = dict(zip(schema.names, _flat(found["row"]), strict=True))
    columns: dict[str, Any] = {}
    for column in schema:
        values = fields[column.name]
        if column.kind == Kind.NUMBER:
            columns[column.name] = values.to_numpy(zero_copy_only=False)
        elif column.kind == Kind.DATETIME:
            dates = pd.to_datetime(_texts(values), format="ISO8601", errors="coerce")
            columns[column.name] = dates.to_numpy(dtype="datetime64[us]")
        else:
            columns[column.name] = _texts(values)
    return pd.DataFrame(columns, index=pd.RangeIndex(found.num_rows))


def _predictions(found: pa.Table, watched: Watched) -> pd.DataFrame:
    """What was predicted, as the scorer gives it."""
    if watched.task.classes is None:
        return pd.DataFrame({"prediction": found["prediction"].to_numpy()})
    labels = {str(label): label for label in watched.task.classes}
    given = [labels[str(label)] for label in found["prediction"].to_pylist()]
    columns: dict[str, Any] = {"prediction": pd.Series(given, dtype=object)}
    for label, chances in zip(labels, _flat(found["probabilities"]), strict=True):
        columns[f"{PROBABILITY}{label}"] = chances.to_numpy(zero_copy_only=False)
    return pd.DataFrame(columns)


def _hidden(found: pa.Table, schema: Schema) -> dict[str, NDArray[np.bool_]]:
    """Rows whose value was not written down, by column."""
    redacted = found["redacted"]
    if redacted.null_count == len(redacted):
        return {}
    # There are few different lists, and each is looked at once.
    codes, distinct = pd.factorize(_texts(pc.binary_join(redacted, "\0")))
    lists = [set(names.split("\0")) for names in distinct.tolist()]
    there = np.array([[name in names for name in schema.names] for names in lists] + [[False] * len(schema)])
    rows = there[codes]
    return {name: rows[:, i] for i, name in enumerate(schema.names) if rows[:, i].any()}


def _moments(times: pa.ChunkedArray) -> Floats:
    stamps = pd.to_datetime(_texts(times), format="ISO8601", errors="coerce", utc=True)
    plain = stamps.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(plain), np.nan, plain.astype(np.int64) / 1e6)


def _flat(structs: pa.ChunkedArray) -> list[pa.Array]:
    together = structs.combine_chunks()
    one = together.combine_chunks() if isinstance(together, pa.ChunkedArray) else together
    return list(one.flatten())


def _texts(values: Any) -> pd.Series[Any]:
    """Texts of arrow as the project holds them."""
    return text_series(values.to_pandas()).reset_index(drop=True)
