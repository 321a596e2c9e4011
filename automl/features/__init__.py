"""Raw columns to numbers, and the map from derived columns back to raw ones."""

from __future__ import annotations

from .build import build_preprocessor
from .derived import DerivedColumn, derived_columns
from .encode import encode_blocks
from .pairs import OPERATIONS, Pairs, pair_columns

__all__ = [
    "OPERATIONS",
    "DerivedColumn",
    "Pairs",
    "build_preprocessor",
    "derived_columns",
    "encode_blocks",
    "pair_columns",
]
