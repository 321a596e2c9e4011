"""The prediction log: JSON lines, appended by a thread of its own, never in the way of an answer.

One line for each predicted row: time, id, model, route, the canonical row, the prediction. Lines are written
at once and brought to the disk (fsync) once a second and at the end, so a power cut may lose the last second.
A file that has grown large is put aside under a name with the time; nothing is ever deleted or overwritten.
Where writing fails (a full disk), lines are dropped and counted, and it is tried again a second later. Where
answers are made faster than lines are written, lines are dropped and counted too.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from .answer import Answer

__all__ = ["LOG", "Entry", "PredictionLog", "records"]

LOG = "predictions.jsonl"
_MOST_WAITING = 200_000  # rows
_SYNC_SECONDS = 1.0
_RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Entry:
    """The predicted rows of one request.

    Parameters
    ----------
    time : float
        Seconds since 1970.
    ids : sequence of str
    route : str
    rows : DataFrame, or sequence of mappings
        Canonical; or as `records` makes them.
    answer : Answer
        What was predicted.
    """

    time: float
    ids: Sequence[str]
    route: str
    rows: pd.DataFrame | Sequence[Mapping[str, Any]]
    answer: Answer


class PredictionLog:
    """Appends predictions to a file.

    Parameters
    ----------
    folder : Path
        Made if need be, readable by its owner only.
    model : str
        What each line calls the model.
    redact : sequence of str
        Columns that are left out; each line names them.
    most_bytes : int
        Size of a file from which on a new one is begun.
    """

    def __init__(
        self,
        folder: Path,
        model: str,
        *,
        redact: Sequence[str] = (),
        most_bytes: int = 100_000_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = folder / LOG
        self._model = model
        self._redact = tuple(redact)
        self._most_bytes = most_bytes
        self._clock = clock
        self._waiting: deque[Entry] = deque()
        self._waiting_rows = 0
        self._wake = threading.Condition()
        self._closing = False
        self._descriptor: int | None = None
        self._torn = False  # the last line is not whole
        self._unsynced = False
        self._retry_at = 0.0
        self._lines = self._dropped = self._failures = self._bytes = 0
        self._failing = False
        self._thread = threading.Thread(target=self._work, name="prediction-log", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Hand over the rows of a request; returns at once."""
        rows = len(entry.ids)
        with self._wake:
            if self._closing or self._waiting_rows + rows > _MOST_WAITING:
                self._dropped += rows
                return
            self._waiting.append(entry)
            self._waiting_rows += rows
            self._wake.notify()

    def counts(self) -> dict[str, float]:
        """What was written and what was not, by names of metrics."""
        with self._wake:
            return {
                "lines_total": self._lines,
                "bytes_total": self._bytes,
                "dropped_lines_total": self._dropped,
                "write_failures_total": self._failures,
                "failing": int(self._failing),
                "waiting_lines": self._waiting_rows,
            }

    def close(self, seconds: float = 10.0) -> None:
        """Write what waits, bring it to the disk, and stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(seconds)

    def _work(self) -> None:
        synced = self._clock()
        while True:
            with self._wake:
                if not self._waiting and not self._closing:
                    self._wake.wait(_SYNC_SECONDS)
                entry = self._waiting.popleft() if self._waiting else None
                ending = self._closing and entry is None
            if entry is not None:
                self._append(entry)
            if self._clock() - synced >= _SYNC_SECONDS or ending:
                self._sync()
                synced = self._clock()
            if ending:
                self._close()
                return

    def _append(self, entry: Entry) -> None:
        rows = len(entry.ids)
        written = 0
        problem: OSError | None = None
        if self._clock() >= self._retry_at:
            data = "".join(self._lines_of(entry)).encode("utf-8", errors="backslashreplace")
            try:
                self._write(data)
                written = len(data)
            except OSError as error:
                problem = error
                self._retry_at = self._clock() + _RETRY_SECONDS
                self._close()
        with self._wake:
            self._waiting_rows -= rows
            self._failing = written == 0
            self._failures += problem is not None
            self._lines += rows if written else 0
            self._dropped += 0 if written else rows
            self._bytes += written

    def _lines_of(self, entry: Entry) -> list[str]:
        moment = datetime.fromtimestamp(entry.time, UTC).isoformat(timespec="milliseconds")
        head: dict[str, Any] = {"time": moment, "model": self._model, "route": entry.route}
        if self._redact:
            head["redacted"] = list(self._redact)
        lines = []
        if isinstance(entry.rows, pd.DataFrame):
            rows = records(entry.rows.drop(columns=list(self._redact), errors="ignore"))
        else:
            rows = [{name: row[name] for name in row if name not in self._redact} for row in entry.rows]
        for name, row, outcome in zip(entry.ids, rows, entry.answer.outcomes, strict=True):
            line = {"id": name, **head, "row": row, **outcome}
            lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        return lines

    def _write(self, data: bytes) -> None:
        if self._descriptor is None:
            self._open()
        if self._torn:
            data = b"\n" + data
        assert self._descriptor is not None
        left = memoryview(data)
        while left:
            done = os.write(self._descriptor, left)
            self._torn = True
            left = left[done:]
        self._torn = False
        self._unsynced = True
        if os.fstat(self._descriptor).st_size >= self._most_bytes:
            self._rotate()

    def _open(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with self.path.open("rb") as stream:
            if stream.seekable() and stream.seek(0, os.SEEK_END):
                stream.seek(-1, os.SEEK_END)
                self._torn = stream.read(1) != b"\n"  # cut off by whatever ended an earlier server

    def _rotate(self) -> None:
        self._sync()
        self._close()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self.path.rename(self.path.with_name(f"predictions-{stamp}.jsonl"))

    def _sync(self) -> None:
        if self._descriptor is None or not self._unsynced:
            return
        try:
            os.fsync(self._descriptor)
        except OSError:
            with self._wake:
                self._failures += 1
        self._unsynced = False

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Canonical rows as JSON values: missing is null, dates are ISO 8601."""
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        values = frame[name]
        missing = values.isna().to_numpy()
        if pd.api.types.is_datetime64_any_dtype(values.dtype):
            plain: list[Any] = [str(value) for value in values.dt.strftime("%Y-%m-%dT%H:%M:%S.%f")]
        else:
            plain = values.to_numpy(dtype=object).tolist()
        columns[str(name)] = [None if gone else value for value, gone in zip(plain, missing, strict=True)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)] or [
        {} for _ in range(len(frame))
    ]
