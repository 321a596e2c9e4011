"""Cells of date columns: naive datetimes to the microsecond."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..declined import DeclinedError
from .cells import Odd, is_missing, text_of

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["DateReader", "compile_date"]

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PARTS = {
    "d": r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])",
    "m": r"(?P<m>1[0-2]|0[1-9]|[1-9])",
    "Y": r"(?P<Y>\d\d\d\d)",
    "y": r"(?P<y>\d\d)",
    "H": r"(?P<H>2[0-3]|[0-1]\d|\d)",
    "I": r"(?P<I>1[0-2]|0[1-9]|[1-9])",
    "M": r"(?P<M>[0-5]\d|\d)",
    "S": r"(?P<S>6[0-1]|[0-5]\d|\d)",
    "f": r"(?P<f>[0-9]{1,9})",
    "p": r"(?P<p>am|pm)",
    "B": rf"(?P<B>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})",
    "b": rf"(?P<b>{'|'.join(month[:3] for month in _MONTHS)})",
    "A": rf"(?P<A>{'|'.join(sorted(_DAYS, key=len, reverse=True))})",
    "a": rf"(?P<a>{'|'.join(day[:3] for day in _DAYS)})",
}
_ISO = re.compile(
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]{1,6}))?)?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?\Z"
)
_CENTURY = 69  # years below it are of this century


def compile_date(column: Column) -> dict[str, Any]:
    """How dates of a column are written, and what means missing."""
    from ...data.tokens import COMMON_MISSING

    written = column.date_format
    return {
        "tokens": list(column.missing_tokens),
        "missing": sorted(COMMON_MISSING),
        "format": written if written is not None and "%" in written else "ISO8601",
    }


class DateReader:
    """Reads dates; of texts those of the column's format, or in full ISO form."""

    def __init__(self, column: Mapping[str, Any]) -> None:
        self._name = column["name"]
        self._tokens, self._missing = frozenset(column["tokens"]), frozenset(column["missing"])
        self._format = None if column["format"] == "ISO8601" else _pattern(column["format"])

    def __call__(self, cell: Any, odd: Odd) -> datetime.datetime | None:
        if type(cell) is str:
            return self._read(cell, odd)
        if is_missing(cell):
            return None
        if isinstance(cell, datetime.datetime):
            return _naive(cell)
        if type(cell) is datetime.date:
            return datetime.datetime(cell.year, cell.month, cell.day)
        return self._read(text_of(cell), odd)

    def _read(self, text: str, odd: Odd) -> datetime.datetime | None:
        bare = text.strip()
        if text in self._tokens or bare in self._tokens:
            return None
        found = (self._format or _ISO).match(bare)
        if found is None:
            if not bare or bare.lower() in self._missing:
                return None
            if self._format is None or bare.lower() in ("now", "today"):
                raise DeclinedError(
                    f"The date {text[:40]!r} is read by the schema's gate only.", column=self._name
                )
            odd.append((self._name, "unparseable_value"))
            return None
        try:
            return _moment(found.groupdict())
        except (ValueError, OverflowError):
            odd.append((self._name, "unparseable_value"))
            return None


def _naive(moment: datetime.datetime) -> datetime.datetime:
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC)
    return datetime.datetime(
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond
    )


def _pattern(written: str) -> re.Pattern[str]:
    parts = re.split(r"(%.)", re.sub(r"\s+", " ", written))
    pattern = ""
    for part in parts:
        if part.startswith("%"):
            if part[1:] not in _PARTS:
                raise DeclinedError(f"Dates written as {written!r} are read by the schema's gate only.")
            pattern += _PARTS[part[1:]]
        else:
            pattern += re.escape(part).replace(r"\ ", r"\s+")
    return re.compile(pattern + r"\Z", re.IGNORECASE)


def _moment(parts: Mapping[str, str | None]) -> datetime.datetime:
    """The moment of the parts that were found.

    Raises
    ------
    ValueError
        For a day that is not in the calendar.
    """

    def number(name: str, default: int = 0) -> int:
        found = parts.get(name)
        return default if found is None else int(found)

    year = number("Y", 1900)
    if parts.get("y") is not None:
        short = number("y")
        year = short + (2000 if short < _CENTURY else 1900)
    month = number("m", 1)
    for name in ("B", "b"):
        word = parts.get(name)
        if word is not None:
            month = 1 + next(i for i, known in enumerate(_MONTHS) if known.startswith(word.lower()))
    hour = number("H")
    if parts.get("I") is not None:
        hour = number("I") % 12 + (12 if (parts.get("p") or "").lower() == "pm" else 0)
    fraction = parts.get("f")
    micro = int(fraction.ljust(6, "0")[:6]) if fraction else 0
    moment = datetime.datetime(year, month, number("d", 1), hour, number("M"), number("S"), micro)
    zone = parts.get("zone")
    if zone is None or zone == "Z":
        return moment
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError("a zone that is none")
    ahead = datetime.timedelta(hours=hours, minutes=minutes)
    return moment - ahead if zone[0] == "+" else moment + ahead
