"""Explanations of tabular models in the columns the user knows.

``explain(model, X, background)`` attributes the outputs of any fitted scikit-learn estimator or pipeline to
the raw columns of its input and returns an :class:`Explanation`; :func:`sentence` puts one row into words.
:mod:`explain.whole` looks at the model as a whole, :mod:`explain.row` at one row, :mod:`explain.judge` asks
whether it is good, fair and stable; :mod:`explain.plots` draws and :mod:`explain.report` writes what they
found. The package knows nothing of the workbench it came from.
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
    from .explainer import Explainer
    from .judge.failures import find_failures
    from .judge.fairness import group_fairness
    from .judge.performance import measure_performance
    from .judge.scored import Scored
    from .judge.stability import check_stability
    from .row.contested import contested_reasons
    from .row.counterfactuals import Constraints, CounterfactualFinder, Goal
    from .row.neighbours import NeighbourFinder
    from .row.paths import decision_paths
    from .row.prototypes import find_prototypes
    from .row.whatif import what_if
    from .whole.accumulated import accumulated_effects
    from .whole.clusters import cluster_columns
    from .whole.compare import compare_cohorts, compare_data, compare_models
    from .whole.curves import partial_dependence
    from .whole.importance import permutation_importance
    from .whole.interactions import rank_interactions
    from .whole.surfaces import partial_dependence_pair
    from .whole.surrogate import fit_surrogate

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
    "Scored",
    "accumulated_effects",
    "check_stability",
    "cluster_columns",
    "compare_cohorts",
    "compare_data",
    "compare_models",
    "contested_reasons",
    "decision_paths",
    "explain",
    "find_failures",
    "find_prototypes",
    "fit_surrogate",
    "global_sentence",
    "group_fairness",
    "measure_performance",
    "partial_dependence",
    "partial_dependence_pair",
    "permutation_importance",
    "rank_interactions",
    "reason",
    "reason_codes",
    "sentence",
    "warm",
    "what_if",
]

_LAZY = {
    "find_failures": ".judge.failures",
    "group_fairness": ".judge.fairness",
    "measure_performance": ".judge.performance",
    "Scored": ".judge.scored",
    "check_stability": ".judge.stability",
    "cluster_columns": ".whole.clusters",
    "compare_cohorts": ".whole.compare",
    "compare_data": ".whole.compare",
    "compare_models": ".whole.compare",
    "accumulated_effects": ".whole.accumulated",
    "partial_dependence": ".whole.curves",
    "permutation_importance": ".whole.importance",
    "rank_interactions": ".whole.interactions",
    "partial_dependence_pair": ".whole.surfaces",
    "fit_surrogate": ".whole.surrogate",
    "Explainer": ".explainer",
    "explain": ".api",
    "warm": ".api",
    "Constraints": ".row.counterfactuals",
    "CounterfactualFinder": ".row.counterfactuals",
    "Goal": ".row.counterfactuals",
    "NeighbourFinder": ".row.neighbours",
    "contested_reasons": ".row.contested",
    "decision_paths": ".row.paths",
    "find_prototypes": ".row.prototypes",
    "what_if": ".row.whatif",
}


def __getattr__(name: str) -> Any:
    # Pages read and draw stored explanations; only making one needs scikit-learn.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
