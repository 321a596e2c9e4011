"""Runs that decide by costs, from the table to the bundle, and other costs later without training again."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.errors import SettingError
from automl.run import Run
from automl.run.rows import canonical_rows
from automl.search.decide import cross_fitted
from automl.search.evaluate import TrainingRows
from automl.search.select import voted
from automl.store import headline


def table(rows: int = 240, *, seed: int = 0, classes: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    score = x[:, 0] + 0.5 * x[:, 1] + rng.normal(size=rows)
    y = np.digitize(score, [0.9] if classes == 2 else [-0.5, 0.9])
    names = np.array(["calm", "sick"] if classes == 2 else ["a", "b", "c"])
    return pd.DataFrame(x, columns=["u", "v", "w"]).assign(state=names[y])


def fitted(path: Path, frame: pd.DataFrame, **settings: object) -> Run:
    # Few candidates, with more time than they need on any machine.
    return automl.fit(frame, "state", budget=1200, max_trials=3, n_jobs=1, out=path, **settings)


@pytest.fixture(scope="module")
def costly(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run in which missing a sick one costs eight times as much as a false alarm. Do not change it."""
    return fitted(tmp_path_factory.mktemp("runs") / "costly", table(), costs={"false_negative": 8})


def test_the_model_decides_and_its_probabilities_stay(costly: Run) -> None:
    assert costly.folder.spec["costs"] == {"false_negative": 8}
    assert costly.result is not None
    decision = costly.result["decision"]
    assert costly.result["metric"] == "log_loss"
    rows = table(60, seed=1)
    threshold = costly.model.steps[-1][1].threshold
    assert threshold == pytest.approx(decision["threshold"], rel=1e-5)
    assert 0.02 < threshold < 0.4
    proba = costly.model.predict_proba(rows)[:, 1]
    assert (costly.model.predict(rows) == np.where(proba >= threshold, "sick", "calm")).all()
    predicted = costly.predict(rows)
    assert (predicted["prediction"] == costly.model.predict(rows)).all()
    assert (predicted["probability_sick"] == proba).all()
    assert (predicted["prediction"] == "sick").sum() > (proba >= 0.5).sum()
    other = costly.leaderboard().id.iloc[-1]
    assert costly.model_for(other).steps[-1][1].threshold > 0  # any model of the run decides by the costs


def test_what_the_decisions_cost_is_measured_across_folds(costly: Run) -> None:
    assert costly.result is not None
    decision = costly.result["decision"]
    task = costly._prepared().task
    weights = {member["id"]: member["weight"] for member in costly.result["members"]}
    y, prediction, _ = voted(costly.folder, task, weights)
    rows = TrainingRows.load(costly.folder.path)
    codes = cross_fitted(task, y, prediction, rows.fold[rows.validated], 0)
    assert decision["on"] == "out-of-fold"
    assert decision["confusion"] == [[int(((y == j) & (codes == k)).sum()) for k in (0, 1)] for j in (0, 1)]
    assert decision["ways"][0]["score"] == pytest.approx(np.asarray(task.costs)[y, codes].mean())
    assert costly.result["metrics"]["cost"]["score"] == decision["ways"][0]["score"]
    assert costly.result["metrics"]["accuracy"]["score"] == pytest.approx((y == codes).mean())
    assert all(way["gain"] > 0 for way in decision["ways"][1:])


def test_the_explanation_is_that_of_the_probability(costly: Run) -> None:
    explanation = costly.explain(rows=[0, 1, 2])
    rows = canonical_rows(costly.folder, costly.schema).iloc[:3]
    np.testing.assert_allclose(explanation.prediction, costly.model.predict_proba(rows), atol=1e-12)
    assert explanation.additivity_error < 1e-6
    assert "vote" in explanation.method


