"""What every container of Kubernetes that serves a bundle has in common."""

from __future__ import annotations

from typing import Any

from .docker import USER
from .target import Facts

__all__ = ["LABEL", "container", "header", "labels", "pod_security", "volumes"]

LABEL = "app.kubernetes.io/name"
_SECONDS_TO_STOP = 45
"""More than the server waits for what is in flight (30 s) and than the pause before (5 s) together."""


def header(facts: Facts, text: str) -> str:
    """Comment lines on top of a file: what it is, and what to do."""
    lines = [f"{' '.join(facts.title.split())}: {text.splitlines()[0]}", *text.splitlines()[1:]]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def labels(facts: Facts) -> dict[str, str]:
    """Labels that Kubernetes recommends; the first one selects the pods."""
    return {
        LABEL: facts.name,
        "app.kubernetes.io/version": facts.version,
        "app.kubernetes.io/component": "model-server",
        "app.kubernetes.io/managed-by": "glassbench",
    }


def pod_security() -> dict[str, Any]:
    """No root, and only the system calls of the runtime's default list (the "restricted" pod standard)."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container(facts: Facts, name: str, *, port_name: str | None) -> dict[str, Any]:
    """The container of the server.

    Parameters
    ----------
    facts : Facts
    name : str
        KServe asks for a certain one.
    port_name : str or None
        KServe reads a meaning into names of ports.
    """
    port: dict[str, Any] = {"containerPort": facts.port, "protocol": "TCP"}
    return {
        "name": name,
        "image": f"{facts.name}:{facts.version}",
        # The name makes the addresses; a log in a pod is gone with it, so none is kept there.
        "args": ["serve", "--port", str(facts.port), "--name", facts.name, "--no-log"],
        "ports": [port if port_name is None else {"name": port_name, **port}],
        "resources": {
            "requests": {"cpu": "500m", "memory": "512Mi"},
            # No limit of processor time: it would hold back short answers for nothing.
            "limits": {"memory": "1Gi"},
        },
        "startupProbe": _probe(facts, "/health/ready", period=2, failures=60),
        "readinessProbe": _probe(facts, "/health/ready", period=5, failures=2),
        "livenessProbe": _probe(facts, "/health/live", period=10, failures=3),
        # Until every balancer knows that this pod is leaving, requests still come.
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }


def volumes() -> list[dict[str, Any]]:
    """A little room for temporary files, in memory."""
    return [{"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}]


def seconds_to_stop() -> int:
    """How long a pod may take to end."""
    return _SECONDS_TO_STOP


def _probe(facts: Facts, path: str, *, period: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": facts.port},
        "periodSeconds": period,
        "timeoutSeconds": 4,
        "failureThreshold": failures,
    }
