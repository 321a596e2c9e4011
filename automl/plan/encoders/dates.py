"""The running day and the parts of a date."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ..compiling import CannotCompileError, arguments_of
from ..gate.cells import NAN
from .base import Encoder

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["DateEncoder", "compile_date"]


class DateEncoder(Encoder):
    """Julian day, year, month, day, weekday, day of the year, and where told the hour."""

    kind: ClassVar[str] = "date"

    def __init__(self, described: Mapping[str, Any]) -> None:
        super().__init__(described)
        self._hour = bool(described["hour"])
        self.width = 7 if self._hour else 6
        self._none = (NAN,) * self.width

    def encode(self, value: datetime.datetime | None) -> Any:
        if value is None:
            return self._none
        day_of_year = value.timetuple().tm_yday
        parts = (_julian(value), value.year, value.month, value.day, value.weekday(), day_of_year)
        return (*parts, value.hour) if self._hour else parts


def _julian(moment: datetime.datetime) -> float:
    """Days since noon on 1 January 4713 BC, added in the order in which pandas adds them."""
    year, month = moment.year, moment.month
    if month < 3:
        year, month = year - 1, month + 12
    clock = (
        moment.hour
        + moment.minute / 60
        + moment.second / 3600
        + moment.microsecond / 3600 / 10**6
        + 0 / 3600 / 10**9
    ) / 24
    days = moment.day + math.trunc((153 * month - 457) / 5) + 365 * year
    return days + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400) + 1_721_118.5 + clock


def compile_date(transformer: Any, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Blocks ``date_<i>``."""
    union = dict(transformer.named_steps["features"].transformer_list)
    parts = arguments_of(union["calendar"].named_steps["parts"].func)
    known = ("year", "month", "day", "day_of_week", "day_of_year", "hour")
    if parts not in (known, known[:-1]):
        raise CannotCompileError(f"The parts {parts} of a date")
    (column,) = columns
    return [{"kind": DateEncoder.kind, "column": column.name, "hour": parts == known}]
