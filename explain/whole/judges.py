"""How good outputs are, and how much worse shuffled ones: by a loss of each row, or by any metric of all.

Both tell the chance of the rows from that of the shuffling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from ..intervals import normal_quantile, student
from ..judge.scored import checked_weight
from .hybrids import Hybrids

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Metric = Callable[..., float]

_LEAST_ROWS = 20
_BLOCKS = 30  # parts of the rows that are left out in turn to see how a metric varies with the rows


def checked_answers(hybrids: Hybrids, y: Any) -> NDArray[Any]:
    """Numbers for regression; positions of the classes for classifiers."""
    if hybrids.rows < _LEAST_ROWS:
        raise InputError(f"Expected at least {_LEAST_ROWS} rows for an interval, found {hybrids.rows}.")
    answers = np.asarray(y)
    if answers.shape != (hybrids.rows,):
        raise InputError(f"Expected y of shape ({hybrids.rows},), found {answers.shape}.")
    if hybrids.classes is None:
        numbers = answers.astype(np.float64)
        if not np.isfinite(numbers).all():
            raise InputError("Expected y without missing values; leave out the rows without an answer.")
        return numbers
    places = {label: k for k, label in enumerate(hybrids.classes)}
    unknown = [label for label in dict.fromkeys(answers.tolist()) if label not in places]
    if unknown:
        raise InputError(f"Expected classes {', '.join(map(str, places))} in y, found {unknown[0]!r}.")
    return np.array([places[label] for label in answers.tolist()], dtype=np.int64)


@dataclass(frozen=True)
class Counted:
    """How much rows count, and which belong together.

    Attributes
    ----------
    weight : array of shape (n,) or None
        With a mean of 1.
    group : int array of shape (n,)
        Numbers of the groups; of rows that each stand alone their own.
    groups : int
    """

    weight: Floats | None
    group: Ints
    groups: int

    @classmethod
    def of(cls, rows: int, sample_weight: ArrayLike | None, row_groups: ArrayLike | None) -> Counted:
        """Checked weights and groups of rows.

        Raises
        ------
        InputError
            If they do not fit the rows, or there are too few groups for an interval.
        """
        weight = checked_weight(sample_weight, rows)
        if weight is not None:
            weight = weight / weight.mean()
        if row_groups is None:
            return cls(weight, np.arange(rows), rows)
        given = np.asarray(row_groups)
        if given.shape != (rows,):
            raise InputError(f"Expected row_groups of shape ({rows},), found {given.shape}.")
        codes, names = pd.factorize(given, use_na_sentinel=False)
        if len(names) < _LEAST_ROWS:
            raise InputError(
                f"Expected at least {_LEAST_ROWS} groups of rows for an interval, found {len(names)}."
            )
        return cls(weight, codes.astype(np.int64), len(names))

    def mean(self, values: Floats) -> float:
        """The weighted mean over the rows."""
        return float(np.average(values, weights=self.weight))

    def variance_of_mean(self, values: Floats) -> float:
        """Variance of the plain mean of values by row, for other groups (of sizes like these)."""
        off = np.bincount(self.group, values - values.mean(), self.groups)
        return float((off**2).sum()) * self.groups / (self.groups - 1) / len(values) ** 2


class Losses:
    """Judges by a mean of one loss per row."""

    quantile = normal_quantile(0.95)

    def __init__(self, hybrids: Hybrids, answers: NDArray[Any], counted: Counted) -> None:
        if hybrids.scale == "margin":
            raise InputError("Expected a metric for a model without probabilities, found none; give metric=.")
        self.answers, self.counted = answers, counted
        if counted.groups < hybrids.rows:
            self.quantile = float(student(0.95, counted.groups - 1))
        self.name = "squared error" if hybrids.classes is None else "log loss"
        self.usual = self.losses(hybrids.predictions)
        self.level = counted.mean(self.usual)

    def losses(self, outputs: Floats) -> Floats:
        if self.name == "squared error":
            return np.asarray((outputs[:, 0] - self.answers) ** 2, dtype=np.float64)
        given = outputs[np.arange(len(outputs)), self.answers]
        return np.asarray(-np.log(np.clip(given, np.finfo(np.float64).eps, 1.0)), dtype=np.float64)

    def tally(self) -> _LossTally:
        return _LossTally(self)


class _LossTally:
    """Changes of the loss h(i, k) of row i with the value of row k, over the repeats.

    By Hoeffding's decomposition h = θ + a(i) + b(k) + e(i, k), and the mean over all pairs varies with the
    rows as the mean of a + b does. Of n R pairs, e adds var(e) / (n R), which the repeats show. A row's own
    means over R repeats hold noise of the others' b, a and e, which is taken off by the spread within.
    """

    def __init__(self, judge: Losses) -> None:
        self.judge = judge
        self.repeats = 0
        self.means: list[float] = []
        self.taken = np.zeros((2, len(judge.usual)))  # sums and sums of squares by row that is predicted
        self.given = np.zeros((2, len(judge.usual)))  # by row that gives the value

    def add(self, outputs: Floats, donor: Ints) -> None:
        change = self.judge.losses(outputs) - self.judge.usual
        weight = self.judge.counted.weight
        if weight is not None:
            # The pair counts as often as both rows do; off their mean, changes count by that (a ratio's
            # linearisation).
            pair = weight * weight[donor]
            mean = float(np.average(change, weights=pair))
            change = mean + pair / pair.mean() * (change - mean)
        self.taken += (change, change**2)
        self.given[:, donor] += (change, change**2)
        self.means.append(float(change.mean()))
        self.repeats += 1

    def result(self) -> tuple[float, float, float]:
        repeats, n = self.repeats, len(self.judge.usual)
        variance = n * self.judge.counted.variance_of_mean(self.taken[0] + self.given[0]) / repeats**2
        mean = float(np.mean(self.means))
        if repeats == 1:
            return mean, float(np.sqrt(variance / n)), 0.0
        within = sum(
            float((squares - sums**2 / repeats).mean()) / (repeats - 1)
            for sums, squares in (self.taken, self.given)
        )
        rows = max(0.0, variance - within / repeats) / n
        return mean, float(np.sqrt(rows)), float(np.sqrt(np.var(self.means, ddof=1) / repeats))


class Scores:
    """Judges by any function of all rows together.

    How it varies with the rows is seen by leaving out blocks of them, both as rows that are predicted and as
    rows that give values (the delete-a-group jackknife; Shao and Tu, 1995, The Jackknife and Bootstrap).
    """

    def __init__(
        self,
        hybrids: Hybrids,
        answers: NDArray[Any],
        counted: Counted,
        metric: Metric,
        higher_is_better: bool,
        response: str,
        seed: int,
    ) -> None:
        if response not in ("output", "label") or (response == "label" and hybrids.classes is None):
            raise InputError(f"Expected response 'output', or 'label' of a classifier, found {response!r}.")
        self.classes = None if hybrids.classes is None else np.array(hybrids.classes)
        self.answers = answers if self.classes is None else self.classes[answers]
        self.metric, self.response = metric, response
        self.sign = 1.0 if higher_is_better else -1.0
        self.name = str(getattr(metric, "__name__", type(metric).__name__)).replace("_", " ")
        blocks = min(_BLOCKS, counted.groups // 2)
        self.block = (np.random.default_rng([seed, 13]).permutation(counted.groups) % blocks)[counted.group]
        self.weight = counted.weight
        self.quantile = float(student(0.95, blocks - 1))
        self.predictions = hybrids.predictions
        self.level = float(self.scores(hybrids.predictions, np.arange(hybrids.rows))[0])

    def scores(self, outputs: Floats, donor: Ints, weight: Floats | None = None) -> Floats:
        """Of all rows, then without each block, both of rows and of the ``donor`` that gives values."""
        giver = self.block[donor]
        shown: Any = outputs
        if self.response == "label" and self.classes is not None:
            shown = self.classes[outputs.argmax(axis=1)]
        elif outputs.shape[1] <= 2:
            shown = outputs[:, -1]
        kept = [np.ones(len(outputs), dtype=np.bool_)]
        kept += [(self.block != b) & (giver != b) for b in range(int(self.block.max()) + 1)]
        weight = self.weight if weight is None else weight
        known: list[dict[str, Any]] = [
            {} if weight is None else {"sample_weight": weight[rows]} for rows in kept
        ]
        scores = np.array(
            [
                float(self.metric(self.answers[rows], shown[rows], **options))
                for rows, options in zip(kept, known, strict=True)
            ]
        )
        if not np.isfinite(scores).all():
            raise InputError(
                f"Expected the metric {self.name!r} to give a finite number also without some of the rows, "
                "found none; use more rows or another metric."
            )
        return scores

    def tally(self) -> _ScoreTally:
        return _ScoreTally(self)


class _ScoreTally:
    """Falls of a metric over the repeats, with all rows and without each block."""

    def __init__(self, judge: Scores) -> None:
        self.judge = judge
        self.falls: list[Floats] = []

    @property
    def repeats(self) -> int:
        return len(self.falls)

    def add(self, outputs: Floats, donor: Ints) -> None:
        judge = self.judge
        pair = None if judge.weight is None else judge.weight * judge.weight[donor]
        self.falls.append(
            judge.sign * (judge.scores(judge.predictions, donor) - judge.scores(outputs, donor, pair))
        )

    def result(self) -> tuple[float, float, float]:
        falls, repeats = np.array(self.falls), self.repeats
        mean = float(falls[:, 0].mean())
        single = float(np.mean([_jackknife(row[1:]) for row in falls]))
        if repeats == 1:
            return mean, float(np.sqrt(single)), 0.0
        # The variance of a mean over R repeats is A + B / R, with A of the rows: two of them tell A.
        rows = (repeats * _jackknife(falls[:, 1:].mean(axis=0)) - single) / (repeats - 1)
        shuffling = float(np.var(falls[:, 0], ddof=1)) / repeats
        return mean, float(np.sqrt(max(0.0, rows))), float(np.sqrt(shuffling))


def _jackknife(without: Floats) -> float:
    """Variance of an estimate from what it is without each block."""
    blocks = len(without)
    return float((blocks - 1) / blocks * ((without - without.mean()) ** 2).sum())
