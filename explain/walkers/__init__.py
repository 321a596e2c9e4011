"""Ways to follow a model's output from a background row to a foreground row."""

from __future__ import annotations

from ..game import Game
from .base import Walker, WeightedWalker, agrees
from .evaluated import EvaluatedWalker
from .linear import LinearWalker
from .trees import TreeWalker

__all__ = [
    "EvaluatedWalker",
    "LinearWalker",
    "TreeWalker",
    "Walker",
    "WeightedWalker",
    "agrees",
    "walker_for",
]


def walker_for(game: Game) -> Walker:
    """The fastest walker that gives the model's own outputs."""
    for kind in (TreeWalker, LinearWalker):
        fast: Walker | None = kind.of(game)
        if fast is not None and agrees(fast, game):
            return fast
    return EvaluatedWalker(game)
