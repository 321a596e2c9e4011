"""Counterfactuals: the nearest rows that a model treats as wanted, under constraints."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .goal import Goal
from .result import Counterfactual, Counterfactuals

if TYPE_CHECKING:
    from .constraints import Constraints
    from .finder import CounterfactualFinder

__all__ = ["Constraints", "Counterfactual", "CounterfactualFinder", "Counterfactuals", "Goal"]

_HOMES = {"Constraints": ".constraints", "CounterfactualFinder": ".finder"}


def __getattr__(name: str) -> Any:
    # Stored results are read and drawn without scikit-learn; only a search needs it.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
