"""Stacks whose last model is linear."""

from __future__ import annotations

import numpy as np

from ..game import Game
from ..walkers import agrees, walker_for
from ..walkers.stacked import Stack, StackedWalker
from .base import Attribution, Engine, Floats, UnsuitableError
from .enumerate import affordable, enumerate_coalitions
from .exactly import exactly
from .sample import sample_permutations


class StackEngine(Engine):
    """Exact where the last model is linear on the game's scale, and all members are exact on what it reads.

    The members' values then count with the coefficients of the last model, since Shapley values are linear
    in the game. Where a member has no exact values, or the scale is that of probabilities, the stack is
    followed as a whole.
    """

    name = "stack"
    order = 37

    def attribute(self, game: Game) -> Attribution:
        stack = Stack.of(game)
        if stack is None:
            raise UnsuitableError("not a stack that can be taken apart")
        walker = StackedWalker(stack, [walker_for(member) for member in stack.members])
        if not agrees(walker, game):
            raise UnsuitableError("the last model is not linear")
        values = _exact(game, stack, walker) if stack.link == "identity" else None
        if values is not None:
            return Attribution(values, None, f"exact: stack of {len(stack.members)} members")
        if affordable(game, walker):
            return enumerate_coalitions(game, walker, 0.7 * game.clock.left())
        return sample_permutations(game, walker)


def _exact(game: Game, stack: Stack, walker: StackedWalker) -> Floats | None:
    """The weighted sum of the members' exact values; None if one has none, or not in time."""
    patience = 0.6 * game.clock.left()
    values = np.zeros((game.n, game.players, game.outputs))
    parts = list(zip(stack.members, stack.shares, walker.walkers, strict=True))
    for position, (member, share, own) in enumerate(parts):
        started = game.clock.spent()
        done, _ = exactly(member, patience, own)
        if done is None:
            return None
        patience -= game.clock.spent() - started
        values += done @ share.T
        game.report((position + 1) / len(parts))
    return values
