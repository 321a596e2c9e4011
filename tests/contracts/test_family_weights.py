"""What every family promises of sample weights: a row of weight 2 counts like two rows, or it says no."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from automl.models import FAMILIES, Context, get_family

from .test_families import KINDS, Table, every_family, every_kind, few_trees, fit, make_table, predict

EXACT: dict[str, tuple[dict[str, Any], float]] = {
    "dummy": ({}, 1e-12),
    "decision_tree": ({"max_depth": 4, "min_samples_leaf": 1}, 1e-12),
    "extra_trees": ({"max_features": 0.5, "min_samples_leaf": 1}, 1e-12),
    "linear": ({"scaling": "standard", "strength": 1e-2, "sparse": False}, 1e-4),
    "hist_gradient_boosting": (
        {"learning_rate": 0.1, "max_leaf_nodes": 4, "min_samples_leaf": 1, "l2_regularization": 1.0,
         "max_features": 0.6},
        1e-5,
    ),
    "lightgbm": (
        {"learning_rate": 0.1, "num_leaves": 4, "feature_fraction": 0.6, "min_data_in_leaf": 1,
         "bagging_fraction": 1.0, "lambda_l1": 0.1, "lambda_l2": 1.0, "extra_trees": False, "pairs": 0},
        1e-5,
    ),
}  # fmt: skip
"""Parameters that count no rows and draw none, and how closely predictions then agree.

Other families draw rows (bootstrap samples, batches): there the trend that the weighted model has learned
must be far closer to that of repeated rows than the one of the unweighted model is.
"""

Rows = tuple[NDArray[np.float64], NDArray[Any], NDArray[np.int64]]


def conflicting(kind: str, *, seed: int = 0) -> tuple[Context, Rows]:
    """Rows of two kinds of opposite trend, as many of both, of which one counts four times.

    Columns hold 1 and -1 only, and to each row there is its opposite: mean, deviation and bins are the same
    whether rows are weighted or repeated.
    """
    rng = np.random.default_rng(seed)
    half = rng.choice([-1.0, 1.0], size=(60, 5))
    heavy = np.arange(60) % 2 == 0
    X, sign = np.vstack([half, -half]), np.tile(np.where(heavy, 1, -1), 2)
    signal = 2 * sign * X[:, 0] + X[:, 1] + rng.normal(size=120)
    classes = KINDS[kind]
    if classes:
        y = np.digitize(signal, np.quantile(signal, np.arange(1, classes) / classes))
    else:
        y = np.round(10 * signal)  # sums of whole numbers are the same in any order
    context, _, _ = make_table(kind)
    context = Context(**(context.__dict__ | {"n_rows": 120, "n_columns": 5, "categorical": ()}))
    return context, (X, y, np.tile(np.where(heavy, 4, 1), 2))


def trend(prediction: NDArray[np.float64], X: NDArray[np.float64]) -> float:
    """By how much predictions (of the last class) rise with the first column."""
    last = prediction if prediction.ndim == 1 else prediction[:, -1]
    return float(last[X[:, 0] > 0].mean() - last[X[:, 0] < 0].mean())


def repeated(rows: Rows) -> tuple[NDArray[np.float64], NDArray[Any]]:
    X, y, counts = rows
    return np.repeat(X, counts, axis=0), np.repeat(y, counts)


@few_trees
@every_kind
@pytest.mark.parametrize("name", sorted(name for name in FAMILIES if FAMILIES[name].weighted))
@pytest.mark.parametrize("validated", [False, True])
def test_a_row_of_weight_four_counts_like_four_rows(name: str, kind: str, validated: bool) -> None:
    context, rows = conflicting(kind)
    _, valid = conflicting(kind, seed=1)
    X, y, counts = rows
    params, closely = EXACT.get(name, (get_family(name).first_candidates(context)[0], None))
    if "criterion" in get_family(name).distributions(context):
        params = params | {"criterion": "entropy"}
    valid_repeated = repeated(valid)
    by_weight = {"X_valid": valid[0], "y_valid": valid[1]} if validated else {}
    by_rows = {"X_valid": valid_repeated[0], "y_valid": valid_repeated[1]} if validated else {}
    plain = fit(name, (context, X, y), params=params, **by_weight)
    again = fit(name, (context, *repeated(rows)), params=params, **by_rows)
    if validated:
        by_weight["sample_weight_valid"] = valid[2].astype(float)
    table: Table = (context, X, y)
    weighted = fit(name, table, params=params, sample_weight=counts.astype(float), **by_weight)
    found, wanted, before = (predict(model, X) for model in (weighted, again, plain))
    scale = 1.0 if context.classification else float(np.std(y))
    if closely is None:
        found, wanted, before = (trend(each, X) for each in (found, wanted, before))
        assert abs(found - wanted) < 0.4 * abs(before - wanted)
        return
    np.testing.assert_allclose(found, wanted, atol=closely * scale)
    assert weighted.iterations == again.iterations
    if name != "dummy":
        assert np.abs(before - wanted).max() > 0.02 * scale


@every_family
def test_who_cannot_weight_rows_says_so(name: str) -> None:
    family = get_family(name)
    context, X, y = make_table("binary", weighted=True, interpretable=family.interpretable)
    reason = family.unavailable(context)
    if family.weighted:
        assert reason is None
        return
    assert "cannot let rows count differently" in str(reason)
    with pytest.raises(ValueError, match="fit it without weights"):
        fit(name, (context, X, y), sample_weight=np.ones(len(y)))


@few_trees
@every_kind
@pytest.mark.parametrize("name", sorted(name for name in FAMILIES if FAMILIES[name].weighted))
def test_the_logarithm_and_gaps_and_categories_go_with_weights(name: str, kind: str) -> None:
    """Of an ordinary table every first candidate can be weighted, and no weight is kept in the model."""
    context, X, y = make_table(kind, log_target="log" if kind == "regression" else "")
    y = np.exp(y / 100) if kind == "regression" else y
    weight = np.random.default_rng(0).exponential(size=len(y))
    for params in get_family(name).first_candidates(context)[:2]:
        fitted = fit(
            name, (context, X[:120], y[:120]), params=params, X_valid=X[120:], y_valid=y[120:],
            sample_weight=weight[:120], sample_weight_valid=weight[120:],
        )  # fmt: skip
        assert np.isfinite(predict(fitted, X)).all()
        assert not holds(fitted.estimator, weight[:120])


def holds(estimator: Any, weight: NDArray[np.float64]) -> bool:
    """Whether an attribute of the estimator, or of a step of it, is the weights."""
    inner = [estimator, *(step for _, step in getattr(estimator, "steps", ()))]
    inner.append(getattr(estimator, "regressor_", None))
    arrays = [each for one in inner for each in vars(one or object).values() if isinstance(each, np.ndarray)]
    return any(each.shape == weight.shape and np.allclose(each, weight) for each in arrays)
