"""What travels in a bundle needs neither Glassbench nor anything beyond the requirements."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ALLOWED = {"numpy", "pandas", "scipy", "sklearn", "joblib", "lightgbm", "skops"} | {
    "glassbench_runtime",
    "explain",
}
#: For formats that predict.py does not promise, imported where such a file is read; for serve.py; and for
#: signatures, where there is one.
LAZY = {"cryptography", "openpyxl", "pyarrow", "uvicorn"}
#: numba: used where it is installed. shap: only where somebody asks an explanation for shap's own object.
OPTIONAL = {"numba", "shap"}
PROBE = """
import json, sys
sys.argv = ["verify.py", "--json"]
sys.path.insert(0, {folder!r})
import runpy
try:
    runpy.run_path({folder!r} + "/verify.py", run_name="__main__")
except SystemExit as end:
    assert end.code == 0, end.code
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def test_its_imports(unpacked: Path) -> None:
    for file in [*(unpacked / "runtime").rglob("*.py"), *unpacked.glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                assert top in ALLOWED | LAZY | OPTIONAL | sys.stdlib_module_names, (
                    f"{file.name} imports {name}"
                )


def test_what_it_imports_when_it_runs(unpacked: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROBE.format(folder=str(unpacked))],
        cwd=unpacked,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcome, modules = map(json.loads, done.stdout.splitlines())
    assert outcome["ok"]
    assert "glassbench_runtime" in modules
    assert not set(modules) & {"automl", "streamlit", "optuna", "shap", "plotly", "openpyxl"}


@pytest.mark.slow
def test_a_new_environment(small, everything, tmp_path: Path) -> None:
    """The zip alone, in an environment of its own requirements alone, gives the same numbers to 1e-9."""
    import zipfile

    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    python = str(environment / "bin" / "python")

    def run(*arguments: str) -> str:
        done = subprocess.run([python, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    trained = everything("multiclass")
    with zipfile.ZipFile(trained.write(tmp_path / "b.zip")) as archive:
        archive.extractall(tmp_path / "b")
    run("-m", "pip", "install", "--quiet", "-r", str(tmp_path / "b" / "requirements.txt"))
    listed = json.loads(run("-m", "pip", "list", "--format", "json"))
    installed = {entry["name"].lower() for entry in listed}
    assert not installed & {"glassbench", "streamlit", "optuna", "shap", "pyarrow", "openpyxl"}
    probe = "import importlib.util as u; print([n for n in ('automl', 'explain') if u.find_spec(n)])"
    assert run("-c", probe).strip() == "[]"
    assert run(str(tmp_path / "b" / "verify.py")).startswith("ok: ")
    run(str(tmp_path / "b" / "predict.py"), str(trained.path), "-o", str(tmp_path / "out.csv"))
    written = pd.read_csv(tmp_path / "out.csv").filter(like="probability_").to_numpy()
    np.testing.assert_allclose(
        written, trained.outputs(pd.read_csv(trained.path, sep=";")), rtol=0, atol=1e-9
    )
