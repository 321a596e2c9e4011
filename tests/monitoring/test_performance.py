"""Scores now against scores promised: the level by their difference, in either direction of a metric."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from automl.monitoring.judged import Judged
from automl.monitoring.performance import measure
from automl.task import Task

BINARY = Task("binary", "left", ("no", "yes"), "roc_auc")
VALUES = Task("regression", "spend", None, "rmse")


def predicted(rng: np.random.Generator, rows: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    truth = rng.integers(0, 2, rows)
    score = 1 / (1 + np.exp(-(2 * truth - 1 + noise * rng.normal(size=rows))))
    return truth, np.column_stack([1 - score, score])


def test_scores_are_the_metrics_with_an_interval() -> None:
    truth, chances = predicted(np.random.default_rng(0), 800, 1.5)
    decided = (chances[:, 1] > 0.3).astype(np.int64)
    found = measure(
        BINARY, Judged(truth, chances, decided), {"roc_auc": {"score": 0.8, "interval": [0.77, 0.83]}}
    )
    assert found is not None
    assert found.main.metric == "roc_auc"
    assert found.main.score == pytest.approx(roc_auc_score(truth, chances[:, 1]))
    assert found.main.low < found.main.score < found.main.high  # type: ignore[operator]
    f1 = next(each for each in found.metrics if each.metric == "f1")
    assert f1.score == pytest.approx(f1_score(truth, decided)), "of the labels that the model gives"
    assert f1.worse_by is None, "nothing was promised of it"


@pytest.mark.parametrize(("noise", "level"), [(1.5, "fine"), (6.0, "act")])
def test_a_lower_score_than_promised_calls_for_action(noise: float, level: str) -> None:
    rng = np.random.default_rng(0)
    truth, chances = predicted(rng, 1000, 1.5)
    score = roc_auc_score(truth, chances[:, 1])
    promised = {"roc_auc": {"score": score, "interval": [score - 0.03, score + 0.03]}}
    found = measure(BINARY, Judged(*predicted(rng, 1000, noise)), promised)
    assert found is not None
    assert found.level == level


def test_of_an_error_more_is_worse() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=600)
    promised = {"rmse": {"score": 1.0, "interval": [0.93, 1.07]}}
    levels = []
    for noise in (0.7, 1.0, 1.6):
        found = measure(VALUES, Judged(truth, truth + noise * rng.normal(size=600)), promised)
        assert found is not None
        levels.append(found.level)
    assert levels == ["fine", "fine", "act"]
    assert found.main.worse_by is not None
    assert found.main.worse_by > 3


def test_rows_like_those_promised_for_are_rarely_called_worse() -> None:
    rng = np.random.default_rng(3)
    called = 0
    for _ in range(25):
        truth, chances = predicted(rng, 600, 1.5)
        score = roc_auc_score(truth, chances[:, 1])
        promised = {"roc_auc": {"score": score, "interval": [score - 0.03, score + 0.03]}}
        found = measure(BINARY, Judged(*predicted(rng, 300, 1.5)), promised)
        assert found is not None
        called += found.level != "fine"
    assert called <= 3


def test_a_few_rows_say_nothing() -> None:
    truth, chances = predicted(np.random.default_rng(0), 19, 1.5)
    assert measure(BINARY, Judged(truth, chances), {}) is None


def test_a_metric_that_is_undefined_is_left_empty() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=50)
    found = measure(VALUES, Judged(truth, truth + 0.1), {})
    assert found is not None
    rmsle = next(each for each in found.metrics if each.metric == "rmsle")
    assert (rmsle.score, rmsle.low) == (None, None)
    assert found.level == "fine"
