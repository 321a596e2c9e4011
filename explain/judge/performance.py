"""How good a model is, beyond one number: calibration, order, decisions, residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..clock import Clock, Progress
from ..errors import InputError
from ..stored import Stored
from .calibration import Calibration, calibration_of
from .confusion import Confusion, confusion_of
from .ranking import Ranking, ranking_of
from .residuals import Residuals, residuals_of
from .scored import Scored

_MOST = 12  # classes with curves of their own


@dataclass(frozen=True)
class Performance(Stored):
    """All that can be measured of predictions.

    Attributes
    ----------
    kind : {"binary", "multiclass", "regression"}
    rows : int
    calibration : tuple of Calibration
    ranking : tuple of Ranking
        Of the positive class of two; of three or more each against the rest, the most frequent first. Empty
        without probabilities.
    left_out : tuple of str
        Classes without curves: more than 12, none or all of the rows, or no time.
    confusion : Confusion or None
    residuals : Residuals or None
    """

    kind: str
    rows: int
    calibration: tuple[Calibration, ...]
    ranking: tuple[Ranking, ...]
    left_out: tuple[str, ...]
    confusion: Confusion | None
    residuals: Residuals | None

    def of(self, output: str) -> tuple[Calibration, Ranking]:
        """Calibration and curves of a class.

        Raises
        ------
        InputError
            If there are none.
        """
        for calibration, ranking in zip(self.calibration, self.ranking, strict=True):
            if ranking.output == str(output):
                return calibration, ranking
        offered = ", ".join(ranking.output for ranking in self.ranking) or "none"
        raise InputError(f"Expected a class out of {offered}, found {output!r}.")


def measure_performance(
    scored: Scored,
    *,
    threshold: float | None = None,
    level: float = 0.95,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Performance:
    """Measure predictions of rows that the model did not learn from.

    Parameters
    ----------
    scored : Scored
    threshold : float, optional
        For the confusion matrix of two classes; by default the decisions as they are.
    level : float
        Of the intervals.
    seed : int
    time_budget : float, optional
        Seconds; of many classes those there is time for, in any case the first.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    Performance
    """
    clock = Clock(time_budget)
    if not 0.5 <= level < 1:
        raise InputError(f"Expected level in 0.5..1, found {level}.")
    if scored.classes is None:
        found = residuals_of(scored, level=level, seed=seed)
        return Performance(scored.kind, scored.rows, (), (), (), None, found)
    calibrations: list[Calibration] = []
    rankings: list[Ranking] = []
    left_out: list[str] = []
    if scored.probability is not None:
        counts = np.bincount(scored.truth, minlength=len(scored.classes))
        wanted = [1] if scored.kind == "binary" else np.argsort(-counts, kind="stable").tolist()
        for place, k in enumerate(wanted):
            name = str(scored.classes[k])
            late = bool(rankings) and clock.left() < clock.spent() / len(rankings)
            truth = scored.truth == k
            weighed = truth if scored.weight is None else truth & (scored.weight > 0)
            others = ~truth if scored.weight is None else ~truth & (scored.weight > 0)
            if late or len(rankings) >= _MOST or not weighed.any() or not others.any():
                left_out.append(name)
                continue
            p = scored.probability[:, k]
            w, alike = scored.weight, scored.inflation
            calibrations.append(
                calibration_of(truth, p, w, output=name, level=level, seed=seed, inflation=alike)
            )
            rankings.append(ranking_of(truth, p, w, output=name, level=level, seed=seed, inflation=alike))
            if progress is not None:
                progress((place + 1) / len(wanted))
    return Performance(
        scored.kind,
        scored.rows,
        tuple(calibrations),
        tuple(rankings),
        tuple(left_out),
        confusion_of(scored, threshold=threshold, level=level, seed=seed),
        None,
    )
