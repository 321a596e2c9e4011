"""Which cells break a column's constraints: of many rows at once, or of one value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import Column, Kind
from .celltype import LISTED, CellType
from .codes import DOMAIN, LENGTH, PATTERN, TOO_BIG, TOO_EARLY, TOO_LATE, TOO_SMALL, TYPE
from .constraints import Constraints

__all__ = ["Rule", "Rules"]

Rule = Callable[[Any], str | None]
"""From a value that is not missing to the code of what is wrong with it."""
Rows = npt.NDArray[np.int64]


class Rules:
    """The constraints on the single cells of a column; of several that a cell breaks, the first counts.

    Parameters
    ----------
    constraints : Constraints
    column : Column
        How it is read.
    kind : {"INT", "FLOAT", "BYTES"}
        What its cells look like.

    Attributes
    ----------
    of : Rule
        For a number as float; a date as ISO 8601 text with microseconds; a text.
    """

    def __init__(self, constraints: Constraints, column: Column, kind: CellType) -> None:
        self._constraints, self._kind = constraints, kind
        if column.kind is Kind.NUMBER:
            self.of: Rule = _number_rule(constraints, kind)
        elif column.kind is Kind.DATETIME:
            self.of = _date_rule(constraints)
        else:
            self.of = _text_rule(constraints, column, kind)

    def broken(self, values: pd.Series[Any]) -> dict[str, Rows]:
        """By code, the positions of the cells that break a rule, ascending.

        Parameters
        ----------
        values : Series
            Canonical; missing ones break no rule.
        """
        kind = self._constraints.kind
        if kind is Kind.NUMBER:
            return self._numbers(values.to_numpy(dtype=np.float64))
        if kind is Kind.DATETIME:
            return self._dates(values.to_numpy(dtype="datetime64[us]"))
        codes, distinct = pd.factorize(values)
        found: dict[str, list[int]] = {}
        for place, text in enumerate(np.asarray(distinct, dtype=object).tolist()):
            if (code := self.of(text)) is not None:
                found.setdefault(code, []).append(place)
        return {code: np.flatnonzero(np.isin(codes, places)) for code, places in found.items()}

    def _numbers(self, numbers: npt.NDArray[np.float64]) -> dict[str, Rows]:
        low, high = _ends(self._constraints)
        part = np.zeros(len(numbers), dtype=bool)
        found: dict[str, Rows] = {}
        if self._constraints.whole:
            part = np.isfinite(numbers) & (numbers != np.round(numbers))
            found[TYPE] = np.flatnonzero(part)
        if low is not None:
            found[TOO_SMALL[self._kind]] = np.flatnonzero((numbers < low) & ~part)
        if high is not None:
            found[TOO_BIG[self._kind]] = np.flatnonzero((numbers > high) & ~part)
        return {code: rows for code, rows in found.items() if len(rows)}

    def _dates(self, dates: npt.NDArray[np.datetime64]) -> dict[str, Rows]:
        low, high = self._constraints.minimum, self._constraints.maximum
        found: dict[str, Rows] = {}
        if low is not None:
            found[TOO_EARLY] = np.flatnonzero(dates < np.datetime64(str(low), "us"))
        if high is not None:
            found[TOO_LATE] = np.flatnonzero(dates > np.datetime64(str(high), "us"))
        return {code: rows for code, rows in found.items() if len(rows)}


def _ends(constraints: Constraints) -> tuple[float | None, float | None]:
    low, high = constraints.minimum, constraints.maximum
    return None if low is None else float(low), None if high is None else float(high)


def _number_rule(constraints: Constraints, kind: CellType) -> Rule:
    low, high = _ends(constraints)
    whole, small, big = constraints.whole, TOO_SMALL[kind], TOO_BIG[kind]

    def of(value: float) -> str | None:
        if whole and not float(value).is_integer():
            return TYPE
        if low is not None and value < low:
            return small
        return big if high is not None and value > high else None

    return of


def _date_rule(constraints: Constraints) -> Rule:
    # Written at full length, such texts are in the order of time.
    low, high = (
        None if end is None else str(np.datetime64(str(end), "us"))
        for end in (constraints.minimum, constraints.maximum)
    )

    def of(value: str) -> str | None:
        if low is not None and value < low:
            return TOO_EARLY
        return TOO_LATE if high is not None and value > high else None

    return of


def _text_rule(constraints: Constraints, column: Column, kind: CellType) -> Rule:
    domain = None if constraints.domain is None else frozenset(constraints.domain)
    known = column.kind not in LISTED or bool(domain) or bool(column.categories)
    numeric = kind != "BYTES" and known  # a column without any value is of no type
    numbers = [float(value) for value in domain or ()] if numeric else []
    ends = (min(numbers), max(numbers)) if numbers and constraints.is_closed else None
    pattern = None if constraints.pattern is None else re.compile(constraints.pattern)
    longest = constraints.max_length

    def of(value: str) -> str | None:
        if domain is None or value not in domain:
            number = _number(value) if numeric else None
            if numeric and number is None:
                return TYPE
            if ends is not None and number is not None and not ends[0] <= number <= ends[1]:
                return (TOO_SMALL if number < ends[0] else TOO_BIG)[kind]
            if domain is not None:
                return DOMAIN
        if longest is not None and len(value) > longest:
            return LENGTH
        return PATTERN if pattern is not None and pattern.fullmatch(value) is None else None

    return of


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
