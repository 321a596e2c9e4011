"""Monitoring: are new rows like those that a model was learned from, and does it predict them as promised?

A `Reference` is made from the rows that a model was learned from and travels in its bundle. `score` walks
over a new table once: it predicts, collects what differs from the schema, counts, and compares; what comes of
it is a `DriftReport` with one verdict. Where a difference begins to matter stands in `rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.monitoring.reference import REFERENCE, Reference, make_reference
from automl.monitoring.report import DriftReport

if TYPE_CHECKING:
    from automl.monitoring.scoring import Scored, score
    from automl.monitoring.watched import Watched, watched_bundle

__all__ = [
    "REFERENCE",
    "DriftReport",
    "Reference",
    "Scored",
    "Watched",
    "make_reference",
    "score",
    "watched_bundle",
]

_LATER = {
    "Scored": "scoring",
    "score": "scoring",
    "Watched": "watched",
    "watched_bundle": "watched",
}


def __getattr__(name: str) -> Any:
    # What scores loads scikit-learn, which the pages that show reports do without.
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"automl.monitoring.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
