"""Weighted sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from ..compiling import Builder, member
from .base import Block, Floats, Ints, Member, matrix_of

__all__ = ["LinearMember"]


class LinearMember(Member):
    """A weighted sum per output, through a link."""

    kind: ClassVar[str] = "linear"

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.weights = np.ascontiguousarray(np.asarray(described["weights"]).T)
        self.intercept = np.asarray(described["intercept"])
        self.link, self.width = described["link"], self.weights.shape[1]

    def margins(self, matrix: Floats, out: Floats, threads: int) -> None:
        np.matmul(matrix, self.weights, out=out)
        out += self.intercept

    @classmethod
    def together(cls, members: Sequence[Self], sources: Sequence[Ints]) -> list[tuple[list[int], Block]]:
        """All at once, where none is without columns."""
        if not all(len(source) for source in sources):
            return super().together(members, sources)
        return [(list(range(len(members))), _WeightedSums(members, sources))]


class _WeightedSums(Block):
    """The sums of a single row are those of parts of one long product."""

    def __init__(self, members: Sequence[LinearMember], sources: Sequence[Ints]) -> None:
        self._members, self._sources = list(members), list(sources)
        sizes = np.array([len(source) for source in sources])
        self._all, self._starts = np.concatenate(sources), np.cumsum(sizes) - sizes
        self._weights = np.concatenate([member.weights for member in members])
        self._intercept = np.stack([member.intercept for member in members])

    def margins(self, registers: Floats, out: Floats, threads: int) -> None:
        if registers.shape[1] == 1:
            products = registers.take(self._all, axis=0) * self._weights
            np.add(np.add.reduceat(products, self._starts, axis=0), self._intercept, out=out[:, 0])
            return
        for one, source, own in zip(self._members, self._sources, out, strict=True):
            one.margins(matrix_of(registers, source), own, threads)


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
