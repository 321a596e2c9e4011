"""The search loop with real worker processes."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import automl
from automl.errors import GlassbenchError, RunError, SettingError
from automl.run import Run
from automl.run.rows import canonical_rows
from automl.search import records
from automl.search.clock import Clock
from automl.search.driver import _Search
from automl.search.phases import Phases
from automl.search.prepare import load_prepared
from automl.search.select import load_trials, out_of_fold, ranked
from automl.store import RunFolder

from ..jobs.processes import until


def comparable(run: Run) -> list[tuple[Any, ...]]:
    """What must be equal between two runs with the same seed: everything but times."""
    return [
        (t.id, t.family, t.params, t.origin, t.score, t.fold_scores, t.reason)
        for t in load_trials(run.folder)
    ]


def workers() -> list[int]:
    """Process ids of the search's workers, from /proc: children of this process that loky has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
            command = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue  # it has ended meanwhile
        if int(fields[1]) == os.getpid() and fields[0] != "Z" and b"popen_loky" in command:
            found.append(int(path.parent.name))
    return found


@pytest.mark.slow
def test_the_same_seed_gives_the_same_leaderboard(
    sample_data: Path, penguins_run: Run, tmp_path: Path
) -> None:
    again = automl.fit(
        sample_data / "penguins.csv", target="species", budget=3600, max_trials=9, home=tmp_path, n_jobs=2
    )
    # The first run used all cores: the number of workers plays no part while only first candidates run.
    assert comparable(again) == comparable(penguins_run)
    assert not any(trial.clipped for trial in load_trials(again.folder))
    assert again.result is not None
    assert penguins_run.result is not None
    assert again.result["members"] == penguins_run.result["members"]
    assert until(lambda: not workers()), "a worker outlives the search"


def test_trials_hold_what_the_leaderboard_shows(penguins_run: Run) -> None:
    trials = load_trials(penguins_run.folder)
    assert [trial.number for trial in trials] == list(range(9))
    assert [trial.status for trial in trials if trial.status != "ok"] == ["probe"]
    for trial in [each for each in trials if each.status == "ok"]:
        stored = out_of_fold(penguins_run.folder, trial.id)
        np.testing.assert_allclose(stored.sum(axis=1), 1, atol=1e-9)
        assert trial.interval is not None
        assert trial.interval[0] <= trial.interval[1]
    board = penguins_run.leaderboard()
    ranked = board[(board.id != "ensemble") & (board.status == "ok")]
    assert ranked.score.is_monotonic_increasing  # log loss: lower is better
    assert board.chosen.sum() == 1
    assert bool(board.chosen.iloc[0])


def test_the_holdout_is_opened_once_and_only_with_enough_rows(
    penguins_run: Run, churn_run: Run, tmp_path: Path
) -> None:
    small, large = penguins_run.result, churn_run.result
    assert small is not None
    assert large is not None
    assert small["estimate"] == "cross-validation"
    assert small["holdout"] is None
    assert large["estimate"] == "holdout"
    assert large["holdout"]["rows"] == round(7043 * 0.2)
    low, high = large["holdout"]["interval"]
    assert low < large["holdout"]["score"] < high
    assert low > large["dummy"]
    # Asking again gives the same answer and opens nothing.
    again = automl.load_run(shutil.copytree(churn_run.folder.path, tmp_path / churn_run.folder.id))
    assert [event["kind"] for event in again.folder.events()].count("holdout_opened") == 1
    assert again.search() == large
    assert [event["kind"] for event in again.folder.events()].count("holdout_opened") == 1


def test_cancel_keeps_the_holdout_sealed_and_resume_goes_on(sample_data: Path, tmp_path: Path) -> None:
    run = automl.create_run(
        sample_data / "telco_churn.csv", target="Churn", budget=300, max_trials=7, home=tmp_path
    )
    seen: list[int] = []

    def cancel_after_two(status: dict[str, Any]) -> None:
        seen.append(status["trials"])
        if status["trials"] >= 2 and not run.folder.is_cancel_asked():
            run.folder.ask_to_cancel()

    result = run.search(progress=cancel_after_two)
    assert run.status()["state"] == "cancelled"
    assert result["holdout"] is None
    assert result["estimate"] == "cross-validation"
    before = comparable(run)
    assert 2 <= len(before) < 7
    assert len(run.model.predict_proba(canonical_rows(run.folder, run.schema).head())) == 5

    result = run.search()
    assert run.status()["state"] == "finished"
    assert result["estimate"] == "holdout"
    after = comparable(run)
    assert [row[0] for row in after] == [f"t{number:04d}" for number in range(7)]
    assert [row for row in after if row in before] == before


