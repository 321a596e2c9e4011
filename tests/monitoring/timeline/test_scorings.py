"""A timeline of scored tables: from what was kept, without scoring again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from automl.errors import RunError
from automl.monitoring import Watched, score
from automl.monitoring.history import SCORINGS, keep
from automl.monitoring.timeline import Timeline, scorings_timeline
from automl.monitoring.timeline.kept import keep_timeline, kept_timeline, kept_timelines
from automl.store import RunFolder

from ...customers import customers


@pytest.fixture(scope="module")
def folder(binary: Watched, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run whose model has scored eight tables, the last three with an age that is out of date."""
    path = tmp_path_factory.mktemp("run")
    for number in range(9):
        frame = customers(300, 100 + number)
        if number >= 5:
            frame["age"] += 9
        report = score(binary, frame, name=f"table {number}", time_budget=None).report
        into = path / SCORINGS / f"s{number}"
        into.mkdir(parents=True)
        keep(into, report, model="other" if number == 8 else "t0001", columns=(), preview=[])
    return RunFolder(path)


@pytest.fixture(scope="module")
def made(folder: RunFolder, binary: Watched) -> Timeline:
    """Its timeline."""
    return scorings_timeline(folder, binary.task, "t0001")


def test_a_window_for_each_scoring(made: Timeline, folder: RunFolder) -> None:
    assert [window.label for window in made.windows] == [f"table {number}" for number in range(8)]
    assert [window.start for window in made.windows] == sorted(window.start for window in made.windows)
    assert [window.rows for window in made.windows] == [window.labelled for window in made.windows]
    assert [window.level != "fine" for window in made.windows] == [False] * 5 + [True] * 3
    assert made.period == "scoring"
    assert made.output == "yes"
    assert all(window.performance is not None for window in made.windows)


def test_the_mean_prediction_changes_with_the_age(made: Timeline) -> None:
    (change,) = [each for each in made.changes if each.what == "mean_prediction"]
    assert (change.at_window, change.low, change.high) == (5, 5, 5)
    assert change.after > change.before
    assert change.level == "look"


def test_promises_over_all_tables(made: Timeline) -> None:
    (promise,) = made.ledger
    assert promise.metric == "roc_auc"
    assert promise.windows == 8
    scores = [w.performance.main.score for w in made.windows if w.performance is not None]
    assert promise.came == pytest.approx(np.mean([each for each in scores if each is not None]))
    assert promise.came_low is not None
    assert promise.came_high is not None
    assert promise.came_low < promise.came < promise.came_high


def test_a_model_that_has_scored_nothing(folder: RunFolder, binary: Watched) -> None:
    with pytest.raises(RunError, match="t0002 of this run has scored no table"):
        scorings_timeline(folder, binary.task, "t0002")


def test_kept_and_found_again(made: Timeline, tmp_path: Path) -> None:
    into = tmp_path / "timelines" / "j0001"
    into.mkdir(parents=True)
    keep_timeline(into, made, model="t0001")
    run = RunFolder(tmp_path)
    (one,) = kept_timelines(run)
    assert (one.id, one.model, one.windows, one.rows) == ("j0001", "t0001", 8, 2400)
    assert (one.level, one.headline) == (made.level, made.headline)
    assert kept_timeline(run, "j0001").timeline().to_json() == made.to_json()
    for wrong in ("j0002", "../j0001"):
        with pytest.raises(RunError, match="no such timeline"):
            kept_timeline(run, wrong)
