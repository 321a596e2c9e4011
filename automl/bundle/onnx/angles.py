"""The angle of a point in double precision, of operators that runtimes have in double precision.

They have no arctangent of doubles: it is worked out as in Moshier's Cephes library (atan.c), by a ratio of
polynomials after the argument was brought below 0.66.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .graph import Graph

__all__ = ["angle"]

_ABOVE = (
    -8.750608600031904122785e-1, -1.615753718733365076637e1, -7.500855792314704667340e1,
    -1.228866684490136173410e2, -6.485021904942025371773e1,
)  # fmt: skip
_BELOW = (
    1.0, 2.485846490142306297962e1, 1.650270098316988542046e2, 4.328810604912902668951e2,
    4.853903996359136964868e2, 1.945506571482613964425e2,
)  # fmt: skip
_STEEP, _FLAT = 2.41421356237309504880, 0.66
#: What a double cannot hold of half a circle's half.
_MORE = 6.123233995736765886130e-17


def angle(graph: Graph, right: str, up: str) -> str:
    """The angle of each point (right, up), as numpy's ``arctan2(up, right)``; NaN where either is."""
    zero = graph.row([0.0])
    of_ratio = _arctangent(graph, graph.add("Div", up, right))
    behind = graph.add("Less", right, zero)
    half = graph.add("Where", graph.add("Less", up, zero), graph.row([-math.pi]), graph.row([math.pi]))
    turned = graph.add("Where", behind, graph.add("Add", of_ratio, half), of_ratio)
    upright = graph.add("Mul", graph.add("Sign", up), graph.row([math.pi / 2]))
    return graph.add("Where", graph.add("Equal", right, zero), upright, turned)


def _arctangent(graph: Graph, x: str) -> str:
    size = graph.add("Abs", x)
    steep = graph.add("Greater", size, graph.row([_STEEP]))
    flat = graph.add("LessOrEqual", size, graph.row([_FLAT]))
    one = graph.row([1.0])
    reciprocal = graph.add("Neg", graph.add("Div", one, size))
    shifted = graph.add("Div", graph.add("Sub", size, one), graph.add("Add", size, one))
    reduced = _of_three(graph, steep, flat, reciprocal, size, shifted)
    start = _of_three(graph, steep, flat, *(graph.row([at]) for at in (math.pi / 2, 0.0, math.pi / 4)))
    more = _of_three(graph, steep, flat, *(graph.row([at]) for at in (_MORE, 0.0, _MORE / 2)))
    square = graph.add("Mul", reduced, reduced)
    ratio = graph.add("Div", _polynomial(graph, square, _ABOVE), _polynomial(graph, square, _BELOW))
    bent = graph.add("Add", graph.add("Mul", reduced, graph.add("Mul", square, ratio)), reduced)
    found = graph.add("Add", start, graph.add("Add", bent, more))
    return graph.add("Where", graph.add("Less", x, graph.row([0.0])), graph.add("Neg", found), found)


def _of_three(graph: Graph, steep: str, flat: str, when_steep: str, when_flat: str, between: str) -> str:
    return graph.add("Where", steep, when_steep, graph.add("Where", flat, when_flat, between))


def _polynomial(graph: Graph, x: str, coefficients: Sequence[float]) -> str:
    """A polynomial by Horner's rule, the highest power first."""
    first, *rest = coefficients
    value = graph.row([first])
    for coefficient in rest:
        value = graph.add("Add", graph.add("Mul", value, x), graph.row([coefficient]))
    return value
