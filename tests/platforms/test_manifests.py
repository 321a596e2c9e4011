"""Manifests of Kubernetes, KServe and Katib, read by their own clients; the workflow, by its schema."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .probing import PROBES, Unpacked

pytestmark = pytest.mark.platform

Environment = Callable[[str], Path]
FILES = [
    ("kserve", "kubernetes.yaml", ["Deployment", "Service", "HorizontalPodAutoscaler"]),
    ("kserve", "kserve.yaml", ["InferenceService"]),
    ("katib", "kubeflow/katib.yaml", ["Experiment"]),
]


def read(python: Path, manifest: Path) -> list[list[object]]:
    """Of each document in a manifest, its kind and what is wrong with it."""
    done = subprocess.run(
        [python, PROBES / "manifests.py", manifest], capture_output=True, text=True, check=True, timeout=120
    )
    return list(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.mark.parametrize(("name", "file", "kinds"), FILES)
def test_clients_know_every_field(
    name: str, file: str, kinds: list[str], environment: Environment, unpacked: Callable[[str], Unpacked]
) -> None:
    found = read(environment(name), unpacked("binary").folder / "deploy" / file)
    assert found == [[kind, []] for kind in kinds]


@pytest.mark.parametrize(
    ("name", "file", "right", "wrong"),
    [
        ("kserve", "kubernetes.yaml", "enableServiceLinks", "enableServiceLink"),
        ("kserve", "kubernetes.yaml", "averageUtilization: 70", "averageUtilization: most"),
        ("kserve", "kserve.yaml", "scaleMetric:", "scaleMetrics:"),
        ("katib", "kubeflow/katib.yaml", "parallelTrialCount: 2", "parallelTrialCount: two"),
    ],
)
def test_a_slip_would_be_noticed(
    name: str,
    file: str,
    right: str,
    wrong: str,
    environment: Environment,
    unpacked: Callable[[str], Unpacked],
    tmp_path: Path,
) -> None:
    text = (unpacked("binary").folder / "deploy" / file).read_text()
    assert right in text
    (tmp_path / "odd.yaml").write_text(text.replace(right, wrong))
    assert any(problems for _, problems in read(environment(name), tmp_path / "odd.yaml"))


def test_the_workflow_follows_its_schema(
    environment: Environment, unpacked: Callable[[str], Unpacked], tmp_path: Path
) -> None:
    python = environment("workflows")
    check = [python, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    workflow = unpacked("binary").folder / "deploy/github/workflow.yml"
    done = subprocess.run([*check, workflow], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    odd = tmp_path / "workflow.yml"
    odd.write_text(workflow.read_text().replace("runs-on:", "runs-at:"))
    done = subprocess.run([*check, odd], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "runs-at" in done.stdout
