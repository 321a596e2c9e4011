"""Networks of a few layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, CannotCompileError, member
from .base import LINKS, Floats, Member

__all__ = ["NetworkMember"]

_OUT = {"logistic": "sigmoid", "softmax": "softmax", "identity": "identity"}


class NetworkMember(Member):
    """Layers of rectified weighted sums, the last one through a link."""

    kind: ClassVar[str] = "network"

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._layers = list(zip(described["weights"], described["intercepts"], strict=True))
        self._link = described["link"]

    def predict(self, matrix: Floats, threads: int = 1) -> Floats:
        *hidden, (weights, intercept) = self._layers
        for before, shift in hidden:
            matrix = matrix @ before
            matrix += shift
            np.maximum(matrix, 0, out=matrix)
        return LINKS[self._link](matrix @ weights + intercept)


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
