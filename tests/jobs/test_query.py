"""Fetching a table is a job of a draft: it can be waited for, fails in words, and keeps no secret."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from automl import jobs
from automl.data import read_table
from automl.store import Home
from automl.workbench import drafts


@pytest.mark.parametrize(
    ("query", "state"), [("SELECT n FROM numbers", "finished"), ("SELECT m FROM numbers", "failed")]
)
def test_a_query_runs_in_a_process_of_its_own(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, state: str
) -> None:
    with sqlite3.connect(tmp_path / "hidden-place.db") as database:
        database.execute("CREATE TABLE numbers (n INTEGER)")
        database.executemany("INSERT INTO numbers VALUES (?)", [(i,) for i in range(500)])
    database.close()
    monkeypatch.setenv("GLASSBENCH_SQL_BASE", f"sqlite:///{tmp_path / 'hidden-place.db'}")
    draft = drafts.from_query(Home(home), "base", query, 100, 30.0)
    source = draft.source
    asked = {name: source[name] for name in ("connection", "query", "rows", "seconds")}
    folder = jobs.launch(draft.path, "query", name=draft.table.name, **asked)
    done = jobs.wait(folder, timeout=60)
    assert done.state == state, done.message
    if state == "finished":
        assert done.result is not None
        assert (done.result["rows"], done.result["complete"]) == (100, False)
        assert read_table(draft.table).frame["n"].tolist() == list(range(100))
    else:
        assert "no such column: m" in done.message
        assert not draft.table.exists()
    for path in draft.path.rglob("*"):
        if path.is_file():
            assert b"hidden-place" not in path.read_bytes(), path
