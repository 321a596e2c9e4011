"""When a boosted model has learned enough: one rule for all that tell their loss round by round."""

from __future__ import annotations

import numpy as np

__all__ = ["BestRound"]

_TOLERANCE = 1e-4  # with 3e-5, LightGBM took a sixth longer for the same loss on diamonds


class BestRound:
    """The round with the lowest validation loss so far.

    Gains below 1e-4 of the first round's loss count as none, else a table that can be learnt by heart would
    be learnt for ever.

    Parameters
    ----------
    patience : int
        Rounds without a gain after which it ends.

    Attributes
    ----------
    number : int
        The round, counted from 0.
    """

    def __init__(self, patience: int) -> None:
        self.number = 0
        self._patience = patience
        self._best = np.inf
        self._step: float | None = None

    def is_past(self, number: int, loss: float | None) -> bool:
        """Take in the loss of a round; tell whether the best one is so long ago that no better will come.

        Without validation rows there is no loss, and the last round is the best.
        """
        if loss is None:
            self.number = number
            return False
        if self._step is None:
            self._step = abs(loss) * _TOLERANCE
        if loss < self._best - self._step:
            self._best, self.number = loss, number
        return number - self.number >= self._patience
