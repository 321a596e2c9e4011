"""Random forests: each tree grown on a bootstrap sample, each split on a sample of the columns."""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from ._forest import Forest
from ._made import with_codes
from ._targets import on_scales
from .base import Context, Params

__all__ = ["RandomForest"]


class RandomForest(Forest):
    """Averaged trees with the best thresholds, each on a bootstrap sample."""

    name: ClassVar[str] = "random_forest"
    label: ClassVar[str] = "Random forest"
    classifier: ClassVar[type[Any]] = RandomForestClassifier
    regressor: ClassVar[type[Any]] = RandomForestRegressor

    def first_candidates(self, context: Context) -> list[Params]:
        """Return few columns per split for classes, many for values."""
        if context.classification:
            candidates: list[Params] = [
                {"max_features": 0.4, "min_samples_leaf": 4, "criterion": "entropy"},
                {"max_features": 0.5, "min_samples_leaf": 1, "criterion": "gini"},
            ]
            return with_codes(candidates, context, {1: "means"})
        candidates = [
            {"max_features": 0.4, "min_samples_leaf": 1},
            {"max_features": 0.7, "min_samples_leaf": 3},
        ]
        return with_codes(on_scales(candidates, context, log=(1,)), context, {1: "means"})
