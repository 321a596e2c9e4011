"""The pipeline that a bundle brings, compiled and run by kfp; a trial of its Katib experiment in a shell."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ..bundle.conftest import rows_as_csv, train
from .conftest import ROOT
from .described import write_described
from .probing import PROBES, Unpacked

STEPS = ["validate", "search", "evaluate", "bless", "push"]


def command_line(folder: Path, python: Path | str) -> dict[str, str]:
    """An environment whose `automl` and `python` are this checkout with an interpreter."""
    folder.mkdir()
    for name, what in (("automl", "-m automl"), ("python", "")):
        (folder / name).write_text(f'#!/bin/sh\nexec {shlex.quote(str(python))} {what} "$@"\n')
        (folder / name).chmod(0o755)
    return os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


@pytest.mark.platform
@pytest.mark.parametrize(
    ("better_by", "pushed"), [(-0.9, True), (0.9, False)], ids=["blessed", "not blessed"]
)
def test_the_pipeline_runs(
    better_by: float,
    pushed: bool,
    environment: Callable[[str], Path],
    unpacked: Callable[[str], Unpacked],
    tmp_path: Path,
) -> None:
    python, found = environment("kubeflow"), unpacked("binary")
    learned = found.case.table.with_name("customers.csv")
    columns = ("age", "price", "flag", "plan", "zip")
    champion = train(learned, "binary", ["linear"], columns=columns)
    table, rows = tmp_path / "table.csv", tmp_path / "rows.csv"
    table.write_text(rows_as_csv(rows=200, seed=3), encoding="utf-8")
    rows.write_text(rows_as_csv(rows=200, seed=4), encoding="utf-8")
    given = {
        "table": str(table),
        "rows": str(rows),
        "champion": str(write_described(champion, tmp_path / "champion.zip")),
        "destination": f"folder:{tmp_path / 'published'}",
        "budget": 10.0,
        "better_by": better_by,
        "arguments": "--n-jobs 1",
    }
    (tmp_path / "arguments.json").write_text(json.dumps(given))
    pipeline = found.folder / "deploy/kubeflow/pipeline.py"
    done = subprocess.run(
        [python, PROBES / "kubeflow_local.py", pipeline, tmp_path, tmp_path / "arguments.json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=570,
        cwd=tmp_path,
        env=command_line(tmp_path / "bin", python),
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    compiled = yaml.safe_load((tmp_path / "pipeline.yaml").read_text())
    assert {f"comp-{name}" for name in STEPS} <= set(compiled["components"])
    images = {
        each["container"]["image"]
        for each in compiled["deploymentSpec"]["executors"].values()
        if "container" in each
    }
    assert len(images) == 1
    assert "pip install" not in json.dumps(compiled)
    assert (tmp_path / "published" / "bundle.json").is_file() is pushed
    (verdict,) = (tmp_path / "root").rglob("BLESSED" if pushed else "NOT_BLESSED")
    assert json.loads(verdict.with_name("blessing.json").read_text())["blessed"] is pushed


@pytest.mark.slow
def test_a_trial_prints_its_metric(unpacked: Callable[[str], Unpacked], tmp_path: Path) -> None:
    experiment = yaml.safe_load((unpacked("binary").folder / "deploy/kubeflow/katib.yaml").read_text())[
        "spec"
    ]
    job = experiment["trialTemplate"]["trialSpec"]["spec"]["template"]["spec"]["containers"][0]
    shell, option, script = job["command"]
    assert (shell, option) == ("sh", "-c")
    for parameter, value in (("seed", "7"), ("calibration", "off")):
        script = script.replace(f"${{trialParameters.{parameter}}}", value)
    assert "trialParameters" not in script
    table = tmp_path / "table.csv"
    table.write_text(rows_as_csv(), encoding="utf-8")
    settings = {each["name"]: each["value"] for each in job["env"]}
    settings |= {"TABLE": str(table), "BUDGET": "10", "TMPDIR": str(tmp_path)}
    # What Katib makes of the command: the output goes to a file, and the end is noted behind it.
    collected, ended = tmp_path / "metrics.log", tmp_path / "ended"
    whole = f"{script} 1>{collected} 2>&1 && echo completed > {ended}"
    done = subprocess.run(
        ["sh", "-c", whole],
        env=command_line(tmp_path / "bin", sys.executable) | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert ended.read_text() == "completed\n"
    name = experiment["objective"]["objectiveMetricName"]
    # The filter that Katib has unless told otherwise.
    (match,) = re.findall(r"([\w|-]+)\s*=\s*([+-]?\d*(?:\.\d+)?(?:[Ee][+-]?\d+)?)", collected.read_text())
    assert match[0] == name == "roc_auc"
    assert 0 <= float(match[1]) <= 1
