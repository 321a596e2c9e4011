"""Explanations of tabular models in the columns the user knows.

``explain(model, X, background)`` attributes the outputs of any fitted scikit-learn estimator or pipeline to
the raw columns of its input and returns an :class:`Explanation`; :func:`sentence` puts one row into words,
and :mod:`explain.plots` draws. The package knows nothing of the workbench it came from.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import ExplainError, InputError, ScaleError
from .explanation import Explanation, GlobalImportance, LocalExplanation
from .text import global_sentence, reason, sentence

if TYPE_CHECKING:
    from .api import explain, warm
    from .explainer import Explainer

__all__ = [
    "ExplainError",
    "Explainer",
    "Explanation",
    "GlobalImportance",
    "InputError",
    "LocalExplanation",
    "ScaleError",
    "explain",
    "global_sentence",
    "reason",
    "sentence",
    "warm",
]


def __getattr__(name: str) -> Any:
    # Pages read and draw stored explanations; only making one needs scikit-learn.
    if name in ("explain", "warm"):
        return getattr(import_module(".api", __name__), name)
    if name == "Explainer":
        return getattr(import_module(".explainer", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
