"""Exact values of a part of a model, where there are any."""

from __future__ import annotations

from ..game import Game
from ..walkers import Walker, walker_for
from ..walkers.trees import TreeWalker
from .base import Floats, UnsuitableError
from .constant import ConstantEngine
from .linear import LinearEngine
from .trees import exact_trees


def exactly(game: Game, patience: float, walker: Walker | None = None) -> tuple[Floats | None, Walker | None]:
    """Exact values of a member, if they take at most ``patience`` seconds; else a walker for it.

    Parameters
    ----------
    game : Game
    patience : float
    walker : Walker, optional
        Of the member, where it is there already.

    Returns
    -------
    (values, None) or (None, walker)
        Values of shape (n, M, K).
    """
    for engine in (ConstantEngine(), LinearEngine()):
        try:
            return engine.attribute(game).values, None
        except UnsuitableError:
            continue
    walker = walker or walker_for(game)
    if isinstance(walker, TreeWalker) and walker.seen.link == "identity":
        try:
            return exact_trees(game, walker, patience).values, None
        except UnsuitableError:
            pass
    return None, walker
