"""Writing: the same bundle each time, whole or not at all, never one that fails its own check."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

import automl
from automl.bundle import read_bundle
from automl.bundle.rows import rows_to_csv
from automl.bundle.scoring import read_own_csv
from automl.bundle.selfcheck import self_check
from automl.bundle.targets import LOADER
from automl.data import Column, Kind, NumberFormat, Schema
from automl.errors import BundleError, SchemaError

FILES = {
    "FORMAT.md",
    "LICENSE",
    "MODEL_CARD.md",
    "README.md",
    "background.csv",
    "bundle.json",
    "explain.py",
    "licenses.md",
    "metrics.json",
    "model/model.skops",
    "model/plan.json",
    "model/plan.npz",
    "model_card.html",
    "predict.py",
    "report.html",
    "requirements-explain.txt",
    "requirements-serve.txt",
    "requirements.txt",
    "sample_input.csv",
    "sample_predictions.csv",
    "sbom.cdx.json",
    "schema.json",
    "serve.py",
    "task.json",
    "verify.py",
}


def test_what_is_in_it(bundle_path: Path, small) -> None:
    with zipfile.ZipFile(bundle_path) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("bundle.json"))
        requirements = archive.read("requirements.txt").decode().splitlines()
    of_platforms = {name for listed in manifest["targets"].values() for name in listed} | {LOADER}
    assert {name for name in names - of_platforms if not name.startswith("runtime/")} == FILES
    assert not of_platforms & FILES
    assert set(manifest["files"]) == names - {"bundle.json"}
    assert manifest["lineage"]["data"]["source"] == "customers.csv"
    wanted = ["joblib", "lightgbm", "numpy", "pandas", "scikit-learn", "scipy", "skops"]
    assert [line.partition("==")[0] for line in requirements] == wanted
    assert all(line.count("==") == 1 for line in requirements)
    assert "lightgbm.basic.Booster" in manifest["types"]


def test_a_model_that_disagrees_with_itself_is_not_exported(small, tmp_path: Path) -> None:
    """A model whose file gives other predictions than the model in memory: the check finds it."""

    class Drifting(Pipeline):
        def predict_proba(self, X, **parameters):
            return np.clip(super().predict_proba(X, **parameters) + np.array([1e-6, -1e-6]), 0, 1)

    Drifting.__module__, Drifting.__qualname__, Drifting.__name__ = (
        Pipeline.__module__,
        "Pipeline",
        "Pipeline",
    )
    path = tmp_path / "out.zip"
    path.write_bytes(b"what was here before")
    with pytest.raises(BundleError, match=r"failed its self-check.*recorded predictions"):
        small.write(path, model=Drifting(small.model.steps))
    assert path.read_bytes() == b"what was here before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_model_with_code_of_its_own_is_not_exported(small, tmp_path: Path) -> None:
    steps = [("mine", FunctionTransformer(rows_to_csv)), *small.model.steps]
    with pytest.raises(BundleError, match=r"a step that calls automl\.bundle\.rows\.rows_to_csv"):
        small.write(tmp_path / "out.zip", model=Pipeline(steps))
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written(small, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="There is no folder"):
        small.write(tmp_path / "none" / "out.zip")
    with pytest.raises(BundleError, match="is a folder"):
        small.write(tmp_path)


def test_the_self_check_notices(unpacked: Path, tmp_path: Path) -> None:
    (unpacked / "verify.py").write_text("raise SystemExit('broken')")
    path = tmp_path / "broken.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in unpacked.rglob("*"):
            if file.is_file():
                archive.write(file, file.relative_to(unpacked))
    with pytest.raises(BundleError, match="broke off"):
        self_check(path)


def test_reading_zip_or_folder(bundle_path: Path, unpacked: Path, small) -> None:
    (unpacked / "notes.txt").write_text("what lies beside a bundle is no matter")
    for place in (bundle_path, unpacked, str(bundle_path)):
        bundle = read_bundle(place)
        assert bundle.schema == small.schema
        assert bundle.task == small.task
        assert bundle.notes == []
        assert bundle.metrics["result"]["chosen"] == "ensemble"
        assert bundle.explanation() is None
        pd.testing.assert_frame_equal(bundle.sample(), small.frame.head(20))
        pd.testing.assert_frame_equal(bundle.background(), small.frame.tail(30).reset_index(drop=True))
    assert type(automl.load_bundle(bundle_path)) is automl.Bundle


def test_tables_that_do_not_fit(bundle_path: Path, small) -> None:
    bundle = read_bundle(bundle_path)
    rows = small.frame.head(3).drop(columns=["age"])
    with pytest.raises(SchemaError, match="age"):
        bundle.predict(rows)
    proba = bundle.predict_proba(rows, missing_columns="missing")
    np.testing.assert_array_equal(proba, small.outputs(small.frame.head(3).assign(age=np.nan)))
    assert bundle.predict_proba(small.frame.head(0)).shape == (0, 2)
    assert list(bundle.predictions(small.frame.head(0)).columns) == [
        "prediction",
        "probability_no",
        "probability_yes",
    ]


def test_the_programs(unpacked: Path, table_path: Path, tmp_path: Path, small) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    predict, verify = str(unpacked / "predict.py"), str(unpacked / "verify.py")
    done = run(predict, str(table_path), "--keep", "id", "--keep", "age")
    assert done.returncode == 0, done.stderr
    header, first, *rest = done.stdout.splitlines()
    assert header == "id,age,prediction,probability_no,probability_yes"
    assert first.startswith("K-0-00000,")
    assert len(rest) == 159
    done = run(predict, str(table_path), "--keep", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no column 'nobody' to keep" in done.stderr
    done = run(predict, str(tmp_path / "none.csv"))
    assert done.returncode == 1
    assert done.stderr.startswith("error: There is no file")
    done = run(verify)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok: ")
    with (unpacked / "sample_predictions.csv").open("a") as stream:
        stream.write("\n")
    done = run(verify, "--json")
    assert done.returncode == 1
    assert "sample_predictions.csv" in json.loads(done.stdout)["error"]
    assert not list(unpacked.rglob("__pycache__")), "running the programs leaves the bundle as it was"


def test_other_versions_are_told(unpacked: Path) -> None:
    manifest = json.loads((unpacked / "bundle.json").read_text())
    manifest["packages"] |= {"pandas": "0.1", "nowhere": "1.0"}
    (unpacked / "bundle.json").write_text(json.dumps(manifest))
    notes = read_bundle(unpacked).notes
    assert len(notes) == 2
    assert "nowhere is not installed" in notes[0]
    assert "made with 0.1" in notes[1]


COLUMNS = (
    Column("n", Kind.NUMBER, True, "", number=NumberFormat()),
    Column("eu", Kind.NUMBER, True, "", number=NumberFormat(",", ".", ("€",), True)),
    Column("c", Kind.CATEGORY, True, "", categories=("NA", "a,b", 'q"q', "two\nlines"), value_tokens=("NA",)),
    Column("d", Kind.DATETIME, True, "", date_format="%d.%m.%Y"),
    Column("t", Kind.DATETIME, True, "", date_format="ISO8601"),
)


def test_canonical_rows_survive_a_csv_file() -> None:
    schema = Schema(COLUMNS)
    frame = pd.DataFrame(
        {
            "n": [0.1 + 0.2, 1e-12, 1.7976931348623157e308, np.nan, -5e-324],
            "eu": [1234.567, 1e-7, np.nan, 123456789012345.0, -0.25],
            "c": pd.Series(["NA", "a,b", 'q"q', None, "two\nlines"], dtype="str"),
            "d": pd.to_datetime(["2020-02-29", None, "1999-12-31", "2024-01-01", "1970-01-01"]).astype(
                "datetime64[us]"
            ),
            "t": pd.to_datetime(
                ["2020-02-29T23:59:59.123456", None, "1999-12-31", "2024-01-01T08:00:00", "1970-01-01"],
                format="ISO8601",
            ).astype("datetime64[us]"),
        }
    )
    frame = schema.coerce(frame).frame
    back = schema.coerce(read_own_csv(rows_to_csv(frame, schema))).frame
    pd.testing.assert_frame_equal(back, frame, check_exact=True)


def test_one_column_with_gaps_survives_a_csv_file() -> None:
    schema = Schema(COLUMNS[:1])
    frame = pd.DataFrame({"n": [1.5, np.nan, 2.5]})
    back = schema.coerce(read_own_csv(rows_to_csv(frame, schema))).frame
    pd.testing.assert_frame_equal(back, frame)
