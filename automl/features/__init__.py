"""Raw columns to numbers, and the map from derived columns back to raw ones."""

from __future__ import annotations

from .build import build_preprocessor
from .derived import DerivedColumn, derived_columns

__all__ = ["DerivedColumn", "build_preprocessor", "derived_columns"]
