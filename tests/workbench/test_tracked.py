"""Telling an MLflow server of a run, as the pages ask for it and show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from automl import extras, jobs
from automl.store import Home, files
from automl.tracking import TRACK, URI
from automl.workbench import drafts
from automl.workbench.tracked import tracked

from . import folders
from .conftest import OpenPage
from .test_new_run import penguins, selectbox
from .test_pages import words

HERE = "http://127.0.0.1:5000"
ASKED = {"uri": HERE, "experiment": None, "alias": None, "register": True}
LABEL = "Address of an MLflow server"


@pytest.fixture(autouse=True)
def client_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No address is set, and MLflow's client counts as installed; these pages never load it."""
    for name in (TRACK, URI, "MLFLOW_TRACKING_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setitem(extras.PACKAGES, "mlflow", "json")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Run folders that a job was asked for."""
    asked: list[Path] = []
    monkeypatch.setattr(jobs, "launch", lambda path, kind="search", **_: asked.append(Path(path)))
    return asked


def test_nothing_is_sent_unless_an_address_is_typed(
    open_page: OpenPage, home: Path, sample_data: Path, started: list[Path]
) -> None:
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id, more="true")
    selectbox(page, "Which column").set_value("species").run()
    field = next(each for each in page.text_input if each.label == LABEL)
    assert field.value == ""
    field.set_value("mlflow.local").run()
    assert "not the address of an MLflow server" in words(page)
    assert page.button("start").disabled
    next(each for each in page.text_input if each.label == LABEL).set_value(f" {HERE}/ ").run()
    assert not page.error
    assert "told to" in words(page)
    page.button("start").click().run()
    assert Home(home).run(started[0].name).spec["track"] == ASKED
    again = drafts.from_run(Home(home), Home(home).run(started[0].name).spec)
    assert again is not None
    assert again.get("track") == HERE


def test_an_empty_field_sends_nothing_where_the_installation_would(
    open_page: OpenPage, home: Path, sample_data: Path, started: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TRACK, HERE)
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id, more="true")
    selectbox(page, "Which column").set_value("species").run()
    field = next(each for each in page.text_input if each.label == LABEL)
    assert field.value == HERE
    field.set_value("").run()
    page.button("start").click().run()
    assert Home(home).run(started[0].name).spec["track"] is None


def test_without_the_client_the_page_says_how_to_get_it(
    open_page: OpenPage, home: Path, sample_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(extras.PACKAGES, "mlflow", "no_such_package")
    draft = penguins(home, sample_data)
    draft.put(target="species", track=HERE)
    page = open_page("new", upload=draft.id)
    assert "glassbench[mlflow]" in page.error[0].value.replace("\\", "")
    assert page.button("start").disabled


@pytest.mark.parametrize(
    ("status", "says", "level"),
    [
        (
            {"state": "running", "message": "3 of 9 trials sent", "sent": 3},
            "3 of 9 trials sent",
            "problem",  # nobody works in it any more
        ),
        (
            {
                "state": "finished",
                "result": {"trials": 9, "model": "models:/churn/4", "refused": {}},
            },
            "9 trials sent, registered as churn/4",
            "fine",
        ),
        (
            {"state": "finished", "result": {"trials": 8, "model": None, "refused": {"t0003": "It is bad."}}},
            "8 trials sent; not taken there: t0003",
            "problem",
        ),
        ({"state": "failed", "message": "The server has not answered."}, "has not answered", "problem"),
    ],
)
def test_the_page_of_a_run_says_how_far_it_is(
    open_page: OpenPage, home: Path, status: dict[str, object], says: str, level: str
) -> None:
    run = folders.run_folder(Home(home), state="finished", trials=9, track=ASKED)
    url = f"{HERE}/#/experiments/1/runs/ab"
    job = run.path / "jobs" / "20260101-000000-track-abcdef"
    job.mkdir(parents=True)
    files.write_json(
        job / "spec.json", {"version": 1, "kind": "track", "params": {"asked": ASKED, "session": 1}}
    )
    files.write_json(job / "status.json", {"message": "", "url": url, **status})
    now = tracked(run)
    assert now is not None
    assert now.level == level
    text = words(open_page("run", run=run.id))
    if status["state"] == "running":
        assert "The worker has gone" in text
    else:
        assert says in text.replace("\\", "")
    assert f"(<{url}>)" in text


def test_a_run_that_is_told_to_nobody_says_nothing_of_it(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(Home(home), state="finished", trials=9)
    assert tracked(run) is None
    assert "MLflow" not in words(open_page("run", run=run.id))
    assert "track" not in json.dumps(run.status)
