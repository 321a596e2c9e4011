"""A plan at work: a dict in, a prediction out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from ..errors import BundleError, SchemaError
from .compiling import FORMAT, VERSION
from .document import pack, unpack
from .encoders import encoders
from .gate import Odd, readers
from .program import Floats, Program
from .votes import Vote

__all__ = ["Plan"]

_CELLS = 2_000_000
"""Numbers that are held at once where many rows are predicted."""


class Plan:
    """A fitted model as plain numbers, ready to predict.

    Parameters
    ----------
    document : mapping
        From `automl.plan.compile_plan`.

    Raises
    ------
    BundleError
        When it is of another format or its parts do not fit together.

    Attributes
    ----------
    classes : tuple of labels, or None
        In the order of the probabilities; None for values.
    columns : tuple of str
        Names of the raw columns.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        found = (document.get("format"), document.get("version"))
        if found != (FORMAT, VERSION):
            raise BundleError(
                f"Expected a plan of version {VERSION}, found {found[0]!r} {found[1]!r}.",
                fix="Use the Glassbench that wrote it, or a newer one.",
            )
        try:
            self._build(document)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"The plan is damaged ({type(error).__name__}: {error}).", fix="Export the model again."
            ) from error
        self._document = document

    def _build(self, document: Mapping[str, Any]) -> None:
        classes = document["classes"]
        self.classes: tuple[Any, ...] | None = None if classes is None else tuple(classes)
        self._readers = readers(document["columns"])
        self.columns = tuple(name for name, _ in self._readers)
        place = {name: position for position, name in enumerate(self.columns)}
        self._encoders = [(place[one.column], one) for one in encoders(document["encoders"])]
        self._rows = [(position, one.encode, one.width > 1) for position, one in self._encoders]
        self._width = int(document["width"])
        if sum(one.width for _, one in self._encoders) != self._width:
            raise ValueError("encoders of another width than told")
        self._program = Program(self._width, document["operations"])
        self._vote = Vote(document, self._program)
        self._threshold = document["threshold"]
        costs = document["costs"]
        self._costs = None if costs is None else np.asarray(costs, dtype=np.float64)

    @classmethod
    def from_files(cls, text: bytes, arrays: bytes) -> Self:
        """Read a plan's two files."""
        return cls(unpack(text, arrays))

    def to_files(self) -> tuple[bytes, bytes]:
        """The two files of the plan: JSON and npz."""
        return pack(self._document)

    def read(self, row: Mapping[str, Any]) -> tuple[list[Any], Odd]:
        """Read the cells of a row: what they hold, and what `Schema.coerce` would report as odd.

        Raises
        ------
        SchemaError
            When a column is missing.
        DeclinedError
            When a cell can be read by the schema's gate only.
        """
        odd: Odd = []
        try:
            return [read(row[name], odd) for name, read in self._readers], odd
        except KeyError:
            raise self._lacking(row) from None

    def _lacking(self, given: Mapping[str, Any]) -> SchemaError:
        absent = [name for name in self.columns if name not in given]
        shown = ", ".join(f'"{name}"' for name in absent[:5])
        more = f" and {len(absent) - 5:,} more" if len(absent) > 5 else ""
        return SchemaError(
            f"{len(absent)} of {len(self.columns)} expected column(s) missing: {shown}{more}.",
            fix="Add the column(s), or allow missing columns.",
            column=absent[0],
        )

    def predict_row(self, row: Mapping[str, Any]) -> Any:
        """Probabilities of a row, an array of shape (classes,), or its value, a float.

        Parameters
        ----------
        row : mapping of column name to cell
            Numbers, texts, bools, dates; None for missing. Other columns are left out.

        Raises
        ------
        SchemaError
            When a column is missing.
        DeclinedError
            When only the pipeline can answer.
        """
        values, _ = self.read(row)
        predicted = self.predict_encoded([self.encode(values)])
        return float(predicted[0]) if self.classes is None else predicted[0]

    def encode(self, values: Sequence[Any]) -> list[float]:
        """What the preprocessor makes of a row that was read.

        Raises
        ------
        DeclinedError
            When only the pipeline can answer.
        """
        encoded: list[float] = []
        for position, encode, several in self._rows:
            if several:
                encoded.extend(encode(values[position]))
            else:
                encoded.append(encode(values[position]))
        return encoded

    def predict_encoded(self, encoded: Sequence[Sequence[float]]) -> Floats:
        """Probabilities of one or more rows that were encoded, shape (rows, classes), or values (rows,)."""
        registers = np.ascontiguousarray(np.array(encoded, dtype=np.float64).T)
        return self._vote.predict(self._program.run(registers))

    def predict(self, rows: Sequence[Mapping[str, Any]] | Mapping[str, Any], *, threads: int = 1) -> Floats:
        """Probabilities of rows, shape (rows, classes), or values, shape (rows,).

        Parameters
        ----------
        rows : sequence of rows, or mapping of column name to cells
        threads : int
            Of LightGBM, for many rows.

        Raises
        ------
        SchemaError
            When a column is missing.
        DeclinedError
            When only the pipeline can answer for one of the rows.
        """
        cells = self._by_column(rows)
        count = len(next(iter(cells.values()), ()))
        shape = (0,) if self.classes is None else (0, len(self.classes))
        if not count:
            return np.empty(shape)
        matrix = self._encode(cells, count)
        size = max(1, _CELLS // max(self._program.registers, 1))
        return np.concatenate(
            [
                self._vote.predict(self._program.run(matrix[:, start : start + size]), threads)
                for start in range(0, count, size)
            ]
        )

    def matrix(self, rows: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> Floats:
        """What the preprocessor makes of rows, shape (rows, columns of its matrix)."""
        cells = self._by_column(rows)
        return self._encode(cells, len(next(iter(cells.values()), ()))).T

    def _by_column(self, rows: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(rows, Mapping):
            if any(name not in rows for name in self.columns):
                raise self._lacking(rows)
            return {name: rows[name] for name in self.columns}
        for row in rows:
            if any(name not in row for name in self.columns):
                raise self._lacking(row)
        return {name: [row[name] for row in rows] for name in self.columns}

    def _encode(self, cells: Mapping[str, Any], count: int) -> Floats:
        """The matrix, shape (columns, rows); what repeats itself is read once."""
        matrix = np.empty((self._width, count))
        start = 0
        for position, encoder in self._encoders:
            name, read = self._readers[position]
            column = cells[name]
            if len(column) != count:
                raise ValueError(f"the column {name!r} has {len(column)} cells, others have {count}")
            end = start + encoder.width
            known: dict[Any, Any] = {}
            odd: Odd = []
            column = column.tolist() if isinstance(column, np.ndarray) else list(column)
            for number, cell in enumerate(column):
                # 1 and True and 1.0 are one key, and three texts.
                key = cell if type(cell) is str else (type(cell), cell) if _hashable(cell) else number
                if key not in known:
                    known[key] = encoder.encode(read(cell, odd))
                column[number] = known[key]
            matrix[start:end] = np.array(column, dtype=np.float64).reshape(count, -1).T
            start = end
        return matrix

    def label(self, probabilities: Floats) -> Any:
        """Labels of probabilities, shape (classes,) or (rows, classes), as the model decides them."""
        assert self.classes is not None
        table = np.atleast_2d(probabilities)
        if self._costs is not None:
            codes = np.argmin(table @ self._costs, axis=1)
        elif self._threshold is not None:
            codes = (table[:, 1] >= self._threshold).astype(np.int64)
        else:
            codes = np.argmax(table, axis=1)
        labels = [self.classes[code] for code in codes.tolist()]
        return labels[0] if np.ndim(probabilities) == 1 else labels


def _hashable(cell: Any) -> bool:
    return not isinstance(cell, (list, dict, set, np.ndarray))
