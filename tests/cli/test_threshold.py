"""Costs on the terminal: a run that decides by them, and other thresholds later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.store import RunFolder

from .conftest import Automl


@pytest.mark.slow
def test_from_costs_to_a_decision_and_to_other_costs(automl_command: Automl, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 2))
    state = np.where(x[:, 0] + rng.normal(size=150) > 0.9, "sick", "calm")
    pd.DataFrame(x, columns=["u", "v"]).assign(state=state).to_csv(tmp_path / "t.csv", index=False)
    fitted = automl_command(
        "fit", "t.csv", "--target", "state", "--out", "run", "--costs", "false_negative=8",
        "--budget", 1200, "--max-trials", 2, "--n-jobs", 1,
    )  # fmt: skip
    assert fitted.code == 0, fitted.err
    assert "decision “sick” is predicted from a probability of" in fitted.out
    assert "Cost per 1,000 rows, with 90 % intervals for new rows, on 150 rows" in fitted.out
    assert "always “calm”" in fitted.out
    assert "as decided is better by" in fitted.out
    assert f"of {(state == 'sick').sum()} “sick”" in fitted.out
    shown = automl_command("threshold", "run")
    assert shown.code == 0, shown.err
    marked = [line for line in shown.out.splitlines() if line.startswith("*")]
    assert len(marked) == 1
    document = automl_command("threshold", "run", "--json").document
    before = document["decision"]["threshold"]
    assert [row["threshold"] for row in document["thresholds"] if row["chosen"]] == [before]
    kept = automl_command("threshold", "run", "--costs", '{"calm": {"sick": 8}}', "--keep")
    assert kept.code == 0, kept.err
    assert "predicting it where it is “calm” costs 8" in kept.out
    result = RunFolder(tmp_path / "run").result
    assert result is not None
    assert result["decision"]["threshold"] > before
    refused = automl_command("threshold", "run", "--costs", "false_negative=-1")
    assert refused.code == 1
    assert "not negative" in refused.err
