"""Linear models: logistic regression for classes, ridge and elastic net for values."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline

from ._made import codes_space, with_codes
from ._preparation import SCALINGS, most_cells, position_after, prepared_bytes, scaled
from ._targets import centre_and_spread, on_scales, scale_space
from .base import Context, Deadline, Family, Fitted, Pace, Params, Rows, copied_bytes, ignoring_convergence

__all__ = ["Linear"]

_MOST_STEPS = 1000
_MOST_CELLS = 5e7
_BLOCK_CELLS = 3e7


class Linear(Family):
    """Weighted sums of scaled numbers and one-hot categories, shrunk towards zero.

    ``strength`` is the penalty per training row, on the scale of standardised columns (and of the
    standardised target): 1e-5 hardly any, 1 nearly all. ``sparse`` drops columns altogether
    (L1 for classes, nine tenths of L1 for values).

    A column with a direction (`Context.monotone`) stays straight, and is left out where its weight comes out
    with the wrong sign. Where a person must be able to read the model, all columns stay straight.
    """

    name: ClassVar[str] = "linear"
    label: ClassVar[str] = "Linear"
    monotone: ClassVar[bool] = True
    interpretable: ClassVar[bool] = True
    weighted: ClassVar[bool] = True

    def _unsuited(self, context: Context) -> str | None:
        """Refuse tables so large that one fit takes a large part of a short budget."""
        cells = most_cells(context, spline=True)
        if cells * context.outputs**0.5 > _MOST_CELLS:
            return (
                f"One-hot and bent, the table has up to {cells:.0e} values, more than the {_MOST_CELLS:.0e} "
                "(fewer with many classes) that a linear model is fitted to in time."
            )
        return None

    def _memory(self, params: Params, context: Context) -> int:
        """Return the prepared matrix twice: in parts, and put together."""
        return copied_bytes(context) + 2 * prepared_bytes(context, spline=params["scaling"] == "spline")

    def first_candidates(self, context: Context) -> list[Params]:
        """Return a bent one, a straight one and a sparse one."""
        candidates: list[Params] = [
            {"scaling": "spline", "strength": 3e-3, "sparse": False},
            {"scaling": "standard", "strength": 1e-2, "sparse": False},
            {"scaling": "quantile", "strength": 1e-3, "sparse": True},
        ]
        if context.interpretable:
            candidates = [
                {"scaling": "standard", "strength": strength, "sparse": sparse}
                for strength, sparse in ((1e-3, False), (1e-2, False), (1e-3, True))
            ]
        return with_codes(on_scales(candidates, context, log=(0, 2)), context, {})

    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        """Return the space: scaling, penalty and its kind."""
        return {
            "scaling": CategoricalDistribution(SCALINGS[:1] if context.interpretable else SCALINGS),
            "strength": FloatDistribution(1e-6, 1.0, log=True),
            "sparse": CategoricalDistribution((False, True)),
        } | (codes_space(context) | scale_space(context))

    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        X, y, weight = rows
        prepare = scaled(X, context, params["scaling"])
        Z = prepare.fit_transform(X)
        deadline.check("fit the linear model after its columns were prepared")
        strength, sparse = float(params["strength"]), bool(params["sparse"])
        directed = {position_after(prepare, column): sign for column, sign in context.monotone}
        left_out: list[int] = []
        while True:
            if context.classification:
                model, by_clock = _logistic(Z, y, weight, strength, sparse, context.seed, deadline)
            else:
                model, by_clock = _least_squares(Z, y, weight, strength, sparse, deadline)
            weights = model.coef_.reshape(-1, Z.shape[1])
            weights[:, left_out] = 0.0  # exactly: a solver may leave 1e-20 to a column of zeros
            wrong = [j for j, sign in directed.items() if (weights[:, j] * sign < 0).any()]
            if not wrong:
                break
            deadline.check("fit the linear model again without the columns whose weight has the wrong sign")
            left_out += wrong
            Z[:, wrong] = 0.0
        return Fitted(Pipeline([("prepare", prepare), ("model", model)]), stopped_early_by_clock=by_clock)


def _logistic(
    Z: Any,
    y: NDArray[Any],
    weight: NDArray[np.float64] | None,
    strength: float,
    sparse: bool,
    seed: int,
    deadline: Deadline,
) -> tuple[LogisticRegression, bool]:
    model = LogisticRegression(
        C=1 / (strength * _counted(y, weight)),
        l1_ratio=1.0 if sparse else 0.0,
        solver="saga" if sparse else "lbfgs",
        tol=1e-3 if sparse else 1e-4,
        random_state=seed,
        warm_start=True,
    )
    by_clock = _in_blocks(model, Z, y, weight, deadline)
    return model, by_clock


def _least_squares(
    Z: Any,
    y: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    strength: float,
    sparse: bool,
    deadline: Deadline,
) -> tuple[Ridge | ElasticNet, bool]:
    if not sparse:
        ridge = Ridge(alpha=max(strength * _counted(y, weight), 1e-9), solver="cholesky")
        return ridge.fit(Z, y, weight), False
    # The penalty of the elastic net is on the scale of the target (that of ridge is not): learn it on one
    # scale and bring the weights back.
    centre, spread = centre_and_spread(y, weight)
    model = ElasticNet(alpha=strength, l1_ratio=0.9, warm_start=True)
    by_clock = _in_blocks(model, Z, (y - centre) / spread, weight, deadline)
    model.coef_ = model.coef_ * spread
    model.intercept_ = model.intercept_ * spread + centre
    return model, by_clock


def _counted(y: NDArray[Any], weight: NDArray[np.float64] | None) -> float:
    """How many rows there are, as they count: what a penalty per row adds up to."""
    return float(len(y) if weight is None else weight.sum())


def _in_blocks(
    model: Any, Z: Any, y: NDArray[Any], weight: NDArray[np.float64] | None, deadline: Deadline
) -> bool:
    """Fit with warm starts until it converges or no block of steps fits; tell whether the clock ended it.

    The size of a block depends on the table alone, so that without a deadline the result is always the same.
    """
    block = int(np.clip(_BLOCK_CELLS / max(Z.size, 1), 10, 200))
    model.set_params(max_iter=block)
    pace = Pace(deadline)
    by_clock = False
    with ignoring_convergence():
        for _ in range(0, _MOST_STEPS, block):
            model.fit(Z, y, sample_weight=weight)
            if np.max(model.n_iter_) < block:
                break
            if not pace.fits_another():
                by_clock = True
                break
    model.set_params(warm_start=False)
    return by_clock
