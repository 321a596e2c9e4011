"""Missing values: what they become, and columns that say where they were."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, CannotCompileError, step
from ..program import Floats, Operation

__all__ = ["Fill", "Missing"]


class Fill(Operation):
    """A missing value becomes a given one."""

    kind: ClassVar[str] = "fill"
    names: ClassVar[tuple[str, ...]] = ("value",)

    def compute(self, *values: Floats) -> Floats:
        return np.where(np.isnan(values[0]), self.column("value"), values[0])


class Missing(Operation):
    """1 where a value is missing, else 0."""

    kind: ClassVar[str] = "missing"

    def compute(self, *values: Floats) -> Floats:
        return np.isnan(values[0]).astype(np.float64)


@step("sklearn.SimpleImputer")
def _imputer(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    missing = fitted.missing_values
    kept = fitted.keep_empty_features or not np.isnan(fitted.statistics_).any()
    if not (isinstance(missing, float) and math.isnan(missing) and kept):
        raise CannotCompileError("An imputer that drops columns, or fills other values than missing ones")
    made = builder.add("fill", registers, value=np.asarray(fitted.statistics_, dtype=np.float64))
    if fitted.indicator_ is not None:
        made += builder.add("missing", [registers[position] for position in fitted.indicator_.features_])
    return made
