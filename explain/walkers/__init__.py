"""Ways to follow a model's output from a background row to a foreground row."""

from __future__ import annotations

from sklearn.compose import TransformedTargetRegressor

from ..game import Game
from .base import Walker, WeightedWalker, agrees
from .calibrated import CalibratedWalker, calibrated_vote
from .constant import ConstantWalker
from .evaluated import EvaluatedWalker
from .linear import LinearWalker
from .mapped import MappedWalker
from .trees import TreeWalker

__all__ = [
    "CalibratedWalker",
    "ConstantWalker",
    "EvaluatedWalker",
    "LinearWalker",
    "MappedWalker",
    "TreeWalker",
    "Walker",
    "WeightedWalker",
    "agrees",
    "calibrated_vote",
    "walker_for",
]


def walker_for(game: Game) -> Walker:
    """The fastest walker that gives the model's own outputs."""
    if isinstance(game.estimator, TransformedTargetRegressor):
        inner = walker_for(game.member(game.estimator.regressor_))
        mapped = MappedWalker(inner, game.estimator.transformer_)
        return mapped if inner.fast and agrees(mapped, game) else EvaluatedWalker(game)
    for kind in (ConstantWalker, TreeWalker, LinearWalker):
        fast: Walker | None = kind.of(game)
        if fast is not None and agrees(fast, game):
            return fast
    return EvaluatedWalker(game)
