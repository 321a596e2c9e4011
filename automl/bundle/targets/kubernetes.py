"""Kubernetes without more: a Deployment, a Service, and a HorizontalPodAutoscaler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._pods import LABEL, container, header, labels, pod_security, seconds_to_stop, volumes
from ._yaml import to_yaml
from .target import Facts, Step, Target

__all__ = ["TARGET"]

_FILE = "deploy/kubernetes.yaml"
_TEXT = """\
two pods or more of its image behind one address.

Build and push the image with the Dockerfile of this bundle, put its full name where `image:` stands, then
    kubectl apply -f {file}
For a token that clients must show, make a secret and set the variable GLASSBENCH_TOKEN from it. For a log of
the predictions, mount a claim at /logs and take away `--no-log`.
"""


def _files(facts: Facts) -> Mapping[str, str]:
    documents = to_yaml(_deployment(facts), _service(facts), _autoscaler(facts))
    return {_FILE: header(facts, _TEXT.format(file=_FILE)) + documents}


def _deployment(facts: Facts) -> dict[str, Any]:
    scraped = {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(facts.port),
        "prometheus.io/path": "/metrics",
    }
    pod = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": seconds_to_stop(),
        "securityContext": pod_security(),
        "containers": [container(facts, "server", port_name="http")],
        "volumes": volumes(),
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {LABEL: facts.name}},
            }
        ],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": facts.name, "labels": labels(facts)},
        # How many there are is the autoscaler's: with `replicas` each apply would reset it.
        "spec": {
            "selector": {"matchLabels": {LABEL: facts.name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {"metadata": {"labels": labels(facts), "annotations": scraped}, "spec": pod},
        },
    }


def _service(facts: Facts) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": facts.name, "labels": labels(facts)},
        "spec": {
            "selector": {LABEL: facts.name},
            "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
        },
    }


def _autoscaler(facts: Facts) -> dict[str, Any]:
    busy = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
    }
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": facts.name, "labels": labels(facts)},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": facts.name},
            "minReplicas": 2,
            "maxReplicas": 10,
            "metrics": [busy],
        },
    }


TARGET = Target(
    name="kubernetes",
    title="Kubernetes",
    about="A Deployment that grows with the requests and a Service, for the image of the bundle.",
    files=_files,
    steps=(
        Step(
            "With the image where the cluster finds it, and its name in the file:",
            "kubectl apply -f {name}/deploy/kubernetes.yaml",
        ),
    ),
)
