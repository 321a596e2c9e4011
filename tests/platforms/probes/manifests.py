"""Manifests read into the models of the Kubernetes, KServe and Katib clients, and written out again.

    python manifests.py FILE.yaml

Its last line of output is a JSON document: of each manifest its kind, and what is wrong with it. A field that
the models do not know, or a value of another type, is wrong.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import yaml

PACKAGES = {
    "apps/v1": ("kubernetes.client.models", "V1"),
    "v1": ("kubernetes.client.models", "V1"),
    "batch/v1": ("kubernetes.client.models", "V1"),
    "autoscaling/v2": ("kubernetes.client.models", "V2"),
    "serving.kserve.io/v1beta1": ("kserve.models", "V1beta1"),
    "kubeflow.org/v1beta1": ("kubeflow.katib.models", "V1beta1"),
}


def model(name: str) -> Any:
    """A model of one of the clients, by its name."""
    import importlib

    for package in ("kserve.models", "kubeflow.katib.models", "kubernetes.client.models"):
        try:
            found = getattr(importlib.import_module(package), name, None)
        except ImportError:
            continue
        if found is not None:
            return found
    raise LookupError(name)


def problems(value: Any, kind: Any, where: str) -> list[str]:
    """What of a value does not fit a model."""
    if hasattr(kind, "openapi_types"):
        return _of_openapi(value, kind, where)
    return _of_pydantic(value, kind, where)


def _of_openapi(value: Any, kind: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: expected an object, found {value!r}"]
    fields = {wire: attribute for attribute, wire in kind.attribute_map.items()}
    found = []
    for name, child in value.items():
        if name not in fields:
            found.append(f"{where}.{name}: {kind.__name__} has no such field")
            continue
        found += _typed(child, kind.openapi_types[fields[name]], f"{where}.{name}")
    return found


def _typed(value: Any, kind: str, where: str) -> list[str]:
    plain = {"str": str, "int": int, "bool": bool, "float": (int, float), "object": object}
    if match := re.fullmatch(r"[Ll]ist\[(.+)\]", kind):
        if not isinstance(value, list):
            return [f"{where}: expected a list"]
        return [each for item in value for each in _typed(item, match[1], where)]
    if match := re.fullmatch(r"[Dd]ict[(\[]str, (.+)[)\]]", kind):
        if not isinstance(value, dict):
            return [f"{where}: expected an object"]
        return [each for name, item in value.items() for each in _typed(item, match[1], f"{where}.{name}")]
    if kind in plain:
        fits = isinstance(value, plain[kind]) and not (kind == "int" and isinstance(value, bool))
        return [] if fits else [f"{where}: expected {kind}, found {value!r}"]
    return problems(value, model(kind.rpartition(".")[2]), where)


def _of_pydantic(value: Any, kind: Any, where: str) -> list[str]:
    """The Kubernetes client leaves out what it does not know; so what comes out must be what went in."""
    try:
        made = kind.from_dict(value)
    except ValueError as error:
        return [f"{where}: {error}"]
    return _lost(value, json.loads(made.to_json()), where)


def _lost(given: Any, back: Any, where: str) -> list[str]:
    if isinstance(given, dict) and isinstance(back, dict):
        return [each for name in given for each in _lost(given[name], back.get(name), f"{where}.{name}")]
    if isinstance(given, list) and isinstance(back, list) and len(given) == len(back):
        return [each for place, item in enumerate(given) for each in _lost(item, back[place], where)]
    return [] if given == back else [f"{where}: {given!r} became {back!r}"]


if __name__ == "__main__":
    told = []
    with open(sys.argv[1], encoding="utf-8") as stream:
        for document in yaml.safe_load_all(stream):
            _, prefix = PACKAGES[document["apiVersion"]]
            kind = model(f"{prefix}{document['kind']}")
            told.append([document["kind"], problems(document, kind, document["kind"])])
    print("\n" + json.dumps(told))  # noqa: T201
