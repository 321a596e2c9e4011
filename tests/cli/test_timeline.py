"""`automl timeline`: its exit code is the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.bundle import read_bundle
from automl.cli import main
from automl.monitoring import watched_bundle
from automl.monitoring.timeline import Timeline
from automl.run import Run

from ..logged import write_log
from .conftest import Command


@pytest.fixture(scope="module")
def customers(sample_data: Path) -> pd.DataFrame:
    """Rows of the table that the run was learned from, over five months."""
    table = pd.read_csv(sample_data / "telco_churn.csv", dtype=str, keep_default_na=False)
    table = table.sample(1500, random_state=4).reset_index(drop=True)
    return table.assign(
        seen=pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(len(table)) * 0.1, unit="D")
    )


def test_months_of_a_table(
    command: Command, churn_zip: Path, customers: pd.DataFrame, tmp_path: Path
) -> None:
    last = customers["seen"].dt.month == 5
    customers.assign(Contract=customers["Contract"].mask(last, "Two year")).to_csv(
        tmp_path / "rows.csv", index=False
    )
    done = command(
        "timeline", churn_zip, "rows.csv", "--by", "seen", "--segments", "Contract",
        "--fairness", "gender", "--budget", 5, "--out", "timeline.json",
    )  # fmt: skip
    assert done.code == 2, done.err
    assert "In the last window (2025-05)" in done.out
    assert "promised at the export, and what came" in done.out
    assert "groups of gender" in done.out
    for part in ("2025-01", "2025-05", "P(Yes)", "Contract", "changes"):
        assert part in done.out
    made = Timeline.from_json(json.loads((tmp_path / "timeline.json").read_text()))
    assert [w.label for w in made.windows] == [f"2025-0{month}" for month in range(1, 6)]
    assert "Contract" in {c.name for c in made.windows[-1].columns if c.level != "fine"}
    assert {each.metric for each in made.ledger} >= {"roc_auc", "coverage", "calibration"}
    assert {each.column for each in made.segments} == {"Contract"}
    assert len(made.fairness) == 5


@pytest.mark.slow
def test_weeks_of_a_log_with_labels(
    command: Command, churn_zip: Path, customers: pd.DataFrame, tmp_path: Path
) -> None:
    bundle = read_bundle(churn_zip)
    sha256 = bundle.manifest["files"]["model/model.skops"]["sha256"]
    rows = customers.head(600).assign(id=lambda frame: [f"r-{i}" for i in range(len(frame))])
    write_log(tmp_path / "log", watched_bundle(bundle), rows, model=sha256)
    rows[["id", "Churn"]].rename(columns={"id": "prediction", "Churn": "answer"}).to_csv(
        tmp_path / "labels.csv", index=False
    )
    done = command(
        "timeline", churn_zip, "--log", "log", "--labels", "labels.csv", "--id", "prediction",
        "--label", "answer", "--every", "week", "--no-split", "--json",
    )  # fmt: skip
    assert done.code in (0, 2), done.err
    made = Timeline.from_json(done.document)
    assert sum(window.labelled for window in made.windows) == 600
    assert made.period == "week"
    assert done.document["exit_code"] == done.code


def test_what_cannot_run(
    churn_zip: Path,
    churn_run: Run,
    customers: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    customers.head(50).to_csv(tmp_path / "rows.csv", index=False)
    for arguments, told in (
        ((churn_zip, "rows.csv"), "--by"),
        ((churn_zip,), "found neither"),
        ((churn_zip, "rows.csv", "--by", "date"), "no column 'date'"),
        ((churn_zip, "rows.csv", "--by", "seen", "--every", "eon"), "Expected a period"),
        ((churn_zip, "rows.csv", "--by", "seen", "--model", "t0001"), "A bundle holds one model"),
        ((churn_run.folder.path,), "has scored no table yet"),
    ):
        assert main(["timeline", *map(str, arguments)]) == 1, arguments
        assert told in capsys.readouterr().err
    assert main(["timeline", str(churn_zip), "rows.csv", "--budget", "never"]) == 1
