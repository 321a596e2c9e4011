from __future__ import annotations

import time
from argparse import Namespace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console as RichConsole

from automl import jobs
from automl.cli.console import Console
from automl.cli.progress import Lines, Live, Standing, spent_and_left
from automl.store import RunFolder


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    spec = {"name": "churn", "target": "Churn", "created": time.time(), "budget": 60.0}
    made = RunFolder.create(tmp_path / "run", spec)
    made.set_status("searching", seconds=10.0, metric="roc_auc")
    return made


def add(run: RunFolder, number: int, score: float | None, family: str = "lightgbm", reason: str = "") -> None:
    trial: dict[str, Any] = {
        "id": f"t{number:04}",
        "family": family,
        "status": "ok" if score is not None else "failed",
        "reason": reason,
        "score": score,
        "loss": None if score is None else -score,
        "interval": None if score is None else [score - 0.01, score + 0.01],
        "at": float(number),
        "finished": 1000.0 + number,
    }
    run.write(f"trials/t{number:04}.json", trial)


def test_standing_ranks_and_leaves_the_dummy_out(run: RunFolder) -> None:
    add(run, 0, 0.5, family="dummy")
    for number, score in enumerate([0.7, 0.9, 0.8, 0.6, 0.65, 0.75], start=1):
        add(run, number, score)
    add(run, 7, None, reason="It broke.")
    standing = Standing(run)
    assert [trial["id"] for trial in standing.update()] == [f"t{n:04}" for n in range(8)]
    assert standing.update() == []
    assert [trial["score"] for trial in standing.best()] == [0.9, 0.8, 0.75, 0.7, 0.65]
    assert standing.dummy() == 0.5
    assert standing.failed() == 1


def test_lines_say_what_is_new_and_nothing_else(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    add(run, 0, 0.5, family="dummy")
    add(run, 1, 0.8)
    lines = Lines(run, Console(Namespace()), clock=lambda: now)  # a second session: those two are no news
    with run.hold():
        lines(jobs.state(run.path))
        add(run, 2, 0.7)
        lines(jobs.state(run.path))
        add(run, 3, 0.9)
        add(run, 4, None, family="mlp", reason="It broke.")
        lines(jobs.state(run.path))
        said = capsys.readouterr().err
        assert "Searching" in said
        assert "best 0.9000 (t0003 lightgbm)" in said
        assert "t0004 mlp failed: It broke." in said
        assert "0.7000" not in said
        assert "0.8000" not in said
        lines(jobs.state(run.path))
        assert capsys.readouterr().err == ""
        now = 11.0
        lines(jobs.state(run.path))
        assert "5 trials" in capsys.readouterr().err


def test_picture_shows_best_dummy_counts_time_and_top(run: RunFolder) -> None:
    add(run, 0, 0.5, family="dummy")
    add(run, 1, 0.8123)
    add(run, 2, None, reason="It broke.")
    live = Live(run)
    live._standing.update()
    screen = RichConsole(width=100, record=True, file=StringIO())
    with run.hold():
        screen.print(live.picture(jobs.state(run.path)))
    text = screen.export_text()
    for words in ("churn", "Churn", "Searching", "s left", "t0001", "0.8023 to 0.8223", "3 trials, 1 failed"):
        assert words in text
    assert "roc_auc: best 0.8123 (dummy 0.5000)" in text


def test_picture_of_a_run_that_has_only_begun(run: RunFolder) -> None:
    run.set_status("preparing")
    screen = RichConsole(width=100, record=True, file=StringIO())
    with run.hold():
        screen.print(Live(run).picture(jobs.state(run.path)))
    assert "no model yet" in screen.export_text()


def test_time_goes_on_between_two_writings_but_not_over_the_budget() -> None:
    status = {"state": "searching", "budget": 60.0, "seconds": 10.0, "updated": time.time() - 5}
    spent, left = spent_and_left(status)
    assert spent == pytest.approx(15, abs=2)
    assert spent + left == 60
    assert spent_and_left({**status, "updated": time.time() - 500}) == (60.0, 0.0)
    assert spent_and_left({**status, "state": "cancelled"}) == (10.0, 50.0)
