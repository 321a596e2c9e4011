"""A prediction log that grows: windows of it, by time or by rows, each looked at once.

Windows are named by their times, not by places in files: files are put aside as they grow, and rows are taken
out of them where somebody has a right to that.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from automl.errors import SettingError
from automl.monitoring.alerting.watch.found import Found, Look
from automl.monitoring.alerting.watch.model import Current
from automl.monitoring.alerting.watch.settings import Every
from automl.monitoring.timeline.log_lines import LineReader, log_files
from automl.store.catalogue.watch_records import Arrival

__all__ = ["LogWindows"]

_GRACE = 10.0  # seconds: lines of requests that end later may still be on their way
_ASIDE = "%Y%m%dT%H%M%S.%fZ"
_AT = "moment of the prediction"  # beside the columns of the model, whatever these are called


@dataclass
class LogWindows:
    """Finds windows of a log that are over.

    Parameters
    ----------
    folder : Path
        That `automl serve` writes its log to.
    every : Every
    clock : callable
        Seconds since 1970.
    """

    folder: Path
    every: Every
    clock: Callable[[], float] = time.time

    def look(self, known: list[Arrival], current: Current) -> Look:
        """Windows that are over and not known, the oldest first."""
        if not self.folder.is_dir():
            raise SettingError(f"There is no folder {self.folder}.", fix="Correct `log`.")
        if not any(self.folder.glob("predictions*.jsonl")):  # nothing was predicted yet
            return Look()
        until = self.clock() - _GRACE
        others: Counter[str] = Counter()
        reader = LineReader(current.watched.schema, current.watched.task)
        if self.every.rows is not None:
            number, after, skipped = _cursor(known)
            rows = self._rows(reader, current.sha256, after, until, others)
            found = list(_by_rows(rows, self.every.rows, number, after, skipped))
        else:
            assert self.every.seconds is not None  # one of them is given
            length = self.every.seconds
            last = until // length * length  # the window that this moment is in is not over
            after = max((float(each.key.split(":")[2]) for each in known if _is_time(each)), default=0.0)
            found = list(_by_time(self._rows(reader, current.sha256, after, last, others), length, last))
        notes = reader.notes()
        if others:
            notes.append(f"{sum(others.values()):,} lines of the log are of other models and are left out.")
        return Look(tuple(found), notes=tuple(notes))

    def _rows(
        self, reader: LineReader, model: str, after: float, until: float, others: Counter[str]
    ) -> pd.DataFrame:
        """Rows of some time, in the order of that, with their moments in seconds since 1970."""
        parts = []
        for path in log_files(self.folder):
            if (aside := _put_aside(path)) is not None and aside < after:
                continue
            for table, _ in reader.pieces(path):
                moments = _moments(table)
                meant = table.filter(pa.array((moments >= after) & (moments <= until)))
                is_own = pc.equal(meant["model"].fill_null(""), model)
                others.update(pc.filter(meant["model"], pc.invert(is_own)).to_pylist())
                parts.append(_frame(meant.filter(is_own), path))
        rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({_AT: []})
        return rows.sort_values(_AT, kind="stable", ignore_index=True)


def _by_time(rows: pd.DataFrame, length: float, last: float) -> Iterator[Found]:
    before = rows[rows[_AT] < last]
    for start, window in before.groupby(before[_AT] // length * length):
        end = float(start) + length
        name = f"predictions {_shown(end - length)} to {_shown(end)}"
        yield Found(f"time:{end - length:.0f}:{end:.0f}", name, _plain(window))


def _by_rows(rows: pd.DataFrame, many: int, number: int, after: float, skipped: int) -> Iterator[Found]:
    """Windows of so many rows from where the last one ended: at a moment, of which some rows were in it."""
    rows = rows.iloc[min(skipped, int((rows[_AT] == after).sum())) :].reset_index(drop=True)
    for begin in range(0, len(rows) - many + 1, many):
        window = rows.iloc[begin : begin + many]
        number += 1
        end = float(window[_AT].iloc[-1])
        taken = int((rows[_AT].iloc[: begin + many] == end).sum()) + (skipped if end == after else 0)
        name = f"predictions {_shown(float(window[_AT].iloc[0]))} to {_shown(end)}"
        yield Found(f"rows:{number}:{end!r}:{taken}", name, _plain(window))


def _cursor(known: list[Arrival]) -> tuple[int, float, int]:
    """How many windows there were, when the last one ended, and how many rows of that moment it had."""
    for each in reversed(known):
        if each.key.startswith("rows:"):
            _, number, at, taken = each.key.split(":")
            return int(number), float(at), int(taken)
    return 0, 0.0, 0


def _is_time(arrival: Arrival) -> bool:
    return arrival.key.startswith("time:")


def _frame(found: pa.Table, path: Path) -> pd.DataFrame:
    """Rows of the log as a table, with their moments."""
    hidden = [str(name) for name in pc.unique(pc.list_flatten(found["redacted"])).to_pylist()]
    if hidden:
        listed = ", ".join(hidden[:5])
        raise SettingError(
            f"The log {path} leaves out the columns {listed}: its rows cannot be compared whole.",
            fix="Watch the tables instead, or log without --redact.",
        )
    kind = found["row"].type
    names = [kind.field(place).name for place in range(kind.num_fields)]
    columns = pa.chunked_array(found["row"].chunks, kind).combine_chunks().flatten()
    frame = pd.DataFrame({name: values.to_pandas() for name, values in zip(names, columns, strict=True)})
    frame[_AT] = _moments(found)
    return frame


def _moments(found: pa.Table) -> pd.Series[float]:
    stamps = pd.to_datetime(found["time"].to_pandas(), format="ISO8601", errors="coerce", utc=True)
    seconds: pd.Series[float] = (stamps - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    return seconds


def _plain(window: pd.DataFrame) -> pd.DataFrame:
    return window.drop(columns=_AT).reset_index(drop=True)


def _put_aside(path: Path) -> float | None:
    """When a file was put aside, by its name; None of the one that grows."""
    stamp = path.stem.partition("-")[2]
    try:
        return datetime.strptime(stamp, _ASIDE).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
