"""The platforms on the Export page: what to do on each, and what the bundle's certificate says."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from automl.bundle.parity import PARITY, Parity, Proven
from automl.bundle.targets import TARGETS
from automl.jobs.folder import JobFolder
from automl.store import RunFolder, shipped_state

from .conftest import OpenPage

MODEL = "ensemble"


def built(run: RunFolder, parity: bytes | None) -> Path:
    """A finished export job, with a zip that carries these bytes as its certificate."""
    path = run.path / "exports" / f"{MODEL}.zip"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.md", "Start here.\n")
        if parity is not None:
            archive.writestr(PARITY, parity)
    job = JobFolder.create(run, "export", {"model": MODEL})
    result = {"path": str(path), "model": MODEL, "sha256": "ab", "state": shipped_state(run, MODEL)}
    job.set_status("finished", result=result)
    return path


def certificate(difference: float) -> bytes:
    """A certificate of one route of MLflow."""
    routes = (Proven("MLflow", "3.17.2", "pyfunc.load_model, records", 62, difference),)
    return json.dumps(Parity("2026-11-28", routes).to_json()).encode()


@pytest.mark.parametrize("name", TARGETS)
def test_each_says_what_to_do(name: str, runs: dict[str, RunFolder], open_page: OpenPage) -> None:
    page = open_page("export", run=runs["finished"].id, model=MODEL, platform=TARGETS[name].title)
    assert not page.exception
    target = TARGETS[name]
    assert target.about in [each.value for each in page.markdown]
    code = [each.value for each in page.code]
    for step in target.steps:
        assert step.code_for("telco_churn-ensemble.zip", "telco-churn") in code
    assert not [text for text in code if "{bundle}" in text]


def test_none_is_chosen_at_first(runs: dict[str, RunFolder], open_page: OpenPage) -> None:
    page = open_page("export", run=runs["finished"].id, model=MODEL)
    assert "automl publish" not in "".join(each.value for each in page.code)
    page.selectbox(key="platform").set_value("mlflow").run()
    assert not page.exception
    assert "--to mlflow:" in "".join(each.value for each in page.code)


@pytest.mark.parametrize(
    ("parity", "shown"),
    [
        (None, None),
        (certificate(2e-16), "predicts the same, in 1 way of asking, for 62 rows."),
        (certificate(0.5), "does not predict the same (pyfunc"),
        (b"{", "is no valid JSON"),
    ],
)
def test_its_certificate(
    parity: bytes | None, shown: str | None, runs: dict[str, RunFolder], open_page: OpenPage
) -> None:
    run = runs["finished"]
    built(run, parity)
    mlflow = open_page("export", run=run.id, model=MODEL, platform="MLflow")
    azure = open_page("export", run=run.id, model=MODEL, platform="Azure ML")
    for page in (mlflow, azure):
        assert not page.exception
    said = [each.value for each in (*mlflow.markdown, *mlflow.get("html"))]
    if shown is None:
        assert not any("This bundle" in text for text in said)
    else:
        assert any(shown in text for text in said)
    assert not any("This bundle, 2026" in each.value for each in azure.markdown)
