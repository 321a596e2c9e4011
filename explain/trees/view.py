"""A fitted tree ensemble seen from a game: decisions for every pool row, players at the nodes."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ..game import Game
from ..outputs import link_of
from ..space import Ints, JointSpace, MatrixSpace
from .gradient import read_gradient, starts_from_a_constant
from .structure import LEAF, Trees

FORESTS = (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
GRADIENT = (GradientBoostingClassifier, GradientBoostingRegressor)
HISTOGRAMS = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)

_MAX_DECISIONS = 4_000_000_000  # one bit each: 500 MB


@dataclass(frozen=True, eq=False)
class TreeView:
    """Trees with their decisions for the rows of a pool.

    Attributes
    ----------
    trees : Trees
    goes_left, usual_left : uint64 arrays of shape (N, words)
        Bits of the foreground and of the background rows that go left; see
        :func:`explain.trees.decide.decide`.
    foreground, background : int
        Numbers n and B of rows.
    player : int32 array of shape (N,)
        Player that each inner node looks at.
    other, joint : int32 arrays of shape (N,)
        Where a node's column is made of two players: the second one, and the column's place among such
        columns; else -1.
    space : MatrixSpace
        What the trees look at.
    link : {"identity", "exp", "sigmoid", "softmax"}
        From the trees' sum to the game's scale.
    """

    trees: Trees
    goes_left: NDArray[np.uint64]
    usual_left: NDArray[np.uint64]
    foreground: int
    background: int
    player: NDArray[np.int32]
    other: NDArray[np.int32]
    joint: NDArray[np.int32]
    space: MatrixSpace
    link: str

    def between(self, x: Ints, z: Ints) -> NDArray[np.float64]:
        """Values of the columns of two players for pairs of pool rows, as the trees compare them, shape
        (C, 2, P); see :meth:`explain.space.JointSpace.between`.
        """
        if not isinstance(self.space, JointSpace):
            return np.empty((0, 2, 0))
        mixed = self.space.between(x, z)
        return mixed.astype(np.float32).astype(np.float64) if self.trees.single_precision else mixed

    def used_players(self, players: int) -> NDArray[np.bool_]:
        """Shape (M,): the players that some node looks at."""
        used = np.zeros(players, dtype=np.bool_)
        inner = self.trees.left != LEAF
        used[self.player[inner]] = True
        used[self.other[inner & (self.other >= 0)]] = True
        return used


def is_tree_model(estimator: Any) -> bool:
    """Whether an estimator is a sum of trees that can be read."""
    if find_spec("numba") is None:  # as where a bundle is used with no more than it needs to predict
        return False
    if isinstance(estimator, GRADIENT):
        return starts_from_a_constant(estimator)
    return isinstance(estimator, (*FORESTS, *HISTOGRAMS)) or _lightgbm(estimator)


def _lightgbm(estimator: Any) -> bool:
    return type(estimator).__module__.split(".")[0] == "lightgbm" and hasattr(estimator, "booster_")


def view(game: Game) -> TreeView | None:
    """The trees of a game's estimator; None if it has none that can be read on this scale.

    The result is a hypothesis about the inside of a fitted model: callers compare it with the model's
    outputs.
    """
    if not is_tree_model(game.estimator) or (isinstance(game.estimator, FORESTS) and game.scale == "margin"):
        return None
    identity = isinstance(game.estimator, FORESTS)
    return view_trees(game, "identity" if identity else link_of(game.estimator, game.scale, game.outputs))


def view_trees(game: Game, link: str) -> TreeView | None:
    """The trees inside a game's estimator, whatever else its output is made of."""
    space = game.space
    if not isinstance(space, MatrixSpace):
        return None
    trees = game.recall("trees", lambda: _read(game.estimator))
    if trees is None or trees.nodes * space.rows > _MAX_DECISIONS:
        return None
    joint = np.full(space.width, -1)
    other = joint
    if isinstance(space, JointSpace):
        other = space.other
        joint[other >= 0] = np.arange((other >= 0).sum())
    order = np.arange(space.width)
    if isinstance(game.estimator, HISTOGRAMS):
        from .histogram import histogram_columns

        order = histogram_columns(game.estimator, space.width)
    looked_at = order[trees.column]
    player, second, place = (each[looked_at].astype(np.int32) for each in (space.owner, other, joint))
    return TreeView(
        trees=trees,
        goes_left=_decided(game, trees, space.foreground_inputs()),
        usual_left=game.recall("decisions", lambda: _decided(game, trees, space.background_inputs())),
        foreground=game.n,
        background=game.background,
        player=player,
        other=second,
        joint=place,
        space=space,
        link=link,
    )


def _read(estimator: Any) -> Trees | None:
    if isinstance(estimator, FORESTS):
        from .forest import read_forest

        return read_forest(estimator)
    if isinstance(estimator, GRADIENT):
        return read_gradient(estimator)
    if isinstance(estimator, HISTOGRAMS):
        from .histogram import read_histogram

        return read_histogram(estimator)
    from .lightgbm import read_lightgbm

    return read_lightgbm(estimator)


def _decided(game: Game, trees: Trees, inputs: Any) -> NDArray[np.uint64]:
    """Which of some rows, as the estimator takes them, go left at each node."""
    from .decide import decide

    if isinstance(game.estimator, HISTOGRAMS) and len(inputs):
        inputs = game.estimator._preprocess_X(inputs, reset=False)
    matrix = np.asarray(inputs, dtype=np.float32 if trees.single_precision else np.float64)
    bits: NDArray[np.uint64] = decide(
        np.ascontiguousarray(matrix.T, dtype=np.float64),
        trees.left,
        trees.column,
        trees.threshold,
        trees.missing_left,
        trees.category_start,
        trees.category_words,
        trees.categories,
    )
    return bits
