"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
from pathlib import Path

# Before anything loads OpenMP: on small tables a second thread only waits for the first one; where another
# process wants its core, that takes most of the time.
os.environ["OMP_NUM_THREADS"] = "1"

import pytest

import automl
from automl.run import Run

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


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own for every test, so that none writes into the checkout."""
    path = tmp_path / "home"
    monkeypatch.setenv("GLASSBENCH_HOME", str(path))
    return path


@pytest.fixture(scope="session")
def penguins_run(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Run:
    """A finished multiclass run on 344 rows, too few for a holdout. Do not change it."""
    return automl.fit(
        sample_data / "penguins.csv",
        target="species",
        budget=600,  # never used up: a network that the clock cuts short is another network
        max_trials=9,
        home=tmp_path_factory.mktemp("penguins"),
    )


@pytest.fixture(scope="session")
def churn_run(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Run:
    """A finished binary run with a holdout, hidden numbers and an identifier. Do not change it."""
    return automl.fit(
        sample_data / "telco_churn.csv",
        target="Churn",
        budget=120,
        max_trials=5,
        home=tmp_path_factory.mktemp("churn"),
    )
