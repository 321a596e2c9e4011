"""The report of a run: complete, self-contained, and made of the same facts as card and bundle."""

from __future__ import annotations

import importlib
import json
import pkgutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from automl.errors import SettingError
from automl.jobs import kinds
from automl.jobs.folder import JobFolder
from automl.report import build_card, build_report
from automl.report import sections as folder
from automl.report.sections import sections
from automl.run import Run, reporting
from explain.report import render_html, render_markdown

from ..pages import checked


@pytest.fixture(scope="module")
def subject(penguins_run: Run):
    """All that is known of a quick model of the run."""
    told: list[str] = []
    made = reporting.subject(penguins_run._model("t0001"), lambda _share, what: told.append(what))
    assert "Checking explanations against brute force" in told
    return made


def test_every_section_is_found_and_has_its_place() -> None:
    modules = {info.name for info in pkgutil.iter_modules(folder.__path__)}
    made = [*sections("card"), *sections("report")]
    assert {each.blocks.__module__.rpartition(".")[2] for each in made} == modules
    for page in ("card", "report"):
        orders = [each.order for each in sections(page)]
        assert orders == sorted(set(orders)), "two sections at one place"
    for name in modules:
        assert importlib.import_module(f"{folder.__name__}.{name}").__doc__


def test_the_report_says_all(subject) -> None:
    shares: list[float] = []
    report = build_report(subject, progress=shares.append)
    page = render_html(report)
    found = checked(page)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(page) < 1_000_000
    for title in (
        "How good it is",
        "What it looks at",
        "How the columns work",
        "Single predictions",
        "The data",
    ):
        assert title in found.text
    for text in ("bill_length_mm", "Log loss", "penguins.csv", "Typical", "Least certain", "coalitions"):
        assert text in found.text, text
    # A typical row, the most and the least certain one; a wrong one only where the model errs among the rows.
    assert found.text.count("In truth “") >= 3
    figures = [
        attributes for tag, attributes in found.tags if tag == "svg" and attributes.get("role") == "img"
    ]
    assert len(figures) >= 10
    assert render_markdown(report)


def test_card_and_report_tell_the_same(subject) -> None:
    card, report = build_card(subject), build_report(subject)
    assert card.facts == report.facts
    shared = {section.title: section.blocks for section in card.sections}
    for section in report.sections:
        if section.title in shared and section.title != "What it looks at":
            assert section.blocks == shared[section.title], section.title


def test_what_is_not_known_is_left_out(subject) -> None:
    bare = replace(subject, explanation=None, certificate=None, evidence=None)
    titles = {section.title for section in build_report(bare).sections}
    assert not titles & {"What it looks at", "How the columns work", "Single predictions"}
    assert "Whether explanations are right" not in titles
    assert {"How good it is", "Columns", "What to mind"} <= titles
    checked(render_html(build_report(bare)))


def test_a_certificate_that_does_not_hold_is_said(subject) -> None:
    broken = replace(subject.certificate, check=replace(subject.certificate.check, holds=False))
    assert "do not rely on the explanations" in render_markdown(
        build_card(replace(subject, certificate=broken))
    )
    assert "do not rely" not in render_markdown(build_card(subject))


def test_honest_predictions_are_those_of_models_that_did_not_know_the_row(churn_run: Run) -> None:
    """Held-out and out-of-fold predictions score what the run says that they score."""
    from sklearn.metrics import roc_auc_score

    from automl.search.honest import honest_predictions

    result = churn_run.result
    assert result is not None
    model = churn_run._model(None)
    task, weights, calibration = model.prepared.task, model.weights, model.calibration
    truth, prediction = model.honest()
    assert np.isfinite(prediction).all()
    closed = honest_predictions(churn_run.folder, task, weights, calibration, opened=False)[1]
    held = np.isnan(closed[:, 1])
    assert held.sum() == result["holdout"]["rows"]
    assert roc_auc_score(truth[held], prediction[held, 1]) == pytest.approx(result["holdout"]["score"])
    assert roc_auc_score(truth[~held], prediction[~held, 1]) == pytest.approx(result["cv_score"])


@pytest.mark.slow
def test_the_verb_the_job_and_the_file(penguins_run: Run, tmp_path: Path) -> None:
    steps: list[tuple[float, str]] = []
    path = penguins_run.report(
        tmp_path / "report.html", model="t0001", progress=lambda *step: steps.append(step)
    )
    checked(path.read_text(encoding="utf-8"))
    assert [share for share, _ in steps] == sorted(share for share, _ in steps)
    assert steps[-1] == (1.0, "Done")
    with pytest.raises(SettingError, match="no folder"):
        penguins_run.report(tmp_path / "none" / "report.html", model="t0001")
    job = JobFolder.create(penguins_run.folder, "report", {"model": "t0001"})
    told = kinds.report(penguins_run.folder.path, job.path, model="t0001", path=str(tmp_path / "job.html"))
    assert told["bytes"] == (tmp_path / "job.html").stat().st_size
    assert job.status["progress"] == 1.0
    assert job.status["message"] == "Done"


def test_the_bundle_carries_report_and_certificate(penguins_run: Run, tmp_path: Path) -> None:
    path = penguins_run.export(tmp_path / "out.zip", model="t0001")
    with zipfile.ZipFile(path) as archive:
        page = checked(archive.read("report.html").decode())
        certificate = json.loads(archive.read("certificate.json"))
        manifest = json.loads(archive.read("bundle.json"))
        readme = archive.read("README.md").decode()
    assert manifest["files"]["model/model.skops"]["sha256"] in page.text
    stored = penguins_run.folder.read("explanations/t0001.certificate.json")
    assert certificate == stored, "measured once"
    assert "| report.html |" in readme
