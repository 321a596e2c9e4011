"""Models compared on the same rows: honest differences, as sure as the rows allow."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.errors import RunError, SettingError
from automl.metrics import get_metric
from automl.run import Run
from automl.search.comparison import _gain, _losses
from automl.search.evaluate import TrainingRows
from automl.search.select import out_of_fold


def test_all_metrics_pairs_and_folds_are_compared(churn_run: Run) -> None:
    board = churn_run.leaderboard()
    usable = board[(board["status"] == "ok") & (board["family"] != "dummy") & (board["id"] != "ensemble")]
    models = [str(name) for name in usable["id"].iloc[:2]]
    if (churn_run.result or {})["chosen"] == "ensemble":
        models.insert(0, "ensemble")
    found = churn_run.compare(models)
    assert found == json.loads(json.dumps(found))
    assert found["models"] == models
    assert len(found["pairs"]) == len(models) * (len(models) - 1) // 2
    assert {"roc_auc", "log_loss", "accuracy"} <= set(found["scores"])
    for name in models[-2:]:
        listed = usable.loc[usable["id"] == name].iloc[0]
        assert found["scores"]["roc_auc"][name]["score"] == pytest.approx(listed["score"])
        assert np.mean(found["folds"][name]) == pytest.approx(listed["score"], abs=0.02)
    pair = found["pairs"][-1]
    a, b = (found["scores"]["log_loss"][name]["score"] for name in models[-2:])
    entry = pair["metrics"]["log_loss"]
    assert entry["gain"] == pytest.approx(b - a)  # of a log loss, the lower one is better
    assert entry["interval"][0] < entry["gain"] < entry["interval"][1]
    assert 0 <= pair["agreement"]["a_right"] <= 1
    # They are two classes: where labels differ, exactly one is right.
    assert pair["agreement"]["a_right"] + pair["agreement"]["b_right"] == pytest.approx(1)


def test_a_model_is_no_better_than_itself_and_pairs_are_symmetric() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    p = np.clip(0.5 + 0.2 * (2 * y - 1) + rng.normal(0, 0.2, 300), 0.01, 0.99)
    same, noise = np.column_stack([1 - p, p]), rng.normal(0, 0.02, 300)
    other = np.column_stack([1 - np.clip(p + noise, 0.01, 0.99), np.clip(p + noise, 0.01, 0.99)])
    metric = get_metric("log_loss")
    judged = [same, same, other]
    points = [metric.score(y, each) for each in judged]
    losses = _losses(metric, y, judged, points, None, None, 200, 0)
    assert _gain(0.0, losses[:, 1] - losses[:, 0]) == {"gain": 0.0, "interval": [0.0, 0.0], "p_better": 0.5}
    there, back = (_gain(0.0, losses[:, i] - losses[:, j]) for i, j in ((0, 2), (2, 0)))
    assert there["p_better"] == pytest.approx(1 - back["p_better"])
    assert there["interval"] == pytest.approx([-back["interval"][1], -back["interval"][0]])


def test_the_interval_of_a_difference_holds_the_true_one_as_often_as_it_says() -> None:
    """Two models of known quality, on many small tables: nine intervals in ten must hold the truth."""
    metric = get_metric("brier")
    rng = np.random.default_rng(1)

    def table(rows: int) -> tuple[np.ndarray, list[np.ndarray]]:
        x = rng.normal(size=rows)
        p = 1 / (1 + np.exp(-x))
        y = (rng.random(rows) < p).astype(int)
        tame, wild = 1 / (1 + np.exp(-0.6 * x)), 1 / (1 + np.exp(-1.5 * x))
        return y, [np.column_stack([1 - q, q]) for q in (tame, wild)]

    y, judged = table(1_000_000)
    truth = metric.score(y, judged[1]) - metric.score(y, judged[0])
    held = 0
    for seed in range(120):
        y, judged = table(250)
        points = [metric.score(y, each) for each in judged]
        losses = _losses(metric, y, judged, points, None, None, 150, seed)
        low, high = _gain(points[1] - points[0], losses[:, 1] - losses[:, 0])["interval"]
        held += low <= truth <= high
    assert 0.82 <= held / 120 <= 0.97


def test_rows_of_a_group_make_the_interval_wider() -> None:
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(40), 10)
    shift = rng.normal(0, 1, 40)[groups]  # what is hard is hard for a whole group
    y = rng.normal(size=400)
    judged = [y + 0.5 * shift, y + rng.normal(0, 0.5, 400)]
    metric = get_metric("rmse")
    points = [metric.score(y, each) for each in judged]

    def width(grouped: np.ndarray | None) -> float:
        losses = _losses(metric, y, judged, points, None, grouped, 300, 0)
        low, high = _gain(0.0, losses[:, 1] - losses[:, 0])["interval"]
        return float(high - low)

    assert width(groups) > 1.3 * width(None)


def test_the_optimism_of_the_choice_is_taken_off_its_differences(penguins_run: Run) -> None:
    result = penguins_run.result or {}
    optimism = (result["confidence"] or {})["optimism"]
    assert optimism is not None
    other = next(m for m in penguins_run.leaderboard()["id"] if m not in (result["chosen"], "t0000"))
    found = penguins_run.compare([result["chosen"], other])
    assert found["corrected"] == result["chosen"]
    scores = found["scores"]["log_loss"]
    plain = scores[other]["score"] - scores[result["chosen"]]["score"]
    assert found["pairs"][0]["metrics"]["log_loss"]["gain"] == pytest.approx(plain - optimism["loss"])


def test_numbers_are_compared_by_how_far_off_they_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=150)
    frame = pd.DataFrame({"x": x, "z": rng.normal(size=150), "price": 10 * x + rng.normal(size=150)})
    run = automl.fit(frame, "price", budget=1200, max_trials=3, n_jobs=1, out=tmp_path / "run")
    models = [name for name in run.leaderboard()["id"] if name.startswith("t")][:2]
    found = run.compare(models)
    agreement = found["pairs"][0]["agreement"]
    rows = TrainingRows.load(run.folder.path)
    y = rows.y[rows.validated]
    far = [np.abs(out_of_fold(run.folder, name) - y) for name in models]
    assert agreement["a_nearer"] == pytest.approx((far[0] < far[1]).mean())
    assert "rmsle" not in found["scores"]  # of a target that can be negative there is none


def test_what_cannot_be_compared_is_said(penguins_run: Run) -> None:
    with pytest.raises(SettingError, match="two models or more"):
        penguins_run.compare(["t0001", "t0001"])
    with pytest.raises(RunError, match="no model 't9999'"):
        penguins_run.compare(["t0001", "t9999"])
