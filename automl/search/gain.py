"""Which family is worth the next candidate: the one that is expected to improve soonest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FamilyCost", "chances"]


@dataclass
class FamilyCost:
    """What a family has cost and brought so far.

    Attributes
    ----------
    spent : float
        Cost of its trials, in seconds or any other unit.
    trials : int
    best, before : float
        Its lowest loss, and the one that this improved on; infinite while there is none.
    spent_at_best, spent_at_before : float
        What had been spent when they were found.
    """

    spent: float = 0.0
    trials: int = 0
    best: float = np.inf
    before: float = np.inf
    spent_at_best: float = 0.0
    spent_at_before: float = 0.0

    def add(self, cost: float, loss: float | None) -> None:
        """Take in a trial; its loss is None when it has no model."""
        self.spent += cost
        self.trials += 1
        if loss is not None and loss < self.best:
            self.before, self.spent_at_before = self.best, self.spent_at_best
            self.best, self.spent_at_best = loss, self.spent

    def until_better(self, goal: float) -> float:
        """Expected cost until the family has a model with a loss below `goal`.

        To improve on itself it will take as long as it has since its last improvement, or as that one took,
        and one trial at least. A family behind others must first catch up, at the speed of its last
        improvement, and twice as long as that since improvements become smaller. (Wang et al., "FLAML: a fast
        and lightweight AutoML library", MLSys 2021, eq. 1.)
        """
        if not np.isfinite(self.best):
            return np.inf if self.trials else 0.0
        itself = max(
            self.spent - self.spent_at_best,
            self.spent_at_best - self.spent_at_before,
            self.spent / self.trials,
        )
        if self.best <= goal:
            return itself
        # With one model only, the loss of no model is taken for twice that of this one.
        gained = min(self.before - self.best, self.best)
        return max(itself, 2 * (self.best - goal) * (self.spent - self.spent_at_before) / gained)


def chances(families: Sequence[FamilyCost]) -> NDArray[np.float64]:
    """Probability of each family to get the next candidate: in inverse proportion to the cost of a gain.

    Parameters
    ----------
    families : sequence of FamilyCost

    Returns
    -------
    ndarray, shape (families,)
        Adds to 1. Untried families come first; families without any model last.
    """
    goal = min((family.best for family in families), default=np.inf)
    costs = np.array([family.until_better(goal) for family in families])
    if not costs.all():
        first = costs == 0
        return np.asarray(first / first.sum())
    known = np.isfinite(costs)
    if not known.any():
        return np.full(len(costs), 1 / len(costs))
    worth = np.divide(1.0, costs, out=np.zeros_like(costs), where=known)
    return np.asarray(worth / worth.sum())
