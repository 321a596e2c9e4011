"""Raw columns to numbers, and the map from derived columns back to raw ones."""

from __future__ import annotations

from .build import build_preprocessor
from .derived import DerivedColumn, derived_columns
from .encode import encode_blocks
from .means import mean_columns
from .pairs import OPERATIONS, Pairs, pair_columns
from .steps import beside
from .words import Common, common_in

__all__ = [
    "OPERATIONS",
    "Common",
    "DerivedColumn",
    "Pairs",
    "beside",
    "build_preprocessor",
    "common_in",
    "derived_columns",
    "encode_blocks",
    "mean_columns",
    "pair_columns",
]
