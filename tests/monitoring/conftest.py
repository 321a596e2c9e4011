"""Models under watch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from automl.monitoring import Watched

from ..customers import customers, watched


@pytest.fixture(scope="session")
def binary() -> Watched:
    """A classifier under watch."""
    return watched(customers(3000, 1), customers(2000, 2))


@pytest.fixture(scope="session")
def regression() -> Watched:
    """A regressor under watch; the linear model is explained exactly."""
    return watched(customers(3000, 1), customers(2000, 2), "regression")


@pytest.fixture
def new_file(tmp_path: Path) -> Callable[[pd.DataFrame], Path]:
    """Write rows to a CSV file."""

    def write(frame: pd.DataFrame, name: str = "new.csv") -> Path:
        path = tmp_path / name
        frame.to_csv(path, index=False)
        return path

    return write
