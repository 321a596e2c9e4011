"""A model over time: windows of its predictions, changes, segments, and what became of what was promised.

Rows come from a table with a column of dates, or from the prediction logs of the server with labels that come
later; or windows come from the scorings of a run, without any row. What is made of them is a `Timeline`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.monitoring.timeline.records import Timeline

if TYPE_CHECKING:
    from automl.monitoring.timeline.asked import Asked
    from automl.monitoring.timeline.scorings import scorings_timeline

__all__ = ["Asked", "Timeline", "scorings_timeline"]

_LATER = {"Asked": "asked", "scorings_timeline": "scorings"}


def __getattr__(name: str) -> Any:
    # What scores loads scikit-learn, which the pages that show timelines do without.
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"automl.monitoring.timeline.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
