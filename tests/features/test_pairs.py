"""Columns made of two others: what they hold, that stock classes make them, and which are chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from automl.bundle.trusted import dump_model, load_model
from automl.features import OPERATIONS, beside, pair_columns
from automl.models import Context, _made, get_family
from automl.models._additive import untold
from automl.models._made import MOST_PAIRS, append_columns, made_bytes
from automl.models._pairs import choose_pairs


def test_each_operation_makes_its_column() -> None:
    X = np.array([[6.0, 3.0, -2.0], [1.0, 0.0, 4.0], [np.nan, 1.0, 5.0]])
    pairs = {"sum": [(0, 1)], "product": [(1, 2)], "difference": [(0, 1), (2, 0)], "ratio": [(0, 1), (2, 1)]}
    step = beside(pair_columns(pairs)).fit(X)
    made = step.transform(X)
    np.testing.assert_array_equal(made[:, :3], X)
    np.testing.assert_allclose(made[:, 3], np.arctan2(X[:, 0], X[:, 1]))
    np.testing.assert_allclose(made[:, 4], np.arctan2(X[:, 2], X[:, 1]))
    np.testing.assert_allclose(made[:, 5], X[:, 1] - X[:, 0])
    np.testing.assert_allclose(made[:, 6], X[:, 0] - X[:, 2])
    np.testing.assert_allclose(made[:, 7], X[:, 1] * X[:, 2])
    np.testing.assert_allclose(made[:, 8], X[:, 0] + X[:, 1])
    assert made.shape == (3, 9)
    np.testing.assert_array_equal(step.transform(X[:1]), made[:1])
    assert step.transform(X[:0]).shape == (0, 9)


def test_the_angle_orders_like_the_ratio_and_is_a_number_at_zero() -> None:
    rng = np.random.default_rng(0)
    X = np.exp(3 * rng.normal(size=(500, 2)))
    step = beside(pair_columns({"ratio": [(0, 1)]}))
    angle = step.fit_transform(X)[:, 2]
    np.testing.assert_array_equal(np.argsort(angle), np.argsort(X[:, 0] / X[:, 1]))
    assert np.isfinite(step.fit_transform(np.zeros((3, 2)))).all()


def rows(operation: str, task: str) -> tuple[Context, Any, Any]:
    """Make a target that depends on one pair among eight lognormal columns, and on one more column."""
    rng = np.random.default_rng(1)
    X = np.exp(0.7 * rng.normal(size=(3000, 8)))
    made = {
        "ratio": X[:, 3] / X[:, 5], "difference": X[:, 5] - X[:, 3], "product": X[:, 3] * X[:, 5],
        "sum": X[:, 3] + X[:, 5],
    }[operation]  # fmt: skip
    signal = made + 0.1 * X[:, 0] + 0.1 * rng.normal(size=3000)
    y = signal if task == "regression" else np.digitize(signal, np.quantile(signal, [0.4, 0.8]))
    return Context(task=task, n_rows=3000, n_columns=8, n_classes=0 if task == "regression" else 3), X, y


@pytest.mark.parametrize("task", ["regression", "multiclass"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_pair_that_matters_is_among_the_first(operation: str, task: str) -> None:
    context, X, y = rows(operation, task)
    assert (3, 5) in choose_pairs(untold(X, y, context), context, 6)[operation]


def test_a_ratio_is_learnt_better_with_pairs_and_the_model_can_be_shipped() -> None:
    context, X, y = rows("ratio", "regression")
    family = get_family("lightgbm")
    params = family.first_candidates(context)[1]
    assert params["pairs"]

    def fit(pairs: int) -> Any:
        return family.fit(
            params | {"pairs": pairs}, context, X[:1500], y[:1500], X_valid=X[1500:2000], y_valid=y[1500:2000]
        ).estimator

    plain, paired = fit(0), fit(16)
    errors = [float(np.sqrt(np.mean((each.predict(X[2000:]) - y[2000:]) ** 2))) for each in (plain, paired)]
    assert errors[1] < 0.8 * errors[0]
    again = load_model(dump_model(paired)).model
    np.testing.assert_array_equal(again.predict(X), paired.predict(X))


def test_no_pairs_where_there_are_no_two_numbers() -> None:
    X = np.column_stack([np.arange(40) % 3, np.arange(40.0), np.full(40, np.nan), np.arange(40) % 2])
    y = np.arange(40) % 2
    context = Context(task="binary", n_rows=40, n_columns=4, n_classes=2, categorical=(0,))
    assert choose_pairs(untold(X, y, context), context, 8) == {}
    alone = Context(task="binary", n_rows=40, n_columns=2, n_classes=2, categorical=(0,))
    assert "pairs" not in get_family("lightgbm").distributions(alone)


def test_in_blocks_they_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = np.random.default_rng(1).normal(size=(1050, 4)), np.zeros(1050)
    X[::9, 1] = np.nan
    make = beside(pair_columns({"ratio": [(0, 1), (2, 3)], "product": [(1, 2)]}))
    whole = append_columns(make, X, y)
    assert whole.shape == (1050, 7)
    np.testing.assert_array_equal(whole, make.fit_transform(X))
    monkeypatch.setattr(_made, "_ROWS_AT_ONCE", 100)
    np.testing.assert_array_equal(append_columns(make, X, y), whole)
    np.testing.assert_array_equal(make.transform(X), whole)


def test_what_they_take_is_foretold() -> None:
    params = {"pairs": MOST_PAIRS, "codes": "own"}
    few, many = (Context("regression", n, 20, 0, n_judged=n // 5, n_folds=1) for n in (50_000, 500_000))
    assert made_bytes(params, many) == 8 * many.learned_rows * 36
    assert made_bytes(params, few) > 2 * 8 * few.learned_rows * 36
    assert made_bytes(params | {"codes": "means"}, many) > 2 * 8 * many.learned_rows * 36
    assert made_bytes(params | {"pairs": 0}, many) == 0
