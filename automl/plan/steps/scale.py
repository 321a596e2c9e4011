"""Numbers less their mean, by their deviation."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, step
from ..program import Floats, Operation

__all__ = ["Scale"]


class Scale(Operation):
    """A value less a centre, by a spread."""

    kind: ClassVar[str] = "scale"
    names: ClassVar[tuple[str, ...]] = ("centre", "spread")

    def compute(self, *values: Floats) -> Floats:
        return np.asarray((values[0] - self.column("centre")) / self.column("spread"))


@step("sklearn.StandardScaler")
def _scaler(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    count = len(registers)
    centre = fitted.mean_ if fitted.with_mean else np.zeros(count)
    spread = fitted.scale_ if fitted.with_std else np.ones(count)
    return builder.add("scale", registers, centre=np.asarray(centre), spread=np.asarray(spread))
