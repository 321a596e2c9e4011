"""The baseline: predicts the same for every row. A model that cannot beat it has learnt nothing."""

from __future__ import annotations

from typing import ClassVar

from optuna.distributions import BaseDistribution
from sklearn.dummy import DummyClassifier, DummyRegressor

from .base import Context, Deadline, Family, Fitted, Params, Rows, copied_bytes

__all__ = ["Dummy"]


class Dummy(Family):
    """Class frequencies; for values the mean, or the median where the metric is of absolute errors."""

    name: ClassVar[str] = "dummy"
    label: ClassVar[str] = "Dummy"
    monotone: ClassVar[bool] = True
    interpretable: ClassVar[bool] = True
    weighted: ClassVar[bool] = True

    def _memory(self, params: Params, context: Context) -> int:
        return copied_bytes(context)

    def first_candidates(self, context: Context) -> list[Params]:
        return [{}]

    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        return {}

    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        X, y, weight = rows
        if context.classification:
            return Fitted(DummyClassifier(strategy="prior").fit(X, y, weight))
        strategy = "median" if context.metric in {"mae", "mape"} else "mean"
        return Fitted(DummyRegressor(strategy=strategy).fit(X, y, weight))
