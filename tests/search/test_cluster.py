"""A search on a real Dask cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import automl
from automl import extras
from automl.errors import MissingExtraError, RunError, SettingError
from automl.run import Run
from automl.search import cluster
from automl.search.select import load_trials

from .dask_processes import dask_cluster
from .killing import KILLS, kill_or_evaluate


@pytest.mark.slow
def test_a_killed_worker_costs_no_trial(sample_data: Path, penguins_run: Run, tmp_path: Path) -> None:
    with dask_cluster(2, tmp_path / "dask") as dask:
        run = automl.create_run(
            sample_data / "penguins.csv", target="species", budget=3600, max_trials=6, home=tmp_path,
            executor=dask.address,
        )  # fmt: skip
        seen: list[int] = []

        def kill_one(status: dict[str, Any]) -> None:
            if len(status["running"]) == 2 and status["trials"] >= 2 and not seen:
                seen.append(status["trials"])
                dask.workers[0].kill()

        run.search(progress=kill_one)
        assert seen
        # The same trials as on this machine: where they were evaluated plays no part.
        ours, theirs = load_trials(run.folder), load_trials(penguins_run.folder)[:6]
        assert [(t.id, t.params, t.score) for t in ours] == [(t.id, t.params, t.score) for t in theirs]
        assert list(run.leaderboard().columns) == list(penguins_run.leaderboard().columns)


@pytest.mark.slow
def test_a_late_worker_gets_work_and_a_lost_scheduler_ends_the_search_which_goes_on_here(
    sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most_at_work = 0
    with dask_cluster(1, tmp_path / "dask") as dask:
        run = automl.create_run(
            sample_data / "penguins.csv", target="species", budget=600, home=tmp_path, executor=dask.address
        )

        def watch(status: dict[str, Any]) -> None:
            nonlocal most_at_work
            if status["trials"] >= 2 and len(dask.workers) == 1:
                assert most_at_work < 2
                dask.add_worker()
            if status["state"] == "searching":
                most_at_work = max(most_at_work, len(status["running"]))
            # Both have finished something: the new one had the rows, although it came after they were sent.
            if status["trials"] >= 8 and most_at_work == 2:
                dask.scheduler.kill()

        result = run.search(progress=watch)
    assert most_at_work == 2
    status = run.status()
    assert status["state"] == "cancelled"
    assert "connection to the Dask scheduler" in status["message"]
    assert "another --executor" in status["message"]
    (lost,) = [event for event in run.folder.events() if event["kind"] == "workers_lost_for_good"]
    assert dask.address in lost["reason"]
    kept = load_trials(run.folder)
    assert len(kept) >= 8
    assert all(trial.status != "failed" for trial in kept)
    assert result["holdout"] is None
    assert run.model is not None

    # Where Dask is not there any more, resuming says what to do: install it, or work here.
    with monkeypatch.context() as patch:
        patch.setitem(extras.PACKAGES, "dask", "a_package_that_is_not_there")
        with pytest.raises(MissingExtraError, match=r"pip install 'glassbench\[dask\]'"):
            run.search()
    spec = run.folder.spec
    run.folder.write("spec.json", spec | {"max_trials": len(kept) + 2, "budget": 3600.0})
    with pytest.raises(SettingError, match="not the address"):
        run.work_on("localhost")
    run.work_on(None)
    run.search()
    assert run.status()["state"] == "finished"
    after = load_trials(run.folder)
    assert len(after) == len(kept) + 2
    assert [trial.id for trial in after[: len(kept)]] == [trial.id for trial in kept]


@pytest.mark.slow
def test_a_candidate_that_kills_each_worker_is_given_up_and_the_search_goes_on(
    sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_evaluate_shipped", kill_or_evaluate)
    with dask_cluster(1, tmp_path / "dask", nanny=True) as dask:
        run = automl.fit(
            sample_data / "penguins.csv", target="species", budget=3600, max_trials=5, home=tmp_path,
            executor=dask.address,
        )  # fmt: skip
    trials = load_trials(run.folder)
    assert len(trials) == 5
    (failed,) = [trial for trial in trials if trial.family == KILLS]
    assert failed.status == "failed"
    assert "worker died" in (failed.reason or "")
    assert all(trial.status in ("ok", "probe") for trial in trials if trial.id != failed.id)
    assert run.status()["state"] == "finished"


def test_a_cluster_that_cannot_be_used_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(RunError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        cluster.DaskWorkers("tcp://127.0.0.1:9").start()
    with dask_cluster(0, tmp_path) as dask:
        workers = cluster.DaskWorkers(dask.address)
        with pytest.raises(RunError, match="has no worker"):
            workers.start()
        workers.stop()


def test_other_packages_on_a_worker_are_named() -> None:
    ours = {"python": "3.11.4.final.0", "numpy": "2.1.0", "glassbench": "0.1.0"}
    theirs = {"python": "3.11.9.final.0", "numpy": "2.0.0"}
    assert cluster.differences(ours, ours) == []
    assert cluster.differences(ours, theirs) == [
        "numpy 2.0.0 instead of 2.1.0", "glassbench missing instead of 0.1.0",
    ]  # fmt: skip


@pytest.mark.parametrize("address", ["localhost:8786", "http://localhost:8786", "tcp://", "tcp://a b:1", "x"])
def test_what_is_no_address_of_a_scheduler_is_refused(address: str, sample_data: Path) -> None:
    with pytest.raises(SettingError, match="not the address of a Dask scheduler"):
        automl.create_run(sample_data / "penguins.csv", target="species", executor=address)
