"""What the pages say of a run under way: why this, what failed, what to do about it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from automl import jobs
from automl.store import Home
from automl.workbench import reading, watching
from automl.workbench.causes import causes
from automl.workbench.reasons import why_words

from . import folders


def running(origin: str, why: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "t0012", "family": "lightgbm", "origin": origin, "rows": None, "why": why, **more}


@pytest.mark.parametrize(
    ("candidate", "words"),
    [
        (running("first", {"place": 3, "of": 24}), "number 3 of 24"),
        (running("warm", {}), "did well in the search that this one goes on from"),
        (
            running("tpe", {"chance": 0.45, "tried": 12, "leads": True, "seconds": 3.0}),
            "learned from 12 trials of this kind. This kind leads, and gets about 45 % of the tries.",
        ),
        (
            running("tpe", {"chance": 0.08, "tried": 1, "leads": False, "seconds": 41.0}),
            "from 1 trial of this kind. This kind is expected to take the lead after 41 s of training",
        ),
        (running("tpe", {"chance": 0.2, "tried": 0, "leads": False, "seconds": None}), "gets about 20 %"),
        (running("tpe", {}), "trials of this kind (LightGBM) so far"),
        (running("grown", {"grown_from": "t0003"}, rows=40_000), "t0003 did well on fewer rows"),
        (running("first", {}, attempt=2), "second try"),
    ],
)
def test_why_it_is_tried(candidate: dict[str, Any], words: str) -> None:
    assert words in why_words(candidate)


def failed(reason: str, family: str = "mlp", status: str = "failed") -> dict[str, Any]:
    return {"status": status, "reason": reason, "family": family}


def test_causes_are_gathered_whatever_numbers_their_reasons_hold() -> None:
    memory = [
        failed("Not tried: it would take about 900 MB of memory beside the 100 MB in use.", status="skipped"),
        failed("Stopped: with it 1,200 MB of memory were in use, more than the limit.", "extra_trees"),
        failed("Its worker died each time it was tried, most likely for want of memory."),
    ]
    slow = [failed("It ran far over its share of the time and was stopped.")]
    odd = [failed("ValueError: what only a library understands")]
    beaten = [failed("clearly worse than t0003", status="beaten")]
    found = causes([*slow, *memory, *odd, *beaten])
    assert [(cause.title, cause.number) for cause in found] == [
        ("Too little memory", 3),
        ("Stopped for taking too long", 1),
        ("The training ended in an error", 1),
    ], "a trial that lost its race has not failed"
    assert found[0].families == ("Extra trees", "Neural network")
    assert "let the search take more memory" in found[0].todo
    assert found[2].reasons == ("ValueError: what only a library understands",)


def test_every_reason_that_the_search_words_itself_has_advice_of_its_own() -> None:
    from automl.search.memory import MemoryLimit

    limit = MemoryLimit(1_000_000_000)
    refusal = limit.refusal(2_000_000_000)
    assert refusal is not None
    (cause,) = causes([failed(refusal, status="skipped")])
    assert cause.title == "Too little memory"


def test_words_about_the_machine_come_only_when_it_matters() -> None:
    assert watching.crowding_words({"slower": 1.1}) == ""
    assert "about 2.5 times as long" in watching.crowding_words({"slower": 2.5})
    plenty, tight = {"now": 1_000_000_000, "limit": 4_000_000_000}, {"peak": 3_900_000_000, "limit": 4e9}
    assert watching.memory_words(None) == watching.memory_words(plenty) == ""
    assert watching.memory_words({"now": None, "limit": None}) == ""
    assert "3.9 GB of the 4.0 GB" in watching.memory_words(tight)


def test_spent_time_goes_on_between_two_writings_and_ends_with_the_budget(home: Path) -> None:
    run = folders.run_folder(Home(home), state="searching", trials=3)
    with run.hold():
        now = jobs.state(run.path)
        written = float(now.status["seconds"])
        assert watching.spent(now, moment=now.status["updated"] + 2) == pytest.approx(written + 2)
        assert watching.spent(now, moment=now.status["updated"] + 1000) == 60.0
    over = jobs.state(run.path)
    assert watching.spent(over, moment=time.time() + 1000) == written, "nobody is at work"


def test_the_story_is_told_anew_when_a_trial_has_come_and_only_then(home: Path) -> None:
    run = folders.run_folder(Home(home), state="searching", trials=9, failed=2)
    told = watching.story(run)
    assert (told.trials, told.failed) == (9, 2)
    assert told.ahead is not None
    assert 0 < told.ahead["chance"] < 1
    assert watching.story(run) is told
    run.write("trials/t0009.json", folders.trial(9))
    assert watching.story(run).trials == 10
    assert watching.story(run).latest[0]["id"] == "t0009"


def test_models_near_the_best_are_those_in_its_interval(home: Path) -> None:
    run = folders.run_folder(Home(home), state="searching", trials=20)
    best, *others = reading.successful(reading.trials(run))
    low, high = best["interval"]
    assert watching.story(run).near == sum(low <= each["score"] <= high for each in others) > 0
