"""What an engine is: one way to compute the Shapley values of a game."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..game import Game

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Attribution:
    """Shapley values of the foreground rows.

    Attributes
    ----------
    values : array of shape (n, M, K)
    stderr : array of shape (n, M, K) or None
        Standard errors from sampling; None when exact.
    method : str
        For people: what was done.
    """

    values: Floats
    stderr: Floats | None
    method: str

    @property
    def exact(self) -> bool:
        """Whether the values are exact up to rounding."""
        return self.stderr is None


class UnsuitableError(Exception):
    """An engine declines a game, and the next one is asked."""


@dataclass
class Deadline:
    """Gives up when work would take too long.

    Parameters
    ----------
    patience : float
        Seconds.
    """

    patience: float = math.inf
    started: float = field(default_factory=time.monotonic)

    def check(self, done: float) -> None:
        """To be called with the share of the work that is done, 0..1.

        Raises
        ------
        UnsuitableError
            If the whole would take longer than the patience.
        """
        seconds = (time.monotonic() - self.started) / done
        if done < 1 and seconds > self.patience:
            raise UnsuitableError(f"exact values would take {seconds:.1f} s")


class Engine(ABC):
    """One file in ``explain/engines`` defines one engine; engines are found by looking into the package.

    Attributes
    ----------
    name : str
    order : int
        Engines are asked in this order; the first that does not decline answers.
    """

    name: ClassVar[str]
    order: ClassVar[int]

    @abstractmethod
    def attribute(self, game: Game) -> Attribution:
        """Shapley values of the game's foreground rows against its background.

        Raises
        ------
        UnsuitableError
            If the engine is not for this game; the message says why.
        """
