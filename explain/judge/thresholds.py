"""Thresholds per group that would make a rate equal, and what they would cost. Nothing is applied.

References
----------
Hardt, Price and Srebro (2016), "Equality of opportunity in supervised learning", section 3 (derived
predictors, here without randomised decisions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..errors import InputError
from ..intervals import Estimate, mean_estimate
from ..stored import Stored
from .fairness import MINIMUM, Measure, group_fairness
from .fairness_text import size
from .row_groups import RowGroups, group_rows
from .scored import Scored

Floats = NDArray[np.float64]

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")


@dataclass(frozen=True, eq=False)
class EqualisingThresholds(Stored):
    """What thresholds per group would change.

    All figures "after" are of rows that the thresholds were not set on.

    Attributes
    ----------
    columns : tuple of str
    rate : {"selection_rate", "true_positive_rate", "false_positive_rate"}
    output : str
        The positive class.
    target : float
        What the rate is brought to.
    groups : tuple of str, length G
    thresholds : array of shape (G,)
        A row is decided for the positive class from this probability on; NaN for groups too small to set one,
        whose decisions stay.
    before, after : tuple of Measure
        Selection rate, true and false positive rate, precision and accuracy.
    changed : float
        Share of the rows whose decision would be another one.
    accuracy_change : Estimate
        Accuracy after less accuracy before, on the same rows.
    """

    columns: tuple[str, ...]
    rate: str
    output: str
    target: float
    groups: tuple[str, ...]
    thresholds: Floats
    before: tuple[Measure, ...]
    after: tuple[Measure, ...]
    changed: float
    accuracy_change: Estimate

    def equalised(self) -> tuple[Measure, Measure]:
        """The chosen rate before and after."""
        first, second = (next(m for m in side if m.name == self.rate) for side in (self.before, self.after))
        return first, second

    def sentence(self) -> str:
        """What would be gained and what it would cost, in words."""
        first, second = self.equalised()
        cost = self.accuracy_change
        change = formats.change(cost.value, "probability")
        low, high = (formats.change(end, "probability") for end in (cost.low, cost.high))
        return (
            f"Thresholds of their own for the groups of {formats.quoted(self.columns)} would bring the "
            f"largest difference in the {first.words} from {size(first, first.difference.value)} to "
            f"{size(second, second.difference.value)}. {formats.percent(self.changed)} of the "
            f"decisions would change, and the accuracy by {change} ({low.split(' ')[0]} to {high}). They are "
            "not applied; whether decisions may depend on a group is a question of law and purpose."
        )


def equalising_thresholds(
    scored: Scored,
    columns: str | Sequence[str] | RowGroups,
    *,
    rate: str = "selection_rate",
    target: float | None = None,
    bins: int = 4,
    minimum: int = MINIMUM,
    level: float = 0.95,
    seed: int = 0,
) -> EqualisingThresholds:
    """Find a threshold for each group at which a rate is the same in all of them.

    Parameters
    ----------
    scored : Scored
        Of a binary classifier, with probabilities.
    columns : str, sequence of str, or RowGroups
    rate : {"selection_rate", "true_positive_rate", "false_positive_rate"}
    target : float, optional
        By default what the rate is over all rows now.
    bins, minimum, level, seed
        As for :func:`explain.judge.fairness.group_fairness`.

    Returns
    -------
    EqualisingThresholds
        ``thresholds`` are set on all rows. What they do is measured with thresholds that were set on the
        other half of the rows, since on their own rows they would look better than they are.

    Raises
    ------
    InputError
        If the model is not binary, or the rate is not one of the three.
    """
    if scored.kind != "binary":
        raise InputError(f"Expected a classifier of two classes, found one of kind {scored.kind!r}.")
    if rate not in RATES:
        raise InputError(f"Expected rate to be one of {', '.join(RATES)}, found {rate!r}.")
    if target is not None and not 0 <= target <= 1:
        raise InputError(f"Expected a target between 0 and 1, found {target}.")
    probability = scored.need_probability()[:, 1]
    groups = columns if isinstance(columns, RowGroups) else group_rows(scored.frame, columns, bins=bins)
    counted = {
        "selection_rate": np.ones(scored.rows, dtype=bool),
        "true_positive_rate": scored.truth == 1,
        "false_positive_rate": scored.truth == 0,
    }[rate]
    if not counted.any():
        raise InputError(f"Expected rows that the {rate.replace('_', ' ')} can be measured on, found none.")
    weight = scored.weights()
    if target is None:
        target = float(np.average(scored.prediction[counted] == 1, weights=weight[counted]))
    half = np.random.default_rng(seed).permutation(scored.rows) % 2
    thresholds = np.full(len(groups.names), np.nan)
    after = scored.prediction.copy()
    for g in range(len(groups.names)):
        inside = groups.code == g
        if groups.mixed[g] or (inside & counted).sum() < minimum:
            continue
        own = inside & counted
        thresholds[g] = _threshold(probability[own], weight[own], target)
        for part in (0, 1):
            learn, apply = own & (half != part), inside & (half == part)
            after[apply] = probability[apply] >= _threshold(probability[learn], weight[learn], target)
    changed = replace(scored, prediction=after)
    first = group_fairness(scored, groups, minimum=minimum, level=level, seed=seed)
    second = group_fairness(changed, groups, minimum=minimum, level=level, seed=seed)
    kept = (*RATES, "precision", "accuracy")
    gain = (after == scored.truth).astype(np.float64) - (scored.prediction == scored.truth)
    assert scored.classes is not None
    return EqualisingThresholds(
        groups.columns,
        rate,
        str(scored.classes[1]),
        target,
        groups.names,
        thresholds,
        tuple(m for m in first.measures if m.name in kept),
        tuple(m for m in second.measures if m.name in kept),
        float(np.average(after != scored.prediction, weights=weight)),
        mean_estimate(gain, scored.weight, level, scored.inflation),
    )


def _threshold(probability: Floats, weight: Floats, target: float) -> float:
    """From which probability on the share of the rows is nearest to the target."""
    if not len(probability):
        return 0.5
    order = np.argsort(-probability, kind="stable")
    ordered, share = probability[order], np.cumsum(weight[order]) / weight.sum()
    ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # last row of each distinct value
    reached = np.concatenate([[0.0], share[ends]])
    values = ordered[ends]
    best = int(np.argmin(np.abs(reached - target)))
    if best == 0:
        return float(np.nextafter(values[0], 2.0))
    if best == len(values):
        return float(values[-1])
    return float((values[best - 1] + values[best]) / 2)
