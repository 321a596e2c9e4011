"""Rows that repeat earlier ones are left out where that was asked for, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.data import Schema, read_table
from automl.data.checks import rows
from automl.run import create_run
from automl.search.duplicates import without_copies
from automl.search.prepare import prepare


def table() -> pd.DataFrame:
    frame = pd.DataFrame({"x": np.arange(100) % 25, "y": ["a", "b"] * 50, "z": np.arange(100) % 25 / 4})
    frame.insert(0, "id", [f"{i:05d}" for i in range(100)])  # tells rows apart without describing them
    return frame


@pytest.mark.parametrize("exact", [True, False])
def test_the_first_of_like_rows_stays(monkeypatch: pytest.MonkeyPatch, exact: bool) -> None:
    monkeypatch.setattr(rows, "_EXACT_ROWS", 1000 if exact else 1)
    raw = read_table(table())
    dataset = Schema.infer(raw).coerce(raw)
    weights = np.linspace(0.5, 1.5, 100)
    kept, left, (finding,) = without_copies(dataset, weights)
    assert kept.frame["id"].tolist() == [f"{i:05d}" for i in range(50)]
    assert left is not None
    assert left == pytest.approx(weights[:50] / weights[:50].mean())
    assert finding.evidence == {"count": 50, "rows": 100}
    again, _, nothing = without_copies(kept, None)
    assert nothing == []
    assert again is kept


@pytest.mark.parametrize("asked", [True, False])
def test_a_run_leaves_them_out_only_when_asked(home: Path, tmp_path: Path, asked: bool) -> None:
    path = tmp_path / "t.csv"
    table().to_csv(path, index=False)
    run = create_run(path, "y", budget=60, home=home, drop_duplicates=asked).folder
    prepare(run, None)
    assert run.read("prepared.json")["rows"] == (50 if asked else 100)
    codes = {finding["code"] for finding in run.read("findings.json")}
    assert ("duplicate_rows_left_out" in codes) == asked
    assert ("duplicate_rows" in codes) == (not asked)
