"""The schema: what the columns of a table are, and the only gate through which rows enter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from ..errors import SchemaError
from .columns import Column, Kind
from .findings import Finding

if TYPE_CHECKING:
    from .table import RawTable

__all__ = ["Dataset", "Schema"]

_VERSION = 1


@dataclass(frozen=True)
class Dataset:
    """Rows that passed the gate.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (rows, columns)
        Columns in the schema's order. Numbers are float64; booleans, categories, texts, identifiers and
        constants are text with NaN for missing, written as in the file; dates are naive datetime64[us] (UTC
        if they had a zone). The index is 0, 1, 2, …: row i is row i of what came in.
    schema : Schema
        Of exactly these columns.
    findings : tuple of Finding
        What the gate had to change or could not read.
    """

    frame: pd.DataFrame
    schema: Schema
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Schema:
    """What each column is, in order.

    Examples
    --------
    >>> import pandas as pd
    >>> from automl.data import Schema, read_table
    >>> table = read_table(pd.DataFrame({"plan": ["a", "b", "a"], "fee": ["1,234.50", "12.00", " "]}))
    >>> schema = Schema.infer(table)
    >>> schema["fee"].kind.value
    'number'
    >>> schema.coerce(table).frame["fee"].tolist()
    [1234.5, 12.0, nan]
    """

    columns: tuple[Column, ...]
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise SchemaError(f"Column names must be distinct; {twice!r} occurs twice.", column=twice)
        self._by_name.update(zip(names, self.columns, strict=True))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Column:
        if name in self._by_name:
            return self._by_name[name]
        raise SchemaError(
            f"There is no column {name!r}.", fix=f"Columns are: {', '.join(self.names[:20])}.", column=name
        )

    def of_kind(self, *kinds: Kind) -> tuple[str, ...]:
        """The names of the columns of these kinds, in order."""
        return tuple(column.name for column in self.columns if column.kind in kinds)

    def without(self, names: Iterable[str]) -> Schema:
        """The schema without some columns (names that it does not have are ignored)."""
        gone = {names} if isinstance(names, str) else set(names)
        return Schema(tuple(column for column in self.columns if column.name not in gone))

    def written_like(self, other: Schema) -> Schema:
        """The same columns, their values written as in another schema that has them of the same kind."""
        return Schema(
            tuple(
                column.written_like(other[column.name]) if column.name in other else column for column in self
            )
        )

    def select(self, names: Sequence[str]) -> Schema:
        """The schema of these columns only, in the schema's own order.

        Raises
        ------
        SchemaError
            If a name is not in the schema.
        """
        wanted = {self[name].name for name in names}
        return Schema(tuple(column for column in self.columns if column.name in wanted))

    @classmethod
    def infer(
        cls, table: RawTable, *, kinds: Mapping[str, Kind | str] | None = None, consume: bool = False
    ) -> Schema:
        """What the columns of a table are.

        Parameters
        ----------
        table : RawTable
        kinds : mapping from column name to Kind, optional
            Kinds that the person has chosen; the rest is inferred.
        consume : bool
            Let large columns of plain numbers take the place of their text in the raw table's frame, so that
            they need not be read again by `coerce`.

        Raises
        ------
        SchemaError
            If a chosen kind does not fit the column at all, or names a column that does not exist.
        DataError
            If the table has no rows or no columns.
        """
        from .infer import infer_schema

        return infer_schema(table, kinds or {}, consume=consume)

    def coerce(
        self,
        table: RawTable | pd.DataFrame,
        *,
        missing_columns: Literal["error", "missing"] = "error",
        columns: Sequence[str] | None = None,
        consume: bool = False,
    ) -> Dataset:
        """Rows as this schema describes them.

        Takes text cells as `read_table` gives them and typed frames as pandas gives them. Rows keep their
        number and order. Coercing a coerced frame changes nothing.

        Parameters
        ----------
        table : RawTable or DataFrame
        missing_columns : {"error", "missing"}
            What to do about a column of the schema that the table lacks: refuse, or fill it with missing
            values (and report it).
        columns : sequence of str, optional
            Take only these columns of the schema.
        consume : bool
            Take each column out of the raw table's frame as it is read, so that a large table is never in
            memory twice.

        Raises
        ------
        SchemaError
            If columns are missing and `missing_columns` is "error".
        """
        from .coerce import coerce_table

        schema = self if columns is None else self.select(columns)
        return coerce_table(schema, table, missing_columns, consume=consume)

    def to_json(self) -> dict[str, Any]:
        """The schema as JSON values."""
        return {"version": _VERSION, "columns": [column.to_json() for column in self.columns]}

    @classmethod
    def from_json(cls, payload: Mapping[str, Any] | str) -> Schema:
        """The schema that `to_json` described.

        Parameters
        ----------
        payload : mapping, or JSON text

        Raises
        ------
        SchemaError
            If it is damaged or of a later version.
        """
        if isinstance(payload, str):
            try:
                payload = json.loads(payload)
            except json.JSONDecodeError as error:
                raise SchemaError(
                    f"The schema is no valid JSON: {error.msg}, line {error.lineno}, column {error.colno}."
                ) from error
        if not isinstance(payload, Mapping) or not isinstance(payload.get("columns"), list):
            raise SchemaError("A schema needs a list of columns.")
        if payload.get("version") != _VERSION:
            raise SchemaError(
                f"This is schema version {payload.get('version')!r}; version {_VERSION} can be read.",
                fix="Use the Glassbench that wrote it, or a newer one.",
            )
        return cls(tuple(Column.from_json(item) for item in payload["columns"]))
