"""Axes: from values to pixels, and where the ticks are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ... import formats

__all__ = ["Axis", "Kind", "kind_of", "numbers"]

Floats = NDArray[np.float64]
Kind = Literal["linear", "log", "date", "category"]

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_SECONDS = {"day": 86400.0, "month": 2629746.0, "year": 31556952.0}


@dataclass(frozen=True)
class Axis:
    """One axis of a figure.

    Attributes
    ----------
    kind : {"linear", "log", "date", "category"}
    low, high : float
        Ends of the range as numbers: logarithms, seconds since 1970, positions of categories.
    start, end : float
        Pixels of the two ends.
    categories : tuple of str
    """

    kind: Kind
    low: float
    high: float
    start: float
    end: float
    categories: tuple[str, ...] = ()

    def __call__(self, values: Any) -> Floats:
        """Pixels of values."""
        share = (numbers(values, self.kind, self.categories) - self.low) / ((self.high - self.low) or 1.0)
        return np.asarray(self.start + share * (self.end - self.start), dtype=np.float64)

    def at(self, value: Any) -> float:
        """The pixel of one value."""
        return float(self([value])[0])

    def ticks(self, every: float) -> list[tuple[float, str]]:
        """Pixels and labels of ticks that stand about ``every`` pixels apart."""
        count = max(3, int(abs(self.end - self.start) / every))
        if self.kind == "category":
            return [(self.at(name), name) for name in self.categories]
        low, high = sorted((self.low, self.high))
        if self.kind == "date":
            return [(self._pixel(second), text) for second, text in _dates(low, high, count)]
        if self.kind == "log":
            powers = range(math.floor(low), math.ceil(high) + 1)
            inside = [power for power in powers if low - 1e-9 <= power <= high + 1e-9]
            shown = inside[:: max(1, math.ceil(len(inside) / count))]
            return [(self._pixel(power), formats.number(10.0**power, 3)) for power in shown]
        step = _step(high - low, count)
        first = math.ceil(low / step - 1e-9)
        steps = range(first, math.floor(high / step + 1e-9) + 1)
        digits = _digits(step)
        return [(self._pixel(k * step), _tick(k * step, digits)) for k in steps]

    def _pixel(self, number: float) -> float:
        share = (number - self.low) / ((self.high - self.low) or 1.0)
        return self.start + share * (self.end - self.start)


def _tick(value: float, digits: int) -> str:
    if value and (abs(value) >= 1e7 or abs(value) < 1e-4):
        return formats.number(value, 3)
    text = f"{value:,.{digits}f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", formats.MINUS)


def _digits(step: float) -> int:
    """Decimals that multiples of a step need."""
    digits = 0
    while digits < 12 and not math.isclose(step * 10.0**digits, round(step * 10.0**digits), rel_tol=1e-6):
        digits += 1
    return digits


def _step(span: float, count: int) -> float:
    rough = (span or 1.0) / count
    size = 10.0 ** math.floor(math.log10(rough))
    return next(nice * size for nice in _NICE if nice * size >= rough * (1 - 1e-9))


def _dates(low: float, high: float, count: int) -> list[tuple[float, str]]:
    span = (high - low) / count
    if span >= 0.6 * _SECONDS["year"]:
        years = max(1, round(_step(high - low, count) / _SECONDS["year"]))
        stops, form = pd.date_range(_day(low), _day(high), freq=f"{years}YS"), "%Y"
    elif span >= 0.6 * _SECONDS["month"]:
        months = max(1, math.ceil(span / _SECONDS["month"]))
        stops, form = pd.date_range(_day(low), _day(high), freq=f"{months}MS"), "%Y-%m"
    else:
        stops, form = pd.date_range(_day(low), _day(high), periods=min(count, 6)), "%Y-%m-%d"
    return [((stop - pd.Timestamp(0)).total_seconds(), stop.strftime(form)) for stop in stops]


def _day(second: float) -> pd.Timestamp:
    return pd.Timestamp(second, unit="s")


def kind_of(values: Sequence[Any], wanted: Any) -> Kind:
    """What kind of axis the values ask for; ``wanted`` is Plotly's ``type``."""
    if wanted in ("linear", "log", "date", "category"):
        kind: Kind = wanted
        return kind
    if any(isinstance(value, np.datetime64) or hasattr(value, "isoformat") for value in values):
        return "date"
    if any(isinstance(value, (str, bool)) for value in values):
        return "category"
    return "linear"


def numbers(values: Any, kind: Kind, categories: tuple[str, ...] = ()) -> Floats:
    """Values as numbers on an axis."""
    if kind == "category":
        place = {name: position for position, name in enumerate(categories)}
        at = [place.get(str(value), _position(value)) for value in values]
        return np.array(at, dtype=np.float64)
    if kind == "date":
        seconds = [math.nan if pd.isna(v) else (_moment(v) - pd.Timestamp(0)).total_seconds() for v in values]
        return np.array(seconds, dtype=np.float64)
    plain = np.array([math.nan if v is None else float(v) for v in values], dtype=np.float64)
    if kind == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log10(plain), dtype=np.float64)
    return plain


def _position(value: Any) -> float:
    """Numbers on an axis of categories are positions between them."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan


def _moment(value: Any) -> pd.Timestamp:
    moment = pd.Timestamp(value)
    return moment.tz_convert(None) if moment.tzinfo is not None else moment
