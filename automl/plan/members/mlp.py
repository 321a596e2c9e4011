"""Networks of a few layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, CannotCompileError, member
from .base import Floats, Member

__all__ = ["NetworkMember"]

_OUT = {"logistic": "sigmoid", "softmax": "softmax", "identity": "identity"}


class NetworkMember(Member):
    """Layers of rectified weighted sums, the last one through a link."""

    kind: ClassVar[str] = "network"

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._layers = list(zip(described["weights"], described["intercepts"], strict=True))
        self.link, self.width = described["link"], self._layers[-1][0].shape[1]

    def margins(self, matrix: Floats, out: Floats, threads: int) -> None:
        *hidden, (weights, intercept) = self._layers
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
