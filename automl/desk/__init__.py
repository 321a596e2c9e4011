"""A process of its own that keeps one model of a run at hand and answers questions about rows.

Loading a model, compiling what explains it and looking through the rows that it learned from takes seconds,
the answer to a question about one row a fraction of one. So the pages, which never load the engine, ask a
desk: it is started by the first question, shared by all who ask about the same model, and leaves by itself
when nobody asks any more. This package's front is light; only the desk's own process loads the engine.
"""

from __future__ import annotations

from automl.desk.client import Desk, DeskState, NotReadyError

__all__ = ["Desk", "DeskState", "NotReadyError"]
