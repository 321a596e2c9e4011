"""A small run, and desks of it whose sockets lie in a folder of the test's own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import automl
from automl.desk import Desk
from automl.desk.place import Place
from automl.run import Run

from ..conftest import shared
from ..inspection.conftest import clients
from ..jobs.processes import mentioning, until


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Three columns, two classes; do not change it."""

    def fit(home: Path) -> Run:
        return automl.fit(
            clients(), "left", budget=1200, max_trials=4, n_jobs=1, excluded=["sex"], calibrate="off",
            home=home,
        )  # fmt: skip

    return shared(tmp_path_factory, "desks", fit)


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where sockets lie: pytest's own folders have paths that are too long for them."""
    folder = Path(tempfile.mkdtemp(prefix="gb-", dir="/tmp"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    for lock in folder.glob("*/*/*.lock"):
        from automl.desk.client import _dismiss

        _dismiss(Place(lock.parent, lock.stem))
    assert until(lambda: not mentioning(folder)), "a desk has stayed"
    shutil.rmtree(folder)


@pytest.fixture
def run(small_run: Run, tmp_path: Path) -> Run:
    """A copy of the small run in a home of its own."""
    return automl.load_run(shutil.copytree(small_run.folder.path, tmp_path / "runs" / "clients"))


@pytest.fixture
def desk(run: Run) -> Desk:
    """The desk of its chosen model; not started yet."""
    result = run.result
    assert result is not None
    return Desk(run.folder.path, result["chosen"])
