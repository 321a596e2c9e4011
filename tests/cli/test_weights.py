"""`automl fit --weights`: told what came of it, and what is wrong with a column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from .conftest import Automl


@pytest.mark.slow
def test_weights_on_the_terminal(automl_command: Automl, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=200), "w": rng.choice([0.0, 0.5, 2.5], 200)})
    table["y"] = table.x + rng.normal(size=200)
    table.to_csv(tmp_path / "t.csv", index=False)
    settings = ("--target", "y", "--weights", "w", "--max-trials", 2, "--budget", 300, "--n-jobs", 1)
    done = automl_command("fit", "t.csv", *settings)
    assert done.code == 0, done.err
    rows = int((table.w > 0).sum())
    assert f"weights  rows count as “w” says, in learning and in every score; {rows} of them" in done.out
    table["w"] = table.w.astype(object)
    table.loc[6, "w"] = "much"
    table.to_csv(tmp_path / "bad.csv", index=False)
    refused = automl_command("fit", "bad.csv", *settings)
    assert refused.code == 1
    assert "in the weights column 'w', found 'much' in data row 7." in refused.err