@pytest.mark.slow
def test_the_bundle_decides_without_glassbench(costly: Run, tmp_path: Path) -> None:
    bundle = costly.export(tmp_path / "costly.zip")
    rows = table(40, seed=2).drop(columns="state")
    rows.to_csv(tmp_path / "new.csv", index=False)
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "unpacked")
        card = archive.read("MODEL_CARD.md").decode()
    done = subprocess.run(
        [sys.executable, "-P", tmp_path / "unpacked" / "predict.py", tmp_path / "new.csv", "-o", "out.csv"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = pd.read_csv(tmp_path / "out.csv")
    assert found["prediction"].tolist() == costly.model.predict(rows).tolist()
    loaded = automl.load_bundle(bundle)
    assert loaded.model.predict(rows).tolist() == found["prediction"].tolist()
    assert loaded.explain(rows.head(3)).additivity_error < 1e-6
    assert "How it decides" in card
    assert "missing it costs 8" in card
    assert "always “calm”" in card


def test_thresholds_can_be_looked_at_for_other_costs(costly: Run) -> None:
    own, other = costly.threshold(), costly.threshold(costs={"false_positive": 8})
    at = [float(each.loc[each.chosen.astype(bool), "threshold"].iloc[0]) for each in (own, other)]
    assert at[0] < 0.4 < at[1]
    assert costly.result is not None
    assert at[0] == costly.result["decision"]["threshold"]
    with pytest.raises(SettingError, match="none of the classes"):
        costly.threshold(costs={"well": {"sick": 2}})


def test_other_costs_are_kept_without_training(tmp_path: Path) -> None:
    run = fitted(tmp_path / "run", table(seed=4), metric="f1")
    assert run.result is not None
    before = run.result
    assert before["decision"]["costs"] is None
    assert before["decision"]["metric"] == "f1"
    # What is shown is what the labels of the threshold reach, less the optimism of choosing the model.
    assert before["corrected"]["score"] <= before["decision"]["ways"][0]["score"] + 1e-12
    trials = sorted((run.folder.path / "trials").iterdir())
    run.threshold(costs={"false_negative": 30}, keep=True)
    assert sorted((run.folder.path / "trials").iterdir()) == trials
    after = run.result
    assert after["decision"]["threshold"] < before["decision"]["threshold"]
    assert run.model.steps[-1][1].threshold == pytest.approx(after["decision"]["threshold"], rel=1e-5)
    assert after["metrics"]["cost"]["score"] == after["decision"]["ways"][0]["score"]
    assert headline(after).score == after["corrected"]["score"]
    again, first = (each["metrics"]["log_loss"] for each in (after, before))
    assert again["score"] == pytest.approx(first["score"])
    assert again["interval"] == pytest.approx(first["interval"])
    assert run.threshold()["cost_per_1000"].notna().all()


@pytest.mark.slow
def test_several_classes_are_decided_where_rows_are_scored(tmp_path: Path) -> None:
    costs = {"c": {"a": 20, "b": 20}}
    run = fitted(tmp_path / "run", table(classes=3), metric="cost", costs=costs)
    assert run.result is not None
    decision = run.result["decision"]
    assert decision["threshold"] is None
    assert [way["name"] for way in decision["ways"]] == ["decided", "most_probable", "always"]
    assert decision["ways"][0]["score"] < decision["ways"][1]["score"]
    rows = table(60, seed=5, classes=3)
    predicted = run.predict(rows)
    matrix = np.array([[0, 1, 1], [1, 0, 1], [20, 20, 0]])
    expected = np.array(["a", "b", "c"])[(run.model.predict_proba(rows) @ matrix).argmin(axis=1)]
    assert predicted["prediction"].tolist() == expected.tolist()
    assert (expected != run.model.predict(rows)).any()
    bundle = automl.load_bundle(run.export(tmp_path / "several.zip"))
    assert bundle.predictions(rows)["prediction"].tolist() == expected.tolist()
    assert bundle.predict(rows).tolist() == expected.tolist()
    with pytest.raises(SettingError, match="two classes"):
        run.threshold()


def test_a_run_searched_by_its_costs_keeps_them(tmp_path: Path) -> None:
    run = fitted(tmp_path / "run", table(120, seed=6), metric="cost", costs={"false_negative": 3})
    assert run.leaderboard()["score"].notna().all()
    assert headline(run.result or {}).score is not None
    with pytest.raises(SettingError, match="by the cost of their errors"):
        run.threshold(costs={"false_negative": 9}, keep=True)


def test_costs_that_do_not_fit_the_table_end_the_run(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="'gone', which is none of the classes"):
        fitted(tmp_path / "run", table(60), costs={"gone": {"sick": 2}})
    with pytest.raises(SettingError, match="needs to know what errors cost"):
        fitted(tmp_path / "other", table(60), metric="cost")


def test_an_older_run_without_decisions_is_read(costly: Run, tmp_path: Path) -> None:
    """As written before decisions were: no costs in the task, none in the specification, no decision."""
    import shutil

    old = tmp_path / "old"
    shutil.copytree(costly.folder.path, old)
    for name, key in (("task.json", "costs"), ("spec.json", "costs"), ("result.json", "decision")):
        content = json.loads((old / name).read_text())
        del content[key]
        (old / name).write_text(json.dumps(content))
    run = automl.load_run(old)
    rows = table(30, seed=7)
    assert run.model.predict(rows).tolist() == [
        "sick" if p >= 0.5 else "calm" for p in run.model.predict_proba(rows)[:, 1]
    ]
    assert "decision" not in (run.result or {})
