"""What the report gets of inspections, and the job that makes one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import automl
from automl import jobs
from automl.errors import SettingError
from automl.inspection import plan
from automl.run import Run, reporting
from explain.judge.performance import Performance


def test_the_report_has_them_and_says_what_could_not_be_made(flats_run: Run, tmp_path: Path) -> None:
    run = automl.load_run(shutil.copytree(flats_run.folder.path, tmp_path / "flats"))
    said: list[str] = []
    path = run.report(
        tmp_path / "report.html", fairness=["house"], progress=lambda _share, what: said.append(what)
    )
    text = path.read_text()
    assert "Not in this report: failures." in text
    assert "rows to find cohorts in, found 90." in text
    assert "Inspecting: fairness of house" in said
    stored = {path.name.partition("-")[0] for path in (run.folder.path / "inspections").rglob("*.json")}
    assert {"performance.json", "clusters.json", "curve", "fairness", "counterfactuals"} <= stored


def test_a_report_without_time_takes_what_is_stored(flats_run: Run, tmp_path: Path) -> None:
    run = automl.load_run(shutil.copytree(flats_run.folder.path, tmp_path / "flats"))
    shutil.rmtree(run.folder.path / "inspections", ignore_errors=True)
    run.inspect("performance")
    model = run._model(None)
    subject = reporting._with_inspections(
        model, reporting.subject(model, lambda _share, _what: None), (), 0.0, lambda _share, _what: None
    )
    assert list(subject.inspections) == ["performance"]
    assert isinstance(subject.inspections["performance"], Performance)
    assert subject.inspection_notes["performance"][0].startswith("Judged on predictions of 90 rows")
    assert subject.not_inspected["surrogate"] == "There was no time for it."
    planned = {each.key for each in plan(("area", "floor"), ())}
    assert planned <= set(subject.inspections) | set(subject.not_inspected)


def test_a_bundle_tells_what_was_found_out_already(flats_run: Run, tmp_path: Path) -> None:
    run = automl.load_run(shutil.copytree(flats_run.folder.path, tmp_path / "flats"))
    shutil.rmtree(run.folder.path / "inspections", ignore_errors=True)
    told = reporting.shipped_subject(run._model(None), lambda _share, _what: None)
    assert not told.inspections
    run.inspect("performance")
    run.inspect("fairness", column="house")
    run.inspect("neighbours", row=3)
    told = reporting.shipped_subject(run._model(None), lambda _share, _what: None)
    assert list(told.inspections) == ["performance", "fairness:house"]
    assert set(told.inspection_notes) == set(told.inspections)
    assert not told.not_inspected


@pytest.mark.parametrize("fairness", ["house", ["rent"], ["garden"]])
def test_fairness_needs_columns_of_the_table(flats_run: Run, tmp_path: Path, fairness: Any) -> None:
    with pytest.raises(SettingError):
        flats_run.report(tmp_path / "report.html", fairness=fairness)
    assert not (tmp_path / "report.html").exists()


def test_a_plan_has_the_first_columns_and_rows() -> None:
    keys = [each.key for each in plan([*"abcdef"], [7, 8, 9, 10], ["sex", "sex"])]
    assert [key for key in keys if ":" in key] == [
        "fairness:sex", "curve:a", "curve:b", "curve:c", "curve:d",
        "counterfactuals:7", "counterfactuals:8", "counterfactuals:9",
    ]  # fmt: skip
    assert sum(each.seconds for each in plan([*"abcdef"], [7, 8, 9, 10])) <= 65


def test_a_job_makes_one_and_tells_what_is_wrong(clients_run: Run, tmp_path: Path) -> None:
    run = automl.load_run(shutil.copytree(clients_run.folder.path, tmp_path / "clients"))
    folder = run.folder.path
    good = jobs.launch(folder, "inspect", name="curve", params={"column": "income"}, time_budget=5)
    bad = jobs.launch(folder, "inspect", name="curve", params={"column": "height"})
    done = jobs.wait(good, timeout=120)
    assert (done.kind, done.state) == ("inspect", "finished")
    assert done.result is not None
    assert done.result["params"] == {"column": "income", "kind": "pdp"}
    content = json.loads(Path(done.result["path"]).read_text())
    assert content["result"] == run.inspect("curve", column="income").to_json()
    failed = jobs.wait(bad, timeout=120)
    assert failed.state == "failed"
    assert "There is no column 'height'" in failed.message
