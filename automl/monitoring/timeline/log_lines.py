"""Prediction logs, read in pieces: JSON lines as `automl.serving.log` writes them, a million in seconds.

Whole pieces are read by pyarrow, with the types that the schema says. Where a piece has a line that is not
whole (a power cut), or has values of other types, its lines are read one by one.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as arrow_json

from automl.data import Kind, Schema
from automl.errors import DataError
from automl.task import Task

__all__ = ["LineReader", "log_files"]

_PIECE = 16_000_000  # bytes
_SHOWN = 3


def log_files(path: Path) -> list[Path]:
    """The files of a log, the oldest first: that one, or those that a server has written into a folder.

    Raises
    ------
    DataError
        When there is none.
    """
    if path.is_file():
        return [path]
    # Files that have grown large are put aside as predictions-<time>.jsonl, which sorts before the current.
    found = sorted(path.glob("predictions*.jsonl"))
    if not found:
        raise DataError(
            f"There is no prediction log in {path}.",
            fix="Give a log, or the folder that `automl serve --log` writes to.",
        )
    return found


class LineReader:
    """Reads the lines of logs into tables of one arrow schema.

    Parameters
    ----------
    schema : Schema
        Of the rows.
    task : Task

    Attributes
    ----------
    erased : int
        Lines of which nothing but a trace is left, on somebody's request.
    torn : int
        Lines that are no predictions.
    """

    def __init__(self, schema: Schema, task: Task) -> None:
        self.erased = self.torn = 0
        self._where: list[str] = []
        self._numbers = frozenset(schema.of_kind(Kind.NUMBER))
        self._names = schema.names
        self._labels = None if task.classes is None else tuple(map(str, task.classes))
        whole = task.classes is not None and all(type(label) is int for label in task.classes)
        value = pa.float64() if task.classes is None else pa.int64() if whole else pa.string()
        row = [pa.field(n, pa.float64() if n in self._numbers else pa.string()) for n in schema.names]
        fields = [
            ("id", pa.string()), ("time", pa.string()), ("model", pa.string()), ("erased", pa.string()),
            ("redacted", pa.list_(pa.string())), ("row", pa.struct(row)), ("prediction", value),
        ]  # fmt: skip
        if self._labels is not None:
            chances = pa.struct([pa.field(label, pa.float64()) for label in self._labels])
            fields.append(("probabilities", chances))
        self._arrow = pa.schema([pa.field(*each) for each in fields])

    def pieces(self, path: Path) -> Iterator[tuple[pa.Table, int]]:
        """Whole predictions of a file, in order, with the bytes read so far.

        The last line may still be on its way; it is left out then.
        """
        number = read = 0
        with path.open("rb") as stream:
            rest = b""
            while more := stream.read(_PIECE):
                read += len(more)
                whole, end, rest = (rest + more).rpartition(b"\n")
                if whole:
                    yield self._table(whole + end, path, number), read
                    number += whole.count(b"\n") + 1
            if _is_whole(rest):
                yield self._table(rest + b"\n", path, number), read

    def notes(self) -> list[str]:
        """What was odd about the lines."""
        told = []
        if self.erased:
            told.append(f"{self.erased:,} prediction(s) were taken out of the log on request.")
        if self.torn:
            where = "; ".join(self._where)
            told.append(f"{self.torn:,} line(s) are no whole predictions and are left out: {where}.")
        return told

    def _table(self, data: bytes, path: Path, before: int) -> pa.Table:
        try:
            found = arrow_json.read_json(
                io.BytesIO(data),
                read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(data) + 1),
                parse_options=arrow_json.ParseOptions(
                    explicit_schema=self._arrow, unexpected_field_behavior="ignore"
                ),
            )
        except pa.ArrowInvalid:
            return self._one_by_one(data, path, before)
        whole = pc.and_(
            pc.and_(found["id"].is_valid(), found["time"].is_valid()),
            pc.and_(found["prediction"].is_valid(), found["row"].is_valid()),
        )
        if self._labels is not None:
            whole = pc.and_(whole, found["probabilities"].is_valid())
        erased = found["erased"].is_valid()
        kept = pc.and_not(whole, erased)
        lost = pc.sum(pc.invert(pc.or_(whole, erased))).as_py() or 0
        if lost:  # they are to be named by their lines
            return self._one_by_one(data, path, before)
        self.erased += pc.sum(erased).as_py() or 0
        return found.filter(kept)

    def _one_by_one(self, data: bytes, path: Path, before: int) -> pa.Table:
        kept: list[dict[str, Any]] = []
        for number, line in enumerate(data.split(b"\n"), before + 1):
            if not line.strip():
                continue
            try:
                told = json.loads(line)
                if isinstance(told, dict) and "erased" in told:
                    self.erased += 1
                    continue
                kept.append(self._plain(told))
            except (AttributeError, KeyError, TypeError, ValueError):
                self.torn += 1
                if len(self._where) < _SHOWN:
                    self._where.append(f"line {number:,} of {path.name}")
        return pa.Table.from_pylist(kept, schema=self._arrow)

    def _plain(self, told: dict[str, Any]) -> dict[str, Any]:
        """The parts of a line that are read, of the types that they are read as."""
        row, redacted = told["row"], told.get("redacted")
        value: Any = told["prediction"]
        plain: dict[str, Any] = {
            "id": str(told["id"]),
            "time": str(told["time"]),
            "model": None if told.get("model") is None else str(told["model"]),
            "redacted": None if redacted is None else [str(name) for name in redacted],
            "row": {name: self._cell(name, row[name]) for name in self._names if row.get(name) is not None},
            "prediction": self._arrow.field("prediction").type.to_pandas_dtype()(value),
        }
        if self._labels is not None:
            plain["probabilities"] = {label: float(told["probabilities"][label]) for label in self._labels}
        return plain

    def _cell(self, name: str, value: Any) -> Any:
        return float(value) if name in self._numbers else str(value)


def _is_whole(line: bytes) -> bool:
    """Whether a line without an end is all there."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def counted(models: Counter[str]) -> str:
    """Models by how many lines are of each, the most first."""
    return ", ".join(f"{name[:12]} ({rows:,} lines)" for name, rows in models.most_common(_SHOWN))
