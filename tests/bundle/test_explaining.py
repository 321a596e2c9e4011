"""A bundle explains its rows with its requirements alone, and checks its certificate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import explain
from automl.bundle import read_bundle

from .conftest import Trained, train

#: Runs a program of the bundle where some packages cannot be imported, and tells what it did import.
ALONE = """
import json, os, runpy, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

for name in {blocked!r}:
    sys.modules[name] = None
sys.meta_path.insert(0, Absent())
program, *sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_path(program, run_name="__main__")
    code = 0
except SystemExit as end:
    code = end.code
places = {{name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()
          if name.split(".")[0] in ("automl", "explain") and module is not None}}
print(json.dumps([code, places]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def forest(table_path: Path) -> Trained:
    """A model of trees alone, over columns of several kinds."""
    columns = ["age", "price", "flag", "plan", "joined", "active", "zip"]  # more than are enumerated
    return train(table_path, "binary", ["decision_tree"], columns=columns)


@pytest.fixture(scope="module")
def certified(forest: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of that model, with explanation and certificate, unpacked."""
    folder = tmp_path_factory.mktemp("certified")
    found = explain.explain(forest.model, forest.frame.head(12), forest.frame.tail(30), seed=5)
    path = forest.write(folder / "bundle.zip", subject=forest.subject(explanation=found))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "bundle")
    return folder / "bundle"


def alone(folder: Path, program: str, *arguments: str, numba: bool = False) -> tuple[int, str, str]:
    """Run a program without Glassbench, shap and plotly; without numba, unless it is asked for."""
    absent = ["automl", "shap", "plotly", "streamlit", "optuna"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", ALONE.format(absent=absent, blocked=[] if numba else ["numba"]),
         str(folder / program), *arguments],
        cwd=folder.parent, capture_output=True, text=True, check=False,
        env=environment | {"NUMBA_DISABLE_JIT": "1"},  # else it compiles for many seconds
    )  # fmt: skip
    *errors, last = done.stderr.splitlines()
    code, places = json.loads(last)
    assert places or code
    for name, place in places.items():
        assert Path(place).is_relative_to(folder / "runtime"), f"{name} comes from {place}"
    return code, done.stdout, "\n".join(errors)


def test_explanations_are_exact_with_numba_and_agree_without(
    certified: Path, forest: Trained, table_path: Path
) -> None:
    code, out, errors = alone(certified, "explain.py", str(table_path), "--row", "4", "--json", numba=True)
    assert code == 0, errors
    exact = json.loads(out)
    code, out, errors = alone(certified, "explain.py", str(table_path), "--row", "4", "--json")
    assert code == 0, errors
    assert "numba is not installed" in errors
    sampled = json.loads(out)
    assert (exact["exact"], sampled["exact"]) == (True, False)
    expected = read_bundle(certified).explain(forest.frame.iloc[[3]])
    for told in (exact, sampled):
        (row,) = told["rows"]
        assert row["row"] == 3
        assert row["output"] == "yes"
        total = row["base"] + sum(part["contribution"] for part in row["contributions"])
        assert total == pytest.approx(row["prediction"], abs=1e-9)
        assert row["prediction"] == pytest.approx(forest.outputs(forest.frame.iloc[[3]])[0, 1])
        assert "“yes”" in row["sentence"]
        assert {part["column"] for part in row["contributions"]} == set(forest.schema.names)
    found = contributions(exact)
    wanted = dict(zip(expected.columns, expected.values[0, :, 1].tolist(), strict=True))
    assert found == pytest.approx(wanted, abs=1e-9)
    slight = 0.05 * max(map(abs, wanted.values()))  # few pairs of permutations may agree by chance
    for part in sampled["rows"][0]["contributions"]:
        assert abs(part["contribution"] - wanted[part["column"]]) <= 5 * part["stderr"] + slight


def contributions(told: dict[str, Any]) -> dict[str, float]:
    return {part["column"]: part["contribution"] for part in told["rows"][0]["contributions"]}


@pytest.mark.slow
def test_words_for_people_and_mistakes(certified: Path, table_path: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("".join(table_path.read_text().splitlines(keepends=True)[:4]))
    code, out, errors = alone(certified, "explain.py", str(few))
    assert code == 0, errors
    assert [line.split(":")[0] for line in out.splitlines()] == ["row 1", "row 2", "row 3"]
    assert "The model used" in out
    code, out, _ = alone(certified, "explain.py", str(few), "--row", "2", "--output", "no")
    assert code == 0
    assert "“no”" in out
    assert out.splitlines()[2].split()[0] == "base"
    for wrong, says in (
        (["--row", "4"], "There is no row 4. Rows are counted from 1 to 3."),
        (["--output", "maybe"], "maybe"),
        (["--row", "0"], "There is no row 0."),
    ):
        code, out, errors = alone(certified, "explain.py", str(few), *wrong)
        assert (code, out) == (1, "")
        assert says in errors


@pytest.mark.slow
def test_verify_does_the_comparison_again(certified: Path) -> None:
    code, out, errors = alone(certified, "verify.py", "--json")
    assert code == 0, errors
    told = json.loads(out)
    assert told["ok"]
    assert "coalitions" in told["explanations"]
    code, out, errors = alone(certified, "verify.py", numba=True)
    assert code == 0, errors
    assert "ok: explanations hold" in out
    assert "exact" in out


def test_a_forged_certificate_or_background_is_noticed(certified: Path, tmp_path: Path) -> None:
    from automl.bundle.archive import sha256
    from automl.bundle.explaining import replayed
    from automl.bundle.manifest import open_files
    from automl.bundle.scoring import Scorer
    from automl.errors import BundleError

    files, _ = open_files(certified)
    scorer = Scorer.from_files(files)
    assert replayed(files, scorer).holds
    assert (
        replayed({name: data for name, data in files.items() if name != "certificate.json"}, scorer) is None
    )
    lines = files["background.csv"].splitlines(keepends=True)
    other = files | {"background.csv": b"".join(lines[:-1])}
    assert sha256(other["background.csv"]) != sha256(files["background.csv"])
    with pytest.raises(BundleError, match="not those that explanations were certified with"):
        replayed(other, scorer)
    told = json.loads(files["certificate.json"])
    del told["check"]["players"]
    with pytest.raises(BundleError, match="damaged"):
        replayed(files | {"certificate.json": json.dumps(told).encode()}, scorer)


def test_the_certificate_is_of_what_is_in_the_bundle(certified: Path, forest: Trained) -> None:
    bundle = read_bundle(certified)
    told = json.loads((certified / "certificate.json").read_text())
    found = bundle.certificate()
    assert found is not None
    assert found.to_json() == told
    assert "Model report" in bundle.report()
    explanation = bundle.explain(bundle.sample().head(2))
    assert explanation.background_hash == told["background_hash"]
    assert explanation.model_hash == told["model_hash"]
    assert told["check"]["exact"]
    assert told["check"]["holds"]
    assert told["versions"]["numpy"] == np.__version__
    assert (certified / "requirements-explain.txt").read_text().startswith("-r requirements.txt\nnumba==")
    assert pd.read_csv(certified / "sample_predictions.csv").shape[0] == 20


def test_what_travels_of_explain_is_what_is_needed(certified: Path) -> None:
    there = {
        str(path.relative_to(certified / "runtime/explain"))
        for path in (certified / "runtime/explain").rglob("*.py")
    }
    assert {
        "api.py",
        "certificate.py",
        "engines/vote.py",
        "trees/kernels.py",
        "walkers/linear.py",
        "text.py",
    } <= there
    assert not [name for name in there if name.startswith(("plots/", "report/"))]
