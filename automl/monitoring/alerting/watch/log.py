"""A prediction log that grows: windows of it, by time or by rows, each looked at once.

Windows are named by their times, not by places in files: files are put aside as they grow, and rows are taken
out of them where somebody has a right to that.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from automl.errors import SettingError
from automl.monitoring.alerting.watch.found import Found, Look
from automl.monitoring.alerting.watch.settings import Every
from automl.store.catalogue.watch_records import Arrival

__all__ = ["LogWindows"]

_FILES = "predictions*.jsonl"
_GRACE = 10.0  # seconds: lines of requests that end later may still be on their way
_ASIDE = "%Y%m%dT%H%M%S.%fZ"

Row = tuple[float, dict[str, Any]]


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

    def look(self, known: list[Arrival], model: str) -> Look:
        """Windows that are over and not known, the oldest first."""
        if not self.folder.is_dir():
            raise SettingError(f"There is no folder {self.folder}.", fix="Correct `log`.")
        odd: Counter[str] = Counter()
        until = self.clock() - _GRACE
        if self.every.rows is not None:
            found = list(self._by_rows(known, model, until, self.every.rows, odd))
        else:
            assert self.every.seconds is not None  # one of them is given
            found = list(self._by_time(known, model, until, self.every.seconds, odd))
        notes = []
        if odd["torn"]:
            notes.append(f"{odd['torn']:,} lines of the log are no whole predictions and are left out.")
        if odd["others"]:
            notes.append(f"{odd['others']:,} lines of the log are of other models and are left out.")
        return Look(tuple(found), notes=tuple(notes))

    def _by_time(
        self, known: list[Arrival], model: str, until: float, length: float, odd: Counter[str]
    ) -> Iterator[Found]:
        after = max(
            (float(each.key.split(":")[2]) for each in known if each.key.startswith("time:")), default=0.0
        )
        last = until // length * length  # the window that this moment is in is not over
        rows: dict[float, list[dict[str, Any]]] = {}
        for at, row in self._rows(model, after, odd):
            if after <= at < last:
                rows.setdefault(at // length * length, []).append(row)
        for start in sorted(rows):
            name = f"predictions {_shown(start)} to {_shown(start + length)}"
            yield Found(f"time:{start:.0f}:{start + length:.0f}", name, pd.DataFrame(rows[start]))

    def _by_rows(
        self, known: list[Arrival], model: str, until: float, many: int, odd: Counter[str]
    ) -> Iterator[Found]:
        number, after, skipped = 0, 0.0, 0
        for each in known:
            if each.key.startswith("rows:"):
                _, one, at, some = each.key.split(":")
                number, after, skipped = int(one), float(at), int(some)
        rows = sorted((e for e in self._rows(model, after, odd) if e[0] <= until), key=lambda e: e[0])
        at_edge = sum(at == after for at, _ in rows)
        rows = rows[min(skipped, at_edge) :]
        for begin in range(0, len(rows) - many + 1, many):
            window = rows[begin : begin + many]
            number += 1
            end = window[-1][0]
            taken = sum(at == end for at, _ in rows[: begin + many])
            taken += min(skipped, at_edge) if end == after else 0
            name = f"predictions {_shown(window[0][0])} to {_shown(end)}"
            yield Found(f"rows:{number}:{end!r}:{taken}", name, pd.DataFrame([row for _, row in window]))

    def _rows(self, model: str, after: float, odd: Counter[str]) -> Iterator[Row]:
        """Rows from some moment on, with their times, as the log has them."""
        for path in sorted(self.folder.glob(_FILES)):  # those put aside carry the time of that
            if (aside := _put_aside(path)) is not None and aside < after:
                continue
            with path.open("rb") as stream:
                for line in stream:
                    if not line.endswith(b"\n"):  # still on its way
                        continue
                    found = _read(line)
                    if found is None:
                        odd["torn"] += bool(line.strip())
                    elif "erased" in found:
                        continue
                    elif found["at"] >= after:
                        if found["model"] != model:
                            odd["others"] += 1
                            continue
                        if found["redacted"]:
                            raise SettingError(
                                f"The log {path} leaves out the columns {', '.join(found['redacted'][:5])}: "
                                "its rows cannot be compared whole.",
                                fix="Watch the tables instead, or log without --redact.",
                            )
                        yield found["at"], found["row"]


def _read(line: bytes) -> dict[str, Any] | None:
    """What a line tells; None where it is no prediction."""
    try:
        told = json.loads(line)
        if "erased" in told:
            return {"erased": True}
        at = datetime.fromisoformat(told["time"]).timestamp()
        return {
            "at": at, "model": told.get("model"), "row": dict(told["row"]),
            "redacted": [str(name) for name in told.get("redacted") or ()],
        }  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def _put_aside(path: Path) -> float | None:
    """When a file was put aside, by its name; None of the one that grows."""
    stamp = path.stem.partition("-")[2]
    try:
        return datetime.strptime(stamp, _ASIDE).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
