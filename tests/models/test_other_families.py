"""What is particular to forests, linear models, neighbours and networks, and to the steps before them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor

from automl.models import Context, get_family, mlp
from automl.models._preparation import scaled


def context(X: NDArray[np.float64], task: str = "regression", **more: Any) -> Context:
    classes = 0 if task == "regression" else 2
    return Context(task=task, n_rows=len(X), n_columns=X.shape[1], n_classes=classes, **more)


def line(rows: int = 300) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, 6))
    return X, X[:, 0] - 2 * X[:, 1] + 0.1 * rng.normal(size=rows)


@pytest.mark.parametrize("name", ["extra_trees", "random_forest"])
def test_all_forests_of_a_candidate_fit_into_a_bundle(name: str) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6000, 2))
    y = rng.normal(size=6000)
    family = get_family(name)
    asked = context(X, n_folds=8)
    fitted = family.fit(family.first_candidates(asked)[0], asked, X, y)
    leaves = sum(tree.get_n_leaves() for tree in fitted.estimator.estimators_)
    assert leaves * asked.n_folds <= 500_000
    assert fitted.iterations == len(fitted.estimator.estimators_)


@pytest.mark.parametrize("name", ["extra_trees", "random_forest"])
def test_a_forest_grown_in_blocks_is_the_forest_grown_at_once(name: str) -> None:
    X, y = line()
    family = get_family(name)
    fitted = family.fit(family.first_candidates(context(X))[0], context(X, seed=4), X, y)
    again = type(fitted.estimator)(**fitted.estimator.get_params()).fit(X, y)
    np.testing.assert_array_equal(fitted.estimator.predict(X), again.predict(X))


@pytest.mark.parametrize("name", ["linear", "mlp"])
@pytest.mark.parametrize("candidate", [0, 1, 2])
def test_the_unit_of_the_target_does_not_matter(name: str, candidate: int) -> None:
    X, y = line()
    family = get_family(name)
    candidates = family.first_candidates(context(X))
    params = candidates[candidate % len(candidates)]
    more = {"X_valid": X[250:]}
    small = family.fit(params, context(X), X[:250], y[:250], y_valid=y[250:], **more)
    large = family.fit(params, context(X), X[:250], 1e6 * y[:250] + 5e7, y_valid=1e6 * y[250:] + 5e7, **more)
    expected = 1e6 * small.estimator.predict(X) + 5e7
    np.testing.assert_allclose(large.estimator.predict(X), expected, rtol=1e-4, atol=1e4)


def test_a_sparse_linear_model_drops_columns() -> None:
    X, y = line()
    family = get_family("linear")
    for task, target in (("regression", y), ("binary", (y > 0).astype(int))):
        params = {"scaling": "standard", "strength": 0.05, "sparse": True}
        model = family.fit(params, context(X, task), X, target).estimator.named_steps["model"]
        used = np.abs(np.ravel(model.coef_)) > 1e-6
        assert used[:2].all()
        assert not used[2:].any()


def test_a_spline_bends_a_linear_model() -> None:
    X, _ = line()
    y = X[:, 0] ** 2
    family = get_family("linear")
    errors = {}
    for scaling in ("standard", "spline"):
        params = {"scaling": scaling, "strength": 1e-3, "sparse": False}
        fitted = family.fit(params, context(X), X[:200], y[:200])
        errors[scaling] = np.std(fitted.estimator.predict(X[200:]) - y[200:])
    assert errors["spline"] < 0.3 * errors["standard"]


def test_neighbours_are_never_more_than_there_are_rows() -> None:
    X, y = line(rows=12)
    family = get_family("k_nearest_neighbors")
    fitted = family.fit(family.first_candidates(context(X))[0], context(X), X, y)
    assert fitted.estimator.named_steps["model"].n_neighbors <= 12


def test_a_network_keeps_no_optimizer() -> None:
    X, y = line()
    family = get_family("mlp")
    fitted = family.fit(family.first_candidates(context(X))[0], context(X), X, y)
    assert not hasattr(fitted.estimator.named_steps["model"], "_optimizer")


def test_a_network_sees_other_batches_in_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = line()
    seen: list[bytes] = []
    backprop = MLPRegressor._backprop

    def watched(self: MLPRegressor, batch: NDArray[np.float64], *args: Any) -> Any:
        seen.append(np.sort(batch[:, 0]).tobytes())
        return backprop(self, batch, *args)

    monkeypatch.setattr(MLPRegressor, "_backprop", watched)
    family = get_family("mlp")
    fitted = family.fit(family.first_candidates(context(X))[0], context(X, seed=3), X, y)
    batches = -(-len(X) // fitted.estimator.named_steps["model"].batch_size)
    assert len(seen) == batches * fitted.iterations >= 10 * batches
    assert len(set(seen)) > 0.9 * len(seen)
    # The model that is kept can be cloned: its seed is a number again.
    assert fitted.estimator.named_steps["model"].random_state == 3


def test_a_network_averages_its_weights() -> None:
    """With a large rate and a noisy target weights jump about the best ones."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 6))
    signal = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2]
    y = signal + 0.5 * rng.normal(size=3000)
    family = get_family("mlp")
    params = {"layers": 1, "width": 32, "learning_rate": 0.02, "alpha": 1e-4, "scaling": "standard"}
    learned, judging, new = slice(800), slice(800, 1000), slice(1000, None)

    def error(seed: int) -> float:
        """Of new rows, beyond their noise."""
        more = {"X_valid": X[judging], "y_valid": y[judging]}
        fitted = family.fit(params, context(X, seed=seed), X[learned], y[learned], **more)
        return float(np.mean((fitted.estimator.predict(X[new]) - signal[new]) ** 2))

    averaged = np.mean([error(seed) for seed in range(4)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mlp, "_AVERAGED", 0.0)
        latest = np.mean([error(seed) for seed in range(4)])
    assert averaged < 0.95 * latest, (averaged, latest)


@pytest.mark.parametrize("scaling", ["standard", "quantile", "spline"])
def test_prepared_columns_are_complete_and_on_one_scale(scaling: str) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 4)) * 1000
    X[:, 1] = np.exp(X[:, 1] / 300)
    X[:, 3] = rng.integers(0, 5, size=400)
    X[rng.random(X.shape) < 0.1] = np.nan
    prepare = scaled(X, context(X, categorical=(3,)), scaling)
    Z = prepare.fit_transform(X)
    assert np.isfinite(Z).all()
    assert np.abs(Z).max() < 25
    # Codes: one column for each of five values and one for missing ones, exactly one of them 1.
    assert (Z[:, -6:].sum(axis=1) == 1).all()
    unseen = X[:1].copy()
    unseen[0, 3] = 99
    assert np.isfinite(prepare.transform(unseen)).all()


def test_ranks_tame_skewed_columns_only() -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=500), np.exp(3 * rng.normal(size=500))])
    Z = scaled(X, context(X), "quantile").fit_transform(X)
    np.testing.assert_allclose(Z[:, 0], (X[:, 0] - X[:, 0].mean()) / X[:, 0].std())
    assert abs((Z[:, 1] ** 3).mean()) < 0.2


def test_rare_codes_share_a_column() -> None:
    codes = np.r_[np.zeros(200), np.ones(200), np.arange(2, 30)]
    X = codes.reshape(-1, 1)
    prepare = scaled(X, context(X, categorical=(0,)), "standard")
    assert prepare.fit_transform(X).shape[1] == 3
    # An unseen code is as rare as can be.
    np.testing.assert_array_equal(prepare.transform([[77.0]]), prepare.transform([[5.0]]))
