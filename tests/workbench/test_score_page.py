"""The page that scores, in every state, drawn by Streamlit's own test runner."""

from __future__ import annotations

import subprocess
import sys
from html import unescape
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from automl import jobs
from automl.jobs.folder import JobFolder
from automl.jobs.glancing import glance as glance_job
from automl.monitoring import Watched
from automl.monitoring.history import scoring
from automl.store import Home, RunFolder
from automl.workbench import drafts, glances

from ..customers import customers
from . import folders
from .conftest import OpenPage
from .scored import under_watch, write_scoring
from .test_pages import words


@pytest.fixture(scope="module")
def model() -> Watched:
    """A small model that makes the reports."""
    return under_watch()


@pytest.fixture
def run(home: Path) -> RunFolder:
    """A finished run."""
    return folders.run_folder(Home(home), state="finished", trials=12)


@pytest.fixture
def known(run: RunFolder, model: Watched) -> None:
    """What the run has learned from, as a scoring leaves it."""
    run.write("schema.json", model.schema.to_json())
    run.write("prepared.json", {"columns": list(model.schema.names)})
    run.write("task.json", model.task.to_json())
    (run.path / "references").mkdir()
    run.write("references/ensemble.json", {"fingerprint": "x", "reference": model.reference.to_json()})


def csv(frame: pd.DataFrame) -> BytesIO:
    """A file as a browser sends it."""
    return BytesIO(frame.to_csv(index=False).encode())


def idle_jobs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, object]]]:
    """What is launched from now on; its workers do nothing."""
    asked: list[tuple[str, dict[str, object]]] = []
    real = jobs.launch

    def launch(path: Path, kind: str = "search", **params: object) -> Path:
        asked.append((kind, params))
        return real(path, kind, worker=("-c", "pass"), **params)

    monkeypatch.setattr(jobs, "launch", launch)
    return asked


def plain(page: AppTest) -> str:
    """All text of a page without the marks of Markdown and HTML."""
    return unescape(words(page).replace("\\", ""))


def job(run: RunFolder, state: str, **fields: object) -> str:
    """A job that scores, in a state."""
    params = {"table": "/nowhere/march.csv", "name": "march.csv", "model": "ensemble"}
    folder = JobFolder.create(run, "score", params)
    folder.set_status(state, **fields)
    return folder.path.name


def test_before_the_first_table(open_page: OpenPage, run: RunFolder) -> None:
    page = open_page("score", run=run.id)
    text = words(page)
    assert "a verdict whether they can be relied on" in text
    assert "Nothing scored yet" in text


def test_a_file_is_looked_at_first(open_page: OpenPage, run: RunFolder, home: Path, known: None) -> None:
    draft = drafts.from_upload(Home(home), "april.csv", csv(customers(120, 41)))
    page = open_page("score", run=run.id, model="t0003", table=draft.id, reasons="true")
    text = words(page)
    assert "Ready to score" in text
    assert "Nothing is in the way" in text
    assert "120 rows · 8 of 8 columns that the model reads · with left" in text
    assert "Score 120 rows" in {button.label for button in page.button}
    assert {box.label for box in page.checkbox} == {"the classes it may be", "its three main reasons"}


