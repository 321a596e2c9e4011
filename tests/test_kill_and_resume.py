"""The promise that a search survives `kill -9`: a model from what is there, and nothing done twice."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import automl
from automl import jobs
from automl.errors import RunError
from automl.run import Run
from automl.store import files

from .jobs.processes import Process, in_session, mentioning, until

TRIALS = 6
# Ten moments; the usual run tries one.
SEEDS = [pytest.param(seed, marks=[] if seed == 1 else pytest.mark.slow) for seed in range(10)]


@pytest.fixture
def run(sample_data: Path) -> Iterator[Run]:
    """A search on two cores that is yet to be started."""
    made = automl.create_run(
        sample_data / "penguins.csv", target="species", budget=240, max_trials=TRIALS, n_jobs=2
    )
    yield made
    for job in [jobs.state(made.folder.path), *jobs.jobs(made.folder.path)]:
        jobs.stop(job.folder)


def worker_of(run: Run) -> Process:
    """The worker: the leader of its session."""
    found = until(lambda: [p for p in mentioning(run.folder.path) if p.pid == p.session])
    assert len(found) == 1
    return found[0]


def trial_files(run: Run) -> dict[str, bytes]:
    """Content of every finished trial."""
    return {name: run.folder.trial_path(name, ".json").read_bytes() for name in run.folder.trial_ids()}


@pytest.mark.parametrize("seed", SEEDS)
def test_kill_at_a_random_moment(run: Run, seed: int, sample_data: Path, tmp_path: Path) -> None:
    moment = random.Random(seed)
    wanted, delay, whole_group = moment.randrange(TRIALS - 1), moment.uniform(0, 1), moment.random() < 0.5
    path = run.folder.path
    jobs.launch(path)
    worker = worker_of(run)
    assert until(lambda: len(run.folder.trial_ids()) >= wanted, seconds=120)
    time.sleep(delay)
    assert jobs.state(path).alive, "the search ended before it could be killed"
    (os.killpg if whole_group else os.kill)(worker.pid, signal.SIGKILL)

    assert until(lambda: jobs.state(path).state == "interrupted", seconds=5)
    assert until(lambda: not in_session(worker.session), seconds=15), "children outlived their worker"
    before, sessions = trial_files(run), run.folder.status["session"]
    leftover = automl.load_run(path)
    if any(trial["status"] == "ok" for trial in leftover.folder.trials()):
        bundle = automl.load_bundle(leftover.export(tmp_path / "leftover.zip"))
        predicted = bundle.predict(pd.read_csv(sample_data / "penguins.csv").head(5))
        assert set(predicted) <= {"Adelie", "Chinstrap", "Gentoo"}
    else:
        with pytest.raises(RunError, match=r"no model yet|not read its data yet"):
            leftover.export(tmp_path / "leftover.zip")

    jobs.resume(path)
    end = jobs.wait(path, timeout=300)
    assert (end.state, end.message) == ("finished", "")
    after = trial_files(run)
    assert {name: after[name] for name in before} == before, "a finished trial was done again"
    assert sorted(after) == [f"t{number:04}" for number in range(TRIALS)]
    assert end.status["trials"] == TRIALS
    assert end.status["session"] == sessions + 1
    assert run.result is not None
    assert run.result["trials"] == TRIALS
    assert run.leaderboard()["id"].is_unique
    told = Counter(event["id"] for event in run.folder.events() if event["kind"] == "trial")
    assert max(told.values()) == 1
    assert sum(event["kind"] == "holdout_opened" for event in run.folder.events()) <= 1


@pytest.mark.slow
def test_cancel_then_resume(run: Run) -> None:
    path = run.folder.path
    jobs.launch(path)
    assert until(lambda: len(run.folder.trial_ids()) >= 2, seconds=120)
    assert jobs.cancel(path)
    assert until(lambda: jobs.state(path).state == "cancelled", seconds=60)
    assert run.result is not None
    before = trial_files(run)
    stale = path / "explanations" / "ensemble.json"
    stale.write_text("of an ensemble that will be another one")
    jobs.resume(path)  # at once: the first worker may still be leaving
    assert jobs.wait(path, timeout=300).state == "finished"
    assert not stale.exists() or stale.read_text().startswith("{")
    after = trial_files(run)
    assert {name: after[name] for name in before} == before
    assert sorted(after) == [f"t{number:04}" for number in range(TRIALS)]


def test_cancel_while_the_worker_is_only_starting(run: Run) -> None:
    path = run.folder.path
    jobs.launch(path)
    assert jobs.cancel(path)
    assert jobs.wait(path, timeout=60).state == "cancelled"
    assert not run.folder.is_busy()


@pytest.fixture(scope="module")
def finished(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose search was done by a job."""
    home = tmp_path_factory.mktemp("finished")
    made = automl.create_run(
        sample_data / "penguins.csv", "species", budget=300, max_trials=3, n_jobs=1, home=home
    )
    jobs.launch(made.folder.path)
    assert jobs.wait(made.folder.path, timeout=300).state == "finished"
    return made


@pytest.mark.slow
def test_finished_search_leaves_an_explanation_of_the_chosen_model(finished: Run) -> None:
    assert finished.result is not None
    chosen = finished.result["chosen"]
    (job,) = [job for job in jobs.jobs(finished.folder.path, "explain") if job.params == {"model": chosen}]
    assert jobs.wait(job.folder, timeout=200).state == "finished"
    stored = finished.folder.read(f"explanations/{chosen}.json")
    assert set(stored["columns"]) == set(finished.schema.names)


@pytest.mark.slow
def test_the_budget_counts_from_the_launch(finished: Run) -> None:
    status = finished.folder.status
    spent = finished.folder.events()[-1]["t"] - status["launched"]
    assert status["seconds"] <= spent
    started = next(event["t"] for event in finished.folder.events() if event["kind"] == "started")
    assert (
        status["seconds"] > finished.folder.events()[-1]["t"] - started
    )  # the worker's imports are part of it


@pytest.mark.slow
def test_explain_rows(finished: Run) -> None:
    done = jobs.wait(jobs.launch(finished.folder.path, "explain", rows=[0, 3]), timeout=200)
    assert done.state == "finished", done.message
    explanation = files.read_json(done.folder / "explanation.json")
    assert len(explanation["prediction"]) == 2


@pytest.mark.slow
def test_export(finished: Run, tmp_path: Path) -> None:
    target = tmp_path / "out" / "penguins.zip"
    done = jobs.wait(jobs.launch(finished.folder.path, "export", path=str(target)), timeout=200)
    assert done.state == "finished", done.message
    assert done.result is not None
    assert done.result["bytes"] == target.stat().st_size
    assert done.result["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()


@pytest.mark.parametrize("model", ["t0999", "../../x"])
@pytest.mark.slow
def test_export_of_no_model(finished: Run, model: str) -> None:
    done = jobs.wait(jobs.launch(finished.folder.path, "export", model=model), timeout=200)
    assert done.state == "failed"
    assert model in done.message
