"""Runs whose search is a simple count, done by the real machinery."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from automl import jobs
from automl.run import Run
from automl.store import RunFolder

SAMPLE_WORKER = (str(Path(__file__).with_name("sample_worker.py")),)

NewRun = Callable[..., RunFolder]


@pytest.fixture
def new_run(tmp_path: Path) -> Iterator[NewRun]:
    """Make a run that does `name` for `seconds`; whatever still works at the end of the test is stopped."""
    made: list[RunFolder] = []

    def make(name: str = "count", seconds: float = 0.3) -> RunFolder:
        spec = {"version": 1, "id": name, "name": name, "created": time.time(), "budget": seconds}
        made.append(RunFolder.create(tmp_path / f"run-{len(made)}", spec))
        return made[-1]

    yield make
    for run in made:
        for job in [jobs.state(run.path), *jobs.jobs(run.path)]:
            jobs.stop(job.folder)


@pytest.fixture
def worker() -> tuple[str, ...]:
    """The arguments that make Python the sample worker."""
    return SAMPLE_WORKER


@pytest.fixture
def copied(penguins_run: Run, tmp_path: Path) -> Iterator[RunFolder]:
    """A copy of the run, to write into."""
    path = tmp_path / penguins_run.folder.id
    shutil.copytree(penguins_run.folder.path, path)
    yield RunFolder.open(path)
    for job in jobs.jobs(path):
        jobs.stop(job.folder)
