"""The page that watches a model, in every state, drawn by Streamlit's own test runner."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from automl import jobs
from automl.jobs import worker_lock
from automl.jobs.folder import JobFolder
from automl.monitoring import Watched
from automl.monitoring.timeline.kept import TIMELINES, keep_timeline
from automl.store import Home, RunFolder
from automl.store.catalogue import open_catalogue, register_run

from . import folders
from .conftest import ROOT, OpenPage
from .made_timelines import made
from .months import exact_model, write_months
from .test_pages import words


@pytest.fixture(scope="module")
def model() -> Watched:
    """A small model that makes the reports, of which parts are exact."""
    return exact_model()


@pytest.fixture
def run(home: Path, model: Watched) -> RunFolder:
    """A finished run."""
    found = folders.run_folder(Home(home), state="finished", trials=12)
    found.write("task.json", model.task.to_json())
    return found


@pytest.fixture(scope="module")
def months(model: Watched, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six scored months, to be copied into runs: the comparisons take seconds."""
    kept = RunFolder(tmp_path_factory.mktemp("months"))
    write_months(kept, model)
    return kept.path / "scorings"


@pytest.fixture
def watched_run(run: RunFolder, months: Path) -> RunFolder:
    """A finished run that has scored six months."""
    import shutil

    shutil.copytree(months, run.path / "scorings")
    return run


def kept(run: RunFolder, windows: int = 12, columns: int = 8, **changes: object) -> str:
    """A timeline that a job has left."""
    folder = run.path / TIMELINES / "20260601-000000-timeline-abcdef"
    folder.mkdir(parents=True)
    keep_timeline(folder, made(windows, columns, **changes), model="ensemble")  # type: ignore[arg-type]
    return folder.name


def plain(page: AppTest) -> str:
    """All text of a page without the marks of Markdown and HTML."""
    return unescape(words(page).replace("\\", ""))


def test_nothing_is_watched_yet(open_page: OpenPage, home: Path) -> None:
    assert "No model is under watch yet" in words(open_page("monitor"))


def test_a_run_that_has_scored_nothing(open_page: OpenPage, run: RunFolder) -> None:
    text = plain(open_page("monitor", run=run.id))
    assert "Nothing to watch yet" in text
    assert "Look at other data" in text


def test_all_models_under_watch(open_page: OpenPage, watched_run: RunFolder) -> None:
    folders.run_folder(Home(watched_run.path.parents[1]), state="finished", trials=3, name="never scored")
    text = plain(open_page("monitor"))
    assert "1 model of 1 calls for a look" in text
    assert "6 scored tables" in text
    assert "june.csv" in text


def test_six_scored_months(open_page: OpenPage, watched_run: RunFolder) -> None:
    page = open_page("monitor", run=watched_run.id)
    text = plain(page)
    assert "Act" in text
    assert "Last looked at</dt><dd>june.csv" in text
    assert "Something has been odd" in text
    assert "since march.csv" in text or "since april.csv" in text
    assert "In june.csv" in text
    assert "Promised and come" in text
    charts = page.get("plotly_chart")
    assert len(charts) >= 3
    table = next(each.value for each in page.dataframe if "Moves mean by" in str(each.proto.columns))
    assert table["column"].iloc[0] == "age", "what moves the predictions comes first"
    assert "ends" in table, "the scored table's own report has the intervals"


def test_the_address_keeps_the_window(open_page: OpenPage, watched_run: RunFolder) -> None:
    page = open_page("monitor", run=watched_run.id, window="0")
    assert "In january.csv" in plain(page)
    page.selectbox(key=next(b.key for b in page.selectbox if b.label == "Window")).select(3).run()
    assert page.query_params["window"] == "3"
    assert "In april.csv" in plain(page)
    for odd in ("99", "-1", "x", "1" * 30):
        assert "In june.csv" in plain(open_page("monitor", run=watched_run.id, window=odd))


