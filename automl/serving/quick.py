"""Few rows without a DataFrame: read cell by cell and predicted by the bundle's plan.

Whatever a client must be told about its rows the gate tells (:mod:`automl.serving.gate`); a request with
such rows is left to it, so that both ways give the same answers, the same messages and the same log.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bundle.scoring import PROBABILITY
from ..bundle.single import FAST_ROWS
from ..data import Column, Kind, Schema
from ..errors import SchemaError
from ..plan import DeclinedError, Plan
from .gate import MOMENT, PLAIN, cell_text, outside, unknown_columns
from .sent import Sent
from .settings import Settings

__all__ = ["Quick", "QuickAnswer"]

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class QuickAnswer:
    """Some rows and their predictions.

    Attributes
    ----------
    rows : list of dict
        Canonical, as the prediction log has them: missing is None, dates are ISO 8601.
    columns : dict of name to list
        Predictions by the names that ``predict.py`` writes.
    warnings : tuple of dict
        As the gate gives them.
    """

    rows: list[dict[str, Any]]
    columns: dict[str, list[Any]]
    warnings: tuple[dict[str, Any], ...]


class Quick:
    """Answers requests of few rows, or declines.

    Parameters
    ----------
    plan : Plan
        Proven to predict what the model does.
    schema : Schema
    settings : Settings
        Its policy on unknown columns.
    """

    def __init__(self, plan: Plan, schema: Schema, settings: Settings) -> None:
        self._plan, self._schema = plan, schema
        self._refuses_unknown = settings.unknown_columns == "error"
        self._columns = [(name, _kind(schema[name]), schema[name]) for name in plan.columns]
        ends = [(column.minimum, column.maximum) for _, _, column in self._columns]
        self._ranges = [
            (place, low, high)
            for place, (low, high) in enumerate(ends)
            if self._columns[place][1] == "number"
            and isinstance(low, int | float)
            and isinstance(high, int | float)
        ]
        self._dates = [name for name in plan.columns if schema[name].kind is Kind.DATETIME]
        self._names = None if plan.classes is None else [f"{PROBABILITY}{label}" for label in plan.classes]

    def answer(self, sent: Sent) -> QuickAnswer | None:
        """Read and predict rows; None where the gate has to."""
        if sent.rows > FAST_ROWS or not self._takes(sent):
            return None
        unknown = unknown_columns(sent.names, self._schema)
        if unknown and self._refuses_unknown:
            return None
        try:
            rows = [self._read(sent, row) for row in range(sent.rows)]
            predicted = self._plan.predict_encoded([self._plan.encode(values) for values in rows])
        except (DeclinedError, SchemaError):
            return None
        warnings: list[dict[str, Any]] = []
        if any(values[place] < low or values[place] > high
               for values in rows for place, low, high in self._ranges):  # fmt: skip
            numbers = {
                self._plan.columns[place]: np.array([values[place] for values in rows], dtype=np.float64)
                for place, _, _ in self._ranges
            }
            warnings += outside(numbers, self._schema)
        return QuickAnswer(
            [self._logged(values) for values in rows], self._told(predicted), (*warnings, *unknown)
        )

    def _takes(self, sent: Sent) -> bool:
        """Whether all columns are there, and none is of numbers and texts: the gate reads both as texts."""
        for name, kind, _ in self._columns:
            if name not in sent.columns:
                return False
            if kind == "number" and sent.rows > 1:
                types = set(map(type, sent.columns[name]))
                if str in types and not types <= {str, type(None)}:
                    return False
        return True

    def _read(self, sent: Sent, row: int) -> list[Any]:
        """The canonical values of a row.

        Raises
        ------
        DeclinedError
            When there is something to say about it, or only the gate can read it.
        """
        cells: dict[str, Any] = {}
        for name, kind, column in self._columns:
            cell = sent.columns[name][row]
            if type(cell) not in PLAIN:
                raise DeclinedError("No plain value.", column=name)
            if cell is not None and kind != "number":
                if type(cell) is not str:
                    cell = cell_text(column, cell)
                elif kind == "written" and MOMENT.fullmatch(cell):
                    raise DeclinedError("A date in another form than the column's.", column=name)
            cells[name] = cell
        values, odd = self._plan.read(cells)
        if odd:
            raise DeclinedError("A value that the client has to hear of.", column=odd[0][0])
        return values

    def _told(self, predicted: Floats) -> dict[str, list[Any]]:
        if self._names is None:
            return {"prediction": predicted.tolist()}
        numbers = dict(zip(self._names, predicted.T.tolist(), strict=True))
        return {"prediction": self._plan.label(predicted), **numbers}

    def _logged(self, values: Sequence[Any]) -> dict[str, Any]:
        row = {name: None if value != value else value
               for name, value in zip(self._plan.columns, values, strict=True)}  # fmt: skip
        for name in self._dates:
            value: datetime.datetime | None = row[name]
            row[name] = None if value is None else value.strftime("%Y-%m-%dT%H:%M:%S.%f")
        return row


def _kind(column: Column) -> str:
    """How the gate takes a column's texts: numbers; dates written in a way of their own; all others."""
    if column.kind is Kind.NUMBER:
        return "number"
    written = column.kind is Kind.DATETIME and column.date_format is not None and "%" in column.date_format
    return "written" if written else "text"
