"""The plan in a bundle: proven on export and by verify.py, used for few rows, off where it is not equal."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from automl.bundle import read_bundle
from automl.bundle.single import FAST_ROWS
from automl.errors import SchemaError


def rows_of(trained: Any, count: int) -> list[dict[str, Any]]:
    table = pd.read_csv(trained.path, sep=";").head(count)[list(trained.schema.names)]
    return [
        {name: None if cell != cell else cell for name, cell in row.items()}
        for row in table.to_dict("records")
    ]


def test_it_is_proven_on_export(bundle_path: Path, small) -> None:
    bundle = read_bundle(bundle_path)
    proof = bundle.fast_path
    assert proof["used"] is True
    assert proof["reason"] == ""
    assert proof["rows"] > 20 + 2 * len(small.schema), "the sample, and rows made odd of it"
    assert 0 <= proof["largest_difference"] <= 1e-12
    assert {"model/plan.json", "model/plan.npz"} <= set(bundle.manifest["files"])


def test_few_rows_take_it_and_many_do_not(bundle_path: Path, small) -> None:
    bundle = read_bundle(bundle_path)
    rows = rows_of(small, 60)
    expected = bundle.predictions(pd.read_csv(small.path, sep=";").head(60))
    few = bundle.predict_rows(rows)
    assert few.fast == len(rows)
    many = bundle.predict_rows(rows * (FAST_ROWS // len(rows) + 1))
    assert many.fast == 0
    for found in (few.rows, many.rows[-len(rows) :]):
        assert [one.prediction for one in found] == expected["prediction"].tolist()
        numbers = [list(one.probabilities.values()) for one in found]
        np.testing.assert_allclose(numbers, expected.iloc[:, 1:], rtol=1e-12, atol=1e-12)
        assert list(found[0].probabilities) == ["no", "yes"]
    none = bundle.predict_rows([])
    assert (none.rows, none.fast) == ([], 0)


def test_what_is_odd_is_told_as_the_gate_tells_it(bundle_path: Path, small) -> None:
    bundle = read_bundle(bundle_path)
    row = rows_of(small, 1)[0]
    odd = row | {"plan": "platinum", "age": "very old"}
    found = bundle.predict_rows([row, odd])
    assert found.fast == 2
    told = bundle.coerce(pd.DataFrame([row, odd])).findings
    assert found.findings == tuple(finding for finding in told if finding.severity != "info")
    assert {finding.code for finding in found.findings} == {"unseen_category", "unparseable_value"}
    assert bundle.predict_rows([row]).findings == ()

    declined = bundle.predict_rows([row, row | {"note": ["a", "list"]}])
    assert declined.fast == 1
    frame = pd.DataFrame([row, row | {"note": ["a", "list"]}])
    assert declined.rows[1].probabilities["yes"] == pytest.approx(
        bundle.predict_proba(frame)[1, 1], abs=1e-12
    )

    lacking = {name: cell for name, cell in row.items() if name != "age"}
    with pytest.raises(SchemaError, match="age") as raised:
        bundle.predict_rows([lacking])
    with pytest.raises(SchemaError) as expected:
        bundle.coerce(pd.DataFrame([lacking]))
    assert str(raised.value) == str(expected.value)
    filled = bundle.predict_rows([lacking], missing_columns="missing")
    assert filled.fast == 1
    assert [finding.code for finding in filled.findings] == ["missing_column"]
    same = bundle.predict_rows([row | {"age": None}])
    assert filled.rows == same.rows


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_a_vote_of_all_families(everything, kind: str, tmp_path: Path) -> None:
    trained = everything(kind)
    bundle = read_bundle(trained.write(tmp_path / "all.zip"))
    assert bundle.fast_path["used"] is True, bundle.fast_path
    found = bundle.predict_rows(rows_of(trained, 30))
    assert found.fast >= 27, "few rows lie exactly as near to others"
    expected = trained.outputs(pd.read_csv(trained.path, sep=";").head(30))
    numbers = [
        [one.prediction] if one.probabilities is None else list(one.probabilities.values())
        for one in found.rows
    ]
    np.testing.assert_allclose(numbers, expected, rtol=1e-12, atol=1e-12)


def test_it_is_switched_off_where_it_is_not_equal(small, tmp_path: Path) -> None:
    """A pipeline that is not what its parts say: the plan is made of the parts, and the proof finds it."""

    class Shifted(Pipeline):
        def predict_proba(self, X, **parameters):
            return np.clip(super().predict_proba(X, **parameters) + np.array([-1e-10, 1e-10]), 0, 1)

    Shifted.__module__, Shifted.__qualname__, Shifted.__name__ = Pipeline.__module__, "Pipeline", "Pipeline"
    bundle = read_bundle(small.write(tmp_path / "b.zip", model=Shifted(small.model.steps)))
    proof = bundle.fast_path
    assert proof["used"] is False
    assert proof["reason"].startswith("A row is predicted as ")
    assert proof["largest_difference"] == pytest.approx(1e-10, rel=0.01)
    assert "model/plan.json" not in bundle.manifest["files"]
    assert bundle.predict_rows(rows_of(small, 2)).fast == 0


def test_what_cannot_be_compiled_is_named(small, tmp_path: Path) -> None:
    from sklearn.preprocessing import StandardScaler

    (_, prepare), (_, vote) = small.model.steps
    width = prepare.transform(small.frame.head(2)).shape[1]
    passing = StandardScaler(with_mean=False, with_std=False).fit(np.zeros((2, width)))
    model = Pipeline([("prep", prepare), ("between", passing), ("model", vote)])
    bundle = read_bundle(small.write(tmp_path / "b.zip", model=model))
    assert bundle.fast_path["used"] is False
    assert "cannot be compiled" in bundle.fast_path["reason"]
    assert bundle.fast_path["rows"] == 0
    assert len(bundle.predict_rows(rows_of(small, 2)).rows) == 2


def test_bundles_without_a_plan_are_read(unpacked: Path, small) -> None:
    for name in ("plan.json", "plan.npz"):
        (unpacked / "model" / name).unlink()
    manifest = json.loads((unpacked / "bundle.json").read_text())
    manifest["fast_path"] = {"used": False}
    for name in ("plan.json", "plan.npz"):
        del manifest["files"][f"model/{name}"]
    (unpacked / "bundle.json").write_text(json.dumps(manifest))
    bundle = read_bundle(unpacked)
    assert bundle.fast_path == {"used": False}
    found = bundle.predict_rows(rows_of(small, 2))
    assert (len(found.rows), found.fast) == (2, 0)
    done = verify(unpacked)
    assert done.returncode == 0
    assert json.loads(done.stdout)["fast_path"] is None


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", str(folder / "verify.py"), "--json", "--without-numba"],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip


@pytest.mark.slow
def test_verify_proves_it_again(unpacked: Path) -> None:
    done = verify(unpacked)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["fast_path"]["used"] is True
    path = unpacked / "model" / "plan.json"
    document = json.loads(path.read_text())
    document["weights"][0] *= 1.000001
    path.write_text(json.dumps(document))
    manifest = json.loads((unpacked / "bundle.json").read_text())
    changed = path.read_bytes()
    manifest["files"]["model/plan.json"] = {
        "sha256": hashlib.sha256(changed).hexdigest(),
        "bytes": len(changed),
    }
    (unpacked / "bundle.json").write_text(json.dumps(manifest))
    done = verify(unpacked)
    assert done.returncode == 1
    assert "The fast path does not give what the pipeline gives" in json.loads(done.stdout)["error"]


def test_the_plan_runs_out_of_the_zip_with_numpy_alone(bundle_path: Path, small, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle_path) as archive:
        archive.extractall(tmp_path / "b")
    row = rows_of(small, 1)[0]
    code = f"""
import json, sys
sys.path.insert(0, "runtime")
from glassbench_runtime.plan import Plan
files = [open(f"model/plan.{{end}}", "rb").read() for end in ("json", "npz")]
print(json.dumps(Plan.from_files(*files).predict_row(json.loads({json.dumps(row)!r})).tolist()))
print(json.dumps(sorted({{"pandas", "sklearn", "scipy", "lightgbm", "skops"}} & set(sys.modules))))
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path / "b"
    )
    assert done.returncode == 0, done.stderr
    predicted, modules = map(json.loads, done.stdout.splitlines())
    assert modules == []
    assert list(read_bundle(bundle_path).predict_rows([row]).rows[0].probabilities.values()) == predicted
