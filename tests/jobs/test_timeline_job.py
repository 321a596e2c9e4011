"""The job that follows a model over time, with a real model in a real worker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from automl import jobs
from automl.monitoring.timeline.kept import kept_timeline, kept_timelines
from automl.store import RunFolder


def test_a_timeline_is_kept_in_the_run(copied: RunFolder, sample_data: Path, tmp_path: Path) -> None:
    table = pd.read_csv(sample_data / "penguins.csv").sample(frac=1.0, random_state=0)
    table["seen"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(len(table)) * 6, unit="h")
    table.to_csv(tmp_path / "rows.csv", index=False)
    folder = jobs.launch(
        copied.path, "timeline", table=str(tmp_path / "rows.csv"), by="seen", model="t0001", time_budget=None
    )
    done = jobs.wait(folder, timeout=120)
    assert done.state == "finished", done.message
    assert done.result is not None
    one = kept_timeline(copied, done.result["timeline"])
    assert (one.id, one.model, one.rows, one.level) == (folder.name, "t0001", 344, done.result["level"])
    made = one.timeline()
    assert [window.label for window in made.windows] == ["2025-01", "2025-02", "2025-03"]
    assert made.output in ("Adelie", "Chinstrap", "Gentoo")
    assert {"log_loss", "coverage", "calibration:Adelie"} <= {each.metric for each in made.ledger}


def test_what_cannot_be_read_leaves_nothing(copied: RunFolder, sample_data: Path) -> None:
    table = str(sample_data / "penguins.csv")
    done = jobs.wait(jobs.launch(copied.path, "timeline", table=table, by="seen", model="t0001"), timeout=120)
    assert done.state == "failed"
    assert "no column 'seen'" in done.message
    assert kept_timelines(copied) == []
