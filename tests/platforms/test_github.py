"""The workflow's commands, run by a shell in the order of its jobs, as a runner does it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ..bundle.conftest import rows_as_csv
from .probing import Unpacked
from .test_kubeflow import command_line

pytestmark = pytest.mark.platform


class Runner:
    """Runs the steps of a workflow's jobs, each job in a checkout of its own.

    What installs packages is left out: they are there, in the versions of the bundle.
    """

    def __init__(self, workflow: Path, checkout: Path, folder: Path, **variables: str) -> None:
        self.workflow = yaml.safe_load(workflow.read_text())
        self.checkout, self.folder = checkout, folder
        self.variables = variables
        self.environment = command_line(folder / "bin", sys.executable)

    def job(self, name: str) -> tuple[int, Path]:
        """Run a job; return the exit code of its last step, and the folder it ran in."""
        place = self.folder / name
        shutil.copytree(self.checkout, place)
        environment = self.environment | self._given()
        for step in self.workflow["jobs"][name]["steps"]:
            if "run" not in step or "pip install" in step["run"]:
                continue
            script = place / "step.sh"
            script.write_text(step["run"])
            done = subprocess.run(
                ["bash", "-e", script],
                cwd=place,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            if done.returncode:
                return done.returncode, place
        return 0, place

    def _given(self) -> dict[str, str]:
        """The workflow's variables; an expression is one of the repository's, or what it falls back to."""
        found = {}
        for name, value in self.workflow["env"].items():
            if value.startswith("${{"):
                expression = value.removeprefix("${{").removesuffix("}}").strip()
                variable, _, otherwise = expression.partition(" || ")
                given = self.variables.get(variable.removeprefix("vars."))
                value = otherwise.strip("'") if given is None else given
            found[name] = value
        return found


def free_port() -> str:
    """A port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@pytest.fixture
def checkout(unpacked: Callable[[str], Unpacked], tmp_path: Path) -> Path:
    """A repository with a challenger, a champion and labelled rows."""
    found = unpacked("binary")
    folder = tmp_path / "checkout" / "models" / "customers-friends"
    folder.mkdir(parents=True)
    for name in ("challenger.zip", "champion.zip"):
        shutil.copy(found.case.path, folder / name)
    (folder / "rows.csv").write_text(rows_as_csv(rows=200, seed=5), encoding="utf-8")
    return tmp_path / "checkout"


@pytest.fixture
def workflow(unpacked: Callable[[str], Unpacked], tmp_path: Path) -> Path:
    """The workflow, with a port that is free here."""
    text = (unpacked("binary").folder / "deploy/github/workflow.yml").read_text()
    path = tmp_path / "workflow.yml"
    path.write_text(text.replace('PORT: "8080"', f'PORT: "{free_port()}"'))
    return path


def test_a_better_bundle_goes_all_the_way(workflow: Path, checkout: Path, tmp_path: Path) -> None:
    (checkout / "models/customers-friends/champion.zip").unlink()
    runner = Runner(workflow, checkout, tmp_path, THRESHOLD="0.6", DESTINATION="folder:published")
    code, tested = runner.job("test")
    assert code == 0
    assert (tested / "answer.json").stat().st_size > 0
    assert (tested / "predictions.csv").read_text() == (tested / "bundle/sample_predictions.csv").read_text()
    code, blessed = runner.job("bless")
    assert code == 0
    assert (blessed / "blessing/BLESSED").is_file()
    code, pushed = runner.job("push")
    assert code == 0
    assert (pushed / "published/manifest.json").is_file()


def test_one_that_is_no_better_stops_there(workflow: Path, checkout: Path, tmp_path: Path) -> None:
    code, place = Runner(workflow, checkout, tmp_path).job("bless")
    assert code == 2
    assert (place / "blessing/NOT_BLESSED").is_file()
    # A job that fails keeps those that need it from running.
    jobs = yaml.safe_load(workflow.read_text())["jobs"]
    assert (jobs["bless"]["needs"], jobs["push"]["needs"]) == ("test", "bless")


def test_a_damaged_bundle_is_not_even_compared(workflow: Path, checkout: Path, tmp_path: Path) -> None:
    bundle = checkout / "models/customers-friends/challenger.zip"
    folder = tmp_path / "damaged"
    shutil.unpack_archive(bundle, folder)
    (folder / "schema.json").write_text((folder / "schema.json").read_text().replace("number", "text", 1))
    bundle.unlink()
    shutil.make_archive(str(bundle.with_suffix("")), "zip", folder)
    code, _ = Runner(workflow, checkout, tmp_path).job("test")
    assert code != 0
    assert os.listdir(tmp_path / "test")
