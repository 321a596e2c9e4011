"""The gate of the server: rows as sent become canonical rows through ``Schema.coerce``, or are refused.

What training tolerates with a finding is an error here where a value would be lost: a client learns which row
and column, instead of getting a prediction for something that it did not send.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..data import Column, Finding, Kind, Schema
from ..data.cells import text_series, value_text
from .problems import Problem, unprocessable
from .sent import ABSENT, Sent
from .settings import Settings
from .wording import expected, shown

__all__ = ["MOMENT", "PLAIN", "Gated", "admit", "cell_text", "outside", "unknown_columns"]

#: Types of plain values.
PLAIN = {str, int, float, bool, type(None)}
#: Dates as the log writes them.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?")
_MOST_ROWS_NAMED = 10  # of one column and kind of problem


@dataclass(frozen=True)
class Gated:
    """Canonical rows, and what was odd about them without being wrong."""

    frame: pd.DataFrame
    warnings: tuple[dict[str, Any], ...]


def admit(sent: Sent, schema: Schema, settings: Settings) -> Gated:
    """Let rows through the gate.

    Parameters
    ----------
    sent : Sent
    schema : Schema
    settings : Settings
        Its policies on missing and unknown columns.

    Raises
    ------
    RequestError
        422, with every problem that was found: missing and unknown columns, values that are no number or
        date, lists and objects where a value belongs, numbers that are not finite.
    """
    refusals = _Refusals()
    _columns(sent, schema, settings, refusals)
    cells = {
        column.name: _typed(column, sent.columns[column.name], settings, refusals)
        for column in schema
        if column.name in sent.columns
    }
    frame = pd.DataFrame(cells, index=pd.RangeIndex(sent.rows))
    dataset = schema.coerce(frame, missing_columns="missing")
    warnings = []
    for finding in dataset.findings:
        if finding.code == "unparseable_value":
            _unparsed(finding, schema, sent, refusals)
        elif finding.code != "missing_column" or settings.missing_columns == "missing":
            warnings.append(_warning(finding))
    if refusals.found:
        raise unprocessable(refusals.found, refusals.more)
    numbers = {name: dataset.frame[name].to_numpy(dtype=np.float64) for name in schema.of_kind(Kind.NUMBER)}
    warnings += outside(numbers, schema)
    warnings += unknown_columns(sent.names, schema)
    return Gated(dataset.frame, tuple(warnings))


class _Refusals:
    """Problems as they are found; of one kind in one column only the first rows are named."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.more = 0

    def add(self, rows: Sequence[int], make: Any) -> None:
        self.found += [make(row) for row in rows[:_MOST_ROWS_NAMED]]
        self.more += max(0, len(rows) - _MOST_ROWS_NAMED)


def _columns(sent: Sent, schema: Schema, settings: Settings, refusals: _Refusals) -> None:
    """Columns that rows lack or have too many."""
    spare = {name.strip().lower(): name for name in sent.names if name not in schema}
    if settings.missing_columns == "error":
        for name in schema.names:
            if name not in sent.columns:
                near = difflib.get_close_matches(name.strip().lower(), list(spare), n=1, cutoff=0.8)
                fix = (
                    f"Rename {shown(spare[near[0]])}, if that is it."
                    if near
                    else "Send it; null where a value is not known."
                )
                refusals.found.append(
                    Problem("missing_column", f"The column {shown(name)} is missing.", fix, column=name)
                )
            elif ABSENT in sent.columns[name]:
                rows = [i for i, value in enumerate(sent.columns[name]) if value is ABSENT]

                def absent(row: int, name: str = name) -> Problem:
                    return Problem(
                        "missing_column", f"The column {shown(name)} is missing.",
                        "Send it; null where the value is not known.", row, name,
                    )  # fmt: skip

                refusals.add(rows, absent)
    if settings.unknown_columns == "error":
        refusals.found += [
            Problem(
                "unknown_column", f"The model reads no column {shown(name)}.", "Leave it out.", column=name
            )
            for name in spare.values()
        ]


def _typed(column: Column, values: list[Any], settings: Settings, refusals: _Refusals) -> pd.Series[Any]:
    """The values of a column as the gate of the schema takes them."""
    kinds = set(map(type, values))
    if not kinds <= PLAIN:
        nested = [i for i, value in enumerate(values) if isinstance(value, (dict, list))]

        def wrong(row: int) -> Problem:
            found = "an object" if isinstance(values[row], dict) else "a list"
            return Problem(
                "not_a_value", f"Expected {expected(column)} for {shown(column.name)}, found {found}.",
                "Send one value.", row, column.name, expected(column), found,
            )  # fmt: skip

        refusals.add(nested, wrong)
        values = [value if type(value) in PLAIN else None for value in values]
        kinds = set(map(type, values))
    if column.kind is Kind.NUMBER:
        if str not in kinds:
            return pd.Series(_floats(column, values, refusals))
        decimal = column.number.decimal if column.number is not None else "."
        return text_series([_number_text(value, decimal) for value in values])
    if column.kind is Kind.DATETIME:
        moments = _moments(values)
        if moments is not None:
            return moments
    return text_series([np.nan if value is None else cell_text(column, value) for value in values])


