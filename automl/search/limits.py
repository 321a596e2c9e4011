"""Which trials, and votes of them, keep within limits of time and size, as far as can be told beforehand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from automl.search.constraints import Constraints
from automl.search.cost import preparation_mb, preparation_ms
from automl.search.trial import Trial
from automl.store import RunFolder

__all__ = ["Allowance", "Limits", "milliseconds"]


@dataclass(frozen=True, eq=False)
class Allowance:
    """What each of some models costs, and what a vote of them may cost.

    Attributes
    ----------
    costs : ndarray, shape (models, kinds of cost)
    most : ndarray, shape (kinds of cost,)
    shared : float or ndarray, shape (kinds of cost,)
        What a vote costs beside its members.
    """

    costs: NDArray[np.float64]
    most: NDArray[np.float64]
    shared: NDArray[np.float64] | float = 0.0

    def fits(self, members: Collection[int]) -> bool:
        """Whether these models together cost no more than is allowed."""
        return bool((self.shared + self.costs[sorted(members)].sum(axis=0) <= self.most).all())

    def of(self, models: Sequence[int] | NDArray[np.intp]) -> Allowance:
        """The same for some of the models."""
        return replace(self, costs=self.costs[list(models)])

    def smallest(self) -> int:
        """The model that comes closest to what is allowed, as a multiple of it."""
        return int(np.argmin(((self.shared + self.costs) / np.maximum(self.most, 1e-9)).max(axis=1)))


@dataclass(frozen=True)
class Limits:
    """What a vote may cost.

    Attributes
    ----------
    single : bool
        Whether there may be one member only, and only one of its models.
    milliseconds : float
        For one row.
    megabytes : float
    preparation : (float, float)
        Milliseconds and megabytes that the preparation of the columns takes, whatever the members.
    """

    single: bool = False
    milliseconds: float = np.inf
    megabytes: float = np.inf
    preparation: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, folder: RunFolder) -> Limits:
        """Those that were asked for; where there are any, the preparation is timed for it."""
        asked = Constraints.of(folder.spec)
        if not asked.limited:
            return cls(single=asked.interpretable)
        return cls(
            single=asked.interpretable,
            milliseconds=np.inf if asked.max_latency_ms is None else asked.max_latency_ms,
            megabytes=np.inf if asked.max_size_mb is None else asked.max_size_mb,
            preparation=(preparation_ms(folder), preparation_mb(folder)),
        )

    def allowance(self, trials: Sequence[Trial]) -> Allowance:
        """What these trials cost, and may cost together."""
        return Allowance(
            np.array([(1, *self._cost(each)) for each in trials], dtype=np.float64).reshape(-1, 3),
            np.array([1 if self.single else np.inf, self.milliseconds, self.megabytes], dtype=np.float64),
            np.array([0, *self.preparation], dtype=np.float64),
        )

    @property
    def restrict(self) -> bool:
        """Whether there are any."""
        return self.single or not (np.isinf(self.milliseconds) and np.isinf(self.megabytes))

    def fits(self, trial: Trial) -> bool:
        """Whether a trial may be chosen alone."""
        time, size = self._cost(trial)
        return (
            self.preparation[0] + time <= self.milliseconds and self.preparation[1] + size <= self.megabytes
        )

    def _cost(self, trial: Trial) -> tuple[float, float]:
        """Milliseconds and megabytes of those of its models that would vote."""
        share = 1 / max(len(trial.iterations), 1) if self.single else 1.0
        return share * milliseconds(trial), share * trial.bytes / 1e6

    def for_members(self, milliseconds: float) -> Limits:
        """The same where the members together are to be expected to take so long at most."""
        return replace(self, milliseconds=self.preparation[0] + milliseconds)


def milliseconds(trial: Trial) -> float:
    """To predict one row with all fold models of a trial; runs that did not time it tell by 1,000 rows."""
    return 1000 * (trial.row_seconds or trial.predict_seconds / 1000)
