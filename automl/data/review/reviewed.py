"""A reviewed schema: what a table must be like, inferred from one, edited by a person, kept in versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from ...errors import SchemaError
from ..columns import Kind
from ..schema import Schema
from .celltype import LISTED, CellType, cell_type
from .constraints import Constraints

__all__ = ["FORMAT", "ReviewedSchema", "Unknown"]

FORMAT = "glassbench-reviewed-schema"
_VERSION = 1
Unknown = Literal["allow", "warn", "refuse"]
_KEYS = ("format", "version", "target", "min_rows", "max_rows", "unknown_columns", "columns", "reads")


@dataclass(frozen=True)
class ReviewedSchema:
    """What a table must be like.

    Parameters
    ----------
    columns : tuple of Constraints
    reads : Schema
        How cells are read: of the same kinds. Columns that it lacks are known by their names alone.
    target : str or None
        The column that is predicted: rows to predict need not have it.
    min_rows, max_rows : int or None
        Of a table to learn from.
    unknown_columns : {"allow", "warn", "refuse"}
        What to make of columns that are not described here.

    Raises
    ------
    SchemaError
        When it contradicts itself.
    """

    columns: tuple[Constraints, ...]
    reads: Schema
    target: str | None = None
    min_rows: int | None = None
    max_rows: int | None = None
    unknown_columns: Unknown = "warn"
    _by_name: dict[str, Constraints] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.name in self._by_name:
                raise SchemaError(f"The column {column.name!r} is described twice.", column=column.name)
            if column.name in self.reads and self.reads[column.name].kind != column.kind:
                raise SchemaError(
                    f"The column {column.name!r} is described as {column.kind.value}, but read as "
                    f"{self.reads[column.name].kind.value}.",
                    fix="Infer the schema again and choose the kind there: automl schema infer --kind.",
                    column=column.name,
                )
            self._by_name[column.name] = column
        spare = [name for name in self.reads.names if name not in self._by_name]
        if spare:
            raise SchemaError(f"The column {spare[0]!r} is read, but not described.", column=spare[0])
        self._check_table()

    def _check_table(self) -> None:
        if self.target is not None and self.target not in self._by_name:
            raise SchemaError(
                f"The target {self.target!r} is not among the columns.",
                fix=f"Columns are: {', '.join(self.names[:20])}.",
            )
        for what, value in (("min_rows", self.min_rows), ("max_rows", self.max_rows)):
            if value is not None and (type(value) is not int or value < 1):
                raise SchemaError(f"Expected a whole number of 1 or more as {what}, found {value!r}.")
        if self.min_rows is not None and self.max_rows is not None and self.max_rows < self.min_rows:
            raise SchemaError(f"max_rows, {self.max_rows:,}, is less than min_rows, {self.min_rows:,}.")
        if self.unknown_columns not in get_args(Unknown):
            raise SchemaError(
                f"Expected allow, warn or refuse as unknown_columns, found {self.unknown_columns!r}."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Constraints:
        if name in self._by_name:
            return self._by_name[name]
        raise SchemaError(
            f"The reviewed schema has no column {name!r}.",
            fix=f"Columns are: {', '.join(self.names[:20])}.",
            column=name,
        )

    def cell_type(self, name: str) -> CellType:
        """The type that the cells of a column have, as TensorFlow Data Validation calls it."""
        constraints = self[name]
        return cell_type(self.reads[name], whole=constraints.whole, domain=constraints.domain)

    def changed(self, column: Constraints) -> ReviewedSchema:
        """The schema with another description of a column."""
        return replace(
            self, columns=tuple(column if each.name == column.name else each for each in self.columns)
        )

    def read_by(self, schema: Schema) -> ReviewedSchema:
        """What of it concerns rows that a schema reads, such as that of a model.

        Of the other columns the name and the kind stay, so that they are known; none of their values. The
        same holds for a column that the schema reads as another kind; labels stay labels, however few.
        """
        return replace(
            self,
            columns=tuple(_as_read(each, schema) for each in self.columns),
            reads=schema.select([name for name in schema.names if name in self]),
        )

    def to_json(self, *, reads: bool = True) -> dict[str, Any]:
        """The schema as JSON values; without `reads` where a `schema.json` lies beside it."""
        told: dict[str, Any] = {
            "format": FORMAT,
            "version": _VERSION,
            "target": self.target,
            "min_rows": self.min_rows,
            "max_rows": self.max_rows,
            "unknown_columns": self.unknown_columns,
            "columns": [column.to_json() for column in self.columns],
        }
        return told | ({"reads": self.reads.to_json()} if reads else {})

    @classmethod
    def from_json(cls, payload: Mapping[str, Any] | str, *, reads: Schema | None = None) -> ReviewedSchema:
        """The schema that `to_json` described, or somebody edited.

        Parameters
        ----------
        payload : mapping, or JSON text
        reads : Schema, optional
            How cells are read, where the schema does not say so itself.

        Raises
        ------
        SchemaError
            When it is damaged, of a later version, or contradicts itself.
        """
        if isinstance(payload, str):
            try:
                payload = json.loads(payload)
            except json.JSONDecodeError as error:
                raise SchemaError(
                    f"The reviewed schema is no valid JSON: {error.msg}, line {error.lineno}, column "
                    f"{error.colno}."
                ) from None
        if not isinstance(payload, Mapping) or payload.get("format") != FORMAT:
            raise SchemaError(
                f'Expected a reviewed schema, which begins with "format": "{FORMAT}".',
                fix="Make one of a table: automl schema infer TABLE.csv --out schema.json.",
            )
        if payload.get("version") != _VERSION:
            raise SchemaError(
                f"This is version {payload.get('version')!r} of the format of reviewed schemas; version "
                f"{_VERSION} can be read.",
                fix="Use the Glassbench that wrote it, or a newer one.",
            )
        _require_known(payload, _KEYS)
        columns = payload.get("columns")
        if not isinstance(columns, list):
            raise SchemaError("A reviewed schema needs a list of columns.")
        described = tuple(Constraints.from_json(each) for each in columns)
        own = payload.get("reads")
        if own is None and reads is None:
            raise SchemaError(
                'The reviewed schema does not say how its cells are read: "reads" is missing.',
                fix="Keep what `automl schema infer` wrote there.",
            )
        read = Schema.from_json(own) if own is not None else reads
        assert read is not None
        names = {each.name for each in described}
        return cls(
            described,
            read.without(name for name in read.names if name not in names),
            payload.get("target"),
            payload.get("min_rows"),
            payload.get("max_rows"),
            payload.get("unknown_columns", "warn"),
        )

    def kinds(self) -> dict[str, Kind]:
        """The kind of each column."""
        return {column.name: column.kind for column in self.columns}


def _as_read(constraints: Constraints, schema: Schema) -> Constraints:
    name = constraints.name
    if name not in schema:
        return Constraints(name, constraints.kind, required=False)
    kind = schema[name].kind
    if kind == constraints.kind:
        return constraints
    if not {kind, constraints.kind} <= LISTED:
        return Constraints(name, kind, required=False)
    if kind is Kind.CONSTANT:
        return replace(constraints, kind=kind, drift=None, skew=None)
    return replace(constraints, kind=kind)


def _require_known(payload: Mapping[str, Any], known: Iterable[str]) -> None:
    unknown = sorted(set(payload) - set(known))
    if unknown:
        raise SchemaError(f"A reviewed schema has no {unknown[0]!r}.", fix=f"It has: {', '.join(known)}.")
