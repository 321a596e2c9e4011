"""Nearest neighbours: the mean of the most similar training rows."""

from __future__ import annotations

from typing import ClassVar

from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline

from ._preparation import prepared_bytes, scaled
from .base import Context, Deadline, Family, Fitted, Params, Rows, copied_bytes

__all__ = ["KNearestNeighbors"]

_MOST_ROWS = 10_000
_MOST_COLUMNS = 60


class KNearestNeighbors(Family):
    """Neighbours by distance over scaled numbers and one-hot categories."""

    name: ClassVar[str] = "k_nearest_neighbors"
    label: ClassVar[str] = "Nearest neighbours"

    def _unsuited(self, context: Context) -> str | None:
        """Refuse what it is slow or poor at: many rows to carry along, or columns that drown distance."""
        if context.n_rows > _MOST_ROWS:
            return f"{context.n_rows:,} rows are more than the {_MOST_ROWS:,} that can be compared in time."
        if context.n_columns > _MOST_COLUMNS:
            return f"In {context.n_columns:,} columns (more than {_MOST_COLUMNS}) all rows are far apart."
        return None

    def _memory(self, params: Params, context: Context) -> int:
        """Return the prepared matrix in parts, put together, and indexed."""
        return copied_bytes(context) + 3 * prepared_bytes(context)

    def first_candidates(self, context: Context) -> list[Params]:
        """Return a wide weighted neighbourhood and a narrow one."""
        wide = 40 if context.classification else 15
        return [
            {"n_neighbors": wide, "weights": "distance", "p": 1, "scaling": "quantile"},
            {"n_neighbors": 2 * wide // 5, "weights": "distance", "p": 1, "scaling": "standard"},
        ]

    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        """Return the space: how many, how weighted, which distance, which scale."""
        return {
            "n_neighbors": IntDistribution(2, 100, log=True),
            "weights": CategoricalDistribution(("uniform", "distance")),
            "p": IntDistribution(1, 2),
            "scaling": CategoricalDistribution(("standard", "quantile")),
        }

    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        X, y, _ = rows
        kind = KNeighborsClassifier if context.classification else KNeighborsRegressor
        model = kind(
            n_neighbors=min(int(params["n_neighbors"]), len(X)), weights=params["weights"], p=int(params["p"])
        )
        prepare = scaled(X, context, params["scaling"])
        Z = prepare.fit_transform(X)
        deadline.check("index the rows after their columns were prepared")
        return Fitted(Pipeline([("prepare", prepare), ("model", model.fit(Z, y))]))
