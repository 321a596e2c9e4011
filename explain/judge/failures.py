"""Where a model fails: cohorts of rows, in the user's own columns, on which its loss is unusually high.

A shallow regression tree of the loss finds the cohorts on one half of the rows; the other half says whether
they are real. Most of what a tree finds is not, so a cohort that does not hold up is said not to.

References
----------
Chung et al. (2019), "Slice Finder: automated data slicing for model validation".
Athey and Imbens (2016), "Recursive partitioning for heterogeneous causal effects" (honest trees).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from .. import formats
from ..clock import Clock, Progress, as_many
from ..errors import InputError
from ..intervals import Estimate
from ..stored import Stored
from .alike import checked_groups, design_effect
from .rules import Rule, words
from .scored import Scored, checked_weight

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LOSSES = {
    "log": "log loss",
    "brier": "Brier score",
    "error": "error rate",
    "absolute": "absolute error",
    "squared": "squared error",
}
_FEWEST = 100  # rows from which a tree is grown
_FEW = 2000  # by which the time is measured
_GROWN = 20_000  # rows that a tree is grown on at most: cohorts of 2 % have 400 of them


@dataclass(frozen=True)
class Cohort(Stored):
    """A node of the tree.

    Attributes
    ----------
    rules : tuple of Rule
        All hold; none at the root.
    parent : int
        Position of the parent among the cohorts; -1 at the root.
    depth : int
    leaf : bool
    rows : int
        In the half that it was checked on.
    coverage : float
        Their share of that half.
    loss : Estimate
        Mean loss there.
    lift : float
        Mean loss by the mean loss of all rows of that half.
    grown_loss : float
        Mean loss in the half that it was found on: usually further off, since it was picked for that.
    p_value : float
        Of the hypothesis that the loss does not depend on the cohort; adjusted for the number of leaves
        (two-sided). NaN for nodes that are no leaves.
    finding : {"weak", "strong", "unconfirmed", "node"}
        Loss higher or lower than on the other rows beyond chance; not beyond chance; no leaf.
    """

    rules: tuple[Rule, ...]
    parent: int
    depth: int
    leaf: bool
    rows: int
    coverage: float
    loss: Estimate
    lift: float
    grown_loss: float
    p_value: float
    finding: str

    @property
    def words(self) -> str:
        """The rules for people."""
        return words(self.rules)

    def mask(self, frame: pd.DataFrame) -> Bools:
        """Which rows of a frame are in the cohort, shape (n,)."""
        inside = np.ones(len(frame), dtype=bool)
        for rule in self.rules:
            inside &= rule.mask(frame)
        return inside


@dataclass(frozen=True)
class Failures(Stored):
    """The error-analysis tree of a model.

    Attributes
    ----------
    loss : str
        A key of ``LOSSES``, or the name given.
    overall : Estimate
        Mean loss in the half that cohorts were checked on.
    cohorts : tuple of Cohort
        Nodes of the tree, parents before their children.
    grown_rows, checked_rows : int
    level : float
    """

    loss: str
    overall: Estimate
    cohorts: tuple[Cohort, ...]
    grown_rows: int
    checked_rows: int
    level: float

    def leaves(self) -> tuple[Cohort, ...]:
        """Cohorts that are not divided further, the highest loss first."""
        return tuple(sorted((c for c in self.cohorts if c.leaf), key=lambda c: -c.loss.value))

    def weak(self) -> tuple[Cohort, ...]:
        """Cohorts on which the model is worse than elsewhere, beyond chance."""
        return tuple(c for c in self.leaves() if c.finding == "weak")

    @property
    def loss_words(self) -> str:
        """The loss for people."""
        return LOSSES.get(self.loss, self.loss)

    def sentence(self) -> str:
        """Where the model fails, in words."""
        weak, leaves = self.weak(), self.leaves()
        if len(leaves) < 2:
            return (
                f"No rows were found on which the {self.loss_words} would differ from the others "
                f"(checked on {self.checked_rows:,} rows)."
            )
        if not weak:
            return (
                f"{len(leaves)} cohorts were tried, and on rows that they were not found on, none has a "
                f"{self.loss_words} above that of the others beyond chance ({self.checked_rows:,} rows)."
            )
        worst = weak[0]
        text = (
            f"The model does worst where {worst.words}: {formats.percent(worst.coverage)} of the rows, with "
            f"a mean {self.loss_words} of {formats.number(worst.loss.value)} "
            f"({formats.number(worst.loss.low)} to {formats.number(worst.loss.high)}), "
            f"{formats.number(worst.lift, 2)} times that of all rows."
        )
        others = len(weak) - 1
        if others:
            text += (
                f" {others} other {'cohort is' if others == 1 else 'cohorts are'} also worse beyond chance."
            )
        dropped = sum(c.finding == "unconfirmed" for c in leaves)
        if dropped:
            text += (
                f" {dropped} of {len(leaves)} cohorts did not hold up on the rows that they were checked on."
            )
        return text


def row_loss(scored: Scored, kind: str | None = None) -> tuple[Floats, str]:
    """Loss of each row.

    Parameters
    ----------
    scored : Scored
    kind : {"brier", "log", "error", "absolute", "squared"}, optional
        By default the Brier score of classifiers with probabilities (the sum of squares over all classes,
        half of it for two; bounded, so that one confident error does not make a cohort), else the error; the
        absolute error of regressions.

    Returns
    -------
    loss : array of shape (n,)
    kind : str

    Raises
    ------
    InputError
        If the loss does not fit the predictions.
    """
    if kind is None:
        kind = "absolute" if scored.classes is None else "error" if scored.probability is None else "brier"
    offered = ("absolute", "squared") if scored.classes is None else ("brier", "log", "error")
    if kind not in offered:
        raise InputError(f"Expected a loss out of {', '.join(offered)}, found {kind!r}.")
    if kind == "error":
        return (scored.truth != scored.prediction).astype(np.float64), kind
    if scored.classes is None:
        off = np.abs(scored.truth - scored.prediction)
        return (off if kind == "absolute" else off**2), kind
    p = scored.need_probability()
    own = p[np.arange(scored.rows), scored.truth]
    if kind == "log":
        return -np.log(np.clip(own, 1e-15, 1.0)), kind
    if len(scored.classes) == 2:
        return (1 - own) ** 2, kind
    return (p**2).sum(axis=1) - 2 * own + 1, kind


def find_failures(
    scored: Scored,
    loss: str | None = None,
    *,
    columns: list[str] | None = None,
    depth: int = 3,
    prune: bool = True,
    level: float = 0.95,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Failures:
    """Find cohorts of rows on which a model does worse than elsewhere.

    Parameters
    ----------
    scored : Scored
        Out-of-fold or holdout predictions: on rows that a model learned from it hardly fails.
    loss : str, optional
        See :func:`row_loss`.
    columns : list of str, optional
        Columns that may be used; by default all of the frame.
    depth : int
        1..5.
    prune : bool
        Whether to leave out divisions that chance and the search for them explain.
    level : float
        Of the intervals; 1 less it is the chance that any cohort is called weak or strong although none is.
    seed : int
        How the rows are divided into halves.
    time_budget : float, optional
        Seconds; when time is short the answer is from fewer rows: see ``grown_rows`` and ``checked_rows``.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    Failures
    """
    values, name = row_loss(scored, loss)
    return failures_of(
        values,
        scored.frame,
        name=name,
        columns=columns,
        depth=depth,
        prune=prune,
        level=level,
        sample_weight=scored.weight,
        groups=scored.groups,
        seed=seed,
        time_budget=time_budget,
        progress=progress,
    )


def failures_of(
    loss: ArrayLike,
    frame: pd.DataFrame,
    *,
    name: str = "loss",
    columns: list[str] | None = None,
    depth: int = 3,
    prune: bool = True,
    level: float = 0.95,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Failures:
    """The same for any number by row that is better when lower.

    Parameters
    ----------
    loss : array-like of shape (n,)
    frame : DataFrame of shape (n, M)
    name : str
    columns, depth, prune, level, seed, time_budget, progress
        As for :func:`find_failures`.
    sample_weight : array-like of shape (n,), optional
    groups : array-like of shape (n,), optional
        Which rows belong together: they are found on or checked on together.

    Returns
    -------
    Failures

    Raises
    ------
    InputError
        If there are fewer than 100 rows, or losses are missing.
    """
    from .error_tree import checked, grow

    values = np.asarray(loss, dtype=np.float64)
    n = len(frame)
    if values.shape != (n,) or not np.isfinite(values).all():
        raise InputError(f"Expected {n} finite losses, found shape {values.shape} or missing values.")
    if n < _FEWEST:
        raise InputError(f"Expected at least {_FEWEST} rows to find cohorts in, found {n}.")
    if not 1 <= depth <= 5 or not 0.5 <= level < 1:
        raise InputError(f"Expected depth in 1..5 and level in 0.5..1, found {depth} and {level}.")
    used = list(frame.columns) if columns is None else columns
    absent = [column for column in used if column not in frame.columns]
    if absent or not used:
        raise InputError(
            f"Expected columns out of {', '.join(map(str, frame.columns))}; found {absent or 'none'}."
        )
    weight = checked_weight(sample_weight, n)
    together = None if groups is None else checked_groups(groups, n)
    order, middle = _dealt(n, together, np.random.default_rng(seed))
    inflation = design_effect([values], together)

    def found(rows: int) -> Failures:
        half, check = (
            np.sort(order[:middle][: min(_GROWN, rows // 2)]),
            np.sort(order[middle:][: -(-rows // 2)]),
        )
        own, others = (None if weight is None else weight[part] for part in (half, check))
        nodes = grow(frame[used].iloc[half], values[half], own, depth, prune)
        return checked(
            nodes, frame.iloc[check], values[check], others, name, level, len(half), seed, inflation
        )

    return as_many(Clock(time_budget), found, n, least=_FEW, progress=progress)


def _dealt(n: int, groups: Ints | None, rng: np.random.Generator) -> tuple[Ints, int]:
    """Rows in a random order, those of a group beside each other, and where its second half begins."""
    if groups is None:
        return rng.permutation(n), n // 2
    rank = rng.permutation(int(groups.max()) + 1)[groups]
    order = np.argsort(rank, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(rank[order])) + 1, n)
    return order, int(ends[np.argmin(np.abs(ends - n // 2))])
