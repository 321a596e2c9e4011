"""The latest of new rows, kept from learning so that two models can be compared on them.

20%      the last fifth
month    the last month of the calendar that there is
500      the last 500 rows
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.errors import SettingError

__all__ = ["Recent"]

_SHARE = re.compile(r"(\d{1,2})\s*%")
_COUNT = re.compile(r"[1-9]\d{0,8}")


@dataclass(frozen=True)
class Recent:
    """How many of the latest rows are kept from learning.

    Attributes
    ----------
    kind : {"share", "rows", "month"}
    size : float
        The share or the number of rows; 0 for the last month.
    """

    kind: Literal["share", "rows", "month"]
    size: float = 0.0

    @classmethod
    def read(cls, text: str) -> Recent:
        """What is written like this.

        Raises
        ------
        SettingError
            When nothing is.
        """
        written = text.strip() if isinstance(text, str) else ""
        if written == "month":
            return cls("month")
        if (found := _SHARE.fullmatch(written)) and int(found[1]) > 0:
            return cls("share", int(found[1]) / 100)
        if _COUNT.fullmatch(written):
            return cls("rows", float(written))
        raise SettingError(
            f"Expected how many of the latest rows to compare the models on, found {text!r}.",
            fix="Give such as 20%, month, or 500.",
        )

    def __str__(self) -> str:
        return {"month": "month", "share": f"{self.size:.0%}", "rows": f"{self.size:.0f}"}[self.kind]

    def held(self, rows: int, times: NDArray[np.datetime64] | None = None) -> NDArray[np.bool_]:
        """Which rows are kept from learning.

        Parameters
        ----------
        rows : int
            In the order of time.
        times : ndarray of datetime64, shape (rows,), or None
            Of the rows. Rows of one moment stay together: all of them are held if one is.

        Returns
        -------
        ndarray of bool, shape (rows,)

        Raises
        ------
        SettingError
            When it goes by months, and nothing says when rows are from.
        """
        known = times is not None and rows > 0 and not np.isnat(times).all()
        if self.kind == "month":
            if not known:
                raise SettingError(
                    "The last month of the rows cannot be told: nothing says when they are from.",
                    fix="Name a column of dates with --date, or hold out such as 20%.",
                )
            assert times is not None
            first = np.datetime64(pd.Timestamp(np.nanmax(times)).to_period("M").start_time.to_datetime64())
            return np.asarray(times >= first)
        count = min(round(self.size * rows) if self.kind == "share" else int(self.size), rows)
        if count == 0:
            return np.zeros(rows, dtype=np.bool_)
        held = np.arange(rows) >= rows - count
        if not known:
            return held
        assert times is not None
        first = times[rows - count]
        return np.asarray(held | (times >= first))
