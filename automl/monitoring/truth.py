"""The target of new rows, where the table has it: read as the run reads it, unknown labels told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Finding, Kind, RawTable, Schema
from automl.data.findings import preview
from automl.errors import GlassbenchError, TargetError
from automl.task import Task

__all__ = ["Truth"]

Floats = NDArray[np.float64]

_KEPT = 10


class Truth:
    """Reads the target, piece by piece.

    Parameters
    ----------
    task : Task
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._schema: Schema | None = None
        self._codes: dict[str, float] = {}
        self._unknown: dict[str, int] = {}
        self._problem: GlassbenchError | None = None

    def of(self, table: RawTable) -> Floats:
        """Codes of classes, or values; NaN where there is none that is known."""
        target, frame = self._task.target, table.frame
        nothing = np.full(len(frame), np.nan)
        if target not in frame.columns or self._problem is not None or frame[target].isna().all():
            return nothing
        alone = replace(table, frame=frame[[target]].reset_index(drop=True))
        try:
            if self._schema is None:
                kind = Kind.NUMBER if self._task.classes is None else Kind.CATEGORY
                self._schema = Schema.infer(alone, kinds={target: kind})
            values = self._schema.coerce(alone).frame[target]
        except GlassbenchError as error:
            self._problem = error
            return nothing
        if self._task.classes is None:
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
        return self._coded(values)

    def findings(self) -> tuple[Finding, ...]:
        """What was odd about the target."""
        target = self._task.target
        if self._problem is not None:
            return (
                Finding(
                    "target_unreadable", "warning", target,
                    f"The target {target!r} could not be read: {self._problem.message}", {},
                    self._problem.fix,
                ),
            )  # fmt: skip
        if not self._unknown:
            return ()
        return (
            Finding(
                "unknown_label", "warning", target,
                f"{sum(self._unknown.values()):,} row(s) have a target that is none of the known classes: "
                f"{preview(self._unknown)}. They do not count in the scores.",
                {"count": sum(self._unknown.values()), "values": list(self._unknown)[:_KEPT]},
                "The model never predicts it: retrain if it is a new class.",
            ),
        )  # fmt: skip

    def _coded(self, values: pd.Series[Any]) -> Floats:
        codes, distinct = pd.factorize(values)
        found = np.array([*(self._code(str(label)) for label in distinct), np.nan])
        for place in np.flatnonzero(np.isnan(found[:-1])).tolist():
            label = str(distinct[place])
            self._unknown[label] = self._unknown.get(label, 0) + int((codes == place).sum())
        return np.asarray(found[codes], dtype=np.float64)

    def _code(self, label: str) -> float:
        if label not in self._codes:
            try:
                self._codes[label] = float(self._task.encode(pd.Series([label]))[0])
            except TargetError:
                self._codes[label] = float("nan")
        return self._codes[label]
