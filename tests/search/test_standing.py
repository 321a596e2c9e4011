"""What sets models apart that are tied, and the threshold's counts from which any costs are weighed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from automl.errors import SettingError
from automl.run import Run
from automl.search.prepare import load_prepared
from automl.search.reconsider import with_costs
from automl.search.select import voted
from automl.workbench.weighing import Costs, Weighing


def test_the_front_and_the_tied_models_as_json(churn_run: Run) -> None:
    found = churn_run.standing()
    assert found == json.loads(json.dumps(found))
    assert [point["id"] for point in found["front"]] == list(churn_run.front()["id"])
    result = churn_run.result or {}
    tied = {record["id"]: record for record in found["tied"]}
    assert set(tied) <= set(result["confidence"]["tied"])
    assert tied
    for name, record in tied.items():
        model = churn_run._model(name)
        weights, calibration = model.weights, model.calibration
        y, prediction, _ = voted(churn_run.folder, load_prepared(churn_run.folder).task, weights, calibration)
        own = -np.log(np.clip(prediction[np.arange(len(y)), y], 1e-12, 1)).mean()
        assert record["log_loss"] == pytest.approx(own, rel=0.02)
        assert record["single"] == (len(weights) == 1)
        assert record["latency_ms"] > 0
        assert min(record["folds"]) == record["worst_fold"]  # of an AUC, the lowest
    assert min(record["behind"] for record in tied.values()) == 0


def test_counts_at_thresholds_are_those_of_the_rows(churn_run: Run) -> None:
    counts = churn_run.threshold_counts()
    assert counts == json.loads(json.dumps(counts))
    model = churn_run._model(None)
    weights, calibration = model.weights, model.calibration
    y, prediction, _ = voted(churn_run.folder, load_prepared(churn_run.folder).task, weights, calibration)
    assert counts["true"][0] == counts["positives"] == y.sum()
    assert counts["true"][-1] == counts["false"][-1] == 0
    for place in range(0, len(counts["thresholds"]), 40):
        called = prediction[:, 1] >= counts["thresholds"][place]
        assert counts["true"][place] == (called & (y == 1)).sum()
        assert counts["false"][place] == (called & (y == 0)).sum()
    assert counts["now"] == 0.5


@pytest.mark.parametrize(("alarm", "miss"), [(1.0, 5.0), (3.0, 1.0), (1.0, 1.0), (0.0, 1.0), (1.0, 40.0)])
def test_the_page_and_the_engine_choose_the_same_threshold(churn_run: Run, alarm: float, miss: float) -> None:
    costs = {"false_positive": alarm, "false_negative": miss}
    table = churn_run.threshold(costs=costs)
    engine = float(table.loc[table["chosen"].astype(bool), "threshold"].iloc[0])
    weighing = Weighing(churn_run.threshold_counts())
    assert weighing.best_for(Costs(alarm, miss)) == pytest.approx(engine, rel=1e-5)
    row = table[table["chosen"].astype(bool)].iloc[0]
    at = weighing.at(weighing.nearest(engine), Costs(alarm, miss))
    assert at.cost == pytest.approx(row["cost_per_1000"], rel=0.03)
    assert at.recall == pytest.approx(row["recall"], abs=0.03)


def test_a_threshold_that_is_kept_by_its_costs_is_that_threshold(churn_run: Run) -> None:
    weighing = Weighing(churn_run.threshold_counts())
    costs = weighing.costs_for(0.31)
    task = load_prepared(churn_run.folder).task
    table = churn_run.threshold(costs={"false_positive": costs.false_alarm, "false_negative": costs.miss})
    assert with_costs(task, None) == task
    assert float(table.loc[table["chosen"].astype(bool), "threshold"].iloc[0]) == pytest.approx(
        0.31, abs=1e-4
    )


def test_there_are_no_counts_of_several_classes(penguins_run: Run) -> None:
    with pytest.raises(SettingError, match="two classes"):
        penguins_run.threshold_counts()
