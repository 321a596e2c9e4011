"""Bundles and environments for tests that run bundles in platforms' own software."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import automl
from automl.bundle.publish import publish

from ..conftest import require
from ..serving.conftest import Case, case  # noqa: F401  (a fixture)
from .environments import python_of
from .probing import Asked, Unpacked, run_probe

ROOT = Path(automl.__path__[0]).parent
KINDS = ("binary", "multiclass", "regression")


@pytest.fixture(scope="session")
def environment() -> Callable[[str], Path]:
    """Return a function: name → interpreter of that environment; skips, or fails, where it was not made."""

    def found(name: str) -> Path:
        python = python_of(name)
        what = f"The environment {name} (make it with: python tests/platforms/environments.py {name})"
        require(python is not None, what)
        assert python is not None
        return python

    return found


@pytest.fixture(scope="session")
def unpacked(
    case: Callable[[str], Case],  # noqa: F811  (the fixture)
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Unpacked]:
    """Return a function: kind of task → a bundle and its rows on paper, as the programs want them."""
    made: dict[str, Unpacked] = {}

    def found(kind: str) -> Unpacked:
        if kind not in made:
            made[kind] = _unpack(case(kind), tmp_path_factory.mktemp(f"unpacked-{kind}"))
        return made[kind]

    return found


def _unpack(each: Case, folder: Path) -> Unpacked:
    with zipfile.ZipFile(each.path) as archive:
        archive.extractall(folder / "bundle")
    publish(each.path, f"tar:{folder / 'model.tar.gz'}", really=True)
    rows, table = folder / "rows.json", folder / "rows.csv"
    rows.write_text(json.dumps(each.rows), encoding="utf-8")
    cells = pd.read_csv(each.table, sep=";", dtype=str, keep_default_na=False)
    cells[list(each.trained.schema.names)].to_csv(table, index=False)
    return Unpacked(each, folder / "bundle", rows, table)


@pytest.fixture(scope="session")
def asked(environment: Callable[[str], Path], unpacked: Callable[[str], Unpacked]) -> Asked:
    """Return a function: environment, program, kind of task → what the platform predicted, by route."""

    def answers(name: str, program: str, kind: str) -> dict[str, dict[str, list[object]]]:
        found = unpacked(kind)
        told = run_probe(environment(name), program, found.folder, found.rows, found.table)
        return dict(told["routes"])

    return answers


@pytest.fixture
def automl_in(environment: Callable[[str], Path], tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs `python -m automl …` of this checkout in an environment."""

    def run(name: str, *arguments: object, **variables: str) -> str:
        done = subprocess.run(
            [environment(name), "-m", "automl", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
