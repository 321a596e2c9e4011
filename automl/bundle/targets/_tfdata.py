"""How TensorFlow Data Validation takes the cells of a column: as whole numbers, numbers, or bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from automl.data import Kind

__all__ = ["LISTED", "Feature", "feature_type"]

Feature = Literal["INT", "FLOAT", "BYTES"]
LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORY, Kind.CONSTANT})
"""Kinds whose schema names all values."""
_LARGEST = 2**63
_ANY_DAY = datetime(2001, 2, 3, 4, 5, 6)


def feature_type(column: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Feature:
    """The type that TensorFlow Data Validation finds in the column's cells.

    It goes by what the cells look like: all whole numbers, all numbers, or anything else.

    Parameters
    ----------
    column : mapping
        As `automl.data.Column.to_json` gives it.
    profile : mapping or None
        Of the column in ``reference.json``.
    """
    kind = Kind(column["kind"])
    if kind in LISTED:
        return type_of(column.get("categories") or ())
    if kind is Kind.NUMBER:
        if profile is not None and _is_whole(profile):
            return "INT"
        # A decimal comma makes it a text.
        return "FLOAT" if (column.get("number") or {}).get("decimal", ".") == "." else "BYTES"
    if kind is Kind.DATETIME:
        form = column.get("date_format") or ""
        return type_of([_ANY_DAY.strftime(form)]) if "%" in form else "BYTES"
    if kind is Kind.IDENTIFIER and column.get("numeric_values"):
        return "INT"
    return "BYTES"


def type_of(cells: Iterable[object]) -> Feature:
    """The type of cells that are all known."""
    found: Feature = "INT"
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


def _is_whole(profile: Mapping[str, Any]) -> bool:
    """Whether all numbers of a column are whole, by what is kept of them.

    Ends and quantiles are values; a sum of many numbers is whole by chance only.
    """
    counts, grid = profile["counts"], profile["grid"]
    if counts["minimum"] is None:
        return False
    bars = set(grid["bars"][1:-1])
    kept = [counts["minimum"], counts["maximum"], counts["total"]]
    kept += [cut for cut in grid["cuts"] if cut not in bars]
    return all(float(value).is_integer() and abs(float(value)) < _LARGEST for value in kept)
