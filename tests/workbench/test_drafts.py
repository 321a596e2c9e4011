"""Drafts: what they remember, what can be taken back, what comes back from a run, and what is tidied away."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from automl.errors import DataError, RunError, SettingError
from automl.run import create_run
from automl.store import Home
from automl.workbench import drafts
from automl.workbench.data_folders import VARIABLE


@pytest.fixture
def draft(home: Path) -> drafts.Draft:
    return drafts.from_upload(Home(home), "t.csv", io.BytesIO(b"a,b\n1,2\n"))


def again(draft: drafts.Draft) -> drafts.Draft:
    return drafts.Draft(draft.path)


def test_choices_are_kept_and_none_forgets(draft: drafts.Draft) -> None:
    draft.put(target="a", budget=300)
    assert again(draft).choices == {"target": "a", "budget": 300}
    draft.put(budget=None)
    assert again(draft).choices == {"target": "a"}


def test_changes_are_taken_back_one_by_one_and_the_rest_stays(draft: drafts.Draft) -> None:
    draft.change("x is left out", excluded=["x"])
    draft.put(target="a")
    draft.change("y is left out", excluded=["x", "y"], groups=None)
    draft.change("nothing at all", excluded=["x", "y"])
    assert again(draft).last_change == "y is left out"
    draft.undo()
    assert again(draft).choices == {"excluded": ["x"], "target": "a"}
    again(draft).undo()
    assert again(draft).choices == {"target": "a"}
    assert again(draft).last_change is None
    again(draft).undo()
    assert again(draft).choices == {"target": "a"}


def test_a_draft_of_a_server_file_stays_in_its_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    table = folder / "t.csv"
    table.write_text("a,b\n1,2\n")
    with pytest.raises(SettingError):
        drafts.from_folder(Home(home), table)
    monkeypatch.setenv(VARIABLE, str(folder))
    draft = drafts.from_folder(Home(home), table)
    assert draft.table == table
    assert [path.name for path in draft.path.iterdir()] == ["draft.json"], "nothing is copied"
    os.utime(draft.path, (0, 0))
    os.utime(draft.path / "draft.json", (0, 0))
    drafts.tidy(Home(home), [])
    assert not draft.path.exists()
    assert table.exists()
    draft = drafts.from_folder(Home(home), table)
    table.unlink()
    with pytest.raises(DataError, match="no file"):
        drafts.open_draft(Home(home), draft.id)
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(SettingError, match="no folder is allowed"):
        drafts.open_draft(Home(home), draft.id)


def test_everything_that_a_run_was_asked_for_comes_back(draft: drafts.Draft, home: Path) -> None:
    asked = {
        "task": "multiclass", "metric": "accuracy", "budget": 42.0, "seed": 7, "max_trials": 9, "memory": 2e9,
        "kinds": {"b": "category"}, "excluded": ["c"], "weights": "w", "groups": "g", "interpretable": True,
        "max_latency_ms": 3.5, "max_size_mb": 0.5, "calibrate": "off", "read": {"delimiter": ","},
        "name": "a name", "drop_duplicates": True, "monotone": {"b": "increasing"},
    }  # fmt: skip
    run = create_run(draft.table, "a", home=home, **asked)  # type: ignore[arg-type]
    draft.put(target="b", name="changed since")
    back = drafts.from_run(Home(home), run.folder.spec)
    assert back is not None
    assert back.id != draft.id
    assert back.table == draft.table
    assert back.name == "t.csv"
    assert back.choices == {
        **asked, "target": "a", "budget": 42, "memory": 2.0, "calibrate": False,
    }  # fmt: skip
    draft.table.unlink()
    assert drafts.from_run(Home(home), run.folder.spec) is None
    with pytest.raises(RunError, match="no longer here"):
        drafts.open_draft(Home(home), back.id)


def test_an_upload_stays_while_a_newer_draft_needs_it(draft: drafts.Draft, home: Path) -> None:
    run = create_run(draft.table, "a", home=home)
    newer = drafts.from_run(Home(home), run.folder.spec)
    assert newer is not None
    for path in (draft.path, draft.path / "draft.json"):
        os.utime(path, (0, 0))
    drafts.tidy(Home(home), [])
    assert draft.table.exists()
    for path in (newer.path, newer.path / "draft.json"):
        os.utime(path, (0, 0))
    drafts.tidy(Home(home), [])
    assert not draft.path.exists()
    assert not newer.path.exists()


def test_drafts_of_earlier_versions_open(draft: drafts.Draft, home: Path) -> None:
    from automl.store import files

    files.write_json(
        draft.path / "draft.json",
        {
            "version": 1,
            "created": 0.0,
            "table": str(draft.table),
            "name": "t.csv",
            "choices": {"target": "a"},
        },
    )
    old = drafts.open_draft(Home(home), draft.id)
    assert (old.get("target"), old.source, old.last_change) == ("a", {"kind": "upload"}, None)
