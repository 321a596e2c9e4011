"""KServe: an InferenceService whose predictor is the bundle's own image; it speaks V1 and V2 by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._pods import container, header, labels, pod_security, seconds_to_stop, volumes
from ._yaml import to_yaml
from .target import Facts, Step, Target

__all__ = ["TARGET"]

_FILE = "deploy/kserve.yaml"
_TEXT = """\
an InferenceService of KServe.

Build and push the image with the Dockerfile of this bundle, put its full name where `image:` stands, then
    kubectl apply -f {file}
It answers the V1 protocol (/v1/models/{name}:predict, :explain) and Open Inference V2
(/v2/models/{name}/infer).
"""


def _files(facts: Facts) -> Mapping[str, str]:
    return {_FILE: header(facts, _TEXT.format(file=_FILE, name=facts.name)) + to_yaml(_service(facts))}


def _service(facts: Facts) -> dict[str, Any]:
    predictor = {
        "minReplicas": 1,
        "maxReplicas": 10,
        "scaleMetric": "cpu",
        "scaleTarget": 70,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": seconds_to_stop(),
        "securityContext": pod_security(),
        # KServe looks for a container of this name; a port without a name is HTTP to it.
        "containers": [container(facts, "kserve-container", port_name=None)],
        "volumes": volumes(),
    }
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": facts.name,
            "labels": labels(facts),
            # Pods of a plain Deployment: no Knative is needed, and probes and volumes are as written here.
            "annotations": {"serving.kserve.io/deploymentMode": "RawDeployment"},
        },
        "spec": {"predictor": predictor},
    }


TARGET = Target(
    name="kserve",
    title="KServe",
    about="An InferenceService of the image of the bundle, for clients of the V1 and the Open Inference V2 "
    "protocol.",
    files=_files,
    steps=(
        Step(
            "With the image where the cluster finds it, and its name in the file:",
            "kubectl apply -f {name}/deploy/kserve.yaml",
        ),
        Step(
            "Ask it:",
            'curl -d \'{"instances": [ … ]}\' -H "Host: $SERVICE_HOSTNAME" '
            "http://$INGRESS/v1/models/{name}:predict",
        ),
    ),
)
