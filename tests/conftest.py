"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

# Before anything loads OpenMP: on small tables a second thread only waits for the first one; where another
# process wants its core, that takes most of the time.
os.environ["OMP_NUM_THREADS"] = "1"

import pytest

import automl
from automl.run import Run
from automl.store import Home
from automl.store.lock import hold

if TYPE_CHECKING:
    from automl.store.catalogue import Catalogue

ROOT = Path(__file__).parents[1]


def require(condition: bool, what: str) -> None:
    """Skip a test whose part is missing on this machine; where everything is required, fail instead."""
    if condition:
        return
    if os.environ.get("GLASSBENCH_REQUIRE_ALL"):
        pytest.fail(f"{what} is missing, and GLASSBENCH_REQUIRE_ALL is set")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of sample tables."""
    return ROOT / "sample_data"


@contextmanager
def few_trees() -> Iterator[None]:
    """Forests of few trees, for tests in which their number proves nothing: they take most of the time."""
    from automl.models import _forest  # not above: not every test needs the engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_forest, "TREES", 12)
        patch.setattr(_forest, "_VOTING_TREES", 12)
        yield


@pytest.fixture
def small_forests() -> Iterator[None]:
    """Forests of few trees for one test."""
    with few_trees():
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own for every test, so that none writes into the checkout."""
    path = tmp_path / "home"
    monkeypatch.setenv("GLASSBENCH_HOME", str(path))
    for name in ("GLASSBENCH_CATALOGUE", "GLASSBENCH_ARTEFACTS", "GLASSBENCH_USER"):
        monkeypatch.delenv(name, raising=False)
    return path


def shared(factory: pytest.TempPathFactory, name: str, fit: Callable[[Path], Run]) -> Run:
    """Make a run once for all of pytest's processes: it is a folder, so the others load it."""
    base = factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with hold(home.with_suffix(".lock"), wait=600):
        runs = Home(home).runs()
        return automl.load_run(runs[0].path) if runs else fit(home)


@pytest.fixture(scope="session")
def penguins_run(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Run:
    """A finished multiclass run on 344 rows, too few for a holdout. Do not change it."""

    def fit(home: Path) -> Run:
        # A trial gets a share of the budget, here far more than it takes on a busy machine: a network that
        # the clock cuts short is another network.
        table = sample_data / "penguins.csv"
        return automl.fit(table, target="species", budget=3600, max_trials=9, home=home)

    return shared(tmp_path_factory, "penguins", fit)


@pytest.fixture(scope="session")
def churn_run(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Run:
    """A finished binary run with a holdout, hidden numbers and an identifier. Do not change it."""

    def fit(home: Path) -> Run:
        table = sample_data / "telco_churn.csv"
        return automl.fit(table, target="Churn", budget=600, max_trials=5, home=home)

    return shared(tmp_path_factory, "churn", fit)


@pytest.fixture(scope="session")
def churn_zip(churn_run: Run) -> Path:
    """The bundle of that run. Do not change it."""
    path = churn_run.folder.path.parents[1] / "churn.zip"
    with hold(path.with_suffix(".lock"), wait=600):
        return path if path.exists() else churn_run.export(path)


@pytest.fixture(scope="session")
def rents_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished regression on 240 rows by a readable model. Do not change it."""
    from .rents import learned

    return shared(tmp_path_factory, "rents", learned)


@pytest.fixture
def rents(rents_run: Run, home: Path) -> Iterator[Catalogue]:
    """The catalogue of a home in which that model is the champion; retrainings end with the test."""
    from automl import jobs
    from automl.jobs.retraining import retrainings
    from automl.store.catalogue import catch_up, open_catalogue

    shutil.copytree(rents_run.folder.path, home / "runs" / rents_run.folder.id)
    with open_catalogue() as opened:
        catch_up(opened)
        opened.aliases.set("champion", opened.models.find("rents"))
        yield opened
        for each in retrainings(opened):
            jobs.stop(each.job.folder)
