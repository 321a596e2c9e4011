"""The page of a run in each of its states, and what can be done from it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from automl import jobs
from automl.jobs import worker_lock
from automl.store import Home, Queue, RunFolder
from automl.workbench import actions, notify
from automl.workbench.views.run.ended import sure_words

from . import folders
from .conftest import OpenPage
from .test_pages import words


def at_work(run: RunFolder) -> None:
    """What the search writes while it is under way."""
    run.set_status(
        "searching",
        phase="searching",
        phases={"starting": 2.0, "reading": 0.4, "preparing": 1.1, "searching": 5.0},
        slower=2.4,
        running=[
            {
                "id": "t0009",
                "number": 9,
                "family": "lightgbm",
                "origin": "tpe",
                "rows": None,
                "attempt": 1,
                "since": time.time() - 4,
                "why": {"chance": 0.4, "tried": 5, "leads": True, "seconds": 2.0},
            },
        ],
    )


def test_a_search_says_what_is_tried_and_why_and_what_the_machine_does(
    open_page: OpenPage, home: Path
) -> None:
    run = folders.run_folder(Home(home), state="searching", trials=9)
    at_work(run)
    with run.hold():
        text = words(open_page("run", run=run.id))
    assert "Being tried now" in text
    assert "t0009 · tuned further · for " in text
    assert "This kind leads, and gets about 40 % of the tries." in text
    assert "about 2.4 times as long" in text.replace("\\", "")
    assert "Reading the table</span> <b>400 ms</b>" in text
    assert "probability of" in text, "what more time would bring"
    assert 'role="progressbar"' in text


def test_a_status_of_an_older_search_is_drawn_as_well(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(Home(home), state="searching", trials=9)
    run.set_status("searching", running=["LightGBM", "Linear model"])
    with run.hold():
        assert "Choosing what to try next" in words(open_page("run", run=run.id))


@pytest.fixture
def line(home: Path) -> Iterator[list[RunFolder]]:
    """A run that searches and two that wait, as their workers would hold them."""
    with ExitStack() as held:
        runs = [
            folders.run_folder(Home(home), state="searching", trials=5, name="busy"),
            *(folders.run_folder(Home(home), state="queued", name=name) for name in ("second", "third")),
        ]
        for run in runs:
            queue = Queue.of(run)
            assert queue is not None
            held.callback(os.close, worker_lock.take(run.path, wait=1.0))
            waits = not queue.enter(run, waits=True)
            run.set_status(waiting=waits, launched=time.time())
        yield runs


def test_a_run_in_the_queue_says_its_place_and_when_it_begins(
    open_page: OpenPage, line: list[RunFolder]
) -> None:
    _, second, third = line
    text = words(open_page("run", run=second.id))
    assert "Next in the queue" in text
    assert "It starts when “busy” has ended, in about" in text
    assert "In the queue" in text, "the badge"
    page = open_page("run", run=third.id)
    assert "2nd in the queue" in words(page)
    assert "“second” has ended" in words(page)
    page.button("to-front").click().run()
    assert "Next in the queue" in words(page)
    assert "to-front" not in {button.key for button in page.button}


def test_a_run_in_the_queue_can_start_anyway_or_leave(open_page: OpenPage, line: list[RunFolder]) -> None:
    _, second, third = line
    page = open_page("run", run=third.id)
    page.button("start-now").click().run()
    assert jobs.place(third.path) is None
    page = open_page("run", run=second.id)
    page.button("cancel").click().run()
    assert second.is_cancel_asked()
    assert page.button("cancel").label == "Cancelling …"


def test_the_list_shows_the_place_in_the_queue(open_page: OpenPage, line: list[RunFolder]) -> None:
    page = open_page()
    assert "2nd in the queue" in words(page)
    menu = page.menu_button(f"menu-{line[2].id}")
    assert {"Stop", "Move to the front"} <= set(menu.options)
    menu.click("Move to the front").run()
    place = jobs.place(line[2].path)
    assert place is not None
    assert place.number == 1


def test_the_title_of_the_tab_says_what_came_of_it(runs: dict[str, RunFolder]) -> None:
    titles = {state: notify.page_title("Churn", jobs.state(run.path)) for state, run in runs.items()}
    assert titles == {
        "finished": "✓ Finished – Churn",
        "cancelled": "■ Cancelled – Churn",
        "failed": "✕ Failed – Churn",
        "interrupted": "✕ Interrupted – Churn",
        "queued": "Churn",
    }


def test_who_watches_until_the_end_is_told(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(Home(home), state="searching", trials=9)
    with run.hold():
        page = open_page("run", run=run.id)
        assert not page.toast
    run.set_status("finished")
    page.run()
    assert "Finished" in page.toast[0].value
    page.run()
    assert not page.toast, "once"
    assert not open_page("run", run=run.id).toast, "not whoever comes later"


def result_of(run: RunFolder, **confidence: Any) -> dict[str, Any]:
    return {**(run.result or {}), "confidence": confidence}


def test_how_sure_the_choice_is(runs: dict[str, RunFolder]) -> None:
    run = runs["finished"]
    records = list(run.trials())
    many = sure_words(
        result_of(run, tied=["ensemble", "t0001"], p_best={"t0001": 0.61, "t0002": 0.2, "t0003": 0.01}),
        records,
    )
    assert "cannot tell 2 models at the top apart" in many
    assert "LightGBM t0001 with a probability of 61 %, Linear model t0002 with a probability of 20 %" in many
    assert "t0003" not in many
    assert "No other model comes close" in sure_words(result_of(run, tied=["t0001"], p_best={}), records)
    scored = [record for record in records if record["loss"] is not None]
    dummy, one = scored[0], next(record for record in scored if record["family"] != "dummy")
    alone = result_of(run, tied=[one["id"]], p_best={one["id"]: 1.0})
    assert "nothing to compare it with" in sure_words(alone, [dummy, one])
    assert "What is kept is the baseline" in sure_words(alone, [dummy])
    sure = sure_words(result_of(run, tied=["t0001"], p_best={"t0001": 1.0}), records)
    assert sure.endswith("LightGBM t0001 with a probability of more than 99 %.")
    assert sure_words(None, records) == sure_words({"chosen": "t0001"}, records) == ""


def test_a_finished_search_says_where_the_time_went(open_page: OpenPage, runs: dict[str, RunFolder]) -> None:
    run = runs["finished"]
    run.set_status("finished", phases={"starting": 2.2, "searching": 50.0, "choosing": 3.3})
    text = words(open_page("run", run=run.id))
    assert "Where the time went" in text
    assert "Choosing the model</span> <b>3.3 s</b>" in text


def test_more_time_starts_a_run_with_the_same_settings_from_the_best_models(
    home: Path, tmp_path: Path
) -> None:
    table = tmp_path / "churn.csv"
    table.write_text("a,Churn\n1,Yes\n2,No\n")
    run = folders.run_folder(
        Home(home), state="finished", trials=9, source=str(table), seed=7, excluded=["b"], max_size_mb=2.0,
        max_trials=5, name="Churn, more",
    )  # fmt: skip
    assert actions.can_search_more(run) == ""
    more = actions.search_more(Home(home), run)
    try:
        assert jobs.state(more.path).alive
        assert Queue.of(more) is not None
    finally:
        jobs.stop(more.path)
    spec = more.spec
    assert (spec["seed"], spec["excluded"], spec["max_size_mb"]) == (7, ["b"], 2.0)
    assert (spec["budget"], spec["max_trials"], spec["name"]) == (300.0, None, "Churn, more")
    assert spec["warm_start"]["run"] == run.id
    best = (run.result or {})["members"][0]["id"]
    assert spec["warm_start"]["candidates"][0]["family"] == run.read(f"trials/{best}.json")["family"]


def test_more_time_is_not_on_offer_where_the_table_is_gone(
    open_page: OpenPage, home: Path, runs: dict[str, RunFolder]
) -> None:
    button = open_page("run", run=runs["finished"].id).button("search-more")
    assert button.disabled
    assert "given in Python" in button.help
    gone = folders.run_folder(Home(home), state="finished", trials=9, source="/nowhere/table.csv")
    assert "table.csv is no longer there" in open_page("run", run=gone.id).button("search-more").help


def test_failures_come_with_what_to_do(open_page: OpenPage, runs: dict[str, RunFolder]) -> None:
    text = words(open_page("run", run=runs["finished"].id))
    assert "2 × Stopped for taking too long" in text
    assert "A longer search gives each model more time." in text


def test_a_run_deleted_in_another_tab_is_told_in_words(
    open_page: OpenPage, runs: dict[str, RunFolder]
) -> None:
    run = runs["cancelled"]
    page = open_page("run", run=run.id)
    run.delete()
    page.run()
    assert "There is no such run here" in page.error[0].value
