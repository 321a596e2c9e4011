"""Every tab of the page of explanations: offered, under way, failed, outdated, and from what is stored."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from automl import jobs
from automl.jobs import worker_lock
from automl.jobs.folder import JobFolder
from automl.store import Home, RunFolder
from automl.workbench import inspected
from automl.workbench.table_rows import rows_at

from .conftest import OpenPage
from .test_pages import words

WRONG, FAIR, TRUST = "Where it is wrong", "Is it fair", "Can it be trusted"


@pytest.fixture
def run(examined: Path, home: Path) -> RunFolder:
    """A run with all inspections, to be changed at will."""
    shutil.copytree(examined, home)
    return Home(home).runs()[0]


def chosen(run: RunFolder) -> str:
    return str((run.result or {})["chosen"])


def view(open_page: OpenPage, run: RunFolder, tab: str, **query: str) -> AppTest:
    return open_page("explain", run=run.id, **{"explain-view": tab}, **query)


def read(page: AppTest) -> str:
    """All text of a page without the signs that keep Markdown from reading it."""
    return words(page).replace("\\", "")


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def labels(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


def charts(page: AppTest) -> list[str]:
    """What each chart says of itself to those who cannot see it."""
    return [str(chart.proto.alt) for chart in page.get("plotly_chart")]


@pytest.mark.parametrize(
    ("tab", "query", "said", "drawn"),
    [
        ("All columns", {}, ["Which columns matter", "What it would miss", "The two differ because"], 5),
        ("One column", {"column": "tenure"}, ["From tenure = ", "where the rows are"], 2),
        (
            "One column",
            {"column": "tenure", "effect": "Among similar rows"},
            ["Only steps between values", "From tenure = "],
            2,
        ),
        (
            WRONG,
            {},
            ["The probabilities of “Yes”", "of the decisions are right", "On which rows does it do worse?"],
            4,
        ),
        (FAIR, {"group": "gender"}, ["By “gender”", "They are not applied", "fewer than 30 rows"], 1),
        (TRUST, {}, ["add up to the prediction", "An imitation, not the model", "stand for the table"], 1),
        (
            "Comparison",
            {"compare": "Two groups of rows", "by": "Contract"},
            ["The model's mean probability of “Yes” is", "From one to the other"],
            2,
        ),
    ],
)  # fmt: skip
def test_what_is_stored_is_shown_without_a_job(
    open_page: OpenPage, run: RunFolder, tab: str, query: dict[str, str], said: list[str], drawn: int
) -> None:
    page = view(open_page, run, tab, **query)
    text = read(page)
    for sentence in said:
        assert sentence in text
    assert len(charts(page)) >= drawn
    assert all(charts(page)), "every chart says in words what it shows"
    assert not jobs.jobs(run.path)
    offered = {"Shuffle the columns", "Look for pairs", "Look for groups", "Work it out", "Check them"}
    offered |= {"Find rules", "Find them", "Compare the groups", "Make it anew", "Try again"}
    assert not labels(page) & offered, "nothing is offered that is there"


def test_the_address_says_which_class_and_which_column(open_page: OpenPage, run: RunFolder) -> None:
    page = view(open_page, run, "One column", column="Contract", effect="Single rows")
    assert page.selectbox("column").value == "Contract"
    (job,) = jobs.jobs(run.path)  # a curve is made by itself
    assert job.params == {
        "name": "curve",
        "params": {"column": "Contract"},
        "model": chosen(run),
    }
    jobs.stop(job.folder)


def test_what_takes_long_is_offered(open_page: OpenPage, run: RunFolder) -> None:
    shutil.rmtree(run.path / "inspections")
    assert {"Shuffle the columns", "Look for pairs", "Look for groups"} <= labels(
        view(open_page, run, "All columns")
    )
    assert {"Check them", "Find rules", "Find them"} <= labels(view(open_page, run, TRUST))
    page = view(open_page, run, "Comparison")
    assert "Compare the two models" in labels(page)
    page = view(open_page, run, "Comparison", compare="Two groups of rows")
    assert "Why is one group predicted otherwise than another?" in read(page)
    page = view(open_page, run, FAIR)
    assert "Does it treat groups alike?" in read(page)
    assert not jobs.jobs(run.path)


def job_of(run: RunFolder, name: str, params: dict[str, Any], state: str, **status: Any) -> JobFolder:
    folder = JobFolder.create(run, "inspect", {"name": name, "params": params, "model": chosen(run)})
    folder.set_status(state, **status)
    return folder


def test_what_is_under_way_shows_how_far_and_can_be_stopped(open_page: OpenPage, run: RunFolder) -> None:
    shutil.rmtree(run.path / "inspections")
    folder = job_of(run, "importance", {}, "running", progress=0.4, message="Inspecting: columns shuffled")
    lock = worker_lock.take(folder.path, wait=1)
    try:
        page = view(open_page, run, "All columns")
        assert "How much worse would the model get without a column?" in read(page)
        assert page.get("progress")[0].proto.value == 40
        assert "importance-stop" in keys(page)
        assert "importance" not in keys(page), "what is under way is not offered"
        page.button("importance-stop").click().run()
        assert (folder.path / "stop").exists() or jobs.state(folder.path).is_over
    finally:
        import os

        os.close(lock)


def test_what_failed_says_why_and_can_be_tried_again(open_page: OpenPage, run: RunFolder) -> None:
    shutil.rmtree(run.path / "inspections")
    message = "Expected at least 100 rows to find cohorts in, found 60."
    for name in ("failures", "performance"):
        job_of(run, name, {}, "failed", message=message, error={"message": message, "id": "0badcafe"})
    page = view(open_page, run, WRONG)
    assert [error.value.replace("\\", "") for error in page.error] == [message, message]
    assert "0badcafe" in read(page)
    assert {"Try again"} == {b.label for b in page.button if b.key in ("failures", "performance")}


def test_results_of_another_state_of_the_model_are_offered_anew(open_page: OpenPage, run: RunFolder) -> None:
    path = run.path / "inspections" / chosen(run) / "stability.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "fingerprint": "of another model"}))
    page = view(open_page, run, TRUST)
    assert "has changed since" in read(page)
    assert page.button("stability").label == "Make it anew"
    path.write_text(json.dumps({**content, "format": 0}))  # of another version
    assert view(open_page, run, TRUST).button("stability").label == "Make it anew"


def test_a_model_without_an_explanation_still_shows_how_good_it_is(
    open_page: OpenPage, run: RunFolder
) -> None:
    (run.path / "explanations" / f"{chosen(run)}.json").unlink()
    assert "has not been explained yet" in read(view(open_page, run, "All columns"))
    assert "of the decisions are right" in read(view(open_page, run, WRONG))


@pytest.mark.parametrize("value", ["<img src=x onerror=alert(1)>", "../../etc/passwd", "x" * 500, ""])
def test_what_the_address_cannot_mean_is_ignored(open_page: OpenPage, run: RunFolder, value: str) -> None:
    for tab in ("One column", FAIR, TRUST, "Comparison", value):
        page = view(
            open_page, run, tab, column="tenure" if tab == "One column" else value, effect=value, group=value,
            depth=value, tied=value, compare=value, other=value, by=value, row=value, any=value, colour=value,
        )  # fmt: skip
        assert not page.exception
        assert "<img" not in "".join(element.proto.body for element in page.get("html"))


def test_a_parsed_result_is_read_once_and_again_when_it_changes(run: RunFolder) -> None:
    first = inspected.stored(run, chosen(run), "clusters")
    assert first is not None
    assert inspected.stored(run, chosen(run), "clusters") is first
    path = run.path / "inspections" / chosen(run) / "clusters.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "seconds": 99.0}))
    again = inspected.stored(run, chosen(run), "clusters")
    assert again is not None
    assert again.seconds == 99.0


def test_single_rows_are_those_of_the_table(run: RunFolder) -> None:
    import pandas as pd

    table = pd.read_parquet(run.path / "data.parquet")
    found = rows_at(run, [7, 0, 1400], ["tenure", "Contract"])
    expected = table.loc[[7, 0, 1400], ["tenure", "Contract"]].to_dict("records")
    assert [dict(row) for row in found] == expected


def test_nothing_starts_by_itself_while_the_search_is_under_way(open_page: OpenPage, run: RunFolder) -> None:
    shutil.rmtree(run.path / "inspections")
    with run.hold():  # as the search does
        page = view(open_page, run, WRONG)
    assert {"performance", "failures"} <= keys(page)
    assert "takes some of its time" in read(page)
    assert not jobs.jobs(run.path)
