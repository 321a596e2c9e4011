"""Read, schema, checks, profile, split: from a file to rows that a model can learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .columns import Column, Kind, NumberFormat
from .findings import Finding
from .profile import profile
from .read import read_table
from .schema import Dataset, Schema
from .split import Split, resplit, split
from .table import RawTable, ReadOptions, ReadReport

if TYPE_CHECKING:
    from .checks import check_dataset

__all__ = [
    "Column",
    "Dataset",
    "Finding",
    "Kind",
    "NumberFormat",
    "RawTable",
    "ReadOptions",
    "ReadReport",
    "Schema",
    "Split",
    "check_dataset",
    "profile",
    "read_table",
    "resplit",
    "split",
]


def __getattr__(name: str) -> Any:
    # Checks are for training; a shipped bundle carries the modules of this folder without them.
    if name == "check_dataset":
        from .checks import check_dataset

        return check_dataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