def test_a_timeline_that_a_job_has_made(open_page: OpenPage, run: RunFolder) -> None:
    page = open_page("monitor", run=run.id, timeline=kept(run))
    text = plain(page)
    assert "ROC AUC changed from 0.8400 to 0.7600 with **2020-09**" in text
    assert "since 2020-09, for 4 windows" in text
    for word in ("Kept", "Broken", "Not known yet"):
        assert word in text
    assert "1 group of rows is surely predicted worse" in text
    assert "Too few windows." in text
    assert "12 row(s) have no date" in text


def test_tables_beside_the_charts(open_page: OpenPage, run: RunFolder) -> None:
    query = {"windows-table": "true", "effects-table": "true"}
    page = open_page("monitor", run=run.id, timeline=kept(run), **query)
    assert "Every window with its verdict" in words(page)
    assert any(
        "c0" in set(each.value.get("column", ())) and len(each.value.columns) == 13 for each in page.dataframe
    )


def test_many_columns_are_folded(open_page: OpenPage, run: RunFolder) -> None:
    page = open_page("monitor", run=run.id, timeline=kept(run, 12, 40))
    assert "All 40 columns" in {toggle.label for toggle in page.toggle}


@pytest.mark.parametrize("asked", ["../../etc", "a/b", "gone", "x" * 300])
def test_unknown_timelines_are_refused_in_words(open_page: OpenPage, run: RunFolder, asked: str) -> None:
    page = open_page("monitor", run=run.id, timeline=asked)
    assert page.error[0].value.startswith("There is no such timeline here")


def test_a_job_under_way_failed_and_stopped(open_page: OpenPage, run: RunFolder) -> None:
    def job(state: str, **fields: object) -> str:
        params = {"table": "/nowhere/year.csv", "name": "year.csv", "model": "ensemble", "by": "day"}
        folder = JobFolder.create(run, "timeline", params)
        folder.set_status(state, **fields)
        return folder.path.name

    failed = job("failed", message="There is no column 'day'.", error={"message": "", "id": "0badcafe"})
    page = open_page("monitor", run=run.id, timeline=failed)
    assert "There is no column 'day'." in page.error[0].value
    assert "0badcafe" in words(page)
    assert "was stopped" in words(open_page("monitor", run=run.id, timeline=job("cancelled")))
    running = job("running", progress=0.4, message="Compared 4 windows of 12")
    handle = worker_lock.take(run.path / "jobs" / running, wait=1.0)
    try:
        page = open_page("monitor", run=run.id, timeline=running)
        assert "Looking at year.csv" in words(page)
        assert "Stop" in {button.label for button in page.button}
    finally:
        os.close(handle)


def test_an_alert_is_closed_with_a_reason(open_page: OpenPage, watched_run: RunFolder, home: Path) -> None:
    with open_catalogue(home) as catalogue:
        version = register_run(catalogue, watched_run)
        assert version is not None
        catalogue.life.open_alert("drift", "act", "age has drifted <b>.", columns=["age"], model=version)
    page = open_page("monitor", run=watched_run.id)
    assert "An alert is open" in plain(page)
    assert "age has drifted <b>." in plain(page)
    close = next(button for button in page.button if button.label == "Close the alert")
    close.click().run()
    assert "Say in a few words what you found" in page.error[0].value
    page.text_area[0].input("The import was mended.")
    next(button for button in page.button if button.label == "Close the alert").click().run()
    with open_catalogue(home) as catalogue:
        (alert,) = catalogue.life.alerts()
    assert alert.closed is not None
    assert alert.reason == "The import was mended."
    text = plain(open_page("monitor", run=watched_run.id))
    assert "The import was mended." in text
    assert "Open alerts" not in text


