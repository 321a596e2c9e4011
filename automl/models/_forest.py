"""What both families of forests share: they grow under the clock and stay small enough to ship."""

from __future__ import annotations

from typing import Any, ClassVar

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from ._made import codes_space
from ._targets import scale_space
from .base import Context, Deadline, Family, Fitted, Pace, Params, Rows, copied_bytes, matrix_bytes

__all__ = ["Forest"]

TREES = 120
"""Trees of one model at least."""
_VOTING_TREES = 600
"""Trees of all fold models of a candidate together, which vote as one; fewer folds grow more trees each."""
_BLOCK = 10
_MOST_LEAVES = 500_000
_MOST_CELLS = 3e7


class Forest(Family):
    """Averaged trees that split missing values of their own accord and take category codes as numbers."""

    classifier: ClassVar[type[Any]]
    regressor: ClassVar[type[Any]]
    monotone: ClassVar[bool] = True
    weighted: ClassVar[bool] = True

    def _unsuited(self, context: Context) -> str | None:
        """Refuse tables on which a fit takes minutes."""
        cells = context.n_rows * context.n_columns
        if cells > _MOST_CELLS:
            return f"{cells:.0e} values are more than the {_MOST_CELLS:.0e} on which a forest grows in time."
        return None

    def _memory(self, params: Params, context: Context) -> int:
        """Return the rows as float32, each thread's share of them, and the trees twice: grown and packed."""
        rows = context.learned_rows
        leaves = min(_MOST_LEAVES // context.n_folds, _VOTING_TREES * rows // int(params["min_samples_leaf"]))
        node = 64 + 8 * max(context.n_classes, 1)
        return (
            copied_bytes(context)
            + matrix_bytes(context) // 2
            + 40 * rows * context.n_threads
            + 2 * 2 * leaves * context.n_folds * node
        )

    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        """Return the space: columns tried per split, rows per leaf, and the measure of purity of classes."""
        space: dict[str, BaseDistribution] = {
            "max_features": FloatDistribution(0.1, 1.0),
            "min_samples_leaf": IntDistribution(1, 30, log=True),
        }
        if context.classification:
            space["criterion"] = CategoricalDistribution(("gini", "entropy"))
        return space | codes_space(context) | scale_space(context)

    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        X, y, weight = rows
        most = max(TREES, _VOTING_TREES // max(context.n_folds, 3))
        estimator = (self.classifier if context.classification else self.regressor)(
            **params,
            # All fold models together stay within a bundle's size.
            max_leaf_nodes=max(8, _MOST_LEAVES // (context.n_folds * most)),
            # Missing values are no obstacle: they go to either side of a split, whose sides are kept apart.
            monotonic_cst=context.directions,
            n_jobs=context.n_threads,
            random_state=context.seed,
            warm_start=True,
        )
        pace = Pace(deadline)
        by_clock = False
        # The first block is one tree per thread: the smallest forest there can be, and the price of more.
        sizes = [context.n_threads, *range(_BLOCK, most + 1, _BLOCK)]
        for trees in sorted(set(sizes)):
            estimator.set_params(n_estimators=trees).fit(X, y, weight)
            if trees < most and not pace.fits_another():
                by_clock = True
                break
        # Threads cost more than they save when single rows are predicted.
        estimator.set_params(warm_start=False, n_jobs=None)
        estimator._sample_weight = None  # scikit-learn keeps it to tell which rows a tree has drawn
        return Fitted(estimator, iterations=len(estimator.estimators_), stopped_early_by_clock=by_clock)
