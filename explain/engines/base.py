"""What an engine is: one way to compute the Shapley values of a game."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
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
