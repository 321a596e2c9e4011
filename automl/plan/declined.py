"""Rows that a plan leaves to the pipeline."""

from __future__ import annotations

from ..errors import GlassbenchError

__all__ = ["DeclinedError"]


class DeclinedError(GlassbenchError, ValueError):
    """A row for which a plan cannot promise what the pipeline gives: ask the pipeline.

    Rare by design: a date in free form, a cell that holds a list, neighbours at exactly the same distance.
    """
