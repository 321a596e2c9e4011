"""The ONNX file of a bundle predicts what the bundle predicts, or is not written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest

from automl.bundle import Bundle, read_bundle
from automl.bundle.onnx import CannotExportError, export_onnx
from automl.bundle.onnx.angles import angle
from automl.bundle.onnx.columns import feed
from automl.bundle.onnx.graph import Graph
from automl.data import read_table
from automl.errors import MissingExtraError

from ..cli.conftest import automl_command  # noqa: F401  (a fixture)
from ..tasks import BINARY_FIRST
from .conftest import few_trees, rows_as_csv, train

Made = Callable[..., Bundle]
COLUMNS = ("age", "price", "flag", "active", "plan", "zip", "city")
FAMILIES = ("lightgbm", "hist_gradient_boosting", "random_forest", "linear", "mlp")


def _in_one_word(table: str) -> str:
    """Cities of letters only: numbers inside of a category have columns of their own, and no form in ONNX."""
    return re.sub(r"city (\d+)", lambda found: "".join("abcdefghij"[int(digit)] for digit in found[1]), table)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table to learn from."""
    path = tmp_path_factory.mktemp("onnx") / "customers.csv"
    path.write_text(_in_one_word(rows_as_csv()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(learned: Path) -> Made:
    """Return a function: kind of task, families, columns → the bundle of a vote."""

    @lru_cache
    def one(kind: str, families: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> Bundle:
        with few_trees():
            trained = train(learned, kind, families, columns=columns)
        name = f"{kind}-{'-'.join(families)}-{len(columns)}.zip"
        return read_bundle(trained.write(learned.with_name(name)))

    return one


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Rows with unseen categories and gaps."""
    path = tmp_path / "new.csv"
    path.write_text(_in_one_word(rows_as_csv(rows=60, seed=7, odd=True)), encoding="utf-8")
    return path


def asked(path: Path, bundle: Bundle, frame: pd.DataFrame) -> dict[str, Any]:
    """What onnxruntime makes of rows with the written file."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = [each.name for each in session.get_inputs()]
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, feed(frame, bundle.schema, inputs)), strict=True))


@pytest.mark.parametrize("kind", BINARY_FIRST)
def test_it_predicts_the_same(made: Made, new: Path, tmp_path: Path, kind: str) -> None:
    bundle = made(kind, FAMILIES if kind == "binary" else ("lightgbm", "linear"))
    frame = bundle.coerce(read_table(new)).frame
    done = export_onnx(bundle, tmp_path / "model.onnx", rows=frame)
    assert done.parity.largest_difference < 1e-12
    assert done.parity.rows > len(frame)
    assert (done.parity.differing, done.parity.labels) == (0, 0)
    found = asked(done.path, bundle, frame)
    if kind == "regression":
        expected = bundle.scorer.predict(frame)
        np.testing.assert_allclose(found["prediction"][:, 0], expected, rtol=1e-12)
    else:
        np.testing.assert_allclose(found["probabilities"], bundle.scorer.predict_proba(frame), atol=1e-12)
        assert found["label"].tolist() == bundle.scorer.predict(frame).tolist()
    model = onnx.load(done.path)
    notes = {each.key: each.value for each in model.metadata_props}
    assert notes["target"] == bundle.task.target
    assert json.loads(notes["classes"]) == (None if kind == "regression" else list(bundle.task.classes or ()))


