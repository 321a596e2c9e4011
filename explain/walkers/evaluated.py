"""Walks of any model, by predicting the hybrids."""

from __future__ import annotations

import numpy as np

from ..game import Game
from ..space import JointSpace, MatrixSpace
from .base import Floats, Ints, Walker

_CELLS = 4_000_000  # of one batch of hybrids: about 32 MB of doubles


class EvaluatedWalker(Walker):
    """Predicts the hybrids of a walk in big batches.

    Steps that change nothing (x and z agree on the player) are not predicted, nor are the two ends of a
    walk, which are pool rows with known outputs.
    """

    fast = False

    def __init__(self, game: Game) -> None:
        self.game = game
        space = game.space
        self.players = space.varying.copy()
        if isinstance(space, MatrixSpace):
            owned = np.zeros(space.players, dtype=bool)
            owned[space.owner] = True
            if isinstance(space, JointSpace):
                owned[space.other[space.other >= 0]] = True
            self.players &= owned
        self.outputs = game.outputs

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        steps = order.shape[1]
        values = np.empty((len(x), steps + 1, self.outputs))
        per_walk = (steps + 1) * max(self.game.space.width, self.game.space.players)
        batch = max(1, _CELLS // per_walk)
        for start in range(0, len(x), batch):
            part = slice(start, start + batch)
            values[part] = self._walk(x[part], z[part], order[part])
        return values

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return self.game.predictions[x]

    def _walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        walks, steps = order.shape
        codes = self.game.space.codes
        changes = (
            np.take_along_axis(codes[x], order, axis=1) != np.take_along_axis(codes[z], order, axis=1)
        ) & self.players[order]
        # State k (after k steps) repeats an earlier one unless step k changed something.
        state = np.zeros((walks, steps + 1), dtype=np.int64)
        state[:, 1:] = np.cumsum(changes, axis=1)
        new = np.zeros((walks, steps + 1), dtype=bool)
        new[:, 1:] = changes & (state[:, 1:] < state[:, -1:])
        walk_of, step_of = np.nonzero(new)
        position = np.full((walks, self.game.players), steps, dtype=np.int64)
        np.put_along_axis(position, order, np.broadcast_to(np.arange(steps), order.shape), axis=1)
        taken = position[walk_of] < step_of[:, None]
        index = np.where(taken, x[walk_of][:, None], z[walk_of][:, None])
        distinct = np.empty((walks, int(state.max(initial=0)) + 1, self.outputs))
        distinct[:, 0] = self.game.predictions[z]
        distinct[np.arange(walks), state[:, -1]] = self.game.predictions[x]
        same = state[:, -1] == 0
        distinct[same, 0] = self.game.predictions[z[same]]
        if len(walk_of):
            distinct[walk_of, state[walk_of, step_of]] = self.game.predict(self.game.space.inputs(index))
        return np.take_along_axis(distinct, state[:, :, None], axis=1)
