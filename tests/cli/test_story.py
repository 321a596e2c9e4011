"""From a finished run to predictions, each step a command."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.bundle.batch import predict_table
from automl.bundle.manifest import open_files
from automl.data import read_table
from automl.run import Run

from .conftest import Command


@pytest.fixture(scope="module")
def penguins_zip(penguins_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle that `automl export` writes."""
    path = tmp_path_factory.mktemp("bundle") / "penguins.zip"
    command = [sys.executable, "-m", "automl", "export", penguins_run.folder.path, path, "--json"]
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_runs(command: Command, penguins_run: Run) -> None:
    home = penguins_run.folder.path.parents[1]
    done = command("runs", "--home", home)
    assert done.code == 0
    assert penguins_run.folder.id in done.out
    assert "finished" in done.out
    (run,) = command("runs", "--home", home, "--json").document["runs"]
    assert run["trials"] == 9
    assert run["metric"] == "log_loss"
    assert run["score"] == penguins_run.result["corrected"]["score"]


def test_no_runs(command: Command) -> None:
    done = command("runs")
    assert (done.code, done.err) == (0, "")
    assert "no runs" in done.out


def test_leaderboard(command: Command, penguins_run: Run) -> None:
    path = penguins_run.folder.path
    done = command("leaderboard", path)
    assert done.code == 0
    table = penguins_run.leaderboard()
    lines = done.out.splitlines()
    shown = [next(word for word in line.split() if word in set(table["id"])) for line in lines[2:]]
    assert shown == list(table["id"])
    assert [line.startswith("*") for line in lines[2:]] == list(table["chosen"])
    models = command("leaderboard", path, "--json").document["models"]
    assert [model["score"] for model in models] == pytest.approx(list(table["score"]))
    by_id = command("leaderboard", penguins_run.folder.id, "--home", path.parents[1])
    assert by_id.out == done.out


def test_explain_the_model(command: Command, penguins_run: Run) -> None:
    done = command("explain", penguins_run.folder.path, "--model", "t0001")
    assert done.code == 0, done.err
    assert "bill_length_mm" in done.out
    document = command("explain", penguins_run.folder.path, "--model", "t0001", "--json").document
    sizes = [column["importance"] for column in document["importance"]]
    assert sizes == sorted(sizes, reverse=True)
    assert {column["column"] for column in document["importance"]} == set(penguins_run.schema.names)


def test_explain_a_row(command: Command, penguins_run: Run) -> None:
    path = penguins_run.folder.path
    done = command("explain", path, "--model", "t0001", "--row", 1)
    assert done.code == 0, done.err
    assert "for Adelie" in done.out
    document = command(
        "explain", path, "--model", "t0001", "--row", 1, "--output", "Gentoo", "--json"
    ).document
    assert document["output"] == "Gentoo"
    total = document["base"] + sum(part["contribution"] for part in document["contributions"])
    assert total == pytest.approx(document["prediction"], abs=1e-6)
    model = penguins_run.model_for("t0001")
    row = pd.read_parquet(path / "data.parquet").head(1)
    expected = model.predict_proba(row)[0, list(model.classes_).index("Gentoo")]
    assert document["prediction"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--row", "345"), "Rows are counted from 1 to 344."),
        (("--row", "1", "--output", "Emperor"), "Emperor"),
        (("--output", "Gentoo"), "--row"),
        (("--model", "t0999"), "t0999"),
    ],
)
def test_explain_what_is_not_there(
    command: Command, penguins_run: Run, arguments: tuple[str, ...], says: str
) -> None:
    done = command("explain", penguins_run.folder.path, *arguments)
    assert done.code == 1
    assert says in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_report(command: Command, penguins_run: Run, tmp_path: Path) -> None:
    path = penguins_run.folder.path
    done = command("report", path, "--model", "t0001")
    assert done.code == 0, done.err
    (written,) = tmp_path.glob("*-report.html")
    assert written.name in done.out
    assert "bill_length_mm" in written.read_text(encoding="utf-8")
    done = command("report", path, "--model", "t0999", "--out", "x.html")
    assert done.code == 1
    assert "t0999" in done.err


def test_export_and_predict(command: Command, penguins_zip: Path, sample_data: Path, tmp_path: Path) -> None:
    done = command("predict", penguins_zip, sample_data / "penguins.csv", "-o", "out.csv")
    assert done.code == 0, done.err
    written = pd.read_csv(tmp_path / "out.csv")
    bundle = automl.load_bundle(penguins_zip)
    assert list(written["prediction"]) == list(bundle.predict(sample_data / "penguins.csv"))
    probabilities = written[[f"probability_{label}" for label in bundle.task.classes]].to_numpy()
    # The command answers by the plan, which adds up in another order than the model does.
    by_plan = predict_table(open_files(penguins_zip)[0], read_table(sample_data / "penguins.csv")).predictions
    assert np.array_equal(probabilities, by_plan.filter(like="probability_"))
    by_model = bundle.predict_proba(sample_data / "penguins.csv")
    np.testing.assert_allclose(probabilities, by_model, rtol=0, atol=1e-12)
    piped = command("predict", penguins_zip, sample_data / "penguins.csv")
    assert piped.out == (tmp_path / "out.csv").read_text()


@pytest.mark.slow
def test_the_bundles_own_script_writes_the_same(
    command: Command, penguins_zip: Path, sample_data: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(penguins_zip) as archive:
        archive.extractall(tmp_path / "unpacked")
    ours = command("predict", tmp_path / "unpacked", sample_data / "penguins.csv")
    assert ours.code == 0, ours.err
    script = [sys.executable, tmp_path / "unpacked" / "predict.py", sample_data / "penguins.csv"]
    theirs = subprocess.run(script, capture_output=True, text=True, check=True)
    assert ours.out == theirs.stdout


@pytest.mark.slow
def test_predict_says_what_is_odd_about_the_rows(
    command: Command, penguins_zip: Path, sample_data: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(sample_data / "penguins.csv").head(4)
    table.loc[0, "island"] = "Atlantis"
    table.to_csv(tmp_path / "new.csv", index=False)
    done = command("predict", penguins_zip, "new.csv")
    assert done.code == 0
    assert "Atlantis" in done.err
    assert len(list(csv.reader(io.StringIO(done.out)))) == 5
    table.drop(columns="island").to_csv(tmp_path / "less.csv", index=False)
    refused = command("predict", penguins_zip, "less.csv")
    assert refused.code == 1
    assert "island" in refused.err
    assert command("predict", penguins_zip, "less.csv", "--missing-columns", "missing").code == 0


def test_predict_refuses_what_is_no_bundle(command: Command, sample_data: Path, penguins_zip: Path) -> None:
    table = sample_data / "penguins.csv"
    for bundle in (table, "nothing.zip"):
        done = command("predict", bundle, table)
        assert done.code == 1
        assert "Traceback" not in done.err
    assert command("predict", penguins_zip, table, "--json").code == 1  # two things for one output


def test_output_into_a_closed_pipe_is_no_traceback(penguins_run: Run) -> None:
    command = f"{sys.executable} -m automl leaderboard {penguins_run.folder.path} | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
