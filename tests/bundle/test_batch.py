"""A file of rows: few of them are answered by the plan alone, many by the model, and both say the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.bundle import read_bundle
from automl.bundle.batch import Batch, predict_table
from automl.bundle.manifest import open_files
from automl.bundle.single import FAST_ROWS
from automl.data import read_table
from automl.errors import BundleError, SchemaError
from automl.plan import DeclinedError, Plan

from .conftest import Trained, rows_as_csv

# What a program of the bundle has loaded when it ends.
LOADED = """
import runpy, sys
program, *sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_path(program, run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"lightgbm", "scipy", "skops", "sklearn"}))
"""


def odd_file(path: Path, rows: int) -> Path:
    """New rows with unseen categories, gaps and an empty column."""
    path.write_text(rows_as_csv(rows, seed=3, odd=True), encoding="utf-8")
    return path


def predict_file(bundle: Path, table: Path, **settings: Any) -> Batch:
    """What the programs do."""
    files, _ = open_files(bundle)
    return predict_table(files, read_table(table), **settings)


def test_few_rows_need_neither_the_model_nor_scikit_learn(
    unpacked: Path, small: Trained, tmp_path: Path
) -> None:
    table = odd_file(tmp_path / "new.csv", 40)
    done = subprocess.run(
        [sys.executable, "-P", "-c", LOADED, str(unpacked / "predict.py"), str(table), "-o", "out.csv"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
    assert "did not have" in done.stderr
    found = pd.read_csv(tmp_path / "out.csv")
    expected = small.outputs(small.schema.coerce(read_table(table)).frame)
    np.testing.assert_allclose(found.filter(like="probability_").to_numpy(), expected, rtol=0, atol=1e-12)
    assert (
        found["prediction"].tolist()
        == small.model.predict(small.schema.coerce(read_table(table)).frame).tolist()
    )


def test_many_rows_are_the_models(bundle_path: Path, tmp_path: Path) -> None:
    bundle, table = read_bundle(bundle_path), odd_file(tmp_path / "many.csv", FAST_ROWS + 1)
    many = predict_file(bundle_path, table)
    pd.testing.assert_frame_equal(many.predictions, bundle.predictions(table))
    table = odd_file(tmp_path / "few.csv", FAST_ROWS)
    few = predict_file(bundle_path, table)
    pd.testing.assert_frame_equal(few.predictions, bundle.predictions(table), rtol=0, atol=1e-12)
    assert {finding.code for finding in few.findings} == {finding.code for finding in many.findings} != set()
    none = tmp_path / "none.csv"
    none.write_text(rows_as_csv(1).splitlines()[0] + "\n", encoding="utf-8")
    assert len(predict_file(bundle_path, none).predictions) == 0


def test_what_the_plan_declines_the_model_answers(
    bundle_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = odd_file(tmp_path / "new.csv", 30)

    def declines(*_: object) -> None:
        raise DeclinedError("a tie")

    monkeypatch.setattr(Plan, "predict", declines)
    pd.testing.assert_frame_equal(
        predict_file(bundle_path, table).predictions, read_bundle(bundle_path).predictions(table)
    )


def test_what_cannot_be_done_is_said_as_by_the_model(bundle_path: Path, tmp_path: Path) -> None:
    table = odd_file(tmp_path / "new.csv", 5)
    with pytest.raises(BundleError, match="nothing to make intervals from"):
        predict_file(bundle_path, table, interval=0.9)
    lacking = tmp_path / "lacking.csv"
    pd.read_csv(table, sep=";").drop(columns="plan").to_csv(lacking, index=False)
    with pytest.raises(SchemaError, match="plan"):
        predict_file(bundle_path, lacking)
    allowed = predict_file(bundle_path, lacking, missing_columns="missing").predictions
    expected = read_bundle(bundle_path).predictions(lacking, missing_columns="missing")
    pd.testing.assert_frame_equal(allowed, expected, rtol=0, atol=1e-12)
