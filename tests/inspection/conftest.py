"""Two small runs that every kind of inspection can look at; do not change them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.inspection import Matter
from automl.run import Run
from automl.run.rows import background_rows
from automl.search.matter import gather

from ..conftest import shared


def clients(rows: int = 320) -> pd.DataFrame:
    """Two classes that follow a number and a label; `sex` follows the target and is not read."""
    rng = np.random.default_rng(3)
    age = rng.integers(18, 80, rows)
    city = rng.choice(["Bern", "Genf", "Zug"], rows, p=[0.5, 0.3, 0.2])
    income = rng.normal(50, 12, rows).round(1)
    odds = (age - 48) / 9 + 1.6 * (city == "Zug") + 0.5 * rng.normal(size=rows)
    left = rng.random(rows) < 1 / (1 + np.exp(-odds))
    sex = np.where(rng.random(rows) < np.where(left, 0.7, 0.3), "f", "m")
    return pd.DataFrame(
        {"age": age, "city": city, "income": income, "sex": sex, "left": np.where(left, "yes", "no")}
    )


def flats(rows: int = 90) -> pd.DataFrame:
    """A number to predict, with weights and with several rows of each house."""
    rng = np.random.default_rng(5)
    area = rng.uniform(20, 140, rows).round()
    return pd.DataFrame(
        {
            "house": np.arange(rows) // 3,
            "area": area,
            "floor": rng.integers(0, 9, rows),
            "counts": rng.choice([1.0, 4.0], rows),
            "rent": (300 + 14 * area + rng.normal(0, 90, rows)).round(),
        }
    )


@pytest.fixture(scope="session")
def clients_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    def fit(home: Path) -> Run:
        return automl.fit(
            clients(), "left", budget=1200, max_trials=4, n_jobs=1, excluded=["sex"], calibrate="off",
            home=home,
        )  # fmt: skip

    return shared(tmp_path_factory, "clients", fit)


@pytest.fixture(scope="session")
def flats_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    def fit(home: Path) -> Run:
        return automl.fit(
            flats(), "rent", budget=1200, max_trials=2, n_jobs=1, groups="house", weights="counts", home=home
        )

    return shared(tmp_path_factory, "flats", fit)


def tied_with_chosen(run: Run) -> list[str]:
    """Models that the data cannot tell from the chosen one; some trial is not among them."""
    result = run.result
    assert result is not None
    tied = sorted(set(result["confidence"]["tied"]) - {result["chosen"]})
    assert tied
    assert "t0001" not in tied
    return tied


def matter_of(run: Run) -> Matter:
    """All that inspections of the chosen model may look at."""
    model = run._model(None)
    return gather(
        run.folder,
        model.prepared,
        model.id,
        model.weights,
        model.calibration,
        load=run.model_for,
        background=background_rows(run.folder, run.schema),
        explanation=None,
    )
