"""Permutation importance: how much worse the model gets when the values of a column are shuffled.

Breiman (2001), Random Forests; as a U-statistic of pairs of rows, one that is predicted and one that gives
the value, in the sense of Fisher, Rudin and Dominici (2019), All Models are Wrong, but Many are Useful.
``sklearn.inspection.permutation_importance`` gives one score per repeat only, so it can tell the chance of
the shuffling but not that of the rows, and it knows no groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from .. import formats
from ..clock import Clock, Progress
from ..errors import InputError
from ..groups import Groups, owners
from ..stored import Stored

if TYPE_CHECKING:
    from .judges import Metric

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    first: Sequence[str] = (),
    sample_weight: ArrayLike | None = None,
    row_groups: ArrayLike | None = None,
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
    first : sequence of str
        Columns to begin with, in this order, such as those that explanations call important.
    sample_weight : array-like of shape (n,), optional
        How much each row counts: both where it is predicted and where it gives values, as if it were there so
        often. A ``metric`` must then take ``sample_weight``.
    row_groups : array-like of shape (n,), optional
        Rows with the same value belong together, such as those of one customer: the intervals are then for
        other groups like these, not for other rows of the same groups.
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
        If there are under 20 rows, or 20 groups of them, ``y`` or weights do not fit them, or the metric
        gives no number.
    """
    from .hybrids import Hybrids
    from .judges import Counted, Losses, Scores, checked_answers

    clock = Clock(time_budget)
    hybrids = Hybrids(model, X, seed=seed)
    if repeats < 1:
        raise InputError(f"Expected at least one repeat, found {repeats}.")
    answers = checked_answers(hybrids, y)
    counted = Counted.of(hybrids.rows, sample_weight, row_groups)
    if metric is None:
        judge: Losses | Scores = Losses(hybrids, answers, counted)
    else:
        judge = Scores(hybrids, answers, counted, metric, higher_is_better, response, seed)
    names, owner = owners(hybrids.columns, groups or {})
    tallies = [judge.tally() for _ in names]
    turns = _in_order(hybrids.columns, owner, len(names), first)
    everyone = np.arange(hybrids.rows)
    slowest = 0.0
    for turn in range(repeats * len(names)):
        repeat, place = divmod(turn, len(names))
        player = turns[place]
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


def _in_order(columns: Sequence[str], owner: Ints, players: int, first: Sequence[str]) -> list[int]:
    """All players, those of the columns named first before the others."""
    named = [int(owner[list(columns).index(name)]) for name in first if name in columns]
    return list(dict.fromkeys([*named, *range(players)]))


def _cycle(rows: int, rng: np.random.Generator) -> Ints:
    """A random cycle through all rows: for each row another one that gives its value."""
    order = rng.permutation(rows)
    donor = np.empty(rows, dtype=np.int64)
    donor[order] = np.roll(order, 1)
    return donor
