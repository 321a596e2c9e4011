"""Choosing among the models of a run from the terminal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from automl.run import Run
from automl.store import RunFolder, picked

from .conftest import Command


@pytest.mark.slow
def test_compare_pick_and_take_back(command: Command, churn_run: Run, tmp_path: Path) -> None:
    shutil.copytree(churn_run.folder.path, tmp_path / "run")
    run = RunFolder(tmp_path / "run")
    chosen = (churn_run.result or {})["chosen"]
    other = next(n for n in churn_run.leaderboard()["id"] if n.startswith("t") and n not in ("t0000", chosen))
    shown = command("compare", "run", chosen, other)
    assert shown.code == 0, shown.err
    assert "log_loss" in shown.out
    assert f"{chosen} is better than {other} by" in shown.out
    document = command("compare", "run", chosen, other, "--json").document
    assert document["models"] == [chosen, other]
    done = command("pick", "run", other, "--reason", "It is quick.", "--who", "Ada")
    assert done.code == 0, done.err
    assert f"The model of this run is {other}." in done.out
    assert "Reason: It is quick." in done.out
    taken = picked(run)
    assert taken is not None
    assert (taken["model"], taken["who"]) == (other, "Ada")
    assert command("pick", "run", "--undo", "--json").document["model"] == chosen
    assert picked(run) is None


def test_what_makes_no_sense_is_refused(command: Command, churn_run: Run) -> None:
    path = churn_run.folder.path
    assert "no model 't9999'" in command("pick", path, "t9999").err
    assert command("pick", path).code == 1
    assert "two models or more" in command("compare", path, "t0001").err
