"""How good outputs are, and how much worse shuffled ones: by a loss of each row, or by any metric of all.

Both tell the chance of the rows from that of the shuffling.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..intervals import normal_quantile, student
from .hybrids import Hybrids

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Metric = Callable[[Any, Any], float]

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


class Losses:
    """Judges by a mean of one loss per row."""

    quantile = normal_quantile(0.95)

    def __init__(self, hybrids: Hybrids, answers: NDArray[Any]) -> None:
        if hybrids.scale == "margin":
            raise InputError("Expected a metric for a model without probabilities, found none; give metric=.")
        self.answers = answers
        self.name = "squared error" if hybrids.classes is None else "log loss"
        self.usual = self.losses(hybrids.predictions)
        self.level = float(self.usual.mean())

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
        self.taken += (change, change**2)
        self.given[:, donor] += (change, change**2)
        self.means.append(float(change.mean()))
        self.repeats += 1

    def result(self) -> tuple[float, float, float]:
        repeats, n = self.repeats, len(self.judge.usual)
        variance = float((self.taken[0] + self.given[0]).var(ddof=1)) / repeats**2
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
        blocks = min(_BLOCKS, hybrids.rows // 2)
        self.block = np.random.default_rng([seed, 13]).permutation(hybrids.rows) % blocks
        self.quantile = float(student(0.95, blocks - 1))
        self.predictions = hybrids.predictions
        self.level = float(self.scores(hybrids.predictions, self.block)[0])

    def scores(self, outputs: Floats, giver: Ints) -> Floats:
        """Of all rows, then without each block; ``giver`` is the block of the row that gives values."""
        shown: Any = outputs
        if self.response == "label" and self.classes is not None:
            shown = self.classes[outputs.argmax(axis=1)]
        elif outputs.shape[1] <= 2:
            shown = outputs[:, -1]
        kept = [np.ones(len(outputs), dtype=np.bool_)]
        kept += [(self.block != b) & (giver != b) for b in range(int(self.block.max()) + 1)]
        scores = np.array([float(self.metric(self.answers[rows], shown[rows])) for rows in kept])
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
        judge, giver = self.judge, self.judge.block[donor]
        self.falls.append(
            judge.sign * (judge.scores(judge.predictions, giver) - judge.scores(outputs, giver))
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
