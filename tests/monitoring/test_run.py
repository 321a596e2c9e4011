"""Runs under watch: what they compare with, and that rows like their own raise no alarm."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import automl
from automl.monitoring import watched_bundle
from automl.run import Run


def test_a_reference_is_counted_once(churn_run: Run) -> None:
    reference = churn_run.reference()
    assert reference.rows == 7043
    assert [profile.name for profile in reference.columns] == list(churn_run.schema.names)
    assert [profile.name for profile in reference.outputs] == ["Yes"]
    assert reference.predicted == "the sealed holdout"
    assert churn_run.reference() == reference


def test_of_few_rows_predictions_are_out_of_fold(penguins_run: Run) -> None:
    reference = penguins_run.reference()
    assert reference.predicted == "rows predicted out of fold"
    assert [profile.name for profile in reference.outputs] == ["Adelie", "Chinstrap", "Gentoo"]
    assert reference.predicted_rows == 344
    single = penguins_run.reference("t0001")
    assert single.columns == reference.columns
    assert single.outputs != reference.outputs


@pytest.mark.slow
def test_a_bundle_says_the_same_as_its_run(churn_run: Run, churn_zip: Path, sample_data: Path) -> None:
    from automl.monitoring import score

    rows = pd.read_csv(sample_data / "telco_churn.csv").sample(500, random_state=1)
    rows["Contract"] = "Two year"
    of_run = churn_run.score(rows, time_budget=None).report
    of_bundle = score(watched_bundle(automl.load_bundle(churn_zip)), rows, time_budget=None).report
    assert of_run.level == of_bundle.level != "fine"
    assert of_run.findings == of_bundle.findings
    for one, other in zip(of_run.columns, of_bundle.columns, strict=True):
        assert (one.column, one.p, one.moved) == (other.column, other.p, other.moved)
    assert of_run.outputs[0].moved == of_bundle.outputs[0].moved
    assert of_run.performance is not None
    assert of_bundle.performance is not None
    assert of_run.performance.main.promised == of_bundle.performance.main.promised


@pytest.mark.slow
def test_what_estimates_is_made_once_and_travels(
    churn_run: Run, churn_zip: Path, sample_data: Path, tmp_path: Path
) -> None:
    made = churn_run.estimator()
    assert made is not None
    assert made.learned == "the sealed holdout, from which the model has learned since: it may be better now"
    assert churn_run.estimator() == made
    told = made.test_of("roc_auc")
    assert told is not None
    assert told[0] == pytest.approx(told[1], abs=0.03)
    assert told[1] == pytest.approx(churn_run.result["metrics"]["roc_auc"]["score"])  # type: ignore[index]

    bundle = watched_bundle(automl.load_bundle(churn_zip))
    assert bundle.estimator == made
    rows = pd.read_csv(sample_data / "telco_churn.csv").sample(400, random_state=4).drop(columns="Churn")
    from automl.monitoring import score

    one = churn_run.score(rows, time_budget=None).report.estimated
    assert one is not None
    assert one == score(bundle, rows, time_budget=None).report.estimated
    assert one.main.promised == churn_run.result["metrics"]["roc_auc"]["score"]  # type: ignore[index]

    old = tmp_path / "old"
    with zipfile.ZipFile(churn_zip) as archive:
        archive.extractall(old)
    manifest = json.loads((old / "bundle.json").read_text())
    del manifest["files"]["estimator.json"]
    (old / "bundle.json").write_text(json.dumps(manifest))
    report = score(watched_bundle(automl.load_bundle(old)), rows, time_budget=None).report
    assert report.scored
    assert report.estimated is None
    assert any("Export it again" in note for note in report.notes)


def test_several_classes_are_estimated_from_rows_out_of_fold(penguins_run: Run) -> None:
    made = penguins_run.estimator("t0001")
    assert made is not None
    assert made.learned == "rows predicted out of fold"
    assert (len(made.classes), made.rows) == (3, 344)
    assert {each.metric for each in made.tested} >= {"roc_auc", "log_loss", "accuracy", "mcc"}
