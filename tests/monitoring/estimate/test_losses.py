"""The booster of losses: where a regression errs, in text that every reader checks."""

from __future__ import annotations

import json
from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from automl.errors import BundleError
from automl.metrics import METRICS
from automl.monitoring.estimate.curves import Curve
from automl.monitoring.estimate.losses import LOSSES, LossModel, fit_loss, learn
from automl.monitoring.estimate.values import value_scores

from .worlds import Measured


@pytest.fixture(scope="module")
def made() -> tuple[LossModel, np.ndarray, np.ndarray]:
    """A model of absolute losses, the columns it read, and the losses."""
    truth, told, frame = Measured().rows(np.random.default_rng(0), 3000, new=False)
    X = np.column_stack([frame.to_numpy(), told])
    losses = LOSSES["absolute"](truth, told)
    model, _ = fit_loss("absolute", X, losses, None, [])
    return model, X, losses


def test_it_knows_where_the_model_errs(made: tuple[LossModel, np.ndarray, np.ndarray]) -> None:
    model, X, losses = made
    expected = model.curve(model.raw(X))
    easy, hard = X[:, 0] < 0, X[:, 0] > 1
    assert expected[hard].mean() > 1.5 * expected[easy].mean()
    assert expected[hard].mean() == pytest.approx(losses[hard].mean(), rel=0.12)
    assert expected[easy].mean() == pytest.approx(losses[easy].mean(), rel=0.12)
    assert np.dot(model.ratios, model.shares) == pytest.approx(1.0)


def test_the_text_is_lightgbms_and_gives_the_same_numbers(
    made: tuple[LossModel, np.ndarray, np.ndarray],
) -> None:
    model, X, losses = made
    theirs = lightgbm.Booster(model_str=model.booster).predict(X, num_threads=1)
    np.testing.assert_allclose(model.raw(X), np.maximum(theirs, 0), rtol=1e-12)
    assert learn(X, losses, []) == model.booster, "the same rows, the same bytes"
    assert "x" not in model.booster.partition("feature_names=")[2].partition("\n")[0], "no names of columns"


def test_categories_and_missing_values_are_read_alike() -> None:
    rng = np.random.default_rng(1)
    X = np.column_stack([rng.integers(0, 9, 2000), rng.normal(size=2000), rng.normal(size=2000)]).astype(
        float
    )
    X[::7, 1] = np.nan
    losses = np.where(np.isin(X[:, 0], [1, 4, 6]), 3.0, 1.0) * rng.exponential(size=2000)
    text = learn(X, losses, [0])
    assert "cat_threshold" in text
    new = np.vstack([X[:100], [[61.0, np.nan, 0.1], [np.nan, 0.0, np.nan], [-1.0, 9.9, 0.0]]])
    model = LossModel("absolute", 3, text, Curve((), (), (0.0,), (1,), (0.0,)), (1.0,), (1.0,))
    theirs = lightgbm.Booster(model_str=text).predict(new, num_threads=1)
    np.testing.assert_allclose(model.raw(new), np.maximum(theirs, 0), rtol=1e-12)


def test_it_comes_back_from_json(made: tuple[LossModel, np.ndarray, np.ndarray]) -> None:
    model, X, _ = made
    back = LossModel.from_json(json.loads(json.dumps(model.to_json())))
    assert back == model
    np.testing.assert_array_equal(back.raw(X), model.raw(X))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("left_child=", "left_child=9999 "),
        ("split_feature=", "split_feature=77 "),
        ("leaf_value=", "leaf_value=a "),
    ],
)
def test_a_forged_booster_is_refused(
    made: tuple[LossModel, np.ndarray, np.ndarray], old: str, new: str
) -> None:
    model, X, _ = made
    forged = replace(model, booster=model.booster.replace(old, new, 1))
    with pytest.raises(BundleError, match="damaged"):
        forged.raw(X)


def test_another_number_of_columns_is_refused(made: tuple[LossModel, np.ndarray, np.ndarray]) -> None:
    with pytest.raises(BundleError, match="reads 3 columns"):
        made[0].raw(np.zeros((4, 2)))


def test_a_model_that_errs_alike_everywhere_needs_no_tree() -> None:
    X = np.random.default_rng(0).normal(size=(300, 2))
    model, predicted = fit_loss("absolute", X, np.full(300, 2.5), None, [])
    np.testing.assert_allclose(model.curve(model.raw(X)), 2.5)
    np.testing.assert_allclose(predicted, 2.5)


def test_scores_are_made_of_mean_losses() -> None:
    """With the losses that came, the scores are those that came; r2 by the line of truth on prediction."""
    truth, told, _ = Measured(slope=0.8).rows(np.random.default_rng(5), 4000, new=False)
    slope = float(np.cov(truth, told)[0, 1] / told.var(ddof=1))
    line = float(truth.mean() - slope * told.mean()), slope
    metrics = [METRICS[name] for name in ("rmse", "mae", "mape", "r2", "rmsle")]
    losses = {name: function(truth, told) for name, function in LOSSES.items()}
    known = [metric.score(truth, told) for metric in metrics]
    np.testing.assert_allclose(value_scores(metrics, losses, told, line), known, rtol=1e-6)
    del losses["squared"]
    assert np.isnan(value_scores(metrics, losses, told, line)[[0, 3]]).all(), "nothing is made up"
