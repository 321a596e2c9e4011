"""The court beside a search: within its time, the same each time, and without the holdout's target."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from automl.run import create_run
from automl.search.leakage import Hearing, hear
from automl.search.prepare import prepare

from .conftest import leaks
from .tables import codes, honest


def planted(rows: int = 600) -> pd.DataFrame:
    frame = honest("binary", rows=rows)
    frame["outcome_code"] = codes(frame) * 3 + 0.2 * np.random.default_rng(1).normal(size=rows)
    return frame


def test_the_same_run_is_heard_the_same(tmp_path: Path) -> None:
    heard = []
    for number in range(2):
        run = create_run(planted(), "y", home=tmp_path / str(number), max_trials=2)
        prepared = prepare(run.folder, planted())
        hearing = Hearing(run.folder, prepared, timed=False)
        hearing.begin()
        hearing.end()
        heard.append(run.folder.read("leakage.json")["findings"])
    assert heard[0] == heard[1]
    assert heard[0]


def test_what_there_was_no_time_for_is_said(tmp_path: Path) -> None:
    run = create_run(planted(), "y", home=tmp_path)
    prepared = prepare(run.folder, planted())
    (finding,) = hear(run.folder, prepared, seconds=1.8, until=lambda: True)
    assert finding.code == "leakage_not_heard"
    assert "columns that are too good" in finding.message
    looks = iter([False, False, False])  # one charge and two columns
    (finding,) = hear(run.folder, prepared, seconds=1.8, until=lambda: next(looks, True))
    assert "column 'c'" in finding.message


def test_too_few_rows_are_said_to_be_too_few(tmp_path: Path) -> None:
    run = create_run(planted(40), "y", home=tmp_path)
    (finding,) = hear(run.folder, prepare(run.folder, planted(40)), seconds=1.8, until=lambda: False)
    assert "too few rows" in finding.message


def test_the_target_of_the_holdout_is_not_needed(tmp_path: Path) -> None:
    frame = planted(2_400)
    run = create_run(frame, "y", home=tmp_path)
    prepared = prepare(run.folder, frame)
    before = hear(run.folder, prepared, seconds=1.8, until=lambda: False)
    path = run.folder.path / "data.parquet"
    pd.read_parquet(path).drop(columns="y").to_parquet(path, index=False)
    assert hear(run.folder, prepared, seconds=1.8, until=lambda: False) == before
    assert leaks(before)
