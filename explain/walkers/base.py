"""Model outputs along walks from a background row to a foreground row.

A walk starts at a background row z and replaces one player after another, in a given order, by the
foreground row's value, until it arrives at x. Samplers and enumeration need nothing else of a model, and
some models have much faster ways to follow a walk than to predict each of its hybrids.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..game import Game

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_TEST_STATES = 60  # hybrids predicted by the model itself


class Walker(ABC):
    """Follows walks for one model.

    Attributes
    ----------
    players : array of bool, shape (M,)
        The players that can change the output.
    outputs : int
        Number K of outputs.
    fast : bool
        Whether a walk costs much less than predicting its hybrids one by one.
    """

    players: NDArray[np.bool_]
    outputs: int
    fast: bool = True

    @abstractmethod
    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        """Outputs along walks.

        Parameters
        ----------
        x, z : arrays of shape (W,)
            Pool rows where each walk arrives and starts.
        order : array of shape (W, A)
            Players in the order of replacement; it holds all players that can change the output.

        Returns
        -------
        array of shape (W, A + 1, K)
            ``[:, 0]`` at z, ``[:, -1]`` at x.
        """

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        """Only where the walks end: the outputs at x, shape (W, K)."""
        return self.walk(x, z, order)[:, -1]


class WeightedWalker(Walker):
    """The weighted sum of other walkers: a soft vote."""

    def __init__(self, walkers: Sequence[Walker], weights: Sequence[float]) -> None:
        self.walkers = list(walkers)
        self.weights = list(weights)
        self.players = np.logical_or.reduce([walker.players for walker in self.walkers])
        self.outputs = self.walkers[0].outputs
        self.fast = all(walker.fast for walker in self.walkers)

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        total = self.weights[0] * self.walkers[0].walk(x, z, order)
        for walker, weight in zip(self.walkers[1:], self.weights[1:], strict=True):
            total += weight * walker.walk(x, z, order)
        return total

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        parts = zip(self.walkers, self.weights, strict=True)
        return np.asarray(sum(weight * walker.arrive(x, z, order) for walker, weight in parts))


def agrees(walker: Walker, game: Game) -> bool:
    """Whether a fast walker gives the model's own outputs, on the hybrids of a few random walks.

    Fast walkers read the inside of fitted models; with this test a layout that differs from what they
    expect costs time, but never makes a wrong explanation. It is made once for a model and a background;
    whether values add up is looked at for every row (:func:`explain.engines.attribute`).
    """
    if not game.n:
        return True
    return game.recall(f"agrees {type(walker).__name__}", lambda: _agrees(walker, game))


def _agrees(walker: Walker, game: Game) -> bool:
    rng = np.random.default_rng([game.seed, 3])
    active = np.flatnonzero(game.space.varying)
    count = max(3, _TEST_STATES // (len(active) + 1))
    x = rng.integers(0, game.n, size=count)
    z = rng.integers(game.n, game.space.rows, size=count)
    order = rng.permuted(np.tile(active, (count, 1)), axis=1)
    states = rng.integers(0, len(active) + 1, size=(count, min(len(active) + 1, _TEST_STATES)))
    states[:, 0], states[:, -1] = 0, len(active)
    position = np.zeros((count, game.players), dtype=np.int64)
    np.put_along_axis(position, order, np.arange(len(active))[None], axis=1)
    taken = position[:, None, :] < states[:, :, None]
    index = np.where(taken, x[:, None, None], z[:, None, None]).reshape(-1, game.players)
    expected = game.predict(game.space.inputs(index)).reshape(*states.shape, -1)
    found = np.take_along_axis(walker.walk(x, z, order), states[:, :, None], axis=1)
    size = max(1.0, float(np.abs(expected).max(initial=0.0)))
    return bool(np.abs(found - expected).max(initial=0.0) <= 1e-9 * size)
