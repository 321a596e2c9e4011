"""What is written for clusters, images, pipelines and workflows: it parses, and titles do no harm."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from automl.bundle.targets import TARGETS, Facts, slug

MINE = ("docker", "github", "kserve", "kubeflow", "kubernetes", "tfx")
ODD = "Zwölf \"Boxkämpfer\"\n$(rm -rf /) `id` ${x} {y} \\ '#' %s: no"


def column(name: str, kind: str, **changes: Any) -> dict[str, Any]:
    """A column as a schema's document has it."""
    settings: dict[str, Any] = {"name": name, "kind": kind, "nullable": False, "why": "", "categories": None}
    return settings | changes


@pytest.fixture
def facts() -> Facts:
    """Of a made-up bundle."""
    columns = [
        column("age", "number"),
        column("plan", "category", categories=["basic", "pro"]),
        column("grade", "category", categories=["1", "2", "3"]),
        column("half", "category", categories=["0.5", "1"]),
        column("day", "datetime", date_format="%Y%m%d", nullable=True),
        column("note", "text"),
        column("price", "number", number={"decimal": ","}),
        column("id", "identifier", numeric_values=True),
    ]
    return Facts(
        name="telco-churn",
        version="20260102030405",
        title="Telco churn",
        task="binary",
        target="Churn",
        metric="roc_auc",
        scores={},
        schema={"version": 1, "columns": columns},
        classes=("No", "Yes"),
        requirements=("lightgbm==4.7.0", "numpy==2.4.6"),
        python="3.11.9",
        created="2026-01-02T03:04:05+00:00",
        run="telco-1",
        trial="ensemble",
        example={},
        glassbench="0.1.0",
    )


def written(facts: Facts) -> dict[str, str]:
    """The files of these targets."""
    found: dict[str, str] = {}
    for name in MINE:
        for path, content in TARGETS[name].files(facts).items():
            found[path] = content if isinstance(content, str) else content.decode("utf-8")
    return found


def test_the_same_facts_give_the_same_files(facts: Facts) -> None:
    assert written(facts) == written(replace(facts))


@pytest.mark.parametrize("title", ["Telco churn", ODD, "日本語", "x" * 300])
def test_titles_and_targets_do_no_harm(facts: Facts, title: str) -> None:
    odd = replace(facts, title=title, target=title, name=slug(title), classes=(title, "other"))
    files = written(odd)
    for path, text in files.items():
        if path.endswith((".yaml", ".yml")):
            documents = list(yaml.safe_load_all(text))
            assert all(isinstance(document, dict) for document in documents), path
        if path.endswith(".py"):
            ast.parse(text)
    for name in ("Dockerfile", "deploy/kubeflow/Dockerfile"):
        head = files[name].splitlines()[0]
        assert head.startswith("# ")
        allowed = "ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|RUN|STOPSIGNAL|USER|VOLUME|WORKDIR"
        assert all(re.match(rf"(#|\s|$|{allowed})", line) for line in files[name].splitlines())
    trial = next(yaml.safe_load_all(files["deploy/kubeflow/katib.yaml"]))["spec"]["trialTemplate"][
        "trialSpec"
    ]
    (container,) = trial["spec"]["template"]["spec"]["containers"]
    assert {"name": "TARGET", "value": title} in container["env"]
    assert title not in container["command"][-1]
    module: dict[str, Any] = {}
    head = files["deploy/kubeflow/pipeline.py"].split("\nIMAGE = ")[0]
    constants = [line for line in head.splitlines() if re.match(r"[A-Z_]+ = ", line)]
    exec("\n".join(constants), module)
    assert module["TARGET"] == title


