"""A planted leak is told wherever a person looks: summary, leaderboard, JSON."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.store import Home

from .conftest import Automl


@pytest.mark.slow
def test_a_leak_is_told_on_the_terminal_and_in_json(
    tmp_path: Path, home: Path, automl_command: Automl
) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500))
    yes = a + b + rng.normal(size=500) > 0
    table = pd.DataFrame({"a": a, "b": b, "code": 3 * yes + 0.2 * rng.normal(size=500)})
    table["y"] = np.where(yes, "yes", "no")
    table.to_csv(tmp_path / "table.csv", index=False)
    fitted = automl_command(
        "fit", "table.csv", "--target", "y", "--budget", 100, "--max-trials", 2, "--home", home
    )
    assert fitted.code == 0, fitted.err
    words = " ".join(fitted.out.split())
    assert "warning: 'code' alone gives ROC AUC 1.000, all other columns together 0." in words
    assert "Without it ROC AUC falls from 1 to 0." in words
    assert "exclude it and run again: --exclude code" in words
    (run,) = Home(home).runs()
    assert "'code' alone gives" in automl_command("leaderboard", run.path).out
    (told,) = [each for each in run.read("findings.json") if each["column"] == "code"]
    assert told["code"] == "leak_alone"
    assert told in automl_command("leaderboard", run.path, "--json").document["findings"]
