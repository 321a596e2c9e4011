"""The game whose Shapley values are the attributions.

Players are the raw columns. The value of a coalition S for a foreground row x is the mean, over the
background rows z, of the model's output on the hybrid that takes the columns in S from x and the others
from z (the interventional game).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .clock import Clock, Progress
from .introspect import resolve
from .outputs import predictor
from .space import Space

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Game:
    """One estimator on one pool of rows.

    Attributes
    ----------
    estimator : fitted estimator
        Takes what ``space`` builds.
    space : Space
        Pool rows 0..n-1 are the foreground, the others the background.
    n : int
        Foreground rows.
    outputs : int
        Number K of outputs worked with (1 for a binary classifier).
    scale : {"probability", "target", "margin"}
    seed : int
    clock : Clock
    progress : callable or None
        Called with the share done, 0..1.
    """

    estimator: Any
    space: Space
    n: int
    outputs: int
    scale: str
    seed: int = 0
    clock: Clock = field(default_factory=Clock)
    progress: Progress | None = None

    @property
    def background(self) -> int:
        """Number B of background rows."""
        return self.space.rows - self.n

    @property
    def players(self) -> int:
        """Number M of players."""
        return self.space.players

    @cached_property
    def predictions(self) -> Floats:
        """Outputs on the pool, shape (n + B, K)."""
        return self.predict(self.space.pool_inputs())

    def predict(self, rows: Any) -> Floats:
        """Outputs of shape (R, K) for rows as the space builds them."""
        return predictor(self.estimator, self.scale)(rows)

    def member(self, estimator: Any) -> Game:
        """The same game for another estimator on the same rows (a member of a vote)."""
        resolved, space = resolve(estimator, self.space, seed=self.seed)
        return replace(self, estimator=resolved, space=space)

    def report(self, share: float) -> None:
        """Tell the caller how much is done."""
        if self.progress is not None:
            self.progress(min(1.0, max(0.0, share)))
