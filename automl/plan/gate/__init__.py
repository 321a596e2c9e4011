"""One row through the schema's gate, cell by cell, without pandas: what `Schema.coerce` makes of it.

A reader takes a cell and returns a float, a naive datetime, a text, or None for missing. What the gate would
report is noted as ``(column, code)``. Cells that the gate understands and this does not (lists, dates in free
form) are declined, so that the gate itself can read them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .cells import Odd, Reader
from .dates import DateReader, compile_date
from .numbers import NumberReader, compile_number
from .texts import TextReader, compile_text

if TYPE_CHECKING:
    from ...data import Schema

__all__ = ["Odd", "Reader", "compile_columns", "readers"]

_KINDS: dict[str, Callable[[Mapping[str, Any]], Reader]] = {"number": NumberReader, "datetime": DateReader}


def compile_columns(schema: Schema) -> list[dict[str, Any]]:
    """How the cells of each column are read."""
    compilers = {"number": compile_number, "datetime": compile_date}
    return [
        {
            "name": column.name,
            "kind": str(column.kind),
            **compilers.get(str(column.kind), compile_text)(column),
        }
        for column in schema
    ]


def readers(columns: Sequence[Mapping[str, Any]]) -> list[tuple[str, Reader]]:
    """Name and reader of each column."""
    return [(column["name"], _KINDS.get(column["kind"], TextReader)(column)) for column in columns]
