"""What can be found out about a model of a run, beyond the attributions of its rows.

Each inspection is one file in :mod:`automl.inspection.kinds`: a function from a :class:`Matter` (the model,
its rows, and what was predicted for rows that it had not learned from) to a result of :mod:`explain`. Results
are stored in the run folder with what they were made on, see :class:`Inspected`. Nothing heavy is imported
before an inspection is made.
"""

from __future__ import annotations

from .matter import Fold, Matter
from .parameters import Parameter, Scope
from .plan import Planned, plan
from .registry import Inspection, Told, get_inspection, inspections, read_params
from .state import fingerprint_now, joint_fingerprint, model_fingerprint, scope_of
from .stored import Inspected, file_of, fingerprint_of

__all__ = [
    "Fold",
    "Inspected",
    "Inspection",
    "Matter",
    "Parameter",
    "Planned",
    "Scope",
    "Told",
    "file_of",
    "fingerprint_now",
    "fingerprint_of",
    "get_inspection",
    "inspections",
    "joint_fingerprint",
    "model_fingerprint",
    "plan",
    "read_params",
    "scope_of",
]
