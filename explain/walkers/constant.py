"""Walks of baselines that ignore their input."""

from __future__ import annotations

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor

from ..game import Game
from .base import Floats, Ints, Walker


class ConstantWalker(Walker):
    """Stands still."""

    def __init__(self, game: Game) -> None:
        self.players = np.zeros(game.players, dtype=np.bool_)
        self.outputs = game.outputs
        self._value = game.usual[0]

    @classmethod
    def of(cls, game: Game) -> ConstantWalker | None:
        """A walker for the game's estimator, or None if it is no baseline that always says the same."""
        estimator = game.estimator
        constant = isinstance(estimator, (DummyClassifier, DummyRegressor))
        random = constant and estimator.strategy in ("stratified", "uniform")
        return cls(game) if constant and not random else None

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return np.broadcast_to(self._value, (len(x), order.shape[1] + 1, self.outputs)).copy()
