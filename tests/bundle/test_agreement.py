"""One model, four ways to ask it: they must give the same numbers, on rows as odd as they come."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.bundle import read_bundle
from automl.data import read_table

from ..families import installed_families
from ..tasks import BINARY_FIRST


def rows_as_csv(request: pytest.FixtureRequest, **settings) -> str:
    """Return the shared table's text; helpers of conftest are reached through its module."""
    plugin = next(
        plugin
        for plugin in request.config.pluginmanager.get_plugins()
        if str(getattr(plugin, "__file__", "")).endswith(str(Path("bundle") / "conftest.py"))
    )
    return plugin.rows_as_csv(**settings)


KINDS = ("binary", "multiclass", "regression")
each_kind = pytest.mark.parametrize("exported", BINARY_FIRST, indirect=True)


@pytest.fixture(scope="module")
def export(everything, tmp_path_factory):
    """Return a function: kind of task → a vote over all families, its bundle, and the bundle unpacked."""

    @lru_cache
    def write(kind: str):
        trained = everything(kind)
        assert len(trained.model.steps[-1][1].estimators_) == 2 * len(installed_families())
        folder = tmp_path_factory.mktemp("exported")
        path = trained.write(folder / "all.zip")
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / "unpacked")
        return trained, read_bundle(path), folder / "unpacked"

    return write


@pytest.fixture
def exported(request, export):
    """What `export` returns for the kind of task that the test names; made once for all tests."""
    return export(request.param)


@pytest.mark.parametrize(
    ("exported", "case"),
    [pytest.param(kind, "odd rows", marks=[] if kind == "binary" else pytest.mark.slow) for kind in KINDS]
    + [
        pytest.param("binary", case, marks=pytest.mark.slow)
        for case in ("training rows", "one row", "one odd row")
    ],
    indirect=["exported"],
)
def test_all_ways_agree(request, exported, tmp_path: Path, case: str) -> None:
    """(a) in memory on what pandas reads, (b) in memory on coerced rows, (c) the bundle, (d) its program."""
    trained, bundle, folder = exported
    odd = "odd" in case
    text = rows_as_csv(request, rows=1 if "one" in case else 40, seed=7 if odd else 0, odd=odd)
    path = tmp_path / "new.csv"
    path.write_text(text, encoding="utf-8")

    in_memory = trained.outputs(pd.read_csv(path, sep=";"))
    coerced = trained.outputs(trained.schema.coerce(read_table(path)).frame)
    regression = trained.task.kind == "regression"
    bundled = bundle.predict(path)[:, None] if regression else bundle.predict_proba(path)
    out = tmp_path / "out.csv"
    done = subprocess.run(
        [sys.executable, "-P", str(folder / "predict.py"), str(path), "-o", str(out)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    written = pd.read_csv(out)
    separate = written[["prediction"]] if regression else written.filter(like="probability_")

    assert np.isfinite(in_memory).all()
    for other in (coerced, bundled, separate.to_numpy()):
        assert other.shape == in_memory.shape
        np.testing.assert_allclose(other, in_memory, rtol=1e-9, atol=1e-9)
    if not regression:
        assert list(written.columns) == [
            "prediction",
            *(f"probability_{label}" for label in trained.task.classes),
        ]
        assert [str(label) for label in bundle.predict(path)] == [
            str(label) for label in written["prediction"]
        ]
        assert (np.abs(in_memory.sum(axis=1) - 1) < 1e-9).all()
    if odd:
        assert ("unseen_category" in done.stderr or "did not have" in done.stderr) or "one" in case


@each_kind
def test_written_floats_are_exact(exported, table_path: Path) -> None:
    """The sample's predictions read back as exactly the floats that the model gave."""
    trained, _, folder = exported
    recorded = pd.read_csv(folder / "sample_predictions.csv").select_dtypes("number")
    if trained.task.kind != "regression":
        recorded = recorded.filter(like="probability_")
    np.testing.assert_array_equal(recorded.to_numpy(), trained.outputs(trained.frame.head(20)))


@each_kind
def test_the_loaded_model_is_whole(exported) -> None:
    trained, bundle, _ = exported
    loaded, original = bundle.model.steps[-1][1], trained.model.steps[-1][1]
    assert [name for name, _ in loaded.estimators] == [name for name, _ in original.estimators]
    assert loaded.estimators_ == [model for _, model in loaded.estimators]
    assert list(loaded.named_estimators_) == list(original.named_estimators_)
    assert original.estimators[0][1] is original.estimators_[0], "the exported model must be left as it was"
    boosted = original.named_estimators_["lightgbm-fold0"]
    assert loaded.named_estimators_["lightgbm-fold0"].best_iteration_ == boosted.best_iteration_


@each_kind
def test_explanations_out_of_the_bundle_add_up(exported) -> None:
    _, bundle, _ = exported
    explanation = bundle.explain(bundle.sample().head(3), time_budget=4)
    assert explanation.columns == bundle.schema.names
    total = explanation.base + explanation.values.sum(axis=1)
    np.testing.assert_allclose(total, explanation.prediction, atol=1e-6, rtol=1e-9)
