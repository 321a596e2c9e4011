"""A first draft of a reviewed schema: what a table is like, with room for what other rows like these hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...errors import SchemaError
from ..columns import Column, Kind
from ..schema import Schema
from ..table import RawTable
from .constraints import Constraints
from .reviewed import ReviewedSchema

__all__ = ["infer_reviewed"]

_WIDER = 0.1  # of the range, at both ends
_SURE = 3.0  # standard errors
_MISSING = 0.05  # further share of missing values, at least
_NEW_LABELS = 0.1  # of the values: more than that, and the column has no domain
_MOST_LABELS = 1_000  # as many as TensorFlow Data Validation counts
_LONGER = 2
_MOVED = 0.1
_FEWER_ROWS = 10


def infer_reviewed(
    table: RawTable,
    *,
    target: str | None = None,
    kinds: Mapping[str, Kind | str] | None = None,
) -> ReviewedSchema:
    """Draft a schema from a table, which has no anomaly by it.

    Ranges are a tenth wider at both ends and rounded outwards; a sign that no number has stays excluded. A
    column without any missing value must have one in every row, another may miss a little more. Labels are
    closed where each occurs twice at least; else new ones are allowed as often as those that occur once make
    them likely (Good, "The population frequencies of species and the estimation of population parameters",
    Biometrika 1953). Identifiers that name each row once must go on to do so. Dates may go on.

    Parameters
    ----------
    table : RawTable
    target : str, optional
        The column that is predicted.
    kinds : mapping from column name to Kind, optional
        What columns are, where that is not inferred rightly.

    Raises
    ------
    SchemaError, DataError
        When a chosen kind does not fit, or there are no rows.
    """
    reads = Schema.infer(table, kinds=kinds)
    if target is not None and target not in reads:
        raise SchemaError(
            f"There is no column {target!r} to predict.", fix=f"Columns are: {', '.join(reads.names[:20])}."
        )
    columns = []
    for column in reads:
        read = reads.coerce(table, columns=[column.name])
        values = read.frame[column.name]
        odd = [each for each in read.findings if each.code == "unparseable_value"]
        unread = sum(each.evidence["count"] for each in odd if each.column == column.name)
        columns.append(_column(column, values, unread))
    rows = len(table.frame)
    return ReviewedSchema(
        tuple(columns), reads, target=target, min_rows=max(1, _one_digit(rows / _FEWER_ROWS))
    )


def _column(column: Column, values: pd.Series[Any], unread: int) -> Constraints:
    known = values.dropna()
    rows, present = len(values), len(known) + unread
    draft = Constraints(column.name, column.kind, required=present > 0, min_present=_least(present, rows))
    if not len(known):
        return draft
    if column.kind is Kind.NUMBER:
        return _numbers(draft, known.to_numpy(dtype=np.float64))
    if column.kind is Kind.DATETIME:
        return draft.having(min=str(known.min().date()))
    if column.kind in (Kind.TEXT, Kind.IDENTIFIER):
        longest = int(known.str.len().max())
        limited = draft.having(max_length=_LONGER * longest)
        alone = column.kind is Kind.IDENTIFIER and known.is_unique
        return limited.having(unique=bool(alone))
    return _labels(draft, column, known)


def _least(present: int, rows: int) -> float:
    """The smallest share of rows with a value that rows like these leave by chance, or a little less."""
    share = present / rows
    if present == rows:
        return 1.0
    slack = max(_MISSING, _SURE * math.sqrt(share * (1 - share) / rows))
    return max(0.0, math.floor(100 * (share - slack)) / 100)


def _numbers(draft: Constraints, numbers: np.ndarray[Any, np.dtype[np.float64]]) -> Constraints:
    low, high = float(numbers.min()), float(numbers.max())
    whole = bool((numbers == np.round(numbers)).all()) and max(abs(low), abs(high)) < 2**53
    room = _WIDER * (high - low)
    least, most = _beyond(low, -room), _beyond(high, room)
    if low >= 0:
        least = max(least, 0.0)
    if high <= 0:
        most = min(most, 0.0)
    if not (math.isfinite(least) and math.isfinite(most)):
        return draft.having(whole=whole)
    if whole:
        least, most = math.floor(least), math.ceil(most)
    return draft.having(whole=whole, min=least, max=most, drift=_MOVED, skew=_MOVED)


def _labels(draft: Constraints, column: Column, known: pd.Series[Any]) -> Constraints:
    compared = {} if column.kind is Kind.CONSTANT else {"drift": _MOVED, "skew": _MOVED}
    counts = known.value_counts()
    singles, total = int((counts == 1).sum()), len(known)
    if not singles:
        return draft.having(domain=column.categories, **compared)
    new = singles / total + _SURE * math.sqrt(singles) / total
    if new > _NEW_LABELS or len(counts) > _MOST_LABELS:
        return draft.having(**compared)
    mass = math.floor(100 * (1 - new)) / 100
    return draft.having(domain=column.categories, min_domain_mass=mass, **compared)


def _beyond(end: float, room: float) -> float:
    """An end with room beyond it, rounded outwards to one digit of the room."""
    if not room or not math.isfinite(end + room):
        return end
    digit = 10.0 ** math.floor(math.log10(abs(room)))
    rounded = math.ceil((end + room) / digit) if room > 0 else math.floor((end + room) / digit)
    return float(f"{rounded * digit:.12g}")


def _one_digit(value: float) -> int:
    """The next number below with one digit."""
    digit = int(10 ** (len(str(int(value))) - 1))
    return int(value) // digit * digit
