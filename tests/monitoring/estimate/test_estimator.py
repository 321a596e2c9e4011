"""From rows with labels to an estimator, and from new rows to an estimate."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from automl.data import Schema
from automl.monitoring import DriftReport, Watched, score, words
from automl.monitoring.estimate import Estimated, Estimator, Gathered, make_estimator
from automl.task import Task
from explain import ExplainError

from ...customers import customers, with_estimator
from .worlds import PAIR, Labelled, Measured

BINARY = Task("binary", "left", ("no", "yes"), "roc_auc")
VALUES = Task("regression", "spend", None, "rmse")
CALLED = ("the sealed holdout", "rows predicted out of fold")


def of_classes(world: Labelled, rows: int, seed: int = 0, judged: int = 0) -> Estimator | None:
    truth, told = world.rows(np.random.default_rng(seed), rows, new=False)
    held = np.arange(rows) < judged
    frame = pd.DataFrame(index=range(rows))
    return make_estimator(
        BINARY, Schema(()), frame, truth.astype(float), told, told.argmax(axis=1), held, CALLED
    )


def of_values(world: Measured, rows: int, seed: int = 0, judged: int = 0) -> Estimator | None:
    truth, told, frame = world.rows(np.random.default_rng(seed), rows, new=False)
    return make_estimator(
        VALUES, PAIR, frame, truth, told.reshape(-1, 1), None, np.arange(rows) < judged, CALLED
    )


def estimate(made: Estimator, told: np.ndarray, promised: dict[str, object] | None = None) -> Estimated:
    new = Gathered(made, BINARY, Schema(()))
    new.add(pd.DataFrame(index=range(len(told))), told, told.argmax(axis=1))
    found = new.estimated(promised or {})  # type: ignore[arg-type]
    assert found is not None
    return found


def test_rows_predicted_by_the_very_model_are_preferred() -> None:
    for make in (of_classes, of_values):
        world = Labelled() if make is of_classes else Measured()
        held = make(world, 1500, judged=600)  # type: ignore[operator]
        mixed = make(world, 1500, judged=400)  # type: ignore[operator]
        assert (held.rows, held.learned) == (600, "the sealed holdout")
        assert (mixed.rows, mixed.learned) == (1500, "rows predicted out of fold")
        assert make(world, 99) is None  # type: ignore[operator]


def test_rows_without_truth_or_prediction_are_left_out() -> None:
    truth, told = Labelled().rows(np.random.default_rng(0), 1000, new=False)
    known = truth.astype(float)
    known[:100], told[100:300] = np.nan, np.nan
    decided = np.where(np.isfinite(told).all(axis=1), 0, -1)
    made = make_estimator(
        BINARY, Schema(()), pd.DataFrame(index=range(1000)), known, told, decided,
        np.zeros(1000, dtype=bool), CALLED,
    )  # fmt: skip
    assert made is not None
    assert made.rows == 700


def test_the_same_rows_give_the_same_estimator_in_json() -> None:
    for made, again in (
        (of_classes(Labelled(bend=2), 1200), of_classes(Labelled(bend=2), 1200)),
        (of_values(Measured(), 700), of_values(Measured(), 700)),
    ):
        assert made is not None
        text = json.dumps(made.to_json(), allow_nan=False)
        assert again is not None
        assert text == json.dumps(again.to_json())
        assert Estimator.from_json(json.loads(text)) == made
        assert len(text) < 250_000


def test_it_was_tested_where_the_truth_is_known() -> None:
    made = of_classes(Labelled(bend=2), 2000)
    assert made is not None
    assert made.is_calibrated
    for metric in ("roc_auc", "log_loss", "f1", "mcc", "balanced_accuracy"):
        told = made.test_of(metric)
        assert told is not None
        assert told[0] == pytest.approx(told[1], abs=0.03), metric
    values = of_values(Measured(), 1500)
    assert values is not None
    for metric in ("rmse", "mae", "r2"):
        told = values.test_of(metric)
        assert told is not None
        assert told[0] == pytest.approx(told[1], rel=0.05), metric


def test_undefined_losses_give_no_score() -> None:
    truth, told, frame = Measured().rows(np.random.default_rng(0), 600, new=False)
    truth = truth - 20  # negative ones: no logarithm
    truth[0] = 0.0  # and no relative error
    made = make_estimator(
        VALUES, PAIR, frame, truth, told.reshape(-1, 1) - 20, None, np.zeros(600, dtype=bool), CALLED
    )
    assert made is not None
    assert set(made.models) == {"absolute", "squared"}
    new = Gathered(made, VALUES, PAIR)
    new.add(frame, told - 20, None)
    found = new.estimated({})
    assert found is not None
    scores = {each.metric: each.estimated for each in found.metrics}
    assert (scores["rmsle"], scores["mape"]) == (None, None)
    assert scores["rmse"] is not None
    assert found.main.metric == "rmse"


def test_harder_rows_are_seen_and_called_for_a_look() -> None:
    made = of_classes(Labelled(), 3000)
    assert made is not None
    rng = np.random.default_rng(5)
    _, alike = Labelled().rows(rng, 1500, new=True)
    promised = {"roc_auc": {"score": 0.82, "interval": (0.80, 0.84)}}
    assert estimate(made, alike, promised).level == "fine"
    # Rows about which the model is in doubt: all log-odds at half.
    odds = np.log(alike[:, 1] / alike[:, 0]) * 0.4
    chance = 1 / (1 + np.exp(-odds))
    found = estimate(made, np.column_stack([1 - chance, chance]), promised)
    assert found.level == "look"
    assert found.main.below
    assert "worse than promised" in words.estimated(found)
    assert found.main.estimated is not None
    assert found.main.estimated < 0.75


def test_pieces_are_gathered_as_one_and_only_so_many_are_kept() -> None:
    made = of_classes(Labelled(), 1000)
    assert made is not None
    _, told = Labelled().rows(np.random.default_rng(6), 900, new=True)
    whole = estimate(made, told)
    parts = Gathered(made, BINARY, Schema(()))
    for start in range(0, 900, 250):
        piece = told[start : start + 250]
        parts.add(pd.DataFrame(index=range(len(piece))), piece, piece.argmax(axis=1))
    assert parts.estimated({}) == whole
    few = Gathered(made, BINARY, Schema(()))
    few.add(pd.DataFrame(index=range(19)), told[:19], told[:19].argmax(axis=1))
    assert few.estimated({}) is None


def test_of_very_many_rows_a_sample_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automl.monitoring.estimate.gathered._MOST", 5_000)
    made = of_classes(Labelled(), 1000)
    assert made is not None
    new = Gathered(made, BINARY, Schema(()))
    rng = np.random.default_rng(7)
    scores = []
    for _ in range(4):
        truth, told = Labelled().rows(rng, 4_000, new=True)
        new.add(pd.DataFrame(index=range(4_000)), told, told.argmax(axis=1))
        scores.append(float(np.mean(truth == told.argmax(axis=1))))
    found = new.estimated({})
    assert found is not None
    assert found.rows == 16_000
    assert len(new._kept) == 5_000
    accuracy = next(each.estimated for each in found.metrics if each.metric == "accuracy")
    assert accuracy == pytest.approx(np.mean(scores), abs=0.02)


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_scoring_estimates_what_has_no_label(kind: str, request: pytest.FixtureRequest) -> None:
    model = with_estimator(request.getfixturevalue(kind), customers(1500, 3))
    new = customers(800, 21)
    truth = new[model.task.target].copy()
    bare = score(model, new.drop(columns=["left", "spend"]), time_budget=None).report
    assert bare.performance is None
    assert bare.estimated is not None
    assert (bare.estimated.rows, bare.level) == (800, "fine"), bare.reasons
    known = score(model, new, time_budget=None).report
    assert known.performance is not None
    assert known.estimated is None, "nothing is left to estimate"
    assert bare.estimated.main.estimated == pytest.approx(known.performance.main.score, rel=0.08)
    for one, other in zip(bare.estimated.metrics, known.performance.metrics, strict=True):
        if one.low is not None and other.score is not None:
            wide = 2 * (one.high - one.low)  # type: ignore[operator]
            assert one.low - wide <= other.score <= one.high + wide, one.metric  # type: ignore[operator]
    new.loc[:299, model.task.target] = np.nan
    half = score(model, new, time_budget=None).report
    assert half.estimated is not None
    assert half.performance is not None
    assert (half.estimated.rows, half.performance.rows) == (300, 500)
    assert len(truth) == 800


def test_reports_with_and_without_an_estimate_are_read(binary: Watched) -> None:
    report = score(
        with_estimator(binary, customers(600, 3)), customers(300, 22).drop(columns="left"), time_budget=None
    ).report
    told = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert DriftReport.from_json(told).estimated == report.estimated
    del told["estimated"]
    assert DriftReport.from_json(told).estimated is None, "stored before there were estimates"


def test_a_model_without_an_estimator_says_what_is_missing(binary: Watched) -> None:
    report = score(binary, customers(200, 23).drop(columns="left"), time_budget=None).report
    assert report.estimated is None
    assert any("carries nothing to estimate" in note for note in report.notes)
    labelled = score(binary, customers(200, 23), time_budget=None).report
    assert not any("estimate" in note for note in labelled.notes)


@pytest.mark.parametrize(
    "damage",
    [
        {"odds": [0.0, 1.0, 1.0, 5.0, 1.0]},
        {"points": [0.5, 0.2]},
        {"values": []},
        {"rows": [0]},
        {"centres": ["NaN"]},
    ],
)
def test_damaged_numbers_are_refused(damage: dict[str, object]) -> None:
    made = of_classes(Labelled(bend=2), 300)
    assert made is not None
    told = json.loads(json.dumps(made.to_json()))
    told["classes"][0] |= damage
    with pytest.raises((ExplainError, ValueError)):
        Estimator.from_json(told)