def _moments(values: list[Any]) -> pd.Series[Any] | None:
    """Dates, where all are written as the log writes them, with a time: nothing else can be meant by that."""
    texts = [value for value in values if value is not None]
    if not texts or not all(isinstance(text, str) and MOMENT.fullmatch(text) for text in texts):
        return None
    moments = pd.to_datetime(pd.Series(values, dtype=object), format="ISO8601", errors="coerce")
    return moments if moments.notna().sum() == len(texts) else None


def _floats(column: Column, values: list[Any], refusals: _Refusals) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        return np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    except OverflowError:
        floats = [_float(value) for value in values]
        huge = [i for i, value in enumerate(floats) if value is None]

        def wrong(row: int) -> Problem:
            return Problem(
                "not_a_number", f"The number for {shown(column.name)} is too large.", "", row, column.name,
                expected(column),
            )  # fmt: skip

        refusals.add(huge, wrong)
        return np.array([math.nan if value is None else value for value in floats], dtype=np.float64)


def _float(value: Any) -> float | None:
    try:
        return math.nan if value is None else float(value)
    except OverflowError:
        return None


def _number_text(value: Any, decimal: str) -> Any:
    """A number among texts as the column's own texts write one."""
    if value is None:
        return np.nan
    if isinstance(value, str):
        return value
    if isinstance(value, int) or not math.isfinite(value):
        return str(int(value) if isinstance(value, int) else value)
    return np.format_float_positional(value, trim="-").replace(".", decimal)


def cell_text(column: Column, value: Any) -> str:
    """A value as text; whole numbers in codes with leading zeros get theirs back."""
    text = value_text(value)
    coded = column.width is not None and type(value) is not str and text.isdecimal()
    return text.zfill(column.width or 0) if coded and text not in (column.categories or ()) else text


def _unparsed(finding: Finding, schema: Schema, sent: Sent, refusals: _Refusals) -> None:
    """The problems behind a finding about values that could not be read."""
    column = schema[str(finding.column)]
    rows = [int(row) - 1 for row in finding.evidence["rows"]]
    values = sent.columns[column.name]
    code = "not_a_number" if column.kind is Kind.NUMBER else "not_a_date"

    def wrong(row: int) -> Problem:
        found = shown(values[row])
        return Problem(
            code, f"Expected {expected(column)} for {shown(column.name)}, found {found}.",
            "Send null where the value is not known.", row, column.name, expected(column), found,
        )  # fmt: skip

    refusals.add(rows, wrong)
    refusals.more += int(finding.evidence["count"]) - len(rows)


def _warning(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {"code": finding.code, "message": finding.message}
    if finding.column is not None:
        told["column"] = finding.column
    if "rows" in finding.evidence and isinstance(finding.evidence["rows"], list):
        told["rows"] = [int(row) - 1 for row in finding.evidence["rows"]]
    return told


def outside(numbers: Mapping[str, np.ndarray[Any, Any]], schema: Schema) -> list[dict[str, Any]]:
    """Warnings of numbers beyond what the training table held: the model has to guess there.

    Parameters
    ----------
    numbers : mapping of column name to array
        Canonical values of number columns.
    schema : Schema
    """
    found = []
    for name, values in numbers.items():
        low, high = schema[name].minimum, schema[name].maximum
        if not isinstance(low, int | float) or not isinstance(high, int | float):
            continue
        rows = np.flatnonzero((values < low) | (values > high))
        if len(rows):
            found.append(
                {
                    "code": "outside_range",
                    "message": f"{len(rows):,} value(s) of {shown(name)} lie outside of {low:g} to {high:g}, "
                    "the range that the model has learned from.",
                    "column": name,
                    "rows": rows[:_MOST_ROWS_NAMED].tolist(),
                }
            )
    return found


def unknown_columns(names: Sequence[str], schema: Schema) -> list[dict[str, Any]]:
    """A warning of columns that the model does not read, where there are any."""
    unknown = [name for name in names if name not in schema]
    if not unknown:
        return []
    listed = ", ".join(shown(name) for name in unknown[:5])
    return [
        {
            "code": "unknown_columns",
            "message": f"{len(unknown):,} column(s) that the model does not read were ignored: {listed}.",
        }
    ]
