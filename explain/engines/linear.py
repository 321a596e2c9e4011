"""Linear models in closed form."""

from __future__ import annotations

from ..game import Game
from ..walkers.base import agrees
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
        if walker is None or walker.link != "identity":
            raise UnsuitableError("not a linear model on encoded columns")
        if not agrees(walker, game):
            raise UnsuitableError("the output is not the linear combination of the encoded columns")
        usual = walker.parts[game.n :].mean(axis=0)
        return Attribution(walker.parts[: game.n] - usual, None, "exact: linear in closed form")
