"""Networks of a few layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from ..compiling import Builder, CannotCompileError, member
from .base import Block, Floats, Ints, Member

__all__ = ["NetworkMember"]

_OUT = {"logistic": "sigmoid", "softmax": "softmax", "identity": "identity"}


class NetworkMember(Member):
    """Layers of rectified weighted sums, the last one through a link."""

    kind: ClassVar[str] = "network"

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.layers = list(zip(described["weights"], described["intercepts"], strict=True))
        self.link, self.width = described["link"], self.layers[-1][0].shape[1]

    def margins(self, matrix: Floats, out: Floats, threads: int) -> None:
        _forward(self.layers, matrix, out)

    @classmethod
    def together(cls, members: Sequence[Self], sources: Sequence[Ints]) -> list[tuple[list[int], Block]]:
        """Networks of the same shape at once."""
        groups: dict[tuple[Any, ...], list[int]] = {}
        for place, one in enumerate(members):
            groups.setdefault(tuple(weights.shape for weights, _ in one.layers), []).append(place)
        return [
            (places, _Networks([members[place] for place in places], [sources[place] for place in places]))
            for places in groups.values()
        ]


class _Networks(Block):
    """Networks of the same shape: each layer of all is one stack of products."""

    def __init__(self, members: Sequence[NetworkMember], sources: Sequence[Ints]) -> None:
        self._sources = np.stack(sources)
        self._layers = [
            (np.stack([weights for weights, _ in layers]), np.stack([shift for _, shift in layers])[:, None])
            for layers in zip(*[each.layers for each in members], strict=True)
        ]

    def margins(self, registers: Floats, out: Floats, threads: int) -> None:
        taken = registers.take(self._sources, axis=0)  # networks, columns, rows
        _forward(self._layers, np.ascontiguousarray(taken.swapaxes(1, 2)), out)


def _forward(layers: Sequence[tuple[Floats, Floats]], matrix: Floats, out: Floats) -> None:
    *hidden, (weights, intercept) = layers
    for before, shift in hidden:
        matrix = matrix @ before
        matrix += shift
        np.maximum(matrix, 0, out=matrix)
    np.matmul(matrix, weights, out=out)
    out += intercept


@member("sklearn.MLPClassifier", "sklearn.MLPRegressor")
def _network(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    if fitted.activation != "relu" or fitted.out_activation_ not in _OUT:
        raise CannotCompileError(f"A network of {fitted.activation} units into {fitted.out_activation_}")
    return {
        "kind": NetworkMember.kind,
        "from": registers,
        "weights": [np.asarray(weights, dtype=np.float64) for weights in fitted.coefs_],
        "intercepts": [np.asarray(shift, dtype=np.float64) for shift in fitted.intercepts_],
        "link": _OUT[fitted.out_activation_],
    }
