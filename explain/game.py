"""The game whose Shapley values are the attributions.

Players are the raw columns. The value of a coalition S for a foreground row x is the mean, over the
background rows z, of the model's output on the hybrid that takes the columns in S from x and the others
from z (the interventional game).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .clock import Clock, Progress
from .introspect import resolve
from .space import Space

Floats = NDArray[np.float64]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Game:
    """One estimator on one pool of rows.

    Attributes
    ----------
    estimator : fitted estimator
        Takes what ``space`` builds.
    space : Space
        The rows: 0..n-1 of the pool are the foreground, the others the background.
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
    outputs: int
    scale: str
    seed: int = 0
    clock: Clock = field(default_factory=Clock)
    progress: Progress | None = None

    @property
    def n(self) -> int:
        """Number n of foreground rows."""
        return self.space.n

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
        if not self.n:
            return self.usual
        return np.concatenate([self.predict(self.space.foreground_inputs()), self.usual])

    @property
    def usual(self) -> Floats:
        """Outputs on the background, shape (B, K)."""
        return self.recall("predictions", lambda: self.predict(self.space.background_inputs()))

    def predict(self, rows: Any) -> Floats:
        """Outputs of shape (R, K) for rows as the space builds them."""
        return self.space.memo.predict(self.estimator, self.scale, rows)

    def recall(self, what: str, find: Callable[[], Found]) -> Found:
        """What is known of this estimator, on this scale, behind these transformers, against this background;
        found out now if nothing is known yet.
        """
        key = (what, self.scale, self.outputs, self.space.path, id(self.estimator))
        return self.space.memo.recall(key, self.estimator, find)

    def member(self, estimator: Any, *, scale: str | None = None, outputs: int | None = None) -> Game:
        """The same game for another estimator on the same rows (a member of a vote), without its progress."""
        resolved, space = resolve(estimator, self.space, seed=self.seed)
        return replace(
            self,
            estimator=resolved,
            space=space,
            scale=self.scale if scale is None else scale,
            outputs=self.outputs if outputs is None else outputs,
            progress=None,
        )

    def report(self, share: float) -> None:
        """Tell the caller how much is done."""
        if self.progress is not None:
            self.progress(min(1.0, max(0.0, share)))
