"""The Python interface from a table to a model, its explanation and its bundle."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import automl
from automl.errors import RunError, SettingError
from automl.run import Run
from automl.run.rows import canonical_rows

STOCK = (
    "sklearn.",
    "lightgbm.",
    "numpy",
    "scipy.",
    "pandas",
    "builtins",
    "operator",
    "collections",
    "functools",
    "ctypes",  # LightGBM's handle of its own library
)


def modules_of(thing: Any, seen: set[int]) -> set[str]:
    """Modules of the classes of everything that an object holds."""
    if id(thing) in seen or thing is None or isinstance(thing, str | bytes | int | float | complex):
        return set()
    seen.add(id(thing))
    found = {type(thing).__module__ + "."}
    if callable(thing) and hasattr(thing, "__module__") and not isinstance(thing, type):
        found.add((thing.__module__ or "builtins") + ".")
    inner: list[Any] = []
    if isinstance(thing, dict):
        inner = [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set):
        inner = list(thing)
    elif hasattr(thing, "__dict__"):
        inner = list(vars(thing).values())
    for each in inner:
        found |= modules_of(each, seen)
    return found


@pytest.mark.parametrize("which", ["penguins_run", "churn_run"])
def test_the_model_is_made_of_stock_classes_only(which: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(which)
    foreign = {name for name in modules_of(run.model, set()) if not name.startswith(STOCK)}
    assert not foreign


def test_the_model_reads_the_csv_as_pandas_does(churn_run: Run, sample_data: Path) -> None:
    raw = pd.read_csv(sample_data / "telco_churn.csv")
    canonical = churn_run.schema.coerce(raw).frame
    np.testing.assert_array_equal(
        churn_run.model.predict_proba(raw.head(500)), churn_run.model.predict_proba(canonical.head(500))
    )
    assert list(churn_run.model.classes_) == ["No", "Yes"]
    assert set(churn_run.model.predict(raw.head(50))) <= {"No", "Yes"}


def test_any_model_of_the_leaderboard_can_be_had(churn_run: Run) -> None:
    board = churn_run.leaderboard()
    rows = canonical_rows(churn_run.folder, churn_run.schema).head(20)
    for model_id in board[board.status == "ok"].id:
        assert churn_run.model_for(model_id).predict_proba(rows).shape == (20, 2)
    with pytest.raises(RunError, match="no model 't9999'"):
        churn_run.model_for("t9999")


def test_a_folder_inside_a_run_is_no_run(churn_run: Run) -> None:
    with pytest.raises(RunError, match="no run"):
        automl.load_run(churn_run.folder.path / "trials")


@pytest.mark.parametrize("which", ["penguins_run", "churn_run"])
def test_explanations_add_up_in_the_columns_of_the_table(which: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(which)
    explanation = run.explain(rows=[0, 1, 2])
    assert list(explanation.columns) == list(run.schema.names)
    total = explanation.base + explanation.values.sum(axis=1)
    np.testing.assert_allclose(total, explanation.prediction, atol=1e-6)
    np.testing.assert_allclose(
        explanation.prediction,
        run.model.predict_proba(canonical_rows(run.folder, run.schema).head(3)),
        atol=1e-9,
    )


def test_rows_that_are_not_there_cannot_be_explained(penguins_run: Run) -> None:
    with pytest.raises(SettingError, match="no row 344"):
        penguins_run.explain(rows=[344])


def test_a_frame_can_be_searched_and_resumed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=120), "b": rng.choice(["x", "y"], 120)})
    table["target"] = table.a * 2 + (table.b == "x") + rng.normal(size=120) * 0.1
    run = automl.fit(table, target="target", budget=300, max_trials=4, n_jobs=1, home=tmp_path)
    assert run.result is not None
    assert run.result["metric"] == "rmse"
    assert run.result["cv_score"] < 0.5 * run.result["dummy"]
    assert run.model.predict(table).shape == (120,)


@pytest.mark.slow
def test_the_exported_bundle_predicts_like_the_run(
    churn_run: Run, churn_zip: Path, tmp_path: Path, sample_data: Path
) -> None:
    bundle = automl.load_bundle(churn_zip)
    raw = pd.read_csv(sample_data / "telco_churn.csv").head(200)
    np.testing.assert_allclose(
        np.asarray(bundle.predict_proba(raw)), churn_run.model.predict_proba(raw), atol=1e-12
    )
    explanation = bundle.explain(raw.head(2))
    np.testing.assert_allclose(
        explanation.base + explanation.values.sum(axis=1), explanation.prediction, atol=1e-6
    )
    told = churn_run.predict(raw, interval=0.9)
    assert told["set"].map(len).between(1, 2).all()
    inside = [label in those for label, those in zip(raw["Churn"], told["set"], strict=True)]
    assert np.mean(inside) > 0.85
    pd.testing.assert_frame_equal(bundle.predictions(bundle.coerce(raw).frame, interval=0.9), told)
    with zipfile.ZipFile(churn_zip) as archive:
        archive.extractall(tmp_path / "unpacked")
    raw.to_csv(tmp_path / "rows.csv", index=False)
    command = [sys.executable, "predict.py", str(tmp_path / "rows.csv"), "--interval", "0.9"]
    done = subprocess.run(command, cwd=tmp_path / "unpacked", capture_output=True, text=True, check=True)
    printed = pd.read_csv(io.StringIO(done.stdout))
    assert [tuple(json.loads(labels)) for labels in printed["set"]] == told["set"].tolist()
    refused = subprocess.run(
        [*command[:-1], "1.5"], cwd=tmp_path / "unpacked", capture_output=True, text=True
    )
    assert refused.returncode != 0
    assert "between 0 and 1" in refused.stderr


def test_intervals_of_values_hold_nine_in_ten(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(1500, 2)), columns=["a", "b"])
    table["y"] = table.a + rng.normal(size=1500)
    run = automl.fit(table[:900], target="y", budget=600, max_trials=3, n_jobs=1, home=tmp_path)
    told = run.predict(table[900:], interval=0.9)
    assert list(told) == ["prediction", "low", "high"]
    truth = table.y[900:].to_numpy()
    # Four standard errors of a calibration on 900 rows and a share of 600.
    assert abs(np.mean((told.low <= truth) & (truth <= told.high)) - 0.9) < 0.063
    assert run.result is not None
    assert [level["level"] for level in run.result["coverage"]["levels"]] == [0.8, 0.9, 0.95]
