"""Linear models in closed form."""

from __future__ import annotations

import numpy as np

from ..game import Game
from ..walkers.linear import LinearWalker
from .base import Attribution, Engine, UnsuitableError


class LinearEngine(Engine):
    """What a row's columns add to the output, less what they add on average over the background.

    For models that are linear on the game's scale: linear regressors, and linear classifiers on the margin.
    """

    name = "linear"
    order = 20

    def attribute(self, game: Game) -> Attribution:
        if game.scale == "probability":
            raise UnsuitableError("linear models are not linear in the probability")
        walker = LinearWalker.of(game)
        if walker is None:
            raise UnsuitableError("not a linear model on encoded columns")
        raw = walker.intercept + walker.parts.sum(axis=1)
        size = max(1.0, float(np.abs(raw).max(initial=0.0)))
        if np.abs(raw - game.predictions).max(initial=0.0) > 1e-9 * size:
            raise UnsuitableError("the output is not the linear combination of the encoded columns")
        usual = walker.parts[game.n :].mean(axis=0)
        return Attribution(walker.parts[: game.n] - usual, None, "exact: linear in closed form")
