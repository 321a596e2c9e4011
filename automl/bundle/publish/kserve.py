"""A folder with the manifests of Kubernetes and KServe, for ``kubectl apply -f``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automl.errors import BundleError

from ._writing import check_new, write_folder
from .destination import Action, Destination, Known, Publication

__all__ = ["DESTINATION"]

_TARGETS = ("kserve", "kubernetes")


def _plan(publication: Publication) -> Sequence[Action]:
    path = Path(publication.place).absolute()
    check_new(path)
    listed = publication.manifest.get("targets") or {}
    names = [name for target in _TARGETS for name in listed.get(target) or ()]
    files = _flat({name: publication.files[name] for name in names if name in publication.files})
    if not files:
        raise BundleError(
            "The bundle holds no manifests for KServe.", fix="Export the model again, with this Glassbench."
        )

    def do(request: Mapping[str, Any]) -> Known:
        write_folder(path, files)
        return {"folder": str(path)}

    return [
        Action(
            "Write the manifests.",
            lambda known: {"to": str(path), "files": sorted(files)},
            do,
            {},
        )
    ]


def _flat(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files by their names below the folder that they have in common."""
    if not files:
        return {}
    above = os.path.commonpath([os.path.dirname(name) for name in files]) if len(files) > 1 else ""
    return {
        name.removeprefix(f"{above}/") if above else Path(name).name: data for name, data in files.items()
    }


DESTINATION = Destination(
    "kserve",
    "KServe",
    "The manifests of the model for a Kubernetes cluster, in a folder of their own.",
    "FOLDER",
    None,
    paid=False,
    options=(),
    plan=_plan,
)
