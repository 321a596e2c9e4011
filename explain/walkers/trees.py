"""Walks of tree ensembles: one visit of a tree per walk instead of one per hybrid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..game import Game
from ..outputs import linked
from ..threads import in_parts
from ..trees.view import TreeView, view
from .base import Floats, Ints, Walker

_WALKS = 200  # that a thread is worth it for


class TreeWalker(Walker):
    """Follows walks inside the trees; see :func:`explain.trees.kernels.add_walks`."""

    def __init__(self, game: Game, seen: TreeView) -> None:
        self.seen = seen
        self.players = seen.used_players(game.players) & game.space.varying
        self.outputs = game.outputs
        self._count = game.players

    @classmethod
    def of(cls, game: Game) -> TreeWalker | None:
        """A walker for the game's estimator, or None if its trees cannot be read."""
        seen = view(game)
        return None if seen is None else cls(game, seen)

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        walks, steps = order.shape
        position = np.zeros((walks, self._count), dtype=np.int32)
        np.put_along_axis(position, order, np.arange(steps, dtype=np.int32)[None], axis=1)
        return self._follow(x, z, position, steps)

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return self._follow(x, z, np.full((len(x), self._count), -1, dtype=np.int32), 0)[:, 0]

    def _follow(self, x: Ints, z: Ints, position: NDArray[np.int32], steps: int) -> Floats:
        """Outputs at states 0 to ``steps`` of walks that take from x the players with position < state."""
        from ..trees.kernels import add_walks

        seen, trees = self.seen, self.seen.trees
        pairs, pair = np.unique(x * (seen.foreground + seen.background) + z, return_inverse=True)
        mixed = seen.between(*np.divmod(pairs, seen.foreground + seen.background))
        change = np.zeros((len(x), steps + 2, trees.outputs))

        def follow(start: int, stop: int) -> None:
            add_walks(
                trees.root,
                trees.left,
                trees.right,
                seen.player,
                seen.other,
                seen.joint,
                mixed,
                trees.threshold,
                trees.missing_left,
                trees.value,
                trees.output,
                seen.goes_left,
                seen.usual_left,
                x[start:stop],
                z[start:stop] - seen.foreground,
                pair[start:stop],
                position[start:stop],
                change[start:stop],
            )

        in_parts(follow, len(x), least=_WALKS)
        raw = trees.base + np.cumsum(change[:, :-1], axis=1)
        return linked(raw, seen.link)
