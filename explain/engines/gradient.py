"""Gradient boosting on top of another model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor

from ..game import Game
from ..space import JointSpace, MatrixSpace
from ..trees.gradient import starts_from_a_constant
from ..trees.view import view_trees
from ..walkers import TreeWalker, WeightedWalker, agrees, walker_for
from .base import Attribution, Engine, UnsuitableError
from .enumerate import affordable, enumerate_coalitions
from .exactly import exactly
from .sample import sample_permutations


class GradientEngine(Engine):
    """A GradientBoostingRegressor with ``init``: the values of that model and those of the trees add up.

    A linear model there works in single precision, so that its outputs are not reproducible enough to be
    taken apart: the whole is then left to the engines that ask the model.
    """

    name = "gradient"
    order = 32

    def attribute(self, game: Game) -> Attribution:
        estimator = game.estimator
        if not isinstance(estimator, GradientBoostingRegressor) or starts_from_a_constant(estimator):
            raise UnsuitableError("not boosted on top of another model")
        seen, space = view_trees(game, "identity"), game.space
        if seen is None or not isinstance(space, MatrixSpace) or isinstance(space, JointSpace):
            raise UnsuitableError("the trees cannot be read")
        # Whatever the trees are put on is given single precision, too.
        pool, path = space.pool.astype(np.float32), (*space.path, id(estimator))
        rounded = replace(game, space=MatrixSpace(pool, space.owner, space, None, path))
        initial = rounded.member(estimator.init_)
        trees = TreeWalker(game, seen)
        together = WeightedWalker([walker_for(initial), trees], [1.0, 1.0])
        if not agrees(together, game):
            raise UnsuitableError("the model and the trees as read do not give the whole's outputs")
        patience = 0.35 * game.clock.left()
        below, _ = exactly(initial, patience, together.walkers[0])
        above, _ = exactly(game, patience, trees)
        if below is not None and above is not None:
            return Attribution(below + above, None, "exact: trees on top of another model")
        if affordable(game, together):
            return enumerate_coalitions(game, together, 0.7 * game.clock.left())
        return sample_permutations(game, together)
