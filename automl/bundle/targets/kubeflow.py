"""Kubeflow: a pipeline that learns a new model to take the place of this one, and a Katib experiment."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files as resources
from typing import Any

from automl.metrics import get_metric

from ._pods import header
from ._yaml import to_yaml
from .target import Facts, Step, Target

__all__ = ["TARGET"]

_PIPELINE, _KATIB, _IMAGE = (
    "deploy/kubeflow/pipeline.py", "deploy/kubeflow/katib.yaml", "deploy/kubeflow/Dockerfile"
)  # fmt: skip

_HEAD = '''\
"""{title}: validate → search → evaluate → bless → push, as a pipeline of Kubeflow.

    pip install kfp
    python pipeline.py {name}.yaml

The steps run in an image that has Glassbench and kfp: the Dockerfile beside this file makes one; its name
is GLASSBENCH_IMAGE when this file is compiled. Nothing is installed while the pipeline runs.
"""

import os
import sys

from kfp import compiler, dsl
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output

NAME = {name!r}
DESCRIPTION = {description!r}
TARGET = {target!r}
TASK = {task!r}
METRIC = {metric!r}
DEFAULT_IMAGE = {image!r}
'''

_TRAINER = """\
# An image that learns models: for the steps of pipeline.py and the trials of katib.yaml.
#
#   docker build --build-arg GLASSBENCH=glassbench=={version} -t {image} .
#
# GLASSBENCH is what pip installs: a name, or a wheel that lies in the folder, as ./NAME.whl.

FROM python:{python}-slim
ARG GLASSBENCH="glassbench"
# hadolint ignore=DL3008
RUN apt-get update \\
    && apt-get install -y --no-install-recommends libgomp1 \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /tmp/build
COPY . .
# hadolint ignore=DL3013
RUN pip install --no-cache-dir "${{GLASSBENCH}}" kfp \\
    && useradd --no-log-init --uid 10001 --create-home trainer
USER 10001:10001
WORKDIR /home/trainer
ENV HOME=/home/trainer PYTHONUNBUFFERED=1
ENTRYPOINT []
CMD ["automl", "--help"]
"""

#: Katib appends `1>FILE 2>&1 && …` to it: the last command must be the one that prints.
_TRIAL = """\
set -e
work=$(mktemp -d)
set -- --seed ${trialParameters.seed}
if [ "${trialParameters.calibration}" = off ]; then
  set -- "$@" --no-calibration
fi
automl fit "$TABLE" --target "$TARGET" --task "$TASK" --metric "$METRIC" --budget "$BUDGET" \\
  "$@" --home "$work" --out "$work/run" --json --quiet > "$work/result.json"
python -c 'import json, sys; told = json.load(sys.stdin)["result"]; \
print(told["metric"], told["cv_score"], sep="=")' < "$work"/result.json"""

_KATIB_TEXT = """\
searches from different seeds, each a trial of Katib; the best by cross-validation is named.

The table lies at /data/table.csv in the claim {name}-data. Build the image with the Dockerfile beside this
file, then
    kubectl apply -f {file}
Searching within one budget is Glassbench's own work: this is for more machines than one search uses.
"""


def _files(facts: Facts) -> Mapping[str, str]:
    body = resources("automl.bundle.resources").joinpath("kubeflow_pipeline.py.tmpl").read_text("utf-8")
    version = facts.glassbench
    image = f"glassbench-python:{version}"
    head = _HEAD.format(
        title=_one_line(facts.title),
        name=facts.name,
        description=f"Learn {facts.target} anew, and push the model if it is better than the one in use.",
        target=facts.target,
        task=facts.task,
        metric=facts.metric,
        image=image,
    )
    text = header(facts, _KATIB_TEXT.format(name=facts.name, file=_KATIB))
    return {
        _PIPELINE: f"{head}{body}",
        _KATIB: text + to_yaml(_experiment(facts, image)),
        _IMAGE: _TRAINER.format(version=version, image=image, python=facts.python_minor),
    }


def _one_line(text: str) -> str:
    """A text as it may stand in a docstring."""
    return " ".join(text.replace("\\", " ").replace('"', "'").split())


def _experiment(facts: Facts, image: str) -> dict[str, Any]:
    greater = get_metric(facts.metric).greater_is_better
    return {
        "apiVersion": "kubeflow.org/v1beta1",
        "kind": "Experiment",
        "metadata": {"name": facts.name},
        "spec": {
            "objective": {
                "type": "maximize" if greater else "minimize",
                "objectiveMetricName": facts.metric,
            },
            "algorithm": {"algorithmName": "random"},
            "parallelTrialCount": 2,
            "maxTrialCount": 6,
            "maxFailedTrialCount": 2,
            "metricsCollectorSpec": {"collector": {"kind": "StdOut"}},
            "parameters": [
                {
                    "name": "seed",
                    "parameterType": "int",
                    "feasibleSpace": {"min": "0", "max": "99999"},
                },
                {
                    "name": "calibration",
                    "parameterType": "categorical",
                    "feasibleSpace": {"list": ["auto", "off"]},
                },
            ],
            "trialTemplate": {
                "primaryContainerName": "trial",
                "retain": False,
                "trialParameters": [
                    {"name": "seed", "description": "Of splits and candidates", "reference": "seed"},
                    {
                        "name": "calibration",
                        "description": "Whether probabilities may be calibrated",
                        "reference": "calibration",
                    },
                ],
                "trialSpec": _job(facts, image),
            },
        },
    }


def _job(facts: Facts, image: str) -> dict[str, Any]:
    settings = {
        "TABLE": "/data/table.csv",
        "TARGET": facts.target,
        "TASK": facts.task,
        "METRIC": facts.metric,
        "BUDGET": "600",
    }
    container = {
        "name": "trial",
        "image": image,
        "command": ["sh", "-c", _TRIAL],
        "env": [{"name": name, "value": value} for name, value in settings.items()],
        "resources": {
            "requests": {"cpu": "2", "memory": "4Gi"},
            "limits": {"memory": "8Gi"},
        },
        "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}],
    }
    pod = {
        "restartPolicy": "Never",
        "containers": [container],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": f"{facts.name}-data"}}],
    }
    # A sidecar of a service mesh would never end, and so neither would the trial.
    template = {"metadata": {"annotations": {"sidecar.istio.io/inject": "false"}}, "spec": pod}
    return {"apiVersion": "batch/v1", "kind": "Job", "spec": {"backoffLimit": 0, "template": template}}


TARGET = Target(
    name="kubeflow",
    title="Kubeflow",
    about="A pipeline that learns the model anew and replaces this one if the new one is better, and a Katib "
    "experiment.",
    files=_files,
    steps=(
        Step(
            "Compile the pipeline, with the name of an image made by the Dockerfile beside it:",
            "pip install kfp\n"
            "GLASSBENCH_IMAGE=registry.example.com/glassbench-python "
            "python {name}/deploy/kubeflow/pipeline.py {name}.yaml",
        ),
        Step(
            "Start searches on the cluster with Katib:", "kubectl apply -f {name}/deploy/kubeflow/katib.yaml"
        ),
    ),
)
