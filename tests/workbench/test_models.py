"""The Models page in its states: side by side, the tie-breaker, the threshold, the history."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from automl.jobs.folder import JobFolder
from automl.store import (
    Home,
    RunFolder,
    decisions,
    pick_model,
    picked,
    preferred_model,
    shipped_state,
)

from . import folders
from .conftest import OpenPage, two
from .test_pages import Runs, words


@pytest.fixture
def run(asked_run: RunFolder) -> RunFolder:
    return asked_run


def at(open_page: OpenPage, run: RunFolder, view: str, **query: str) -> AppTest:
    return open_page("models", run=run.id, **{"models-view": view}, **query)


def toggle(page: AppTest, key: str) -> Any:
    return next(each for each in page.toggle if each.key == key)


@pytest.mark.parametrize("view", ["Compare", "Break the tie", "Threshold"])
def test_what_needs_the_rows_says_so_without_them(open_page: OpenPage, runs: Runs, view: str) -> None:
    page = at(open_page, runs["finished"], view)
    assert any(said in words(page) for said in ("Not while the search goes on", "Not now"))


def test_nothing_to_break_where_one_model_leads(open_page: OpenPage, runs: Runs) -> None:
    run = runs["finished"]
    result = run.result or {}
    run.write("result.json", result | {"confidence": {"p_best": {}, "tied": ["ensemble"]}})
    assert "No tie to break" in words(at(open_page, run, "Break the tie"))
    run.write("result.json", result | {"confidence": None})
    assert "Not known yet" in words(at(open_page, run, "Break the tie"))


def test_the_history_can_be_scrubbed(open_page: OpenPage, runs: Runs) -> None:
    page = at(open_page, runs["finished"], "History")
    slider = next(each for each in page.slider if each.key == "at-second")
    assert slider.value == slider.max
    whole = words(page)
    assert "34 trials had finished" in whole
    slider.set_value(12).run()
    then = words(page)
    assert "6 trials had finished" in then
    assert "The leaderboard then" in then
    slider.set_value(0).run()
    assert "no trial had finished yet" in words(page)
    assert "No model yet" in words(page)


def test_settings_of_a_family_are_shown_where_it_was_tried_often(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(Home(home), state="finished", trials=40)
    for number, name in enumerate(run.trial_ids()):
        content = run.read(f"trials/{name}.json")
        if content["family"] == "lightgbm":
            content["params"] = {"num_leaves": 4 + number, "learning_rate": 0.001 * 2**number % 1}
            run.write(f"trials/{name}.json", content)
    page = at(open_page, run, "History")
    assert "num\\_leaves" in words(page)
    assert "what good trials had in common" in words(page)


def test_models_side_by_side(open_page: OpenPage, run: RunFolder) -> None:
    page = at(open_page, run, "Compare", compare=",".join(two(run)))
    text = words(page)
    assert "probability" in text
    assert "is better than" in text or "cannot be told apart" in text
    for measure in ("ROC AUC", "Log loss", "Balanced accuracy"):
        assert measure in text
    assert "give different labels to" in text or "give every row the same label" in text
    assert "has not been explained yet" in text
    (chosen,) = [box for box in page.multiselect if box.label == "Models to compare"]
    assert chosen.value == two(run)
    chosen.set_value([two(run)[0]]).run()
    assert page.query_params["compare"] == two(run)[0]
    assert "Choose two or three models" in words(page)


@pytest.mark.parametrize("compare", ["../../etc,t0001", "t9999,t8888", "", "a,b,c,d,e"])
def test_a_malformed_comparison_in_the_address_compares_nothing(
    open_page: OpenPage, runs: Runs, compare: str
) -> None:
    page = at(open_page, runs["finished"], "Compare", compare=compare)
    assert "Choose two or three models" in words(page)


def test_answers_pick_and_the_pick_is_recorded_and_undone(open_page: OpenPage, run: RunFolder) -> None:
    page = at(open_page, run, "Break the tie")
    text = words(page)
    if "No tie to break" in text:
        pytest.fail("the trained run is expected to have tied models")
    assert "Nothing was asked yet" in text
    toggle(page, "ask-quick").set_value(True).run()
    assert "Rules out" in words(page)
    page.text_input("tie-reason").set_value("Somebody waits for it.").run()
    page.text_input("tie-who").set_value("Ada <i>").run()
    page.button("tie-pick").click().run()
    taken = picked(run)
    assert taken is not None
    assert taken["answers"] == ["quick"]
    assert taken["reason"] == "Somebody waits for it."
    text = words(page)
    assert "is used" in text
    assert "Somebody waits for it" in text
    assert "<i>" not in "".join(element.proto.body for element in page.get("html"))
    assert page.query_params["model"] == taken["model"]
    # The other pages take it by default.
    assert open_page("export", run=run.id).selectbox[0].value.id == taken["model"]
    page.button("unpick").click().run()
    assert picked(run) is None
    assert [entry["kind"] for entry in decisions(run)] == ["model", "model"]


def test_any_model_can_be_used_from_the_leaderboard(open_page: OpenPage, run: RunFolder) -> None:
    other = two(run)[1]
    page = open_page("models", run=run.id, model=other)
    page.button("selected-pick").click().run()
    assert preferred_model(run) == other
    table = page.dataframe[0].value
    assert "in use" in table.loc[table["Model"].str.contains(other), "Standing"].iloc[0]


def test_costs_move_the_threshold(open_page: OpenPage, run: RunFolder) -> None:
    page = at(open_page, run, "Threshold")
    figures = {metric.label: metric.value for metric in page.metric}
    assert {"Right calls (precision)", "Found (recall)", "Rows flagged", "Cost of 1,000 rows"} == set(figures)
    next(box for box in page.number_input if box.key == "miss").set_value(8.0).run()
    moved = {metric.label: metric.value for metric in page.metric}
    share = [float(each["Found (recall)"].split()[0]) for each in (figures, moved)]
    assert share[1] > share[0], "where a miss costs eight times as much, more are found"
    assert "Always “No”" in words(page)
    page.button_group("by").set_value("The threshold itself").run()
    assert "times as much as a false alarm" in words(page)
    page.button_group("by").set_value("How many can be looked at").run()
    flagged = {metric.label: metric.value for metric in page.metric}["Rows flagged"]
    assert float(flagged.split()[0]) <= 10


def test_a_threshold_being_kept_is_shown_and_a_failure_told(open_page: OpenPage, run: RunFolder) -> None:
    job = JobFolder.create(run, "decide", {"costs": None})
    job.set_status("failed", message="This run chose its models by the cost of their errors.", error=None)
    assert "The one before holds" in words(at(open_page, run, "Threshold"))


def test_the_page_knows_which_bundle_is_out_of_date(open_page: OpenPage, run: RunFolder) -> None:
    chosen, other = two(run)
    zipped = run.path / "bundles" / "x.zip"
    with zipfile.ZipFile(zipped, "w") as bundle:
        bundle.writestr("MODEL_CARD.md", "# Card\n\nCosts $5: a lot.\n")
        bundle.writestr("predict.py", "pass\n")
    for name in (chosen, other):
        job = JobFolder.create(run, "export", {"model": name})
        state = shipped_state(run, name)
        job.set_status(
            "finished", result={"path": str(zipped), "model": name, "sha256": "ab", "state": state}
        )
    text = words(open_page("export", run=run.id))
    assert "Self-check passed" in text
    assert "Out of date" not in text
    assert "Other bundles of this run" in text
    assert "### Card" in text
    pick_model(run, other, reason="It is smaller.")
    page = open_page("export", run=run.id, model=chosen)
    assert "it was decided anew which model is used" in words(page)
    assert "out of date" in words(page)
    assert page.button("build").label == "Build it anew"
