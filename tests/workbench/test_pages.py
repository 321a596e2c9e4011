"""Every page in every state, drawn by Streamlit's own test runner."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from automl.store import Home, RunFolder
from automl.workbench import model_charts, reading, theme

from . import folders
from .conftest import OpenPage

RUN_PAGES = ("run", "models", "explain", "score", "export")
Runs = dict[str, RunFolder]


def words(page: AppTest) -> str:
    """All text of a page."""
    assert not page.exception, page.exception
    kinds = ("title", "subheader", "markdown", "caption", "error", "warning", "info")
    parts = [str(element.value) for kind in kinds for element in page.get(kind)]
    parts += [element.proto.body for element in page.get("html")]
    parts += [f"{metric.label} {metric.value} {metric.delta}" for metric in page.metric]
    return "\n".join(parts)


def test_home_without_runs_offers_samples_and_a_start(open_page: OpenPage) -> None:
    page = open_page()
    assert "From a table to a model that you can explain" in words(page)
    assert {"Start with my table", "Try Penguins", "Try Customer churn"} <= {b.label for b in page.button}


def test_home_lists_runs_with_state_score_and_size(open_page: OpenPage, runs: Runs) -> None:
    text = words(open_page())
    for label in ("Finished", "Cancelled", "Interrupted", "Failed", "Not started"):
        assert label in text
    assert "ROC AUC" in text
    assert "34 trials" in text
    assert "on the sealed holdout" in text


def test_a_run_is_deleted_after_a_question(open_page: OpenPage, runs: Runs, home: Path) -> None:
    gone = runs["failed"]
    page = open_page()
    page.menu_button(f"menu-{gone.id}").click("Delete").run()
    assert gone.path.exists(), "the first click only asks"
    page.button("confirm-delete").click().run()
    assert not gone.path.exists()
    assert len(Home(home).runs()) == len(runs) - 1


@pytest.mark.parametrize("path", ["run", "models"])
def test_suspicions_stand_beside_the_score(open_page: OpenPage, runs: Runs, path: str) -> None:
    told = {
        "code": "leak_alone",
        "severity": "warning",
        "column": "fee",
        "message": "'fee' alone gives 0.998.",
    }
    told["fix"] = "Exclude it."
    runs["finished"].write("leakage.json", {"seconds": 1.0, "findings": [told]})
    text = words(open_page(path, run=runs["finished"].id))
    assert "'fee' alone gives 0.998." in text.replace("\\", "")
    assert "Exclude it." in text


@pytest.mark.parametrize("path", RUN_PAGES)
def test_pages_of_a_run_without_a_run_show_the_way(open_page: OpenPage, path: str) -> None:
    assert "No run chosen" in words(open_page(path))


@pytest.mark.parametrize("path", RUN_PAGES)
@pytest.mark.parametrize("run", ["20990101-000000-gone-0000", "../../etc", "a/b", "%2e%2e", "x" * 300])
def test_unknown_and_malicious_ids_are_refused_in_words(open_page: OpenPage, path: str, run: str) -> None:
    page = open_page(path, run=run)
    assert not page.exception
    assert page.error[0].value.startswith("There is no such run here")


@pytest.mark.parametrize("path", RUN_PAGES)
@pytest.mark.parametrize("state", ["finished", "cancelled", "interrupted", "failed", "queued"])
def test_every_page_draws_every_state(open_page: OpenPage, runs: Runs, path: str, state: str) -> None:
    page = open_page(path, run=runs[state].id)
    text = words(page)
    assert runs[state].spec["name"] in page.title[0].value
    assert "Traceback" not in text


def test_run_page_compares_the_best_with_the_baseline(open_page: OpenPage, runs: Runs) -> None:
    page = open_page("run", run=runs["finished"].id)
    figures = {metric.label: metric for metric in page.metric}
    assert figures["Baseline"].value == "0.5000"
    assert figures["Baseline"].delta == "clearly beaten"
    assert figures["Trials"].value == "34"
    assert "2 failed" in figures["Trials"].delta
    assert "2 ×" in words(page)
    assert "ran far over its share" in words(page)


def test_run_page_offers_what_the_state_allows(open_page: OpenPage, runs: Runs) -> None:
    def keys(state: str) -> set[str | None]:
        return {button.key for button in open_page("run", run=runs[state].id).button}

    assert "resume" not in keys("finished")
    assert {"see-models", "see-export"} <= keys("finished")
    assert {"resume", "see-models"} <= keys("cancelled")
    assert "resume" in keys("interrupted")
    assert "see-models" not in keys("failed")
    assert "cancel" not in keys("interrupted")
    assert "launch" in keys("queued")


def test_a_search_under_way_can_be_cancelled(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(Home(home), state="searching", trials=3)
    with run.hold():  # as the worker does
        page = open_page("run", run=run.id)
        assert "Time left" in words(page)
        page.button("cancel").click().run()
        assert run.is_cancel_asked()
        assert page.button("cancel").disabled
        assert page.button("cancel").label == "Cancelling …"


def test_a_search_that_has_just_begun_says_so(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(Home(home), state="preparing")
    with run.hold():
        for path, expected in (
            ("run", "Reading and preparing the table"),
            ("models", "first models are being trained"),
            ("explain", "No model yet"),
            ("score", "No model yet"),
            ("export", "No model yet"),
        ):
            assert expected in words(open_page(path, run=run.id))


def test_a_failed_run_says_why(open_page: OpenPage, runs: Runs) -> None:
    page = open_page("run", run=runs["failed"].id)
    assert "only one value" in page.error[0].value
    assert "0badcafe" in words(page)


def test_leaderboard_has_folds_times_sizes_and_the_choice(open_page: OpenPage, runs: Runs) -> None:
    page = open_page("models", run=runs["finished"].id)
    table = page.dataframe[0].value
    assert table["Model"].iloc[0] == "Ensemble"
    assert table["Standing"].iloc[0] == "chosen"
    assert table["ROC AUC"].is_monotonic_decreasing
    assert (table["Fit"] > 0).all()
    assert (table["Predict 1,000"] > 0).all()
    assert len(table["Folds"].iloc[1]) == 5
    assert "Baseline" not in " ".join(table["Model"])
    assert "cannot be told apart" in words(page)


def test_a_chosen_model_stays_chosen_in_the_address(open_page: OpenPage, runs: Runs) -> None:
    page = open_page("models", run=runs["finished"].id, model="t0005")
    assert any("t0005" in str(element.value) for element in page.markdown)
    page = open_page("export", run=runs["finished"].id, model="t0005")
    assert page.selectbox[0].value.id == "t0005"


def test_an_unexplained_model_offers_to_be_explained(open_page: OpenPage, runs: Runs) -> None:
    page = open_page("explain", run=runs["finished"].id)
    assert "has not been explained yet" in words(page)
    assert page.button("explain-now").label == "Explain this model"


def test_text_from_files_is_shown_as_text(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(
        Home(home), state="finished", trials=9, name="<img src=x onerror=alert(1)>", target="**a**<b>"
    )
    for path in ("runs", "run", "models", "export"):
        page = open_page(path, run=run.id)
        assert "<img" not in "".join(element.proto.body for element in page.get("html"))
        assert "<b>" not in "".join(e.proto.body for e in page.get("html") if "predicts" in e.proto.body)


def test_the_run_page_says_what_was_asked_and_what_it_costs(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(
        Home(home), state="finished", trials=9, monotone={"tenure": "decreasing"}, max_latency_ms=5.0
    )
    finding = {"severity": "warning", "message": "Nothing keeps within 5 ms a row.", "fix": "Allow more."}
    cost = {"latency_ms": 7.25, "preparation_ms": 4.0, "rows": 30, "megabytes": 0.5}
    run.write("result.json", {**(run.result or {}), "cost": cost, "findings": [finding]})
    text = words(open_page("run", run=run.id))
    assert "the probability of “Yes” never rises when “tenure” alone grows" in text
    assert "at most 5 ms to predict one row" in text
    assert "7.25 ms to predict one row (median of 30" in text
    assert "Nothing keeps within 5 ms a row" in text


def test_an_ensemble_within_limits_may_stand_below_better_models(open_page: OpenPage, runs: Runs) -> None:
    run = runs["finished"]
    records = reading.trials(run)
    result = run.result or {}
    third = reading.successful(records)[2]["score"]
    rows = reading.standings(records, {**result, "cv_score": third + 1e-6})
    assert [row.id for row in rows].index(reading.ENSEMBLE) == 2
    assert all(row.row_ms > 0 for row in rows)


def test_the_chart_marks_the_front(runs: Runs) -> None:
    rows = reading.standings(reading.trials(runs["finished"]), runs["finished"].result)
    vote = {"id": "vote-of-2", "members": {"t0001": 0.5, "t0002": 0.5}, "score": 0.84, "megabytes": 2.0}
    front = [{"id": row.id, "latency_ms": row.row_ms + 4.0} for row in rows[:3]] + [
        vote | {"latency_ms": 5.0}
    ]
    assert model_charts._log_ticks([196, 622]) == [200, 400, 600], "within a decade"
    assert model_charts._log_ticks([0.5, 0.9]) == [0.6, 0.8]
    assert model_charts._log_ticks([1, 70])[:3] == [1, 2, 5]
    figure = model_charts.speed_against_score(
        rows, front, metric="roc_auc", colors=theme.palette(), selected=rows[0].id
    )
    trials, votes = figure["data"]
    assert [opacity > 0.5 for opacity in trials["marker"]["opacity"]] == [True] * 3 + [False] * (
        len(rows) - 3
    )
    # The time of all includes the preparation, as it does on the front.
    assert trials["x"] == pytest.approx([row.row_ms + 4.0 for row in rows])
    assert (votes["text"], votes["x"], votes["y"]) == (["Vote of 2"], [5.0], [0.84])
    # A click on a mark is one on its model; one on a smaller vote, which cannot be exported, on none.
    at = {"selection": {"points": [{"customdata": trials["customdata"][2]}]}}
    assert model_charts.clicked(at, rows) == rows[2].id
    assert (
        model_charts.clicked({"selection": {"points": [{"customdata": votes["customdata"][0]}]}}, rows)
        is None
    )
    assert model_charts.clicked({"selection": {"points": []}}, rows) is None
