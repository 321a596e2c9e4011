"""Cubic curves per column: the values of the B-splines at a number."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, CannotCompileError, step
from ..program import Floats, Operation

__all__ = ["Spline"]

_DEGREE = 3


class Spline(Operation):
    """The cubic B-splines of each column at its value, flat beyond the outer knots (de Boor's recursion)."""

    kind: ClassVar[str] = "spline"
    names: ClassVar[tuple[str, ...]] = ("knots",)

    def prepare(self) -> None:
        self._knots = self.column("knots")
        self._splines = self._knots.shape[1] - _DEGREE - 1
        self._rows = np.arange(len(self._knots))[:, None]
        self._inner = self._knots[:, _DEGREE + 1 : self._splines]

    @property
    def outputs(self) -> int:
        return len(self.source) * self._splines

    @property
    def shape(self) -> Any:
        return self._knots.shape[1]

    def compute(self, *values: Floats) -> Floats:
        knots, rows = self._knots, self._rows
        x = np.clip(values[0], knots[:, _DEGREE : _DEGREE + 1], knots[:, self._splines : self._splines + 1])
        piece = (self._inner[:, :, None] <= x[:, None, :]).sum(axis=1) + _DEGREE
        basis = [np.ones_like(x)]
        for order in range(1, _DEGREE + 1):
            before, basis = basis, [np.zeros_like(x)]
            for n in range(1, order + 1):
                upper, lower = knots[rows, piece + n], knots[rows, piece + n - order]
                gap = upper - lower
                share = np.divide(before[n - 1], gap, out=np.zeros_like(x), where=gap != 0)
                basis[n - 1] = basis[n - 1] + share * (upper - x)
                basis.append(share * (x - lower))
        made = np.zeros((len(knots), self._splines, x.shape[1]))
        columns = np.arange(x.shape[1])[None, :]
        for n, part in enumerate(basis):
            made[rows, piece - _DEGREE + n, columns] = part
        return made.reshape(-1, x.shape[1])


@step("sklearn.SplineTransformer")
def _splines(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    curves = fitted.bsplines_
    if fitted.degree != _DEGREE or fitted.extrapolation != "constant" or not fitted.include_bias:
        raise CannotCompileError("Splines that are not cubic and flat beyond their knots")
    if any(not np.array_equal(curve.c, np.eye(curve.c.shape[1])) for curve in curves):
        raise CannotCompileError("Splines with coefficients of their own")
    knots = np.stack([curve.t for curve in curves])
    return builder.add("spline", registers, fan=knots.shape[1] - _DEGREE - 1, knots=knots)
