"""The court on a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from automl.data import Finding
from automl.run import create_run
from automl.search.leakage import hear
from automl.search.leakage.hearing import seconds_of
from automl.search.prepare import prepare

Court = Callable[..., list[Finding]]


@pytest.fixture
def court(tmp_path: Path) -> Court:
    """Prepare a table as a search does, and hear it with the work that a minute's search allows."""

    def findings(table: pd.DataFrame | Path, target: str = "y", **settings: Any) -> list[Finding]:
        source = table if isinstance(table, Path) else None
        run = create_run(table, target, home=tmp_path / "court", **settings)
        prepared = prepare(run.folder, None if source else table)
        return hear(run.folder, prepared, seconds=seconds_of(60), until=lambda: False)

    return findings


def leaks(findings: list[Finding]) -> set[tuple[str, str | None]]:
    """What is called a leak: code and column."""
    return {(each.code, each.column) for each in findings if each.code.startswith("leak_")}
