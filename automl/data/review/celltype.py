"""What the cells of a column look like: all whole numbers, all numbers, or anything else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from ..columns import Column, Kind

__all__ = ["LISTED", "CellType", "cell_type", "type_of"]

CellType = Literal["INT", "FLOAT", "BYTES"]
"""As TensorFlow Data Validation calls them."""
LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORY, Kind.CONSTANT})
"""Kinds whose schema names all values."""
_LARGEST = 2**63
_ANY_DAY = datetime(2001, 2, 3, 4, 5, 6)


def cell_type(column: Column, *, whole: bool, domain: Iterable[str] | None = None) -> CellType:
    """The type that cells of a column have.

    Parameters
    ----------
    column : Column
    whole : bool
        Of numbers: whether all are whole.
    domain : iterable of str, optional
        The values that may occur; default those of the column.
    """
    if column.kind in LISTED:
        return type_of(column.categories or () if domain is None else domain)
    if column.kind is Kind.NUMBER:
        odd = column.number is not None and (column.number.needs_cleaning or column.number.decimal != ".")
        if odd or any(column.missing_tokens):
            return "BYTES"  # such as 1.234,50 € or "?": no program takes that for a number by itself
        return "INT" if whole else "FLOAT"
    if column.kind is Kind.DATETIME:
        form = column.date_format or ""
        return type_of([_ANY_DAY.strftime(form)]) if "%" in form else "BYTES"
    if column.kind is Kind.IDENTIFIER and column.numeric_values:
        return "INT"
    return "BYTES"


def type_of(cells: Iterable[object]) -> CellType:
    """The type of cells that are all known.

    Examples
    --------
    >>> type_of(["1", "2"]), type_of(["1", "2.5"]), type_of(["1", "b"])
    ('INT', 'FLOAT', 'BYTES')
    """
    found: CellType = "INT"
    for cell in map(str, cells):
        if found == "INT" and not _reads(int, cell):
            found = "FLOAT"
        if found == "FLOAT" and not _reads(float, cell):
            return "BYTES"
    return found


def _reads(number: type, cell: str) -> bool:
    try:
        return bool(-_LARGEST <= number(cell) < _LARGEST) or number is float
    except ValueError:
        return False
