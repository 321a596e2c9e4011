"""How time is cut into windows: by the calendar, or by so many rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from automl.errors import SettingError

__all__ = ["Period"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DAY = 86_400
_MONDAY = 3  # 1970-01-01 was a Thursday: the week that holds it began three days before
_ROWS = re.compile(r"(\d[\d,_]*)\s*rows?\Z")


@dataclass(frozen=True)
class Period:
    """The length of a window.

    Attributes
    ----------
    unit : {"day", "week", "month", "quarter", "rows"}
        Weeks begin on Monday; all of them at midnight, UTC.
    rows : int
        Of ``"rows"`` only: so many, in the order in which they come.
    """

    unit: Literal["day", "week", "month", "quarter", "rows"]
    rows: int = 0

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read "day", "week", "month", "quarter" or such as "5000 rows".

        Raises
        ------
        SettingError
            If it is anything else.
        """
        plain = text.strip().lower()
        match plain:
            case "day" | "week" | "month" | "quarter":
                return cls(plain)
        found = _ROWS.match(plain)
        if found is not None:
            rows = int(re.sub("[,_]", "", found.group(1)))
            if rows > 0:
                return cls("rows", rows)
        raise SettingError(
            f"Expected a period as day, week, month, quarter or a number of rows, found {text!r}.",
            fix='Give "month", for instance, or "5000 rows".',
        )

    def __str__(self) -> str:
        return f"{self.rows:,} rows" if self.unit == "rows" else self.unit

    def codes(self, moments: Floats, before: int = 0) -> Ints:
        """In which window each row is; windows are numbered in the order of time.

        Parameters
        ----------
        moments : ndarray, shape (n,)
            Seconds since 1970, none of them missing.
        before : int
            So many rows came before these.
        """
        if self.unit == "rows":
            return (before + np.arange(len(moments), dtype=np.int64)) // self.rows
        days = np.floor(moments / _DAY).astype(np.int64)
        if self.unit == "day":
            return days
        if self.unit == "week":
            return (days + _MONDAY) // 7
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return months if self.unit == "month" else months // 3

    def bounds(self, code: int) -> tuple[float, float]:
        """When a window of the calendar begins and ends, in seconds since 1970."""
        if self.unit == "rows":
            raise ValueError("Windows of rows begin and end with their rows.")
        if self.unit in ("day", "week"):
            days, first = (1, code) if self.unit == "day" else (7, 7 * code - _MONDAY)
            return float(first * _DAY), float((first + days) * _DAY)
        width = 1 if self.unit == "month" else 3
        ends = np.array([width * code, width * (code + 1)]).astype("datetime64[M]")
        low, high = ends.astype("datetime64[s]").astype(np.int64).tolist()
        return float(low), float(high)

    def label(self, code: int) -> str:
        """What a window is called."""
        if self.unit == "rows":
            return f"rows {code * self.rows + 1:,} to {(code + 1) * self.rows:,}"
        begin = np.array(self.bounds(code)[0], dtype=np.int64).astype("datetime64[s]")
        day = str(begin.astype("datetime64[D]"))
        if self.unit == "day":
            return day
        if self.unit == "week":
            return f"week of {day}"
        year, month = day[:4], int(day[5:7])
        return day[:7] if self.unit == "month" else f"{year} Q{(month + 2) // 3}"
