"""Jobs that help to choose, on a real run: what they find out is what the run itself says."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from automl.jobs import choosing, kinds
from automl.jobs.folder import JobFolder
from automl.run import Run, load_run
from automl.store import decisions, files, picked, shipped_state, version_of


@pytest.fixture
def copy(churn_run: Run, tmp_path: Path) -> Run:
    """A run that may be changed."""
    folder = tmp_path / "copy"
    shutil.copytree(churn_run.folder.path, folder)
    return load_run(folder)


def job_of(run: Run, kind: str) -> Path:
    return JobFolder.create(run.folder, kind, {}).path


def test_a_comparison_brings_what_each_model_is_like(copy: Run) -> None:
    models = [name for name in copy.leaderboard()["id"] if name.startswith("t") and name != "t0000"][:2]
    folder = job_of(copy, "compare")
    made = choosing.compare(copy.folder.path, folder, models=models, version=version_of(copy.folder))
    found = files.read_json(copy.folder.path / made["file"])
    assert set(found["performance"]) == set(models)
    assert found["performance"][models[0]]["ranking"][0]["output"] == "Yes"
    assert found["pairs"][0]["a"] == models[0]
    assert JobFolder(folder).status["message"].startswith("Measuring")


def test_costs_are_kept_with_their_reason_and_taken_back(copy: Run) -> None:
    before, version = copy.result or {}, version_of(copy.folder)
    made = choosing.decide(
        copy.folder.path, job_of(copy, "decide"), costs={"false_positive": 1, "false_negative": 6},
        reason="Calls are cheap.", who="Ada",
    )  # fmt: skip
    after = copy.result or {}
    assert made["threshold"] == after["decision"]["threshold"]
    assert 0 < made["threshold"] < 0.4
    assert version_of(copy.folder) != version
    entry = decisions(copy.folder)[-1]
    assert (entry["kind"], entry["reason"], entry["who"]) == ("threshold", "Calls are cheap.", "Ada")
    assert entry["before"] is None
    assert entry["threshold"] == made["threshold"]
    choosing.decide(copy.folder.path, job_of(copy, "decide"), costs=None)
    restored = copy.result or {}
    assert restored["decision"] is None
    assert restored["metrics"]["accuracy"] == before["metrics"]["accuracy"]


@pytest.mark.slow
def test_a_picked_model_is_exported_by_default_and_its_card_says_why(copy: Run) -> None:
    result = copy.result or {}
    other = next(
        n for n in copy.leaderboard()["id"] if n.startswith("t0") and n not in ("t0000", result["chosen"])
    )
    copy.pick(
        other, reason="It is quick.", who="Ada", answers=["quick"], ruled_out={result["chosen"]: "slow."}
    )
    assert copy.used == other
    assert kinds._model_id(copy, None) == other
    made = kinds.export(copy.folder.path, job_of(copy, "export"))
    assert made["model"] == other
    assert made["state"] == shipped_state(copy.folder, other)
    with zipfile.ZipFile(made["path"]) as bundle:
        card = bundle.read("MODEL_CARD.md").decode()
    assert "Why this model" in card
    assert "It is quick." in card
    assert "by Ada" in card
    copy.unpick()
    assert picked(copy.folder) is None
    assert copy.used == result["chosen"]
    assert made["state"] != shipped_state(copy.folder, other)
