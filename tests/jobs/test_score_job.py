"""The job that scores a table, with a real model in a real worker."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from automl import jobs
from automl.monitoring.history import scoring, scorings
from automl.run import Run
from automl.store import RunFolder


@pytest.fixture
def penguins(sample_data: Path, tmp_path: Path) -> Path:
    """New rows, without the target."""
    path = tmp_path / "new.csv"
    pd.read_csv(sample_data / "penguins.csv").drop(columns="species").to_csv(path, index=False)
    return path


def test_predictions_a_verdict_and_a_history(copied: RunFolder, penguins: Path, penguins_run: Run) -> None:
    shares: list[float] = []
    folder = jobs.launch(
        copied.path, "score", table=str(penguins), name="January", model="t0001", time_budget=3.0
    )
    done = jobs.wait(
        folder, timeout=120, every=0.05, on_change=lambda now: shares.append(now.status.get("progress") or 0)
    )
    assert done.state == "finished", done.message
    assert shares == sorted(shares)
    assert done.result is not None
    one = scoring(copied, done.result["scoring"])
    assert (one.name, one.rows, one.model) == ("January", 344, "t0001")
    assert one.level == done.result["level"]
    assert one.predictions is not None
    written = pd.read_csv(one.predictions)
    assert list(written["prediction"]) == list(penguins_run.predict(penguins, model="t0001")["prediction"])
    assert one.report().table == "January"
    assert [each.id for each in scorings(copied)] == [folder.name]
    assert (copied.path / "references" / "t0001.json").is_file()


def test_a_table_that_cannot_be_read_leaves_nothing(copied: RunFolder, tmp_path: Path) -> None:
    page = tmp_path / "page.csv"
    page.write_text("<!DOCTYPE html><html><body>Please log in</body></html>\n")
    done = jobs.wait(jobs.launch(copied.path, "score", table=str(page), model="t0001"), timeout=120)
    assert done.state == "failed"
    assert "web page" in done.message
    assert scorings(copied) == []
    assert list((copied.path / "scorings").iterdir()) == []
