"""Raw columns to numbers, and the map from derived columns back to raw ones."""

from __future__ import annotations

from .build import build_preprocessor
from .derived import DerivedColumn, derived_columns
from .encode import encode_blocks
from .means import mean_columns
from .pairs import OPERATIONS, Pairs, pair_columns
from .steps import beside
from .words import common_words

__all__ = [
    "OPERATIONS",
    "DerivedColumn",
    "Pairs",
    "beside",
    "build_preprocessor",
    "common_words",
    "derived_columns",
    "encode_blocks",
    "mean_columns",
    "pair_columns",
]
