"""Walks of linear models: a running sum."""

from __future__ import annotations

import numpy as np

from ..game import Game
from ..outputs import link_of, linked
from ..space import JointSpace, MatrixSpace
from .base import Floats, Ints, Walker


def contributions(game: Game) -> Floats | None:
    """What each pool row's columns add to a linear model's raw output, shape (rows, M, K); None if not
    linear.

    Multiclass logistic regression gives one raw output per class, binary one for the positive class.
    """
    coefficients = getattr(game.estimator, "coef_", None)
    if not isinstance(coefficients, np.ndarray) or not isinstance(game.space, MatrixSpace):
        return None
    if isinstance(game.space, JointSpace):
        return None  # a column of two players is no sum of their parts
    weights = np.atleast_2d(coefficients)
    space = game.space
    if weights.ndim != 2 or weights.shape[1] != space.width or space.pool.dtype.kind not in "fiu":
        return None
    result = np.zeros((space.rows, space.players, len(weights)))
    for column, player in enumerate(space.owner):
        result[:, player] += space.pool[:, column, None] * weights[:, column]
    return result if np.isfinite(result).all() else None


class LinearWalker(Walker):
    """Follows walks of a linear model, or of a generalised linear one through its link."""

    def __init__(self, game: Game, parts: Floats) -> None:
        self.parts = parts
        self.intercept = np.atleast_1d(np.asarray(game.estimator.intercept_, dtype=np.float64))
        self.players = (np.ptp(parts, axis=0) > 0).any(axis=1) & game.space.varying
        self.outputs = game.outputs
        self.link = link_of(game.estimator, game.scale, game.outputs)

    @classmethod
    def of(cls, game: Game) -> LinearWalker | None:
        """A walker for the game's estimator, or None if it is not linear."""
        parts = contributions(game)
        if parts is None or not hasattr(game.estimator, "intercept_"):
            return None
        if parts.shape[2] != game.outputs:
            return None
        return cls(game, parts)

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        walks, steps = order.shape
        raw = np.empty((walks, steps + 1, self.parts.shape[2]))
        raw[:, 0] = self.intercept + self.parts[z].sum(axis=1)
        raw[:, 1:] = self.parts[x[:, None], order] - self.parts[z[:, None], order]
        np.cumsum(raw, axis=1, out=raw)
        return linked(raw, self.link)

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return linked(self.intercept + self.parts[x].sum(axis=1), self.link)
