"""Intervals and sets hold the truth as often as they promise: simulated, and on real tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from automl.conformal import Conformal
from automl.errors import SettingError
from automl.metrics import get_metric
from automl.search.coverage import cross_fitted_coverage, measured_coverage
from automl.search.ensemble import library, select_ensemble
from automl.task import Task

NUMBER = Task(kind="regression", target="y", classes=None, metric="rmse")
SPECIES = Task(kind="multiclass", target="y", classes=("a", "b", "c"), metric="log_loss")


def share_inside(conformal: Conformal, y: np.ndarray, prediction: np.ndarray, level: float) -> float:
    low, high = conformal.interval(prediction, level)
    return float(np.mean((low <= y) & (y <= high)))


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_weighted_calibration_covers_the_weighted_population(level: float) -> None:
    """Rows of the wide kind are sampled at a fifth of the rate; unweighted, they would be held too seldom."""
    rng = np.random.default_rng(0)

    def sample(rows: int, share: float) -> tuple[np.ndarray, np.ndarray]:
        wide = rng.random(rows) < share
        return np.where(wide, 3.0, 1.0) * rng.normal(size=rows), np.where(wide, 5.0, 1.0)

    held: dict[str, list[float]] = {"weighted": [], "plain": []}
    for _ in range(600):
        y, weight = sample(150, 1 / 6)
        fresh, _ = sample(200, 1 / 2)
        for name, given in {"weighted": weight, "plain": None}.items():
            conformal = Conformal.of_values(y, np.zeros(150), given)
            held[name].append(share_inside(conformal, fresh, np.zeros(200), level))
    # 150 such rows tell what some 83 of equal weight do, whose rank 68 of 84 promises 0.81 for 0.8.
    assert level - 0.01 < np.mean(held["weighted"]) < level + 0.02
    assert np.mean(held["plain"]) < level - 0.05


def test_equal_weights_change_nothing_and_unequal_ones_tell_less() -> None:
    rng = np.random.default_rng(0)
    scores, prediction = rng.exponential(size=400), rng.normal(size=400)
    y = prediction + scores
    for unit in (0.1, 1.0, 3.0):
        weighted = Conformal.of_values(y, prediction, np.full(400, unit))
        assert weighted == Conformal.of_values(y, prediction)
    weight = rng.exponential(size=400)
    unequal = Conformal.of_values(y, prediction, weight)
    assert unequal.rows == int(weight.sum() ** 2 / (weight**2).sum())
    counts = rng.integers(1, 4, size=400)
    doubled = Conformal._of_scores(scores, counts.astype(float))
    repeated = np.sort(np.repeat(scores, counts))
    for level in (0.5, 0.8, 0.9):
        needed = level * (1 + 1 / doubled.rows)
        exact = repeated[int(np.ceil(needed * len(repeated))) - 1]
        assert exact <= doubled.threshold(level) <= np.quantile(repeated, min(needed + 0.01, 1.0))
    proba = rng.dirichlet(np.ones(3), size=400)
    labels = rng.integers(0, 3, size=400)
    assert Conformal.of_classes(labels, proba, np.full(400, 2.0)) == Conformal.of_classes(labels, proba)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_the_mean_coverage_over_calibrations_is_the_level(level: float) -> None:
    """With n = 99 the promise ceil((n + 1) · level) / (n + 1) is the level exactly; the tails are heavy."""
    rng = np.random.default_rng(0)
    held = []
    for _ in range(2_000):
        conformal = Conformal.of_values(rng.standard_t(3, 99), np.zeros(99))
        held.append(share_inside(conformal, rng.standard_t(3, 100), np.zeros(100), level))
    assert abs(np.mean(held) - level) < 4 * np.std(held) / np.sqrt(len(held))


def test_a_level_that_the_rows_cannot_promise_is_refused() -> None:
    conformal = Conformal.of_values(np.arange(9.0), np.zeros(9))
    assert conformal.threshold(0.9) == 8  # the largest of nine: rank 9 of 10
    with pytest.raises(SettingError, match=r"9 rows cannot promise 0\.91.*0\.9 at most"):
        conformal.threshold(0.91)
    for level in (0.0, 1.0, float("nan")):
        with pytest.raises(SettingError, match="between 0 and 1"):
            conformal.threshold(level)


def test_where_the_error_grows_with_the_prediction_the_interval_does() -> None:
    rng = np.random.default_rng(0)
    prediction, fresh = rng.uniform(1, 10, 4_000), rng.uniform(1, 10, 40_000)
    conformal = Conformal.of_values(prediction + prediction * rng.normal(size=4_000), prediction)
    y = fresh + fresh * rng.normal(size=40_000)
    plain = Conformal._of_scores(np.abs(rng.uniform(1, 10, 4_000) * rng.normal(size=4_000)))
    for low, high in ((1, 3), (3, 6), (6, 10)):
        part = (fresh >= low) & (fresh < high)
        assert abs(share_inside(conformal, y[part], fresh[part], 0.9) - 0.9) < 0.03
    widths = [np.mean(np.subtract(*reversed(each.interval(fresh, 0.9)))) for each in (conformal, plain)]
    assert widths[0] < 0.95 * widths[1]


def test_where_the_error_is_the_same_everywhere_one_width_is_kept() -> None:
    rng = np.random.default_rng(0)
    prediction = rng.uniform(1, 10, 4_000)
    low, high = Conformal.of_values(prediction + rng.normal(size=4_000), prediction).interval(prediction, 0.9)
    np.testing.assert_allclose(high - low, 2 * 1.645, rtol=0.1)


def test_weights_chosen_on_the_same_rows_cost_less_than_a_point() -> None:
    """The worst case: every model of the library is as good, so that the selection fits noise only."""
    rng = np.random.default_rng(0)
    metric, n, held = get_metric("rmse", "regression"), 400, []
    for _ in range(20):
        y = rng.normal(size=n + 4_000)
        models = [y + rng.normal(size=len(y)) for _ in library(["one"] * 50, n)]
        weights = select_ensemble([each[:n] for each in models], y[:n], metric)
        vote = np.tensordot(weights, np.stack(models), axes=1)
        held.append(share_inside(Conformal.of_values(y[:n], vote[:n]), y[n:], vote[n:], 0.9))
    assert 0.89 < np.mean(held) < 0.91


def test_sets_hold_the_true_class_and_none_is_empty() -> None:
    rng = np.random.default_rng(0)
    p = rng.dirichlet([1, 1, 1], 21_000)
    y = (rng.random(len(p))[:, None] > p.cumsum(axis=1)).sum(axis=1)
    conformal = Conformal.of_classes(y[:1_000], p[:1_000])
    found = measured_coverage(SPECIES, conformal, y[1_000:], p[1_000:])
    for level in found["levels"]:
        assert abs(level["measured"] - level["level"]) < 0.025
        assert 1 < level["size"] < 3
    assert conformal.sets(p, 0.1).sum(axis=1).min() == 1


def test_thinned_scores_promise_no_less(tmp_path: Path) -> None:
    scores = np.random.default_rng(0).exponential(size=12_345)
    conformal = Conformal.of_values(scores, np.zeros(len(scores)))
    for level in (0.5, 0.9, 0.95, 0.999):
        exact = np.sort(scores)[int(np.ceil((len(scores) + 1) * level)) - 1]
        assert exact <= conformal.threshold(level) <= np.quantile(scores, min(level + 0.0011, 1.0))
    stored = json.loads(json.dumps(conformal.to_json()))
    assert Conformal.from_json(stored) == conformal
    assert len(stored["scores"]) <= 1_000
    for damage in ({"version": 2}, {"scores": []}, {"rows": 7}, {"scores": stored["scores"][::-1]}):
        with pytest.raises(ValueError, match=r"damaged|version"):
            Conformal.from_json(stored | damage)


def test_house_prices_never_seen_lie_inside(sample_data: Path) -> None:
    table = pd.read_csv(sample_data / "ames.csv").select_dtypes("number")
    model = HistGradientBoostingRegressor(max_iter=60, random_state=0)
    held = []
    for seed in range(2):
        X, X_new, y, y_new = train_test_split(
            table.drop(columns="Sale_Price"), table["Sale_Price"].to_numpy(float), random_state=seed
        )
        folds = KFold(5, shuffle=True, random_state=seed)
        conformal = Conformal.of_values(y, cross_val_predict(model, X, y, cv=folds))
        vote = np.mean([model.fit(X.iloc[fit], y[fit]).predict(X_new) for fit, _ in folds.split(X)], axis=0)
        held.append([share_inside(conformal, y_new, vote, level) for level in (0.8, 0.9, 0.95)])
    # Four standard errors of 2 x 733 rows, the vote's being better than one model aside.
    np.testing.assert_array_less([0.76, 0.87, 0.93], np.mean(held, axis=0))
    np.testing.assert_array_less(np.mean(held, axis=0), [0.86, 0.94, 0.98])


def test_penguins_without_a_holdout_are_measured_in_turn(sample_data: Path) -> None:
    table = pd.read_csv(sample_data / "penguins.csv").dropna()
    X, y = table[["bill_depth_mm", "body_mass_g"]], table["species"].astype("category").cat.codes.to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression())
    proba = cross_val_predict(model, X, y, cv=KFold(5, shuffle=True, random_state=0), method="predict_proba")
    found = cross_fitted_coverage(SPECIES, y, proba, seed=0)
    assert found["rows"] == len(y)
    for level in found["levels"]:
        assert abs(level["measured"] - level["level"]) < 0.03
        counts = np.bincount(y)
        assert np.dot(level["classes"], counts) / len(y) == pytest.approx(level["measured"])


def test_few_rows_promise_only_what_they_can() -> None:
    found = cross_fitted_coverage(NUMBER, np.arange(12.0), np.zeros(12), seed=0)
    assert [level["level"] for level in found["levels"]] == [0.8, 0.9]
    assert cross_fitted_coverage(NUMBER, np.arange(3.0), np.zeros(3), seed=0)["levels"] == []
