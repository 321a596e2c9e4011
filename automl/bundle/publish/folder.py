"""A folder: the bundle, checked and unpacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ._writing import check_new, write_folder
from .destination import Action, Destination, Known, Publication

__all__ = ["DESTINATION"]


def _plan(publication: Publication) -> Sequence[Action]:
    path = Path(publication.place).absolute()
    check_new(path)

    def do(request: Mapping[str, Any]) -> Known:
        write_folder(path, publication.files)
        return {"folder": str(path)}

    return [
        Action("Unpack the bundle.", lambda known: {"to": str(path), "files": len(publication.files)}, do, {})
    ]


DESTINATION = Destination(
    "folder",
    "A folder",
    "The bundle, compared with its manifest and unpacked.",
    "FOLDER",
    None,
    paid=False,
    options=(),
    plan=_plan,
)
