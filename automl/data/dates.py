"""Dates as people write them: which format fits a column, and reading it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["DATE_DTYPE", "DateGuess", "guess_date_format", "parse_dates", "to_naive"]

DATE_DTYPE = "datetime64[us]"
Dates = npt.NDArray[np.datetime64]

_ISO = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}(:\d{2}(:\d{2}([.,]\d+)?)?)?\s?(Z|[+-]\d{2}:?\d{2}|UTC)?)?\Z"
)
_COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\Z")
_LOOKS = re.compile(r"(?=.*\d)[\w\s./,:+\-']{6,40}\Z")

_DAYS = {
    "/": ("%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y", "%d/%b/%Y"),
    ".": ("%d.%m.%Y", "%d.%m.%y", "%Y.%m.%d", "%m.%d.%Y", "%d. %B %Y", "%d. %b %Y"),
    "-": ("%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%Y", "%d-%b-%y", "%b-%d-%Y", "%Y-%b-%d"),
    " ": ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%b %d, %Y", "%B %d, %Y", "%a %d %b %Y", "%a, %d "
    "%b %Y",
          "%A, %B %d, %Y", "%a %b %d %Y"),
}  # fmt: skip
_TIMES = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S.%f",
    " %I:%M %p",
    " %I:%M:%S %p",
    "T%H:%M:%S",
    ":%H:%M:%S",
    ", %H:%M",
)
_TOLERATED_SHARE = 0.02


@dataclass(frozen=True)
class DateGuess:
    """The format that fits a column's dates.

    `other` is a second format that fits just as well (day and month first), None when there is no doubt.
    """

    format: str
    values: Dates
    odd: tuple[str, ...]
    other: str | None = None


def to_naive(values: Any) -> Dates:
    """Dates of any kind as naive microseconds; zoned ones in UTC."""
    series = pd.Series(values)
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(series.to_numpy(dtype=DATE_DTYPE))


def parse_dates(texts: Sequence[Any], date_format: str | None) -> Dates:
    """Texts as dates; NaT where a text is not of the format.

    Parameters
    ----------
    texts : sequence of str
    date_format : str or None
        A strptime format, ``"ISO8601"``, or ``"mixed"`` (each value on its own); None is "mixed".

    Returns
    -------
    array of datetime64[us], as long as `texts`; zoned dates in UTC
    """
    if not len(texts):
        return np.empty(0, dtype=DATE_DTYPE)
    cells = pd.Series([str(text).strip() for text in texts], dtype=object)
    with warnings.catch_warnings():
        # "mixed" may warn that it guesses day or month first; the schema's format is the considered answer.
        warnings.simplefilter("ignore", UserWarning)
        parsed = pd.to_datetime(cells, format=date_format or "mixed", errors="coerce", utc=True)
    return to_naive(parsed)


def guess_date_format(
    texts: Sequence[str], weights: Sequence[int] | npt.NDArray[np.int64], *, day_first: bool = False
) -> DateGuess | None:
    """The date format of a column; None when it is no column of dates.

    Parameters
    ----------
    texts : sequence of str
        The distinct values without those that mean missing.
    weights : sequence of int
        How many rows hold each of them.
    day_first : bool
        Which of two fitting readings to take for 03/04/2024.
    """
    if not len(texts):
        return None
    stripped = [text.strip() for text in texts]
    counts = np.asarray(weights, dtype=np.float64)
    picks = np.unique(np.linspace(0, len(texts) - 1, 50).astype(int))
    sample = [stripped[i] for i in picks]
    if sum(bool(_LOOKS.match(text)) for text in sample) < 0.9 * len(sample):
        return None
    fitting: list[tuple[float, str, Dates]] = []
    for candidate in _candidates(sample):
        trial = parse_dates(sample, candidate)
        if np.isnat(trial).mean() > 0.1:
            continue
        values = parse_dates(stripped, candidate)
        share = float(counts[~np.isnat(values)].sum() / counts.sum())
        if share >= 1 - _TOLERATED_SHARE:
            fitting.append((share, candidate, values))
    if not fitting:
        return None
    top = max(share for share, _, _ in fitting)
    best = [item for item in fitting if item[0] == top]
    if len(best) > 1:
        best.sort(key=lambda item: (item[1].find("%d") < item[1].find("%m")) != day_first)
    _, chosen, values = best[0]
    odd = tuple(texts[i] for i in np.flatnonzero(np.isnat(values)).tolist())
    return DateGuess(chosen, values, odd, best[1][1] if len(best) > 1 else None)


def _candidates(sample: Sequence[str]) -> list[str]:
    """Formats worth trying on such values."""
    needed = 0.9 * len(sample)
    if sum(bool(_ISO.match(text)) for text in sample) >= needed:
        return ["ISO8601"]
    if sum(bool(_COMPACT.match(text)) for text in sample) >= needed:
        return ["%Y%m%d"]
    if any(not re.search(r"\d", text) for text in sample[:1]):
        return []
    separators = [mark for mark in _DAYS if sum(mark in text for text in sample) >= needed]
    timed = sum(":" in text for text in sample) >= needed
    times = [time for time in _TIMES if bool(time) == timed]
    return [day + time for mark in separators for day in _DAYS[mark] for time in times]
