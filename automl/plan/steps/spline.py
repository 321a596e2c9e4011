"""Cubic curves per column: the values of the B-splines at a number."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, CannotCompileError, step
from ..program import Floats, Operation

__all__ = ["Spline"]

_DEGREE = 3


class Spline(Operation):
    """The cubic B-splines of each column at its value, flat beyond the outer knots.

    Between two knots four of them are not zero, each a cubic of how far the value is from the knot below;
    these are worked out once, by de Boor's recursion.
    """

    kind: ClassVar[str] = "spline"
    names: ClassVar[tuple[str, ...]] = ("knots",)

    def prepare(self) -> None:
        knots = self.column("knots")
        self._width = knots.shape[1]
        self._splines: int = self._width - _DEGREE - 1
        self._least, self._most = knots[:, _DEGREE : _DEGREE + 1], knots[:, self._splines : self._splines + 1]
        self._below = knots[:, _DEGREE : self._splines]
        self._cubics = _cubics(knots, self._splines)
        self._rows = np.arange(len(knots))[:, None]

    @property
    def outputs(self) -> int:
        return len(self.source) * self._splines

    @property
    def shape(self) -> Any:
        return self._width

    def compute(self, *values: Floats) -> Floats:
        x = np.minimum(np.maximum(values[0], self._least), self._most)
        piece = (self._below[:, 1:, None] <= x[:, None, :]).sum(axis=1)
        beyond = (x - self._below[self._rows, piece])[..., None]
        third, second, first, zeroth = np.moveaxis(self._cubics[self._rows, piece], 2, 0)
        basis = ((third * beyond + second) * beyond + first) * beyond + zeroth
        made = np.zeros((*x.shape, self._splines))
        rows, columns = self._rows[..., None], np.arange(x.shape[1])[None, :, None]
        made[rows, columns, piece[..., None] + _NOT_ZERO] = basis
        return np.asarray(made.transpose(0, 2, 1).reshape(-1, x.shape[1]))

    def tables(self) -> tuple[Floats, Floats, Floats, Floats]:
        """What it computes by: the outer knots of each column, the first knot of each piece, and cubics.

        Cubics have the shape (columns, pieces, splines, powers), the highest power first.
        """
        columns, pieces = self._cubics.shape[:2]
        table = np.zeros((columns, pieces, self._splines, _DEGREE + 1))
        for piece in range(pieces):
            table[:, piece, piece + _NOT_ZERO] = self._cubics[:, piece].transpose(0, 2, 1)
        return self._least, self._most, self._below, table


_NOT_ZERO = np.arange(_DEGREE + 1)


def _cubics(knots: Floats, splines: int) -> Floats:
    """Coefficients, highest first: (columns, pieces, degree + 1, the four splines that are not zero)."""
    pieces = np.arange(_DEGREE, splines)
    start = knots[:, pieces]

    def times(poly: Floats, shift: Floats, sign: float) -> Floats:
        """A polynomial times (shift + sign * u), lowest first."""
        raised = np.concatenate([np.zeros_like(poly[..., :1]), poly[..., :-1]], axis=-1)
        return np.asarray(poly * shift[..., None] + sign * raised)

    one = np.zeros((*start.shape, _DEGREE + 1))
    one[..., 0] = 1.0
    basis = [one]
    for order in range(1, _DEGREE + 1):
        before, basis = basis, [np.zeros_like(one)]
        for n in range(1, order + 1):
            upper, lower = knots[:, pieces + n], knots[:, pieces + n - order]
            gap = (upper - lower)[..., None]
            share = np.divide(before[n - 1], gap, out=np.zeros_like(one), where=gap != 0)
            basis[n - 1] = basis[n - 1] + times(share, upper - start, -1.0)
            basis.append(times(share, start - lower, 1.0))
    return np.ascontiguousarray(np.stack(basis, axis=-1)[:, :, ::-1, :])


@step("sklearn.SplineTransformer")
def _splines(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    curves = fitted.bsplines_
    if fitted.degree != _DEGREE or fitted.extrapolation != "constant" or not fitted.include_bias:
        raise CannotCompileError("Splines that are not cubic and flat beyond their knots")
    if any(not np.array_equal(curve.c, np.eye(curve.c.shape[1])) for curve in curves):
        raise CannotCompileError("Splines with coefficients of their own")
    knots = np.stack([curve.t for curve in curves])
    return builder.add("spline", registers, fan=knots.shape[1] - _DEGREE - 1, knots=knots)
