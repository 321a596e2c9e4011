"""Reviewed schemas: what a table must be like, held against tables, rows to predict and single requests.

table ─infer_reviewed→ ReviewedSchema ─a person edits it→ ReviewedSchema
ReviewedSchema + table ─check_table→ [Finding], whose codes are those of TensorFlow Data Validation
ReviewedSchema + two tables ─compare_tables→ [Finding]
"""

from __future__ import annotations

from . import codes
from .check import Check, Purpose, check_table
from .comparing import Against, compare_column, compare_tables
from .constraints import Constraints
from .distribution import Distribution, distribution_of
from .editing import Edit, differences, edited
from .infer import infer_reviewed
from .reviewed import ReviewedSchema
from .single import Broken, RowCheck, allowed

__all__ = [
    "REVIEWED",
    "Against",
    "Broken",
    "Check",
    "Constraints",
    "Distribution",
    "Edit",
    "Purpose",
    "ReviewedSchema",
    "RowCheck",
    "allowed",
    "check_table",
    "codes",
    "compare_column",
    "compare_tables",
    "differences",
    "distribution_of",
    "edited",
    "infer_reviewed",
]

REVIEWED = "constraints.json"
"""Its name in a bundle, where `schema.json` says how cells are read."""
