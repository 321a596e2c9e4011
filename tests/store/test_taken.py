"""What people decide after a search: recorded with its reason, in effect, and taken back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from automl.errors import RunError, SettingError
from automl.store import (
    RunFolder,
    decided_words,
    decisions,
    pick_model,
    picked,
    preferred_model,
    shipped_state,
    threshold_words,
    unpick_model,
    version_of,
)
from automl.store.taken import record


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run whose search chose a vote of two models; a third one was not kept."""
    folder = RunFolder.create(tmp_path / "run", {"created": time.time(), "budget": 60.0})
    members = [{"id": "t0001", "weight": 0.6}, {"id": "t0002", "weight": 0.4}]
    folder.write("result.json", {"chosen": "ensemble", "members": members})
    for name in ("t0001", "t0002"):
        folder.trial_path(name, ".joblib").touch()
    return folder


def test_a_pick_is_used_recorded_and_taken_back(run: RunFolder) -> None:
    assert preferred_model(run) == "ensemble"
    before = time.time()
    pick_model(
        run, "t0002", reason=" The regulator reads it. ", who="Ada", answers=["readable"],
        ruled_out={"ensemble": "nobody can read it."},
    )  # fmt: skip
    taken = picked(run)
    assert taken is not None
    assert before <= taken["t"] <= time.time()
    assert (taken["model"], taken["instead_of"], taken["reason"]) == (
        "t0002",
        "ensemble",
        "The regulator reads it.",
    )
    assert preferred_model(run) == "t0002"
    assert (run.result or {})["chosen"] == "ensemble", "the search's own choice stays"
    words = decided_words(taken, {"ensemble": "the vote", "t0002": "the line"})
    assert "by Ada" in words[0]
    assert "the search itself chose the vote" in words[0]
    assert any("a person must be able to read the model" in line for line in words)
    assert words[-1] == "Not the vote: nobody can read it."
    unpick_model(run)
    assert picked(run) is None
    assert preferred_model(run) == "ensemble"
    assert [entry["model"] for entry in decisions(run)] == ["t0002", None], "nothing is forgotten"


@pytest.mark.parametrize("model", ["t0003", "t9999", "../../etc/passwd", "", "a/b"])
def test_what_is_not_there_cannot_be_picked(run: RunFolder, model: str) -> None:
    with pytest.raises(RunError, match="has no model"):
        pick_model(run, model)
    assert decisions(run) == []


def test_before_the_end_of_the_search_nothing_is_picked(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", {"created": time.time(), "budget": 60.0})
    folder.trial_path("t0001", ".joblib").touch()
    with pytest.raises(RunError, match="not chosen its model yet"):
        pick_model(folder, "t0001")
    assert preferred_model(folder) is None


def test_unknown_answers_and_endless_reasons_are_refused(run: RunFolder) -> None:
    with pytest.raises(SettingError, match="no question 'cheap'"):
        pick_model(run, "t0001", answers=["cheap"])
    with pytest.raises(SettingError, match="at most 1,000 characters"):
        pick_model(run, "t0001", reason="x" * 1001)


def test_a_pick_whose_model_has_gone_is_none(run: RunFolder) -> None:
    pick_model(run, "t0001")
    run.trial_path("t0001", ".joblib").unlink()
    assert preferred_model(run) == "ensemble"


def test_what_was_built_before_a_decision_differs(run: RunFolder) -> None:
    run.write("task.json", {"costs": None})
    before, version = shipped_state(run, "ensemble"), version_of(run)
    assert shipped_state(run, "ensemble") == before
    pick_model(run, "t0001")
    assert shipped_state(run, "ensemble")["picked"] != before["picked"]
    assert version_of(run) == version, "what was measured stays as it is"
    run.write("task.json", {"costs": [[0, 1], [5, 0]]})
    assert shipped_state(run, "ensemble")["decides"] != before["decides"]
    assert shipped_state(run, "ensemble")["members"] == before["members"]
    assert version_of(run) != version


def test_the_last_decision_about_the_threshold_is_told(run: RunFolder) -> None:
    assert threshold_words(decisions(run)) == ""
    record(run, "threshold", reason="Calls are cheap.", who="Bo", costs=[[0, 1], [5, 0]], threshold=0.17)
    told = threshold_words(decisions(run))
    assert "by Bo" in told
    assert "Reason: Calls are cheap." in told
    record(run, "threshold", costs=None, threshold=None)
    assert threshold_words(decisions(run)).startswith("No costs are counted any more")
