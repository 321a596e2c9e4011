"""Differences split into columns: between cohorts, between models, between two states of the data.

Attributions add up to predictions, so differences of their means add up to differences of mean predictions,
and by linearity of the Shapley value the attributions of a difference of two models are the difference of
their attributions, given the same background, columns and scale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Clock, Progress, part
from ..errors import InputError
from ..explanation import Explanation, checked_mask
from ..groups import Groups
from ..intervals import student
from ..labels import Outputs
from ..stored import Stored

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_ROWS = 500
_BACKGROUND = 200


@dataclass(frozen=True, eq=False)
class Comparison(Outputs, Stored):
    """Why the mean output differs between two sets of rows, in the order of the columns.

    Attributes
    ----------
    names : (str, str)
        Of the two sets; differences are the second less the first.
    columns : tuple of str, length M
    difference : array of shape (M, K)
        Of the mean attributions; the sum over the columns is the difference of the mean outputs.
    stderr : array of shape (M, K)
        For other rows like these, the model and the background kept. Where attributions were sampled, their
        mean standard error, which may be common to all rows, is added to the spread over the rows.
    quantile : array of shape (M, K)
        Times ``stderr`` makes a 95 % interval (Student's, with Welch's degrees of freedom).
    means : array of shape (2, K)
        Mean outputs of the two sets.
    total_stderr : array of shape (K,)
        Of the difference of the means.
    rows : (int, int)
    scale : {"probability", "target", "margin"}
    classes : tuple of length K, or None for regression
    """

    names: tuple[str, str]
    columns: tuple[str, ...]
    difference: Floats
    stderr: Floats
    quantile: Floats
    means: Floats
    total_stderr: Floats
    rows: tuple[int, int]
    scale: str
    classes: tuple[Any, ...] | None

    @property
    def low(self) -> Floats:
        """Lower ends of the 95 % intervals, shape (M, K)."""
        return self.difference - self.quantile * self.stderr

    @property
    def high(self) -> Floats:
        """Upper ends of the 95 % intervals, shape (M, K)."""
        return self.difference + self.quantile * self.stderr

    @property
    def total(self) -> Floats:
        """Difference of the mean outputs, shape (K,)."""
        return np.asarray(self.means[1] - self.means[0])

    def order(self, output: Any = None) -> list[int]:
        """Positions of the columns, the largest difference first."""
        size = np.abs(self.difference[:, self.output_index(output)])
        return [int(j) for j in np.argsort(-size, kind="stable")]

    def turned(self) -> Comparison:
        """The first set less the second."""
        return replace(
            self,
            names=self.names[::-1],
            difference=-self.difference,
            means=self.means[::-1].copy(),
            rows=self.rows[::-1],
        )

    def to_frame(self, output: Any = None) -> pd.DataFrame:
        """Columns ``column``, ``difference``, ``low``, ``high``, ``stderr``; the largest difference first."""
        k, order = self.output_index(output), self.order(output)
        shown = {name: getattr(self, name)[order, k] for name in ("difference", "low", "high", "stderr")}
        return pd.DataFrame({"column": [self.columns[j] for j in order], **shown})

    def sentence(self, output: Any = None, top: int = 3) -> str:
        """The difference and what it comes from, in words."""
        k = self.output_index(output)
        name = self.output_name(output)
        what = "prediction" if name is None else f"{self.scale} of “{name}”"
        first, second = (formats.level(float(value), self.scale) for value in self.means[:, k])
        lead = (
            f"The model's mean {what} is {second} for {self.names[1]} ({self.rows[1]:,} rows) and {first} "
            f"for {self.names[0]} ({self.rows[0]:,} rows)."
        )
        clear = [j for j in self.order(output) if self.low[j, k] > 0 or self.high[j, k] < 0]
        if not clear:
            return f"{lead} No column's part in that can be told from chance."
        named = [
            f"{self.columns[j]} ({formats.change(float(self.difference[j, k]), self.scale)})"
            for j in clear[:top]
        ]
        return f"{lead} Most of what the model made of that comes from {formats.listed(named)}."


def compare_cohorts(
    explanation: Explanation,
    first: Any,
    second: Any = None,
    *,
    names: tuple[str, str] = ("the others", "the cohort"),
) -> Comparison:
    """Split the difference of two cohorts' mean outputs into columns.

    Parameters
    ----------
    explanation : Explanation
        With the rows of both.
    first, second : sequences of bool, length n
        Masks of the rows. With only one it is compared with all other rows, which then come first.
    names : (str, str)
        Of the first and the second cohort.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If a cohort has under two rows, or a row is in both.
    """
    chosen = checked_mask(first, explanation.rows)
    one, two = (~chosen, chosen) if second is None else (chosen, checked_mask(second, explanation.rows))
    if (one & two).any():
        raise InputError(
            f"Expected cohorts without common rows, found {int((one & two).sum())} rows in both; compare one "
            "of them with the rest of the other."
        )
    for name, mask in zip(names, (one, two), strict=True):
        if mask.sum() < 2:
            raise InputError(f"Expected at least two rows in {name!r}, found {int(mask.sum())}.")
    return _difference(explanation.take(one), explanation.take(two), names)


def compare_data(
    model: Any,
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    background: pd.DataFrame | None = None,
    names: tuple[str, str] = ("before", "after"),
    rows: int = _MOST_ROWS,
    groups: Groups | None = None,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Split the shift of one model's mean output between two states of the data into columns.

    Rows of both are explained against the same background. The parts add up to the shift of the explained
    rows, whatever changed: values of single columns, or only how they go together (then the parts say in
    which columns the model sees it).

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
    before, after : DataFrames of raw columns
    background : DataFrame, optional
        By default 200 rows of ``before``, at random.
    names : (str, str)
    rows : int
        At most so many rows of each are explained, at random.
    groups, scale, seed, time_budget, progress
        As for :func:`explain.explain`.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If the columns differ or there are under two rows on a side.
    """
    from ..api import explain
    from ..frames import checked_frames
    from ..space import stack_frames
    from .hybrids import some_rows

    later, earlier = checked_frames(after, before)
    for name, frame in zip(names, (earlier, later), strict=True):
        if len(frame) < 2:
            raise InputError(f"Expected at least two rows in {name!r}, found {len(frame)}.")
    if background is None:
        background = earlier.iloc[some_rows(len(earlier), _BACKGROUND, seed + 1)]
    earlier = earlier.iloc[some_rows(len(earlier), rows, seed)]
    later = later.iloc[some_rows(len(later), rows, seed)]
    found = explain(
        model,
        stack_frames(earlier, later),
        background,
        scale=scale,
        groups=groups,
        seed=seed,
        time_budget=time_budget,
        progress=progress,
    )
    return compare_cohorts(
        found, np.arange(found.rows) < len(earlier), np.arange(found.rows) >= len(earlier), names=names
    )


