from __future__ import annotations

from typing import Any

import pytest

from automl.workbench.score_chart import Shown, chart_data

from . import folders

SHOWN = Shown(metric="roc_auc", greater_is_better=True, dummy=0.5, budget=60.0, final=None)


def drawn(number: int, shown: Shown = SHOWN) -> dict[str, Any]:
    return chart_data([folders.trial(i) for i in range(number)], shown, now=40.0)


def test_all_models_and_the_steps_of_the_best() -> None:
    data = drawn(20)
    assert len(data["trials"]) == sum(folders.trial(i)["family"] != "dummy" for i in range(20))
    scores = [score for _, score in data["steps"]]
    assert scores == sorted(scores)
    assert sum(trial["best"] for trial in data["trials"]) == len(scores)
    assert data["end"] == 60.0
    assert "higher is better" in data["label"]
    assert "ROC AUC over search time: best" in data["alt"]
    assert "baseline 0.5000" in data["alt"]


def test_one_bad_trial_does_not_squeeze_the_others_into_a_line() -> None:
    bad = {**folders.trial(22), "score": 0.1, "loss": -0.1}
    data = chart_data([*(folders.trial(i) for i in range(20)), bad], SHOWN, now=40.0)
    low, high = data["window"]
    assert 0.1 < low < high < 1
    assert any(trial["score"] == 0.1 for trial in data["trials"]), "it is drawn at the edge"


def test_a_baseline_nearby_is_in_the_window_and_one_far_away_is_not() -> None:
    far = drawn(20)["window"]
    assert far[0] > 0.5
    beside = far[0] - 0.1 * (far[1] - far[0])
    near = drawn(20, Shown("roc_auc", True, beside, 60.0, None))["window"]
    assert near[0] < beside


def test_without_a_model_there_is_a_window_all_the_same() -> None:
    data = chart_data([folders.trial(0)], SHOWN, now=1.0)
    assert data["trials"] == data["steps"] == []
    assert data["window"][0] < 0.5 < data["window"][1]
    assert "no model yet" in data["alt"]


def test_the_ensemble_stands_at_the_end() -> None:
    data = drawn(12, Shown("roc_auc", True, 0.5, 60.0, 0.86))
    assert data["final"]["at"] == 40.0
    assert data["final"]["text"] == "ensemble 0.8600"
    assert data["window"][1] > 0.86


def test_thousands_of_trials_are_thinned_to_the_best_and_the_latest() -> None:
    records = [{**folders.trial(i), "at": 0.1 * i, "loss": -0.5 - i % 997 / 4000} for i in range(3000)]
    records = [{**record, "score": -record["loss"]} for record in records]
    data = chart_data(records, SHOWN, now=300.0)
    assert 200 < len(data["trials"]) <= 400
    shown = {trial["name"].rpartition(" ")[2] for trial in data["trials"]}
    assert "t2999" in shown
    assert max(trial["score"] for trial in data["trials"]) == pytest.approx(max(r["score"] for r in records))