@pytest.mark.slow
def test_the_same_bundle_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    bundle = made("binary", ("lightgbm",))
    paths = [tmp_path / "a.onnx", tmp_path / "b.onnx"]
    for path in paths:
        export_onnx(bundle, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize(
    ("families", "columns", "says"),
    [
        (("k_nearest_neighbors",), ("age", "plan"), "neighbours"),
        pytest.param(("linear",), ("age", "note"), r"'note' \(a text\)", marks=pytest.mark.slow),
        pytest.param(("linear",), ("age", "joined"), r"'joined' \(a datetime\)", marks=pytest.mark.slow),
    ],
)
def test_what_has_no_form_is_named(
    made: Made, tmp_path: Path, families: tuple[str, ...], columns: tuple[str, ...], says: str
) -> None:
    out = tmp_path / "model.onnx"
    with pytest.raises(CannotExportError, match=says):
        export_onnx(made("binary", families, columns), out)
    assert not out.exists()


def test_a_file_that_differs_is_refused_with_figures(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bundle whose plan is that of another model: the file is right about the plan, and wrong."""
    bundle, other = made("binary", ("lightgbm",)), made("binary", ("linear",))
    mixed = replace(bundle.scorer, plan_files=other.scorer.plan_files)
    monkeypatch.setattr(bundle, "_scorer", mixed)
    out = tmp_path / "model.onnx"
    out.write_bytes(b"as before")
    with pytest.raises(CannotExportError, match=r"Of \d+ rows the ONNX file predicts \d+ differently, by up"):
        export_onnx(bundle, out)
    assert out.read_bytes() == b"as before"


def test_single_precision_would_be_refused(made: Made, tmp_path: Path) -> None:
    """The gate sees what rounding to single precision does: far more than a part in a thousand million."""
    bundle = made("binary", ("lightgbm",))
    done = export_onnx(bundle, tmp_path / "model.onnx")
    model = onnx.load(done.path)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "leaf_weights":
                rounded = onnx.numpy_helper.to_array(attribute.t).astype(np.float32).astype(np.float64)
                attribute.t.CopyFrom(onnx.numpy_helper.from_array(rounded))
    from automl.bundle.onnx.parity import compare, rows_to_compare

    with pytest.raises(CannotExportError, match="differently"):
        compare(bundle, model.SerializeToString(), rows_to_compare(bundle, None), 1e-9)


def test_without_its_packages_it_says_what_to_install(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automl.extras.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="onnx"):
        export_onnx(made("binary", ("lightgbm",)), tmp_path / "model.onnx")


@pytest.mark.slow
def test_from_the_terminal(
    automl_command: Callable[..., Any],  # noqa: F811  (the fixture)
    made: Made,
    new: Path,
    tmp_path: Path,
) -> None:
    done = automl_command("onnx", made("binary", ("lightgbm",)).path, "out.onnx", "--rows", new, "--json")
    assert done.code == 0, done.err
    assert done.document["parity"]["differing"] == 0
    assert (tmp_path / "out.onnx").stat().st_size == done.document["bytes"]
    refused = automl_command(
        "onnx", made("binary", ("k_nearest_neighbors",), ("age", "plan")).path, "no.onnx"
    )
    assert refused.code == 1
    assert "neighbours" in refused.err
    assert not (tmp_path / "no.onnx").exists()


def test_angles_are_those_of_numpy() -> None:
    rng = np.random.default_rng(0)
    size = np.exp(rng.normal(0, 8, (2, 5000)))
    points = np.concatenate([size * rng.choice([-1.0, 1.0], size.shape), rng.normal(0, 1, (2, 5000))], axis=1)
    edges = [(0.0, 0.0), (0.0, 2.0), (0.0, -2.0), (3.0, 0.0), (-3.0, 0.0), (np.nan, 1.0), (1.0, np.nan)]
    points = np.concatenate([points, np.array(edges).T], axis=1)
    graph = Graph()
    for name in ("right", "up"):
        graph.take(name, onnx.TensorProto.DOUBLE, ("rows", 1))
    graph.give(angle(graph, "right", "up"), "angle", onnx.TensorProto.DOUBLE, ("rows", 1))
    session = onnxruntime.InferenceSession(graph.model("angle", {}).SerializeToString())
    right, up = points[:, :, None]
    found = session.run(None, {"right": right, "up": up})[0]
    np.testing.assert_allclose(found, np.arctan2(up, right), rtol=1e-15, atol=0)
