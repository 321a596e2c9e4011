"""The replay of a model's life: watched, learned anew when it has become bad, and replaced."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from automl.store.catalogue import open_catalogue

from .rents import flats

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_life(tmp_path: Path) -> None:
    """Two months like those learned from, then rents go up by half."""
    months = [("2026-01-01", 8.0), ("2026-03-01", 8.0), ("2026-05-01", 12.0)]
    frames = [flats(300, seed, slope=slope, since=since) for seed, (since, slope) in enumerate(months)]
    pd.concat(frames).to_csv(tmp_path / "flats.csv", index=False, sep=";")
    out = tmp_path / "replay"
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.benchmarks.replay", str(tmp_path / "flats.csv"), "--date", "day",
            "--target", "rent", "--train-months", "2", "--budget", "600", "--max-trials", "3", "--n-jobs",
            "1", "--out", str(out),
        ],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lived = json.loads((out / "replay.json").read_text())
    assert [each["month"] for each in lived[:2]] == ["2026-03", "2026-04"]
    assert all(each["estimated"] is not None for each in lived)
    # Rents went up for flats as they were: no column tells, the labels do.
    assert [each["outcome"] for each in lived[:2]] == ["", ""]
    assert lived[2]["decision"]["retrain"]
    assert "swapped" in [each["outcome"] for each in lived]
    swapped = next(each for each in lived if each["outcome"] == "swapped")
    assert swapped["gain_low"] > 0
    with open_catalogue(out / "home") as catalogue:
        assert catalogue.audit.flaws() == []
