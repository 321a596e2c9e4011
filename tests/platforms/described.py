"""A bundle that knows the rows it was learned from, as those of runs do."""

from __future__ import annotations

from pathlib import Path

from automl.monitoring import make_reference

from ..bundle.conftest import Trained

__all__ = ["write_described"]


def write_described(trained: Trained, path: Path) -> Path:
    """Write the bundle of a model with its reference."""
    outputs = trained.outputs(trained.frame)
    reference = make_reference(
        trained.frame,
        trained.schema,
        trained.task,
        outputs[:, 0] if trained.task.classes is None else outputs,
        predicted="the rows learned from",
    )
    return trained.write(path, reference=reference)
