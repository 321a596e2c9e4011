"""Neural networks: a perceptron of one to three layers, trained epoch by epoch under the clock."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from ._made import codes_space, with_codes
from ._preparation import SCALINGS, most_cells, prepared_bytes, scaled
from ._targets import centre_and_spread, on_scales, scale_space
from .base import Context, Deadline, Family, Fitted, Pace, Params, Rows, copied_bytes

__all__ = ["MLP"]

_MOST_CELLS = 1e7
_MOST_EPOCHS = 150
_EPOCHS_UNVALIDATED = 15
_PATIENCE = 12
_AVERAGED = 0.8  # of the average of weights that stays from epoch to epoch
_CLEARLY = 0.97  # times the loss of the average: what is below is clearly better

Weights = list[NDArray[np.float64]]


class MLP(Family):
    """Layers of rectified units, trained by Adam; the best epoch on the validation rows is kept."""

    name: ClassVar[str] = "mlp"
    label: ClassVar[str] = "Neural network"
    weighted: ClassVar[bool] = True

    def _unsuited(self, context: Context) -> str | None:
        """Refuse tables that leave no time for enough epochs."""
        cells = most_cells(context)
        if cells > _MOST_CELLS:
            return f"Up to {cells:.0e} values (one-hot) are more than the {_MOST_CELLS:.0e} learnt in time."
        return None

    def _memory(self, params: Params, context: Context) -> int:
        """Return the prepared matrix twice, in parts and put together; a network is small beside it."""
        return copied_bytes(context) + 2 * prepared_bytes(context, spline=params["scaling"] == "spline")

    def first_candidates(self, context: Context) -> list[Params]:
        """Return a deep and patient network and a flat one with strong decay."""
        candidates: list[Params] = [
            {"layers": 2, "width": 128, "learning_rate": 5e-4, "alpha": 0.1, "scaling": "quantile"},
            {"layers": 1, "width": 128, "learning_rate": 2e-3, "alpha": 0.3, "scaling": "quantile"},
        ]
        return with_codes(on_scales(candidates, context, log=(0,)), context, {1: "means"})

    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        """Return the space: shape, rate, decay, scale."""
        return {
            "layers": IntDistribution(1, 3),
            "width": IntDistribution(16, 256, log=True),
            "learning_rate": FloatDistribution(3e-4, 2e-2, log=True),
            "alpha": FloatDistribution(1e-4, 10.0, log=True),
            "scaling": CategoricalDistribution(SCALINGS),
        } | (codes_space(context) | scale_space(context))

    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        X, y, weight = rows
        prepare = scaled(X, context, params["scaling"])
        Z = prepare.fit_transform(X)
        deadline.check("train the first epoch after the columns were prepared")
        centre, spread = (0.0, 1.0) if context.classification else centre_and_spread(y, weight)
        kind = MLPClassifier if context.classification else MLPRegressor
        model = kind(
            hidden_layer_sizes=(int(params["width"]),) * int(params["layers"]),
            learning_rate_init=float(params["learning_rate"]),
            alpha=float(params["alpha"]),
            batch_size=int(np.clip(len(Z) // 30, 16, 256)) if len(Z) > 16 else len(Z),
            random_state=context.seed,
        )
        target = y if context.classification else (y - centre) / spread
        judging = None
        if valid is not None:
            judged = valid.y if context.classification else (valid.y - centre) / spread
            judging = Rows(prepare.transform(valid.X), judged, valid.weight)
        with threadpool_limits(limits=context.n_threads, user_api="blas"):
            epochs, by_clock = _train(model, Rows(Z, target, weight), judging, deadline)
        if not context.classification:
            # The last layer is linear: folded into it, the target's scale needs no further step.
            model.coefs_[-1] = model.coefs_[-1] * spread
            model.intercepts_[-1] = model.intercepts_[-1] * spread + centre
        return Fitted(
            Pipeline([("prepare", prepare), ("model", model)]),
            iterations=epochs,
            stopped_early_by_clock=by_clock,
        )


def _train(model: Any, rows: Rows, valid: Rows | None, deadline: Deadline) -> tuple[int, bool]:
    """Train until the validation loss has not fallen for some epochs; keep the best weights.

    What is judged, and kept, is a moving average of the weights over the epochs (as in Polyak and Juditsky,
    "Acceleration of stochastic approximation by averaging", SIAM J. Control Optim. 1992). It begins anew
    where the latest weights are clearly better: then they still have far to go.

    Returns the number of epochs kept, and whether the clock ended the training.
    """
    Z, y, weight = rows
    known = {"classes": np.unique(y)} if isinstance(model, MLPClassifier) else {}
    seed = model.random_state
    # From a number, each `partial_fit` would shuffle anew as the first one did: the same rows in the same
    # batches in every epoch.
    model.random_state = np.random.RandomState(seed)
    average: Weights = []
    pace = Pace(deadline)
    best, kept, weights, by_clock = np.inf, 0, None, False
    for epoch in range(1, (_EPOCHS_UNVALIDATED if valid is None else _MOST_EPOCHS) + 1):
        model.partial_fit(Z, y, sample_weight=weight, **known)
        latest: Weights = [*model.coefs_, *model.intercepts_]
        average = [
            _AVERAGED * old + (1 - _AVERAGED) * new
            for old, new in zip(average or latest, latest, strict=True)
        ]
        loss = -float(epoch)
        if valid is not None:
            loss_of_latest = _loss(model, valid)
            _set_weights(model, average)
            loss = _loss(model, valid)
            if not loss_of_latest >= _CLEARLY * loss:
                average, loss = [each.copy() for each in latest], loss_of_latest
            _set_weights(model, latest)
        if loss < best:
            best, kept, weights = loss, epoch, average
        if epoch - kept >= _PATIENCE:
            break
        if not pace.fits_another():
            by_clock = True
            break
    if weights is None:
        raise FloatingPointError("The network diverged in its first epoch; use a smaller learning rate.")
    _set_weights(model, weights)
    model.random_state = seed
    # The state of the optimiser is as large as the network twice over, and of no use any more.
    del model._optimizer
    return kept, by_clock


def _set_weights(model: Any, weights: Weights) -> None:
    half = len(model.coefs_)
    model.coefs_, model.intercepts_ = weights[:half], weights[half:]


def _loss(model: Any, rows: Rows) -> float:
    """Return the log loss or the squared error."""
    Z, y, weight = rows
    if not isinstance(model, MLPClassifier):
        return float(np.average((model.predict(Z) - y) ** 2, weights=weight))
    proba = model.predict_proba(Z)[np.arange(len(y)), np.searchsorted(model.classes_, y)]
    return float(-np.average(np.log(np.clip(proba, 1e-12, 1)), weights=weight))
