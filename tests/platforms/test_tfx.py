"""Schema and statistics: parsed by tensorflow-metadata, held against rows by TensorFlow Data Validation."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.bundle.rows import rows_to_csv

from ..bundle.conftest import TARGETS, Trained, rows_as_csv, train
from .conftest import KINDS
from .described import write_described
from .probing import PROBES

pytestmark = pytest.mark.platform

Environment = Callable[[str], Path]


@dataclass(frozen=True)
class Described:
    """A bundle that knows the rows it was learned from, and these rows."""

    trained: Trained
    folder: Path
    target: list[str]

    @property
    def schema(self) -> Path:
        """Of the bundle."""
        return self.folder / "deploy/tfx/schema.pbtxt"

    @property
    def statistics(self) -> Path:
        """Of the bundle."""
        return self.folder / "deploy/tfx/statistics.pbtxt"

    def write(self, path: Path, frame: pd.DataFrame, *, labelled: bool = True) -> Path:
        """Write canonical rows as a table."""
        rows = list(csv.reader(io.StringIO(rows_to_csv(frame, self.trained.schema).decode())))
        if labelled:
            target = [self.trained.task.target, *self.target]
            rows = [[*row, label] for row, label in zip(rows, target, strict=True)]
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)
        return path


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Described]:
    """Return a function: kind of task → a bundle with statistics."""

    def made(kind: str) -> Described:
        folder = tmp_path_factory.mktemp(f"tfx-{kind}")
        table = folder / "customers.csv"
        table.write_text(rows_as_csv(rows=1000), encoding="utf-8")
        trained = train(table, kind, ["linear"])
        path = write_described(trained, folder / "bundle.zip")
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / "bundle")
        target = pd.read_csv(table, sep=";", dtype=str)[TARGETS[kind]].tolist()
        return Described(trained, folder / "bundle", target)

    return made


def run(python: Path, program: str, *arguments: object) -> Any:
    """Run a program and read the document that it prints last."""
    done = subprocess.run(
        [python, PROBES / program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=570,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_tensorflow_metadata_parses_both(
    kind: str, environment: Environment, described: Callable[[str], Described]
) -> None:
    python, found = environment("tfmetadata"), described(kind)
    told = run(python, "tfx_files.py", found.schema, found.statistics)
    features = {each["name"]: each for each in told["schema"]["feature"]}
    assert list(features) == [*found.trained.schema.names, found.trained.task.target]
    assert features[found.trained.task.target]["not_in_environment"] == ["SERVING"]
    (table,) = told["statistics"]["datasets"]
    assert int(table["num_examples"]) == 1000
    by_name = {each["path"]["step"][0]: each for each in table["features"]}
    assert list(by_name) == list(found.trained.schema.names)
    age = found.trained.frame["age"].dropna()
    numbers = by_name["age"]["num_stats"]
    assert numbers["mean"] == pytest.approx(age.mean())
    assert numbers["median"] == pytest.approx(age.median(), rel=0.02)
    assert (numbers["min"], numbers["max"]) == (age.min(), age.max())
    standard = next(each for each in numbers["histograms"] if each.get("type", "STANDARD") == "STANDARD")
    counted = np.histogram(age, bins=10, range=(age.min(), age.max()))[0]
    told_counts = [each.get("sample_count", 0.0) for each in standard["buckets"]]
    assert sum(told_counts) == pytest.approx(len(age))
    np.testing.assert_allclose(told_counts, counted, atol=0.02 * len(age))
    plans = found.trained.frame["plan"].value_counts()
    ranked = by_name["plan"]["string_stats"]["rank_histogram"]["buckets"]
    assert {each["label"]: each["sample_count"] for each in ranked} == plans.to_dict()


def test_data_validation_finds_drift_and_nothing_else(
    environment: Environment, described: Callable[[str], Described], tmp_path: Path
) -> None:
    python, found = environment("tfdv"), described("binary")
    frame = found.trained.frame
    old = found.write(tmp_path / "old.csv", frame)
    moved = frame.assign(age=frame["age"] + 40, plan="pro")
    drifted = found.write(tmp_path / "drifted.csv", moved)
    odd = found.write(tmp_path / "odd.csv", frame.assign(plan=frame["plan"].replace("pro", "gold")))
    given = (found.schema, found.statistics)
    told = run(python, "tfx_rows.py", *given, "TRAINING", old, drifted, odd)
    assert told[str(old)] == {}
    assert told[str(drifted)].keys() == {"age", "plan"}
    assert "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH" in told[str(drifted)]["age"]
    assert "COMPARATOR_L_INFTY_HIGH" in told[str(drifted)]["plan"]
    assert "ENUM_TYPE_UNEXPECTED_STRING_VALUES" in told[str(odd)]["plan"]
    bare = found.write(tmp_path / "bare.csv", frame, labelled=False)
    assert run(python, "tfx_rows.py", *given, "SERVING", bare) == {str(bare): {}}
