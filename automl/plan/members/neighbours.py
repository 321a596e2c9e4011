"""The mean of the most similar rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, CannotCompileError, member
from ..declined import DeclinedError
from .base import Floats, Member

__all__ = ["NeighbourMember"]

_TIED = 1e-12
"""Relative difference of distances below which it depends on rounding which row is nearer."""
_NEAR = 1e-5
"""Share of a row's length below which a difference of squares has lost its digits (`rounded`)."""


class NeighbourMember(Member):
    """The mean target of the nearest rows, or its weighted mean by the inverse of the distance.

    Which of several rows at the same distance is taken, when not all can be, depends on how scikit-learn's
    search happens to meet them; such rows are declined unless they say the same.
    """

    kind: ClassVar[str] = "neighbours"

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._rows = np.asarray(described["rows"], dtype=np.float64)
        self._targets = np.asarray(described["targets"])
        self._classes = int(described["classes"])
        self._count = int(described["count"])
        self._power = int(described["power"])
        self._weighted = bool(described["weighted"])
        self._rounded = bool(described["rounded"])
        self.width = max(self._classes, 1)

    def margins(self, matrix: Floats, out: Floats, threads: int) -> None:
        for number, row in enumerate(matrix):
            out[number] = self._one(row)

    def _one(self, row: Floats) -> Floats:
        apart = self._rows - row
        distance = np.abs(apart).sum(axis=1) if self._power == 1 else np.sqrt((apart**2).sum(axis=1))
        count = min(self._count, len(distance))
        order = np.argpartition(distance, count - 1)
        nearest, rest = order[:count], order[count:]
        border = float(distance[nearest].max())
        span = _TIED * max(border, 1.0)
        tied = rest[distance[rest] <= border + span]
        if len(tied):
            inside = nearest[distance[nearest] >= border - span]
            if len(np.unique(self._targets[np.concatenate([inside, tied])])) > 1:
                raise DeclinedError("Several rows are equally near, and not all of them count.")
        near = distance[nearest]
        if self._rounded and near.min() <= _NEAR * (1.0 + float(np.sqrt((row**2).sum()))):
            raise DeclinedError("A row is so near that rounding decides how near.")
        weight = np.ones(count)
        if self._weighted:
            equal = near == 0.0
            weight = equal.astype(np.float64) if equal.any() else 1.0 / near
        targets = self._targets[nearest]
        if not self._classes:
            return np.array([(targets * weight).sum() / weight.sum()])
        votes = np.bincount(targets, weight, self._classes)
        return np.asarray(votes / votes.sum())


@member("sklearn.KNeighborsClassifier", "sklearn.KNeighborsRegressor")
def _neighbours(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    powers = {"manhattan": 1, "euclidean": 2}
    if fitted.weights not in ("uniform", "distance") or fitted.effective_metric_ not in powers:
        raise CannotCompileError(f"Neighbours of the metric {fitted.effective_metric_!r}")
    classes = len(getattr(fitted, "classes_", ()))
    power = powers[fitted.effective_metric_]
    targets = np.asarray(fitted._y)
    return {
        "kind": NeighbourMember.kind,
        "from": registers,
        "rows": np.asarray(fitted._fit_X, dtype=np.float64),
        "targets": targets.astype(np.int64) if classes else targets.astype(np.float64).ravel(),
        "classes": classes,
        "count": int(fitted.n_neighbors),
        "power": power,
        "weighted": fitted.weights == "distance",
        # By brute force, Euclidean distances are differences of squares.
        "rounded": power == 2 and fitted._fit_method == "brute" and fitted.weights == "distance",
    }
