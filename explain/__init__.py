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
from .reasons import Reason, reason_codes
from .text import global_sentence, reason, sentence

if TYPE_CHECKING:
    from .api import explain, warm
    from .contested import contested_reasons
    from .counterfactuals import Constraints, CounterfactualFinder, Goal
    from .explainer import Explainer
    from .neighbours import NeighbourFinder
    from .paths import decision_paths
    from .prototypes import find_prototypes
    from .whatif import what_if

__all__ = [
    "Constraints",
    "CounterfactualFinder",
    "ExplainError",
    "Explainer",
    "Explanation",
    "GlobalImportance",
    "Goal",
    "InputError",
    "LocalExplanation",
    "NeighbourFinder",
    "Reason",
    "ScaleError",
    "contested_reasons",
    "decision_paths",
    "explain",
    "find_prototypes",
    "global_sentence",
    "reason",
    "reason_codes",
    "sentence",
    "warm",
    "what_if",
]

_LAZY = {
    "Explainer": ".explainer",
    "explain": ".api",
    "warm": ".api",
    "Constraints": ".counterfactuals",
    "CounterfactualFinder": ".counterfactuals",
    "Goal": ".counterfactuals",
    "NeighbourFinder": ".neighbours",
    "contested_reasons": ".contested",
    "decision_paths": ".paths",
    "find_prototypes": ".prototypes",
    "what_if": ".whatif",
}


def __getattr__(name: str) -> Any:
    # Pages read and draw stored explanations; only making one needs scikit-learn.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