def test_other_data_become_a_job(
    open_page: OpenPage, run: RunFolder, model: Watched, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from automl.workbench import drafts

    from ..customers import customers
    from .test_score_page import csv, idle_jobs

    run.write("schema.json", model.schema.to_json())
    run.write("prepared.json", {"columns": list(model.schema.names)})
    (run.path / "references").mkdir()
    run.write("references/ensemble.json", {"fingerprint": "x", "reference": model.reference.to_json()})
    asked = idle_jobs(monkeypatch)
    frame = customers(80, 3).assign(seen=[f"2026-{1 + i % 6:02d}-03" for i in range(80)])
    draft = drafts.from_upload(Home(home), "year.csv", csv(frame))
    page = open_page("monitor", run=run.id, table=draft.id)
    by = next(box for box in page.selectbox if box.label == "Column of dates")
    assert by.options[:2] == ["joined", "seen"]
    by.select("seen")
    next(button for button in page.button if button.label == "Look at it").click().run()
    ((kind, params),) = asked
    assert kind == "timeline"
    assert (params["by"], params["every"], params["name"], params["model"]) == (
        "seen", "month", "year.csv", "ensemble",
    )  # fmt: skip
    none = drafts.from_upload(Home(home), "flat.csv", csv(customers(20, 3).drop(columns="joined")))
    page = open_page("monitor", run=run.id, table=none.id)
    assert "No column of this table looks like dates" in page.error[0].value


def test_very_many_scored_tables_are_for_a_job(
    open_page: OpenPage, watched_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automl.workbench.timelines._AT_ONCE", 5)
    from .test_score_page import idle_jobs

    asked = idle_jobs(monkeypatch)
    page = open_page("monitor", run=watched_run.id)
    assert "Looking at 6 scored tables" in words(page)
    assert asked[0][0] == "timeline"
    job = jobs.jobs(watched_run.path, "timeline")[0]
    name = kept(watched_run)
    JobFolder(job.folder).set_status("finished", result={"timeline": name})
    assert "since 2020-09" in words(open_page("monitor", run=watched_run.id))


def test_the_page_loads_no_engine(watched_run: RunFolder, home: Path) -> None:
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
test = AppTest.from_file("automl/workbench/entry.py", default_timeout=60)
test.query_params["run"] = {watched_run.id!r}
test._page_hash = calc_hash("monitor")
test.run()
assert not test.exception, test.exception
assert len(test.get("plotly_chart")) >= 3
heavy = ("sklearn", "lightgbm", "optuna", "shap", "numba", "skops", "joblib", "scipy")
print("loaded:", [name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "loaded: []"


def test_a_large_timeline_is_drawn_quickly(open_page: OpenPage, run: RunFolder) -> None:
    """Beside the page of an ordinary one, in the same process; measured absolutely by a benchmark."""
    small, large = (
        RunFolder.create(run.path.parent / name, {**run.spec, "id": name}) for name in ("small", "large")
    )
    seconds = []
    for folder, windows, columns in ((small, 6, 8), (large, 120, 60)):
        for name in ("task.json", "result.json"):
            folder.write(name, run.read(name))
        for trial in run.trials():
            folder.write(f"trials/{trial['id']}.json", trial)
        asked = kept(folder, windows, columns)
        open_page("monitor", run=folder.id, timeline=asked)  # read once
        began = time.perf_counter()
        open_page("monitor", run=folder.id, timeline=asked)
        seconds.append(time.perf_counter() - began)
    assert seconds[1] < 5 * seconds[0]


def test_another_model_is_not_shown_with_the_timeline_of_this_one(
    open_page: OpenPage, watched_run: RunFolder
) -> None:
    page = open_page("monitor", run=watched_run.id, model="t0003", timeline=kept(watched_run))
    assert "Nothing to watch yet" in plain(page)
    assert "timeline" not in page.query_params
    page = open_page("monitor", run=watched_run.id)
    box = next(box for box in page.selectbox if box.label == "Shown")
    box.select_index(1).run()
    assert "since 2020-09" in words(page)
    assert page.query_params["timeline"] == "20260601-000000-timeline-abcdef"
