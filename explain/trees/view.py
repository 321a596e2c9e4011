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
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ..game import Game
from ..space import JointSpace, MatrixSpace
from .structure import LEAF, Trees

FORESTS = (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
HISTOGRAMS = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)

_MAX_DECISIONS = 4_000_000_000  # one bit each: 500 MB
_MAX_MIXED_ROWS = 50_000
"""Pairs of a foreground and a background row for which columns of two players are encoded, several times."""


@dataclass(frozen=True, eq=False)
class TreeView:
    """Trees with their decisions for the rows of a pool.

    Attributes
    ----------
    trees : Trees
    goes_left : uint64 array of shape (N, words)
        Bits of the rows that go left; see :func:`explain.trees.kernels.decide`.
    foreground : int
        Number n of foreground rows; the background starts at the next full word.
    player : int32 array of shape (N,)
        Player that each inner node looks at.
    other, joint : int32 arrays of shape (N,)
        Where a node's column is made of two players: the second one, and the column's place in ``mixed``;
        else -1.
    mixed : array of shape (C, 2, n, B)
        See :meth:`explain.space.JointSpace.mixed`.
    link : {"identity", "sigmoid", "softmax"}
        From the trees' sum to the game's scale.
    """

    trees: Trees
    goes_left: NDArray[np.uint64]
    foreground: int
    player: NDArray[np.int32]
    other: NDArray[np.int32]
    joint: NDArray[np.int32]
    mixed: NDArray[np.float64]
    link: str

    @property
    def background(self) -> int:
        """The first slot of the background."""
        return self.foreground + -self.foreground % 64

    def slots(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places of pool rows among the bits."""
        return np.where(rows < self.foreground, rows, rows + -self.foreground % 64)

    def used_players(self, players: int) -> NDArray[np.bool_]:
        """Shape (M,): the players that some node looks at."""
        used = np.zeros(players, dtype=np.bool_)
        inner = self.trees.left != LEAF
        used[self.player[inner]] = True
        used[self.other[inner & (self.other >= 0)]] = True
        return used


def is_tree_model(estimator: Any) -> bool:
    """Whether an estimator is of a kind whose trees can be read."""
    if find_spec("numba") is None:  # as where a bundle is used with no more than it needs to predict
        return False
    return isinstance(estimator, (*FORESTS, *HISTOGRAMS)) or _lightgbm(estimator)


def _lightgbm(estimator: Any) -> bool:
    return type(estimator).__module__.split(".")[0] == "lightgbm" and hasattr(estimator, "booster_")


def view(game: Game) -> TreeView | None:
    """The trees of a game's estimator; None if it has none that can be read on this scale.

    The result is a hypothesis about the inside of a fitted model: callers compare it with the model's
    outputs.
    """
    estimator, space = game.estimator, game.space
    if not is_tree_model(estimator) or not isinstance(space, MatrixSpace):
        return None
    from .kernels import decide

    matrix, order = space.pool, np.arange(space.width)
    trees: Trees | None
    if isinstance(estimator, FORESTS):
        from .forest import read_forest

        if game.scale == "margin":
            return None
        trees, link = read_forest(estimator), "identity"
    elif isinstance(estimator, HISTOGRAMS):
        from .histogram import histogram_columns, read_histogram

        trees, link = read_histogram(estimator), _link(game)
        order = histogram_columns(estimator, space.width)
        matrix = estimator._preprocess_X(space.pool_inputs(), reset=False)
    else:
        from .lightgbm import read_lightgbm

        trees, link = read_lightgbm(estimator), _link(game)
    if trees is None or trees.nodes * space.rows > _MAX_DECISIONS:
        return None
    joint = np.full(space.width, -1)
    other = joint
    mixed = np.empty((0, 2, 0, 0))
    if isinstance(space, JointSpace):
        if game.n * game.background > _MAX_MIXED_ROWS:
            return None
        other = space.other
        joint[other >= 0] = np.arange((other >= 0).sum())
        mixed = space.mixed(game.n)
        if trees.single_precision:
            mixed = mixed.astype(np.float32).astype(np.float64)
    matrix = np.asarray(matrix, dtype=np.float32 if trees.single_precision else np.float64)
    gap = -game.n % 64
    words = -(-(space.rows + gap) // 64)
    columns = np.zeros((matrix.shape[1], 64 * words))
    columns[:, : game.n] = matrix[: game.n].T
    columns[:, game.n + gap : space.rows + gap] = matrix[game.n :].T
    goes_left = decide(
        columns,
        words,
        trees.left,
        trees.column,
        trees.threshold,
        trees.missing_left,
        trees.category_start,
        trees.category_words,
        trees.categories,
    )
    looked_at = order[trees.column]
    player, second, place = (each[looked_at].astype(np.int32) for each in (space.owner, other, joint))
    return TreeView(trees, goes_left, game.n, player, second, place, mixed, link)


def _link(game: Game) -> str:
    if game.scale != "probability":
        return "identity"
    return "sigmoid" if game.outputs == 1 else "softmax"
