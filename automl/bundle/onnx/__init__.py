"""A bundle's model as one ONNX file: made of its proven plan, in double precision.

Handed out only if it agrees with the bundle.

Converters of single estimators work in single precision and get some rows of boosted trees quite wrong. A
plan is plain numbers already, so its trees, sums and tables become nodes one by one; what has no form in ONNX
is refused by name, and what predicts anything else than the bundle is refused with the figures.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from automl.bundle.reader import Bundle
from automl.extras import require_extra
from automl.plan.document import unpack
from automl.store.files import replacing

from .graph import CannotExportError
from .parity import Parity, compare, rows_to_compare

__all__ = ["CannotExportError", "Exported", "Parity", "export_onnx"]


@dataclass(frozen=True)
class Exported:
    """An ONNX file and how it was checked."""

    path: Path
    bytes: int
    parity: Parity


def export_onnx(
    bundle: Bundle, out: Path, *, rows: pd.DataFrame | None = None, tolerance: float = 1e-9
) -> Exported:
    """Write the model of a bundle as ONNX.

    Parameters
    ----------
    bundle : Bundle
    out : Path
        An existing file is replaced, but only by one that agrees.
    rows : DataFrame, optional
        Canonical rows to compare on beside those of the bundle.
    tolerance : float
        Largest difference of a probability, or of a value relative to it where it is above 1.

    Raises
    ------
    MissingExtraError
    CannotExportError
        Where a part of the model has no form in ONNX, or the file predicts something else.
    """
    require_extra("onnx", "Writing ONNX")
    model = _model(bundle)
    data = model.SerializeToString(deterministic=True)
    parity = compare(bundle, data, rows_to_compare(bundle, rows), tolerance)
    with replacing(out) as stream:
        stream.write(data)
    out.chmod(0o644)
    return Exported(out, len(data), parity)


def _model(bundle: Bundle) -> Any:
    from .answer import answer
    from .columns import encode
    from .graph import Graph
    from .members import vote
    from .operations import run

    files = bundle.scorer.plan_files
    if files is None:
        why = bundle.fast_path.get("reason") or "it was exported without one"
        raise CannotExportError("A model without a proven plan", f"has no form in ONNX ({why})")
    document = unpack(*files)
    graph = Graph()
    registers = encode(graph, document, bundle.schema)
    for described in document["operations"]:
        registers = run(graph, described, registers)
    answer(graph, document, vote(graph, document, registers))
    notes = {
        "target": bundle.task.target,
        "task": bundle.task.kind,
        "classes": json.dumps(bundle.task.classes, ensure_ascii=False),
        "run": str(bundle.manifest["lineage"]["run"]["id"]),
        "model": str(bundle.manifest["lineage"]["model"]["id"]),
        "missing": "NaN for numbers, an empty text for categories",
    }
    return graph.model(str(bundle.manifest["name"]), notes)
