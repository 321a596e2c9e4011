"""Walks of tree ensembles: one visit of a tree per walk instead of one per hybrid."""

from __future__ import annotations

import numpy as np

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
        from ..trees.kernels import add_walks

        trees = self.seen.trees
        walks, steps = order.shape
        position = np.zeros((walks, self._count), dtype=np.int32)
        np.put_along_axis(position, order, np.arange(steps, dtype=np.int32)[None], axis=1)
        change = np.zeros((walks, steps + 2, trees.outputs))
        seen = self.seen

        def follow(start: int, stop: int) -> None:
            add_walks(
                trees.root,
                trees.left,
                trees.right,
                seen.player,
                seen.other,
                seen.joint,
                seen.mixed,
                trees.threshold,
                trees.missing_left,
                trees.value,
                trees.output,
                seen.goes_left,
                seen.usual_left,
                x[start:stop],
                z[start:stop] - seen.foreground,
                position[start:stop],
                change[start:stop],
            )

        in_parts(follow, walks, least=_WALKS)
        raw = trees.base + np.cumsum(change[:, :-1], axis=1)
        return linked(raw, self.seen.link)