def test_pods_are_restricted(facts: Facts) -> None:
    files = written(facts)
    deployment, service, autoscaler = yaml.safe_load_all(files["deploy/kubernetes.yaml"])
    inference = yaml.safe_load(files["deploy/kserve.yaml"])
    for pod in (deployment["spec"]["template"]["spec"], inference["spec"]["predictor"]):
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["args"][container["args"].index("--name") + 1] == facts.name
        # Longer than what is in flight may take (30 s) and the pause before.
        assert pod["terminationGracePeriodSeconds"] > 35
        assert {mount["name"] for mount in container["volumeMounts"]} == {
            volume["name"] for volume in pod["volumes"]
        }
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert service["spec"]["selector"].items() <= labels.items()
    ports = deployment["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert service["spec"]["ports"][0]["targetPort"] in {port["name"] for port in ports}
    assert autoscaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert "replicas" not in deployment["spec"]


def test_the_image_has_what_the_model_needs_and_no_root(facts: Facts) -> None:
    with_lightgbm, without = (
        written(replace(facts, requirements=requirements))["Dockerfile"]
        for requirements in (facts.requirements, ("numpy==2.4.6",))
    )
    assert "libgomp1" in with_lightgbm
    assert "apt-get" not in without
    lines = with_lightgbm.splitlines()
    assert [line.split(":")[1].split()[0] for line in lines if line.startswith("FROM")] == ["3.11-slim"] * 2
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users == ["10001:10001"]
    assert lines.index("USER 10001:10001") > max(i for i, line in enumerate(lines) if line.startswith("RUN"))
    # hadolint: DL3008 pinned or excused, DL3009 lists removed, DL3015 no recommends, DL3025 JSON commands,
    # DL3042 no cache of pip, DL3046 users without a log of logins, DL4006 no pipes.
    run = "\n".join(lines)
    assert "--no-install-recommends" in run
    assert "rm -rf /var/lib/apt/lists/*" in run
    assert "--no-cache-dir" in run
    assert "--no-log-init" in run
    assert not re.search(r"RUN[^\n]*[^|]\|[^|]", run)
    for instruction in ("CMD", "ENTRYPOINT"):
        assert re.search(rf"^{instruction} \[", run, re.MULTILINE)


def test_nothing_that_a_manifest_lists_is_ignored(facts: Facts) -> None:
    ignored = [line for line in written(facts)[".dockerignore"].splitlines() if not line.startswith("#")]
    assert ignored == [".git", "env", "venv", ".venv", "*-log", "**/__pycache__"]


def test_the_workflow_asks_for_little(facts: Facts) -> None:
    workflow = yaml.safe_load(written(facts)["deploy/github/workflow.yml"])
    assert workflow["permissions"] == {"contents": "read"}
    jobs = workflow["jobs"]
    assert (jobs["bless"]["needs"], jobs["push"]["needs"]) == ("test", "bless")
    assert jobs["push"]["environment"] == "production"
    # Expressions inside of scripts would let a branch's name run as code.
    scripts = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("age", "FLOAT"),
        ("plan", "BYTES"),
        ("grade", "INT"),
        ("half", "FLOAT"),
        ("day", "INT"),
        ("note", "BYTES"),
        ("price", "BYTES"),
        ("id", "INT"),
    ],
)
def test_types_are_those_that_the_cells_look_like(facts: Facts, name: str, kind: str) -> None:
    schema = written(facts)["deploy/tfx/schema.pbtxt"]
    assert re.search(rf'name: "{name}"\n  type: {kind}\n', schema)


def test_the_retraining_waits_for_a_person(facts: Facts) -> None:
    workflow = yaml.safe_load(written(facts)["deploy/github/retraining.yml"])
    assert workflow["env"]["MODEL"] == "Telco churn"
    jobs = workflow["jobs"]
    assert jobs["approve"]["environment"] == "production"
    assert "'waits'" in jobs["approve"]["if"]
    scripts = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert not any("${{" in script for script in scripts)
    evil = yaml.safe_load(written(replace(facts, title="${{ secrets.X }}"))["deploy/github/retraining.yml"])
    assert evil["env"]["MODEL"] == facts.name  # GitHub would evaluate the other
