"""A ``tar.gz`` of the same tree, as SageMaker wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automl.bundle.archive import sha256
from automl.bundle.tar import write_tar
from automl.store.files import replacing_path

from ._writing import check_new
from .destination import Action, Destination, Known, Publication

__all__ = ["DESTINATION"]


def _plan(publication: Publication) -> Sequence[Action]:
    path = Path(publication.place).absolute()
    check_new(path)

    def do(request: Mapping[str, Any]) -> Known:
        with replacing_path(path) as part:
            write_tar(part, publication.files)
            part.chmod(0o644)
        return {"file": str(path), "sha256": sha256(path.read_bytes())}

    return [
        Action(
            "Write the bundle as tar.gz.",
            lambda known: {"to": str(path), "files": len(publication.files)},
            do,
            {},
        )
    ]


DESTINATION = Destination(
    "tar",
    "A tar.gz file",
    "The bundle's files as model.tar.gz, byte for byte the same each time.",
    "FILE",
    None,
    paid=False,
    options=(),
    plan=_plan,
)
