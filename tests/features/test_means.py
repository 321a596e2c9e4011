"""Mean targets of categories: what they hold, that they tell no row its own target, and which are crossed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from automl.bundle.trusted import dump_model, load_model
from automl.features import beside, mean_columns
from automl.models import Context, get_family
from automl.models._additive import untold
from automl.models._crosses import choose_crosses

KINDS = {"binary": 2, "multiclass": 3, "regression": 0}


def test_new_rows_get_the_mean_of_their_code_and_unknown_ones_that_of_all() -> None:
    X = np.repeat([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [np.nan, 1.0]], 500, axis=0)
    y = np.repeat([0.0, 4.0, 10.0, 20.0], 500)
    step = beside(mean_columns([0, 1], [(0, 1)], task="regression", seed=0))
    assert step.fit_transform(X, y).shape == (2000, 5)
    made = step.transform(np.array([[0.0, 1.0], [1.0, 0.0], [np.nan, 1.0], [7.0, 9.0]]))
    np.testing.assert_array_equal(made[:, :2], [[0, 1], [1, 0], [np.nan, 1], [7, 9]])
    np.testing.assert_allclose(made[:, 2], [2, 10, 20, 8.5], rtol=0.01)
    np.testing.assert_allclose(made[:, 3], [12, 5, 12, 8.5], rtol=0.01)
    np.testing.assert_allclose(made[:, 4], [4, 10, 20, 8.5], rtol=0.01)


def test_more_classes_have_a_mean_each() -> None:
    X = np.repeat([[0.0], [1.0]], 60, axis=0)
    y = np.tile([0, 1, 2], 40)
    step = beside(mean_columns([0], [], task="multiclass", seed=0))
    assert step.fit_transform(X, y).shape == (120, 4)
    np.testing.assert_allclose(step.transform(X)[:, 1:], 1 / 3, atol=1e-9)


def test_a_training_row_is_not_told_its_own_target() -> None:
    """Each code has four rows and the target is chance: in its own row, a mean would show it."""
    rng = np.random.default_rng(0)
    X = (np.arange(4000) % 1000).astype(float)[:, None]
    y = rng.integers(0, 2, 4000)
    step = beside(mean_columns([0], [], task="binary", seed=0))
    fitted = step.fit_transform(X, y)[:, 1]
    assert abs(np.corrcoef(fitted, y)[0, 1]) < 0.05
    assert np.corrcoef(step.transform(X)[:, 1], y)[0, 1] > 0.3


def noise(kind: str, rows: int = 900) -> tuple[Context, Any, Any]:
    """A target that depends on one number; two categories of many codes that say nothing."""
    rng = np.random.default_rng(2)
    X = np.column_stack([rng.normal(size=rows), rng.integers(0, 300, rows), rng.integers(0, 30, rows)])
    signal = X[:, 0] + rng.normal(size=rows)
    y = signal if kind == "regression" else np.digitize(signal, [-0.5, 0.5][: KINDS[kind] - 1])
    metric = "rmse" if kind == "regression" else "log_loss"
    return Context(kind, rows, 3, KINDS[kind], (1, 2), metric=metric, n_folds=3), X, y


def crossed(kind: str) -> tuple[Context, Any, Any]:
    context, X, y = noise(kind, rows=2400)
    X[:, 1] %= 12
    X[:, 2] %= 10
    effect = 2 * np.random.default_rng(3).normal(size=(12, 10))
    told = X[:, 0] + effect[X[:, 1].astype(int), X[:, 2].astype(int)]
    y = told if kind == "regression" else np.digitize(told, [-0.5, 0.5][: KINDS[kind] - 1])
    return context, X, y


@pytest.mark.parametrize("kind", KINDS)
def test_crosses_of_noise_are_not_chosen_and_the_one_that_matters_is(kind: str) -> None:
    context, X, y = noise(kind, rows=2400)
    assert choose_crosses(untold(X, y, context), context, 8) == []
    context, X, y = crossed(kind)
    assert choose_crosses(untold(X, y, context), context, 8) == [(1, 2)]


def test_a_category_of_noise_makes_no_score_better_than_chance() -> None:
    """Nothing can be learnt; a mean that held a row's own target would look perfect while learning."""
    rng = np.random.default_rng(5)
    X = np.column_stack([rng.normal(size=900), rng.integers(0, 300, 900), rng.integers(0, 40, 900)])
    y = rng.integers(0, 2, 900)
    context = Context("binary", 900, 3, 2, (1, 2), metric="log_loss", n_folds=3)
    family = get_family("lightgbm")
    params = family.first_candidates(context)[0] | {"codes": "crosses"}
    part = np.arange(900) % 3
    losses = []
    for fold in range(3):
        learn, judge = part != fold, part == fold
        model = family.fit(params, context, X[learn], y[learn]).estimator
        for rows, own in ((judge, False), (learn, True)):
            probability = model.predict_proba(X[rows])[np.arange(rows.sum()), y[rows]]
            losses.append((own, -np.log(probability).mean()))
    assert np.mean([loss for own, loss in losses if not own]) > np.log(2)
    made = model.named_steps["make"]
    gains = model.named_steps["model"].booster_.feature_importance("gain")
    assert len(gains) == made.transform(X[:1]).shape[1] == 5
    # The number, as meaningless as the means, is used more than both of them together.
    assert gains[3:].sum() < gains[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cross_is_learnt_better_as_a_column_and_the_model_can_be_shipped(kind: str) -> None:
    context, X, y = crossed(kind)
    family = get_family("lightgbm")
    params = family.first_candidates(context)[2] | {"learning_rate": 0.1}

    def fit(codes: str) -> Any:
        return family.fit(
            params | {"codes": codes}, context, X[:1200], y[:1200], X_valid=X[1200:1600], y_valid=y[1200:1600]
        ).estimator

    def loss(model: Any) -> float:
        if kind == "regression":
            return float(np.mean((model.predict(X[1600:]) - y[1600:]) ** 2))
        return float(-np.log(model.predict_proba(X[1600:])[np.arange(800), y[1600:]]).mean())

    plain, model = fit("own"), fit("crosses")
    assert loss(model) < 0.8 * loss(plain)
    again = load_model(dump_model(model)).model
    X[:5, 1], X[5:9, 2], X[9, :] = np.nan, 77, np.nan
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_codes_are_a_choice_only_where_there_are_categories() -> None:
    family = get_family("lightgbm")

    def choices(**facts: Any) -> Any:
        space = family.distributions(Context("multiclass", 500, 4, **{"n_classes": 3} | facts))
        return getattr(space.get("codes"), "choices", None)

    assert choices() is None
    assert choices(categorical=(1,)) == ("own", "means")
    assert choices(categorical=(1, 3)) == ("own", "means", "crosses")
    assert choices(categorical=(1, 3), n_classes=30) is None


def test_the_memory_of_made_columns_is_counted() -> None:
    context = Context("regression", 100_000, 12, 0, (0, 1, 2), metric="rmse")
    for name in ("lightgbm", "hist_gradient_boosting", "random_forest", "linear", "mlp"):
        family = get_family(name)
        own = family.first_candidates(context)[0] | {"codes": "own"}
        grown = [family.memory(own | {"codes": codes}, context) for codes in ("own", "means", "crosses")]
        matrix = 8 * context.learned_rows
        assert grown[0] + 2 * (12 + 3) * matrix <= grown[1]
        assert grown[1] + 2 * 8 * matrix <= grown[2] < grown[0] + 20 * (12 + 11) * matrix
