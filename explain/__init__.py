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
    from .clusters import cluster_columns
    from .compare import compare_cohorts, compare_data, compare_models
    from .curves import accumulated_effects, partial_dependence
    from .importance import permutation_importance
    from .interactions import rank_interactions
    from .surfaces import partial_dependence_pair
    from .surrogate import fit_surrogate

__all__ = [
    "ExplainError",
    "Explanation",
    "GlobalImportance",
    "InputError",
    "LocalExplanation",
    "ScaleError",
    "accumulated_effects",
    "cluster_columns",
    "compare_cohorts",
    "compare_data",
    "compare_models",
    "explain",
    "fit_surrogate",
    "global_sentence",
    "partial_dependence",
    "partial_dependence_pair",
    "permutation_importance",
    "rank_interactions",
    "reason",
    "sentence",
    "warm",
]

_MADE_BY = {
    "accumulated_effects": ".curves",
    "cluster_columns": ".clusters",
    "compare_cohorts": ".compare",
    "compare_data": ".compare",
    "compare_models": ".compare",
    "explain": ".api",
    "fit_surrogate": ".surrogate",
    "partial_dependence": ".curves",
    "partial_dependence_pair": ".surfaces",
    "permutation_importance": ".importance",
    "rank_interactions": ".interactions",
    "warm": ".api",
}


def __getattr__(name: str) -> Any:
    # Pages read and draw stored explanations; only making one needs scikit-learn.
    if name in _MADE_BY:
        return getattr(import_module(_MADE_BY[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
