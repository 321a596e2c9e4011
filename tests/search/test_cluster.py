"""A search on a real Dask cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import automl
from automl.errors import RunError, SettingError
from automl.run import Run
from automl.search import cluster
from automl.search.select import load_trials

from .dask_processes import Cluster, dask_cluster


def test_a_killed_worker_costs_no_trial_and_a_lost_scheduler_ends_the_search(
    sample_data: Path, penguins_run: Run, tmp_path: Path
) -> None:
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
        _losing_the_scheduler(dask, sample_data, tmp_path)


def _losing_the_scheduler(dask: Cluster, sample_data: Path, tmp_path: Path) -> None:
    run = automl.create_run(
        sample_data / "penguins.csv", target="species", budget=600, home=tmp_path, executor=dask.address
    )

    def kill_it(status: dict[str, Any]) -> None:
        if status["trials"] >= 3 and status["running"]:
            dask.scheduler.kill()

    with pytest.raises(RunError, match=r"connection to the Dask scheduler .* was lost"):
        run.search(progress=kill_it)
    assert run.status()["state"] == "failed"
    kept = load_trials(run.folder)
    assert len(kept) >= 3
    assert all(trial.status != "failed" for trial in kept)
    assert run.model is not None


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
