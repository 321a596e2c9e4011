from __future__ import annotations

import numpy as np
import pytest

from automl.metrics import get_metric
from automl.search.ensemble import library, select_ensemble

RMSE = get_metric("rmse", "regression")
AUC = get_metric("roc_auc", "binary")


def noisy_models(n: int = 400, m: int = 6) -> tuple[np.ndarray, list[np.ndarray]]:
    rng = np.random.default_rng(0)
    y = rng.normal(size=n)
    return y, [y + rng.normal(size=n) for _ in range(m)]


def test_a_vote_of_independent_errors_beats_every_member() -> None:
    y, predictions = noisy_models()
    weights = select_ensemble(predictions, y, RMSE)
    assert sum(weights) == pytest.approx(1)
    vote = np.tensordot(weights, np.stack(predictions), axes=1)
    assert RMSE.loss(y, vote) < 0.6 * min(RMSE.loss(y, p) for p in predictions)


def test_a_useless_model_gets_no_weight() -> None:
    y, predictions = noisy_models(m=2)
    weights = select_ensemble([*predictions, np.full_like(y, 50.0)], y, RMSE)
    assert weights[2] == 0


def test_equal_models_do_not_enlarge_the_vote() -> None:
    y, predictions = noisy_models(m=1)
    assert select_ensemble([predictions[0]] * 5, y, RMSE) == [1, 0, 0, 0, 0]


def test_without_time_the_best_first_model_is_taken() -> None:
    y, predictions = noisy_models()
    weights = select_ensemble(predictions, y, RMSE, seconds=0.0)
    assert sum(weights) == pytest.approx(1)


def test_many_rows_are_sampled_without_losing_a_rare_class() -> None:
    rng = np.random.default_rng(0)
    y = np.zeros(30_000, dtype=int)
    y[17] = 1
    good = np.column_stack([1 - 0.8 * y, 0.8 * y])
    noise = rng.random(len(y))
    weights = select_ensemble([np.column_stack([1 - noise, noise]), good], y, AUC)
    assert weights[1] > 0.9


def test_the_library_grows_with_the_rows() -> None:
    sizes = [len(library(["one"] * 50, n)) for n in (10, 100, 500, 2500, 10_000, 10**6)]
    assert sizes == [4, 4, 8, 15, 40, 40]


def test_the_library_holds_the_best_of_every_family() -> None:
    assert library(["a", "a", "b", "a", "a", "b", "c", "c"], 10) == [0, 1, 2, 3, 6]
    assert library(["a", "b"], 10) == [0, 1]