def compare_models(
    first: Any,
    second: Any,
    X: pd.DataFrame,
    background: pd.DataFrame,
    *,
    scale: str | None = None,
    groups: Groups | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Explain where two models differ: the attributions of the second model less the first.

    Parameters
    ----------
    first, second : fitted scikit-learn estimators or pipelines
        Both take the columns of ``X`` and have the same classes.
    X, background, scale, groups, seed, time_budget, progress
        As for :func:`explain.explain`.

    Returns
    -------
    Explanation
        Of the difference of the outputs: ``prediction`` and ``base`` are differences too. Exact if both are;
        else the standard errors are added in quadrature.

    Raises
    ------
    InputError
        If the models have different classes, in another order, or no common scale.
    """
    from ..api import explain
    from ..outputs import choose_scale, model_classes

    clock = Clock(time_budget)
    if model_classes(first) != model_classes(second):
        raise InputError(
            f"Expected two models with the same classes, found {model_classes(first)} and "
            f"{model_classes(second)}."
        )
    scales = (choose_scale(first, scale), choose_scale(second, scale))
    if scales[0] != scales[1]:
        raise InputError(
            f"Expected one scale for both models, found {scales[0]} and {scales[1]}; give scale=."
        )
    found = []
    for number, model in enumerate((first, second)):
        share = clock.share(1 / (2 - number))
        found.append(
            explain(
                model,
                X,
                background,
                scale=scales[0],
                groups=groups,
                seed=seed,
                time_budget=None if share.budget is None else max(share.budget, 1e-3),
                progress=part(progress, number / 2, 0.5),
            )
        )
    one, two = found
    values, base = two.values - one.values, two.base - one.base
    prediction = two.prediction - one.prediction
    stderr = None
    if one.stderr is not None or two.stderr is not None:
        stderr = np.hypot(*(np.zeros_like(values) if each.stderr is None else each.stderr for each in found))
    gap = np.abs(base + values.sum(axis=1) - prediction)
    return replace(
        two,
        values=values,
        base=base,
        prediction=prediction,
        stderr=stderr,
        exact=one.exact and two.exact,
        method=f"difference of two models: {two.method}, less {one.method}",
        additivity_error=float(gap.max(initial=0.0)),
        model_hash=f"{two.model_hash}-{one.model_hash}",
        milliseconds=1000 * clock.spent(),
    )


def _difference(one: Explanation, two: Explanation, names: tuple[str, str]) -> Comparison:
    parts = []
    for each in (one, two):
        spread = each.values.var(axis=0, ddof=1) / each.rows
        common = 0.0 if each.stderr is None else each.stderr.mean(axis=0) ** 2
        parts.append((spread, spread + common))
    variance = parts[0][1] + parts[1][1]
    shares = sum(part[0] ** 2 / (each.rows - 1) for part, each in zip(parts, (one, two), strict=True))
    spread = parts[0][0] + parts[1][0]
    free = np.where(shares > 0, spread**2 / np.where(shares > 0, shares, 1.0), one.rows + two.rows - 2)
    means = np.stack([each.prediction.mean(axis=0) for each in (one, two)])
    total = sum(each.prediction.var(axis=0, ddof=1) / each.rows for each in (one, two))
    return Comparison(
        names=names,
        columns=one.columns,
        difference=two.values.mean(axis=0) - one.values.mean(axis=0),
        stderr=np.sqrt(variance),
        quantile=student(0.95, free),
        means=means,
        total_stderr=np.sqrt(total),
        rows=(one.rows, two.rows),
        scale=one.scale,
        classes=one.classes,
    )
