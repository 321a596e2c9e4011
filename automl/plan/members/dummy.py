"""The same for every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, CannotCompileError, member
from .base import Floats, Member

__all__ = ["ConstantMember"]


class ConstantMember(Member):
    """Base rates, or one value."""

    kind: ClassVar[str] = "constant"

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._values = np.asarray(described["values"], dtype=np.float64).reshape(1, -1)
        self.width = self._values.shape[1]

    def margins(self, matrix: Floats, out: Floats, threads: int) -> None:
        out[:] = self._values


@member("sklearn.DummyClassifier")
def _rates(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    if fitted.strategy != "prior":
        raise CannotCompileError(f"A baseline of the strategy {fitted.strategy!r}")
    return {"kind": ConstantMember.kind, "from": [], "values": np.asarray(fitted.class_prior_).tolist()}


@member("sklearn.DummyRegressor")
def _value(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    return {"kind": ConstantMember.kind, "from": [], "values": np.asarray(fitted.constant_).ravel().tolist()}
