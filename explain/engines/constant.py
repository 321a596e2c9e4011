"""Baselines that ignore their input."""

from __future__ import annotations

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor

from ..game import Game
from .base import Attribution, Engine, UnsuitableError


class ConstantEngine(Engine):
    """Nothing moves the output of a dummy model: all attributions are zero."""

    name = "constant"
    order = 10

    def attribute(self, game: Game) -> Attribution:
        estimator = game.estimator
        if not isinstance(estimator, (DummyClassifier, DummyRegressor)):
            raise UnsuitableError("not a dummy model")
        if estimator.strategy in ("stratified", "uniform"):
            raise UnsuitableError("random answers")
        shape = (game.n, game.players, game.outputs)
        return Attribution(np.zeros(shape), None, "exact: a constant")