def test_a_killed_worker_costs_no_trial(sample_data: Path, tmp_path: Path) -> None:
    run = automl.create_run(
        sample_data / "penguins.csv", target="species", budget=300, max_trials=12, home=tmp_path
    )
    killed: list[int] = []

    def kill_one(status: dict[str, Any]) -> None:
        if status["trials"] == 3 and not killed and status["running"]:
            killed.append(workers()[-1])
            os.kill(killed[0], signal.SIGKILL)

    run.search(progress=kill_one)
    assert killed
    events = run.folder.events()
    lost = [event for event in events if event["kind"] == "workers_lost"]
    assert lost
    assert [trial.number for trial in load_trials(run.folder)] == list(range(12))
    assert {trial.status for trial in load_trials(run.folder)} == {"ok", "probe"}
    assert until(lambda: not workers()), "a worker outlives the search"


@pytest.mark.slow
def test_models_of_beaten_trials_are_not_kept(
    sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_KEPT_MODELS", 3)
    run = automl.fit(
        sample_data / "penguins.csv", target="species", budget=300, max_trials=6, n_jobs=1, home=tmp_path
    )
    best = [trial.id for trial in ranked(load_trials(run.folder))]
    assert {path.stem for path in (run.folder.path / "trials").glob("*.joblib")} == set(best[:3])
    assert run.model_for(best[2]) is not None
    with pytest.raises(RunError, match="was not kept: 5 trials are better"):
        run.model_for(best[5])
    assert len(run.leaderboard().query("id != 'ensemble'")) == 6


def test_two_searches_in_one_run_are_refused(sample_data: Path, tmp_path: Path) -> None:
    run = automl.create_run(
        sample_data / "penguins.csv", target="species", budget=300, max_trials=1, n_jobs=1, home=tmp_path
    )
    thread = threading.Thread(target=run.search)
    thread.start()
    try:
        while not run.folder.is_busy():
            time.sleep(0.01)
        with pytest.raises(RunError, match="Another process"):
            run.search()
    finally:
        thread.join()
    assert run.status()["state"] == "finished"


def test_a_run_that_cannot_start_says_why(tmp_path: Path, sample_data: Path) -> None:
    run = automl.create_run(sample_data / "penguins.csv", target="specie", home=tmp_path)
    with pytest.raises(SettingError, match=r"no column 'specie'.*'species'"):
        run.search()
    assert run.status()["state"] == "failed"
    assert "specie" in run.status()["error"]["message"]
    with pytest.raises(RunError, match="has not read its data"):
        _ = run.model


@pytest.mark.parametrize(
    "settings",
    [{"budget": 0}, {"budget": float("nan")}, {"n_jobs": 0}, {"max_trials": 0}, {"excluded": ["species"]}],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], sample_data: Path) -> None:
    with pytest.raises(SettingError):
        automl.create_run(sample_data / "penguins.csv", target="species", **settings)


def test_a_missing_file_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(GlassbenchError, match="no file"):
        automl.create_run(tmp_path / "nowhere.csv", target="y")


def test_a_short_budget_still_gives_a_model(sample_data: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    run = automl.fit(sample_data / "ames.csv", target="Sale_Price", budget=10, home=tmp_path)
    spent = time.monotonic() - started
    assert run.result is not None
    assert run.result["seconds"] <= spent
    assert np.isfinite(run.model.predict(canonical_rows(run.folder, run.schema).head())).all()


def test_no_time_is_kept_for_an_end_before_anything_was_learned(
    churn_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside other programs the end of a search takes longer, but that of a dummy is worth nothing."""
    monkeypatch.setattr("automl.search.driver.crowding", lambda: 4.0)
    shutil.copytree(churn_run.folder.path, tmp_path / "copy")
    folder = RunFolder(tmp_path / "copy")
    trials = sorted((folder.path / "trials").glob("t*.json"))
    left = []
    for kept in (1, len(trials)):
        for path in trials[kept:]:
            path.rename(path.with_suffix(".away"))
        search = _Search(folder, clock := Clock(10.0), Phases(clock, {}, 0.0), None)
        search.context = load_prepared(folder).context
        search._reserve_time_to_finish()
        left.append(clock.search_left() / clock.left())
        for path in trials[kept:]:
            path.with_suffix(".away").rename(path)
    assert left[0] > 0.85 > 0.65 > left[1]
