"""Reviewed schemas of a real table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from automl.data import RawTable, read_table
from automl.data.review import ReviewedSchema, infer_reviewed

from .damages import TARGET, cells_of


@pytest.fixture(scope="session")
def churn(sample_data: Path) -> RawTable:
    """The table as it is."""
    return read_table(sample_data / "telco_churn.csv")


@pytest.fixture(scope="session")
def churn_cells(sample_data: Path) -> pd.DataFrame:
    """Its cells as text."""
    return cells_of(sample_data / "telco_churn.csv")


@pytest.fixture(scope="session")
def reviewed(churn: RawTable) -> ReviewedSchema:
    """A schema drafted from it."""
    return infer_reviewed(churn, target=TARGET)


@pytest.fixture
def table_of(tmp_path: Path) -> Callable[[pd.DataFrame], RawTable]:
    """Return a function: cells → the table as a CSV file of them is read."""

    def made(cells: pd.DataFrame) -> RawTable:
        path = tmp_path / "table.csv"
        cells.to_csv(path, index=False)
        return read_table(path)

    return made