def test_it_becomes_a_job_with_what_is_wanted(
    open_page: OpenPage, run: RunFolder, home: Path, known: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = idle_jobs(monkeypatch)
    draft = drafts.from_upload(Home(home), "april.csv", csv(customers(120, 41)))
    page = open_page("score", run=run.id, model="t0003", table=draft.id)
    page.checkbox("reasons").check().run()
    page.button("score-now").click().run()
    ((kind, params),) = asked
    assert kind == "score"
    assert (params["name"], params["model"], params["reasons"]) == ("april.csv", "t0003", 3)
    assert Path(str(params["table"])) == draft.table
    assert not params.keys() & {"interval", "names", "read", "missing_columns"}


def test_a_renamed_column_is_taken_by_a_click(
    open_page: OpenPage, run: RunFolder, home: Path, known: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = idle_jobs(monkeypatch)
    frame = customers(120, 41).rename(columns={"plan": "Plan_"})
    draft = drafts.from_upload(Home(home), "april.csv", csv(frame))
    page = open_page("score", run=run.id, table=draft.id)
    text = plain(page)
    assert "Stop" in text
    assert "'plan' is not in the table; 'Plan_' looks like it" in text
    assert "score-now" not in {button.key for button in page.button}
    page.button("take-names").click().run()
    assert "“Plan_” is read as “plan”" in plain(page)
    assert "Ready to score" in plain(page)
    page.button("score-now").click().run()
    assert asked[0][1]["names"] == {"Plan_": "plan"}


def test_an_absent_column_can_be_taken_as_missing(
    open_page: OpenPage, run: RunFolder, home: Path, known: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = idle_jobs(monkeypatch)
    draft = drafts.from_upload(Home(home), "april.csv", csv(customers(120, 41).drop(columns="age")))
    page = open_page("score", run=run.id, table=draft.id)
    assert "The column “age”, which the model reads, is not in the file" in plain(page)
    page.button("score-anyway").click().run()
    assert asked[0][1]["missing_columns"] == "missing"


def test_odd_values_are_told_with_their_rows(
    open_page: OpenPage, run: RunFolder, home: Path, known: None
) -> None:
    frame = customers(120, 41).astype({"visits": object})
    frame.loc[[3, 9], "visits"] = "many <b>"
    draft = drafts.from_upload(Home(home), "april.csv", csv(frame))
    page = open_page("score", run=run.id, table=draft.id)
    text = words(page)
    assert "Look first" in text
    assert "2 values of 'visits' are no numbers" in plain(page)
    assert "4, 10" in text
    assert "many &lt;b&gt;" in text
    assert "Score 120 rows" in {button.label for button in page.button}


def test_what_is_no_table_stops(open_page: OpenPage, run: RunFolder, home: Path, known: None) -> None:
    login = BytesIO(b"<!DOCTYPE html><html><body>Log in</body></html>")
    draft = drafts.from_upload(Home(home), "april.csv", login)
    page = open_page("score", run=run.id, table=draft.id)
    assert "Stop" in words(page)
    assert "score-now" not in {button.key for button in page.button}
    page = open_page("score", run=run.id, table="20200101-000000-gone")
    assert "no longer here" in page.error[0].value


def test_a_part_of_a_large_file_is_offered_in_full(
    open_page: OpenPage, run: RunFolder, home: Path, known: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automl.monitoring.glance._PIECE", 20_000)
    monkeypatch.setattr("automl.workbench.glances.SECONDS", 0.0)
    asked = idle_jobs(monkeypatch)
    draft = drafts.from_upload(Home(home), "april.csv", csv(customers(3_000, 41)))
    page = open_page("score", run=run.id, table=draft.id)
    assert "of the file, looked at in" in words(page)
    assert "Score the file" in {button.label for button in page.button}
    page.button("look-through").click().run()
    assert asked[0][0] == "glance"


def test_a_job_looks_through_all_of_a_file(run: RunFolder, home: Path, known: None) -> None:
    frame = customers(300, 41).astype({"visits": object})
    frame.loc[299, "visits"] = "many"
    draft = drafts.from_upload(Home(home), "april.csv", csv(frame))
    made = JobFolder.create(run, "glance", {})
    done = glance_job(run.path, made.path, table=str(draft.table), name="april.csv")
    seen = glances.stored(Path(done["path"]))
    assert (done["level"], seen.rows, seen.whole) == ("look", 300, True)
    assert made.status["progress"] == 1.0


@pytest.mark.parametrize(
    ("level", "says"),
    [
        ("fine", ["Fine", "Nothing speaks against", "As good as promised?", "None of the 8 columns"]),
        ("look", ["Have a look", "gold <b>*new*</b>", "1 column of 8 differs", "fee"]),
        ("act", ["Act", "Do not rely on", "Probabilities of “yes” have moved", "Where the shift"]),
        ("unscored", ["Act", "cannot be scored", "'Plan_' looks like it"]),
    ],
)
def test_each_verdict(
    open_page: OpenPage, run: RunFolder, model: Watched, level: str, says: list[str]
) -> None:
    page = open_page("score", run=run.id, scoring=write_scoring(run, model, level))
    text = words(page).replace("\\", "").replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'")
    badges = " ".join(str(each.value) for each in page.get("badge")) if page.get("badge") else text
    for said in says:
        assert said in text or said in badges, said
    labels = {button.label for button in page.get("download_button")}
    assert ("Download predictions" in labels) == (level != "unscored")
    assert "Report (JSON)" in labels


def test_the_address_keeps_the_column(open_page: OpenPage, run: RunFolder, model: Watched) -> None:
    one = write_scoring(run, model, "look")
    first = scoring(run, one).report().ranked()[0].column
    page = open_page("score", run=run.id, scoring=one)
    assert f"**{first}**" in [str(each.value) for each in page.markdown]
    page = open_page("score", run=run.id, scoring=one, column="visits")
    assert "**visits**" in [str(each.value) for each in page.markdown]


def test_earlier_tables_stand_below_with_their_verdicts(
    open_page: OpenPage, run: RunFolder, model: Watched
) -> None:
    shown = write_scoring(run, model, "fine", name="january.csv")
    write_scoring(run, model, "act", name="february.csv")
    text = words(open_page("score", run=run.id))
    assert "Scored before" in text
    assert text.count("500 rows · ") == 2
    text = words(open_page("score", run=run.id, scoring=shown))
    assert "Other tables" in text


def test_a_job_under_way_failed_and_stopped(open_page: OpenPage, run: RunFolder) -> None:
    failed = job(run, "failed", message="This is no table.", error={"message": "", "id": "0badcafe"})
    page = open_page("score", run=run.id, scoring=failed)
    assert "This is no table." in page.error[0].value
    assert "0badcafe" in words(page)
    stopped = job(run, "cancelled")
    assert "was stopped" in words(open_page("score", run=run.id, scoring=stopped))
    from automl.jobs import worker_lock

    running = job(run, "running", progress=0.4, message="Scored 4,000 rows")
    handle = worker_lock.take(run.path / "jobs" / running, wait=1.0)
    try:
        page = open_page("score", run=run.id, scoring=running)
        assert "Scoring march.csv" in words(page)
        assert "Stop" in {button.label for button in page.button}
    finally:
        import os

        os.close(handle)


@pytest.mark.parametrize("asked", ["../../etc", "a/b", "gone", "x" * 300])
def test_unknown_scorings_are_refused_in_words(open_page: OpenPage, run: RunFolder, asked: str) -> None:
    page = open_page("score", run=run.id, scoring=asked)
    assert not page.exception
    assert page.error[0].value.startswith("There is no such scoring here")


def test_the_page_loads_no_machine_learning() -> None:
    heavy = ["sklearn", "lightgbm", "optuna", "shap", "numba"]
    code = (
        "import sys, automl.workbench.views.score, automl.workbench.drift_charts; "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_labels_the_score_is_estimated_and_says_what_it_cannot_see(
    open_page: OpenPage, run: RunFolder, model: Watched
) -> None:
    page = open_page("score", run=run.id, scoring=write_scoring(run, model, "look"))
    text = words(page)
    assert "How good, as far as can be told" in text
    assert "Without labels, ROC AUC of these 500 rows is estimated at" in text
    assert "only labels tell that" in text
    shown = next(table.value for table in page.dataframe if "Estimated" in table.value.columns)
    assert list(shown["Metric"])[:2] == ["ROC AUC", "Average precision"]
    assert " to " in shown["90 % interval"][0]
    assert "truth 0." in shown["Where the truth is known"][0]
    labelled = open_page("score", run=run.id, scoring=write_scoring(run, model, "fine"))
    assert "as far as can be told" not in words(labelled)
