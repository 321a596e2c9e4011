"""How TensorFlow Data Validation takes the cells of a column: as whole numbers, numbers, or bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.data import Column
from automl.data.review.celltype import CellType, cell_type

__all__ = ["feature_type"]

_LARGEST = 2**63


def feature_type(column: Mapping[str, Any], profile: Mapping[str, Any] | None) -> CellType:
    """The type that TensorFlow Data Validation finds in the column's cells.

    It goes by what the cells look like: all whole numbers, all numbers, or anything else.

    Parameters
    ----------
    column : mapping
        As `automl.data.Column.to_json` gives it.
    profile : mapping or None
        Of the column in ``reference.json``.
    """
    return cell_type(Column.from_json(column), whole=profile is not None and _is_whole(profile))


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
