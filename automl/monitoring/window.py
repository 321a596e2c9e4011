"""Which rows a model is learned anew from: all, the latest, or all with weights that fall with age.

all               every row
12months 90days   rows of the last so many months or days, by a column of dates
5000rows          the last so many rows
decay-6months     every row, each counted half as much as one that is six months younger
auto              all, or the latest half: whichever predicts later rows better, see `automl.jobs.retraining`
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.errors import SettingError

__all__ = ["Window"]

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]
Kind = Literal["all", "last", "decay", "auto"]

_SIZED = re.compile(r"(decay-)?([1-9]\d{0,8})(rows|days|months)")
_DAYS_OF_A_MONTH = 365.25 / 12
_LEAST = 0.01
"""Of the weight of the latest rows: what is less would only take time."""


@dataclass(frozen=True)
class Window:
    """A choice of rows.

    Attributes
    ----------
    kind : {"all", "last", "decay", "auto"}
    count : int
        Of the unit; 0 where there is none.
    unit : {"rows", "days", "months"} or ""
    """

    kind: Kind
    count: int = 0
    unit: str = ""

    @classmethod
    def read(cls, text: str) -> Window:
        """The window that is written like this.

        Raises
        ------
        SettingError
            When none is.
        """
        if text == "all":
            return cls("all")
        if text == "auto":
            return cls("auto")
        found = _SIZED.fullmatch(text) if isinstance(text, str) else None
        if found is None or (found[1] and found[3] == "rows"):
            raise SettingError(
                f"Expected a window of rows to learn from, found {text!r}.",
                fix="Give all, auto, or such as 12months, 90days, 5000rows, decay-6months.",
            )
        return cls("decay" if found[1] else "last", int(found[2]), found[3])

    @property
    def needs_dates(self) -> bool:
        """Whether it goes by time."""
        return self.unit in ("days", "months")

    def __str__(self) -> str:
        return self.kind if not self.unit else f"{'decay-' * (self.kind == 'decay')}{self.count}{self.unit}"

    @property
    def words(self) -> str:
        """In words."""
        if self.kind == "decay":
            return f"all rows, half the weight for every {self.count:,} {self.unit} of age"
        return f"the last {self.count:,} {self.unit}" if self.kind == "last" else "all rows"

    def weights(self, rows: int, times: Times | None = None) -> Floats:
        """How much each row counts.

        Parameters
        ----------
        rows : int
            In the order of time.
        times : ndarray of datetime64, shape (rows,), or None
            Of the rows; where one has none, it counts as the oldest.

        Returns
        -------
        ndarray, shape (rows,)
            1 for rows that count in full, 0 for those that are left out.

        Raises
        ------
        SettingError
            When it goes by time and there is none, or `auto` was not decided.
        """
        if self.kind == "auto":
            raise SettingError("Which window to take has not been found out yet.")
        if self.kind == "all":
            return np.ones(rows)
        if not self.needs_dates:
            return np.asarray(np.arange(rows) >= rows - self.count, dtype=np.float64)
        if times is None or rows == 0 or np.isnat(times).all():
            raise SettingError(
                f"The window {self} goes by time, and nothing says when rows are from.",
                fix="Name a column of dates with --date, or give such as 5000rows.",
            )
        latest = np.nanmax(times)
        if self.kind == "last":
            begin = _before(latest, self.count, self.unit)
            return np.asarray(times > begin, dtype=np.float64)
        half = self.count * (_DAYS_OF_A_MONTH if self.unit == "months" else 1.0)
        days = (latest - times) / np.timedelta64(1, "D")
        found = np.exp2(-np.where(np.isnan(days), np.nanmax(days), days) / half)
        return np.where(found < _LEAST, 0.0, found)


def _before(latest: np.datetime64, count: int, unit: str) -> np.datetime64:
    """So many days or months of the calendar earlier."""
    offset = pd.DateOffset(months=count) if unit == "months" else pd.DateOffset(days=count)
    found = pd.Timestamp(latest) - offset
    return np.datetime64(found.to_datetime64())
