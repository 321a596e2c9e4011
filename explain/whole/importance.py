"""Permutation importance: how much worse the model gets when the values of a column are shuffled.

Breiman (2001), Random Forests; as a U-statistic of pairs of rows, one that is predicted and one that gives
the value, in the sense of Fisher, Rudin and Dominici (2019), All Models are Wrong, but Many are Useful.
``sklearn.inspection.permutation_importance`` gives one score per repeat only, so it can tell the chance of
the shuffling but not that of the rows, and it knows no groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Clock, Progress
from ..errors import InputError
from ..groups import Groups, owners
from ..intervals import normal_quantile, student
from ..stored import Stored

if TYPE_CHECKING:
    from .hybrids import Hybrids

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Metric = Callable[[Any, Any], float]

_BLOCKS = 30  # parts of the rows that are left out in turn to see how a metric varies with the rows
_LEAST_ROWS = 20


@dataclass(frozen=True, eq=False)
class PermutationImportance(Stored):
    """How much worse the model gets without the information in a column, largest first.

    Attributes
    ----------
    columns : tuple of str, length P
        Columns or groups.
    importance : array of shape (P,)
        Mean increase of the loss, or mean fall of a metric of which higher is better, in its units.
    stderr : array of shape (P,)
        For other rows like these, and other shuffles: the two below together.
    stderr_rows : array of shape (P,)
        From the rows: each may be one that is predicted and one that gives values.
    stderr_repeats : array of shape (P,)
        From how the values were shuffled; falls with more repeats. With one repeat it is not told apart.
    quantile : float
        Times ``stderr`` makes a 95 % interval.
    level : float
        The metric with all columns in place.
    metric : str
    repeats : int array of shape (P,)
    rows : int
    groups : dict
        Name → columns of the groups.
    skipped : tuple of str
        Columns there was no time for.
    """

    columns: tuple[str, ...]
    importance: Floats
    stderr: Floats
    stderr_rows: Floats
    stderr_repeats: Floats
    quantile: float
    level: float
    metric: str
    repeats: Ints
    rows: int
    groups: dict[str, tuple[str, ...]]
    skipped: tuple[str, ...]

    @property
    def low(self) -> Floats:
        """Lower ends of the 95 % intervals, shape (P,)."""
        return self.importance - self.quantile * self.stderr

    @property
    def high(self) -> Floats:
        """Upper ends of the 95 % intervals, shape (P,)."""
        return self.importance + self.quantile * self.stderr

    def to_frame(self) -> pd.DataFrame:
        """Columns ``column``, ``importance``, ``low``, ``high`` and the three standard errors."""
        names = ("importance", "low", "high", "stderr", "stderr_rows", "stderr_repeats")
        return pd.DataFrame({"column": list(self.columns), **{name: getattr(self, name) for name in names}})

    def sentence(self, top: int = 3) -> str:
        """The most important columns in words."""
        clear = [j for j in range(len(self.columns)) if self.low[j] > 0]
        over = f"over {self.rows:,} rows"
        if not clear:
            return f"Shuffling any column changes the {self.metric} by no more than chance {over}."
        named = [
            f"{self.columns[j]} (by {formats.number(float(self.importance[j]), 2)}, 95 % interval "
            f"{formats.number(float(self.low[j]), 2)} to {formats.number(float(self.high[j]), 2)})"
            for j in clear[:top]
        ]
        rest = len(self.columns) - len(clear)
        text = (
            f"The model relies most on {formats.listed(named)}: so much worse does the {self.metric} get "
            f"{over} when the values of that column are shuffled."
        )
        if rest:
            text += (
                f" For {rest} {'column' if rest == 1 else 'columns'} the change cannot be told from chance."
            )
        return text


def permutation_importance(
    model: Any,
    X: pd.DataFrame,
    y: Any,
    *,
    metric: Metric | None = None,
    higher_is_better: bool = True,
    response: Literal["output", "label"] = "output",
    groups: Groups | None = None,
    repeats: int = 5,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> PermutationImportance:
    """Permutation importance of raw columns, with intervals.

    Use rows that the model did not learn from. No row keeps its own value in a shuffle, so the mean is not
    pulled towards zero by rows that did not change.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
        Takes a DataFrame with the columns of ``X``.
    X : DataFrame of shape (n, M)
    y : array-like of shape (n,)
    metric : callable, optional
        ``metric(y, outputs) -> float``. Default: the log loss of probabilities, the squared error of numbers.
        The outputs are the probabilities of the positive class, shape (n,); of three or more classes, shape
        (n, K); or predicted numbers, shape (n,).
    higher_is_better : bool
        Of ``metric``.
    response : {"output", "label"}
        With "label" the metric gets the most probable class instead.
    groups : mapping of str to sequence of str, optional
        Columns that are shuffled together, such as clusters of correlated ones.
    repeats : int
    seed : int
    time_budget : float, optional
        Seconds. When time is short there are fewer repeats, and at the last ``skipped`` columns.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    PermutationImportance

    Raises
    ------
    InputError
        If there are under 20 rows, ``y`` does not fit them, or the metric gives no number.
    """
    from .hybrids import Hybrids

    clock = Clock(time_budget)
    hybrids = Hybrids(model, X, seed=seed)
    if repeats < 1:
        raise InputError(f"Expected at least one repeat, found {repeats}.")
    answers = _checked_answers(hybrids, y)
    if metric is None:
        judge: _Losses | _Scores = _Losses(hybrids, answers)
    else:
        judge = _Scores(hybrids, answers, metric, higher_is_better, response, seed)
    names, owner = owners(hybrids.columns, groups or {})
    tallies = [judge.tally() for _ in names]
    everyone = np.arange(hybrids.rows)
    slowest = 0.0
    for turn in range(repeats * len(names)):
        repeat, player = divmod(turn, len(names))
        started = clock.spent()
        if turn and clock.left() < slowest:
            break
        donor = _cycle(hybrids.rows, np.random.default_rng([seed, 12, player, repeat]))
        members = np.flatnonzero(owner == player).tolist()
        tallies[player].add(hybrids.exchanged(everyone, dict.fromkeys(members, donor)), donor)
        slowest = max(slowest, clock.spent() - started)
        if progress is not None:
            progress((turn + 1) / (repeats * len(names)))
    done = [j for j in range(len(names)) if tallies[j].repeats]
    found = np.array([tallies[j].result() for j in done]).reshape(-1, 3)
    order = np.argsort(-found[:, 0], kind="stable")
    importance, rows, shuffling = found[order].T
    return PermutationImportance(
        columns=tuple(names[done[j]] for j in order),
        importance=importance,
        stderr=np.hypot(rows, shuffling),
        stderr_rows=rows,
        stderr_repeats=shuffling,
        quantile=judge.quantile,
        level=judge.level,
        metric=judge.name,
        repeats=np.array([tallies[done[j]].repeats for j in order], dtype=np.int64),
        rows=hybrids.rows,
        groups={str(name): tuple(members) for name, members in (groups or {}).items()},
        skipped=tuple(name for j, name in enumerate(names) if j not in done),
    )


def _cycle(rows: int, rng: np.random.Generator) -> Ints:
    """A random cycle through all rows: for each row another one that gives its value."""
    order = rng.permutation(rows)
    donor = np.empty(rows, dtype=np.int64)
    donor[order] = np.roll(order, 1)
    return donor


def _checked_answers(hybrids: Hybrids, y: Any) -> NDArray[Any]:
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


class _Losses:
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

    def __init__(self, judge: _Losses) -> None:
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


class _Scores:
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

    def __init__(self, judge: _Scores) -> None:
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
