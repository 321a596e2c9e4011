"""`automl monitor`: its exit code is the verdict."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from automl.run import Run

from .conftest import Command


@pytest.fixture(scope="module")
def customers(sample_data: Path) -> pd.DataFrame:
    """Rows of the table that the run was learned from, as text."""
    table = pd.read_csv(sample_data / "telco_churn.csv", dtype=str, keep_default_na=False)
    return table.sample(600, random_state=3).reset_index(drop=True)


def test_rows_like_the_old_ones_are_fine(
    command: Command, churn_zip: Path, customers: pd.DataFrame, tmp_path: Path
) -> None:
    customers.drop(columns="Churn").to_csv(tmp_path / "new.csv", index=False)
    done = command("monitor", churn_zip, "new.csv", "--budget", 5)
    assert done.code == 0, done.out + done.err
    assert done.out.startswith("fine: Nothing speaks against")
    assert "columns concerned" not in done.out
    assert "Without labels, ROC AUC of these 600 rows is estimated at 0." in done.out
    assert "only labels tell that" in done.err


def test_drift_is_a_finding_with_its_columns(
    command: Command, churn_zip: Path, customers: pd.DataFrame, tmp_path: Path
) -> None:
    new = customers.assign(Contract="Two year", tenure="70")
    new.to_csv(tmp_path / "new.csv", index=False)
    done = command("monitor", churn_zip, "new.csv", "--out", "report.json", "--budget", 5)
    assert done.code == 2, done.err
    concerned = next(line for line in done.out.splitlines() if line.startswith("columns concerned: "))
    assert {"Contract", "tenure"} <= set(concerned.removeprefix("columns concerned: ").split(", "))
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["exit_code"], report["rows"]) == (2, 600)
    assert report["performance"]["rows"] == 600
    assert {"Contract", "tenure"} <= set(report["concerned"])


@pytest.mark.slow
def test_a_run_and_a_machine(
    command: Command, churn_run: Run, customers: pd.DataFrame, tmp_path: Path
) -> None:
    customers.drop(columns=["Contract"]).to_csv(tmp_path / "new.csv", index=False)
    done = command("monitor", churn_run.folder.path, "new.csv", "--no-split", "--json")
    assert done.code == 2
    assert done.document["scored"] is False
    assert done.document["concerned"] == ["Contract"]
    allowed = command(
        "monitor", churn_run.folder.path, "new.csv", "--no-split", "--json", "--missing-columns", "missing"
    )
    assert allowed.code == 2
    assert allowed.document["scored"] is True
    assert allowed.document["shift"] is None


def test_what_cannot_run_is_told_from_findings(
    command: Command, churn_zip: Path, sample_data: Path, tmp_path: Path
) -> None:
    table = sample_data / "telco_churn.csv"
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    with zipfile.ZipFile(churn_zip) as archive:
        archive.extractall(tmp_path / "old")
    manifest = json.loads((tmp_path / "old" / "bundle.json").read_text())
    del manifest["files"]["reference.json"]
    (tmp_path / "old" / "bundle.json").write_text(json.dumps(manifest))
    for arguments, says in (
        ((churn_zip, "nothing.csv"), "no file"),
        (("nothing.zip", table), "nothing.zip"),
        (("broken.zip", table), "broken.zip"),
        (("old", table), "no reference.json"),
        ((churn_zip, table, "--model", "t0001"), "one model"),
        ((churn_zip,), "NEW.csv"),
        ((churn_zip, table, "--budget", "-1"), "positive"),
    ):
        done = command("monitor", *arguments)
        assert done.code == 1, arguments
        assert says in done.err
        assert "Traceback" not in done.err


def test_help_says_what_the_codes_mean(command: Command) -> None:
    done = command("monitor", "--help")
    assert done.code == 0
    assert "0 fine, 2 findings" in done.out
    assert "1 could not run" in done.out
