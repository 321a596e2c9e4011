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
from .stacked import Stack, StackedWalker
from .trees import TreeWalker
from .vote import vote_weights

__all__ = [
    "CalibratedWalker",
    "ConstantWalker",
    "EvaluatedWalker",
    "LinearWalker",
    "MappedWalker",
    "Stack",
    "StackedWalker",
    "TreeWalker",
    "Walker",
    "WeightedWalker",
    "agrees",
    "calibrated_vote",
    "vote_weights",
    "walker_for",
]


def walker_for(game: Game) -> Walker:
    """The fastest walker that gives the model's own outputs."""
    for kind in (ConstantWalker, TreeWalker, LinearWalker):
        fast: Walker | None = kind.of(game)
        if fast is not None and agrees(fast, game):
            return fast
    combined = _of_parts(game)
    if combined is not None and combined.fast and agrees(combined, game):
        return combined
    return EvaluatedWalker(game)


def _of_parts(game: Game) -> Walker | None:
    """Walkers inside a model that is made of others: around one, a vote, a stack."""
    estimator = game.estimator
    if isinstance(estimator, TransformedTargetRegressor):
        return MappedWalker(walker_for(game.member(estimator.regressor_)), estimator.transformer_)
    weights = vote_weights(estimator, game.scale)
    if weights is not None:
        members = [walker_for(game.member(member)) for member in estimator.estimators_]
        return WeightedWalker(members, weights.tolist())
    stack = Stack.of(game)
    return None if stack is None else StackedWalker(stack, [walker_for(each) for each in stack.members])
