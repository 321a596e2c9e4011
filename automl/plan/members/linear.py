"""Weighted sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, member
from .base import Floats, Member

__all__ = ["LinearMember"]


class LinearMember(Member):
    """A weighted sum per output, through a link."""

    kind: ClassVar[str] = "linear"

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._weights = np.ascontiguousarray(np.asarray(described["weights"]).T)
        self._intercept = np.asarray(described["intercept"])
        self.link, self.width = described["link"], self._weights.shape[1]

    def margins(self, matrix: Floats, out: Floats, threads: int) -> None:
        np.matmul(matrix, self._weights, out=out)
        out += self._intercept


@member("sklearn.LogisticRegression")
def _logistic(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    link = "sigmoid" if len(fitted.classes_) == 2 else "softmax"
    return {
        "kind": LinearMember.kind,
        "from": registers,
        "weights": np.asarray(fitted.coef_, dtype=np.float64),
        "intercept": np.asarray(fitted.intercept_, dtype=np.float64),
        "link": link,
    }


@member("sklearn.Ridge", "sklearn.ElasticNet")
def _least_squares(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    return {
        "kind": LinearMember.kind,
        "from": registers,
        "weights": np.asarray(fitted.coef_, dtype=np.float64).reshape(1, -1),
        "intercept": np.asarray(fitted.intercept_, dtype=np.float64).reshape(1),
        "link": "identity",
    }
