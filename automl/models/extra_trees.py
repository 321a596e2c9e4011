"""Extremely randomised trees: splits drawn at random, the best of the draws taken."""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from ._forest import Forest
from ._made import with_codes
from ._targets import on_scales
from .base import Context, Params

__all__ = ["ExtraTrees"]


class ExtraTrees(Forest):
    """Averaged trees with random thresholds, each on all rows."""

    name: ClassVar[str] = "extra_trees"
    label: ClassVar[str] = "Extra trees"
    classifier: ClassVar[type[Any]] = ExtraTreesClassifier
    regressor: ClassVar[type[Any]] = ExtraTreesRegressor

    def first_candidates(self, context: Context) -> list[Params]:
        """Return deep trees, then smoother ones for targets with much noise."""
        if context.classification:
            candidates: list[Params] = [
                {"max_features": 0.5, "min_samples_leaf": 1, "criterion": "entropy"},
                {"max_features": 0.4, "min_samples_leaf": 8, "criterion": "gini"},
            ]
            return with_codes(candidates, context, {})
        candidates = [
            {"max_features": 0.75, "min_samples_leaf": 1},
            {"max_features": 0.5, "min_samples_leaf": 3},
        ]
        return with_codes(on_scales(candidates, context, log=(1,)), context, {})
