"""Which pairs of columns work together in a model, and how much.

Exact by :mod:`explain.whole.shapley_interactions` for few columns, otherwise by
:mod:`explain.whole.friedman`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Clock, Progress
from ..errors import InputError
from ..labels import Outputs
from ..stored import Stored

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHAPLEY, FRIEDMAN = "Shapley interaction values", "Friedman's H statistic"
SILENT = 1e-9
"""Of the spread of the output: rounding."""


@dataclass(frozen=True, eq=False)
class Interactions(Outputs, Stored):
    """Pairs of columns, the strongest interaction first.

    Attributes
    ----------
    method : {"Shapley interaction values", "Friedman's H statistic"}
    pairs : tuple of (str, str), length P
    strength : array of shape (P,)
        In units of the scale, over all outputs. Shapley: mean |interaction value| over the rows. Friedman:
        root mean square of what the two do together beyond the sum of what each does alone.
    low, high : arrays of shape (P,)
        95 % interval for other rows like these.
    floor : array of shape (P,)
        What the strength has to exceed to be told from the noise of averaging over few rows, all pairs of
        the list allowed for (Bonferroni, 5 %). Shapley values are exact for their rows, so it is zero there.
    share : array of shape (P,)
        Friedman: H², the share of the variance of the pair's joint effect. Shapley: share of the mean
        movement of the output by all columns.
    apart : int
        Pairs that do not work together at all.
    unseen : int
        Pairs there was no time for, or that promised less than those that were measured.
    rows : int
    scale : {"probability", "target", "margin"}
    classes : tuple of length K, or None for regression
    """

    method: str
    pairs: tuple[tuple[str, str], ...]
    strength: Floats
    low: Floats
    high: Floats
    floor: Floats
    share: Floats
    apart: int
    unseen: int
    rows: int
    scale: str
    classes: tuple[Any, ...] | None

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Which pairs are above their noise floor, shape (P,)."""
        return self.strength > self.floor

    def to_frame(self) -> pd.DataFrame:
        """Columns ``first``, ``second``, ``strength``, ``low``, ``high``, ``floor``, ``share``."""
        names = ("strength", "low", "high", "floor", "share")
        first, second = zip(*self.pairs, strict=True) if self.pairs else ((), ())
        return pd.DataFrame(
            {"first": list(first), "second": list(second), **{name: getattr(self, name) for name in names}}
        )

    def partner(self, column: str) -> str | None:
        """The column with which ``column`` works together most clearly; None if with none."""
        for (first, second), clear in zip(self.pairs, self.clear.tolist(), strict=True):
            if clear and column in (first, second):
                return second if column == first else first
        return None

    def sentence(self, top: int = 3) -> str:
        """The strongest pairs in words."""
        clear = [p for p in range(len(self.pairs)) if self.clear[p]]
        if not clear:
            return (
                f"Over {self.rows:,} rows the model adds up what the columns do; "
                "no pair that was measured works together more than noise would show."
            )
        named = [
            f"{self.pairs[p][0]} with {self.pairs[p][1]} "
            f"({formats.change(float(self.strength[p]), self.scale).lstrip('+')})"
            for p in clear[:top]
        ]
        text = (
            f"The model lets {formats.listed(named)} work together: what one of the two does to the output "
            "depends on the other, typically by the amount given."
        )
        if len(clear) < len(self.pairs):
            text += f" {len(self.pairs) - len(clear)} more pairs cannot be told from noise."
        return text


def rank_interactions(
    model: Any,
    X: pd.DataFrame,
    background: pd.DataFrame,
    *,
    method: Literal["auto", "shapley", "friedman"] = "auto",
    pairs: int = 30,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Interactions:
    """Rank the pairs of columns that work together in a model.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
    X : DataFrame of shape (n, M)
        Rows to explain.
    background : DataFrame of shape (B, M)
        Rows that stand for "usual". Only Shapley values use them; Friedman's statistic takes ``X`` for both.
    method : {"auto", "shapley", "friedman"}
        By default Shapley values where at most 6 columns change the output and their coalitions are quickly
        walked; asked for, up to 10 columns.
    pairs : int
        At most so many pairs are measured by Friedman's statistic: those whose columns show most dependence
        on any others.
    scale, seed, time_budget, progress
        As for :func:`explain.explain`. When time is short fewer pairs are measured.

    Returns
    -------
    Interactions

    Raises
    ------
    InputError
        If rows are missing, or Shapley values are asked for with more than 10 columns that matter.
    """
    from .friedman import friedman_interactions
    from .shapley_interactions import ranked, shapley_interactions

    if method not in ("auto", "shapley", "friedman"):
        raise InputError(f"Expected method auto, shapley or friedman, found {method!r}.")
    clock = Clock(time_budget)
    if method != "friedman":
        found = shapley_interactions(
            model,
            X,
            background,
            scale=scale,
            seed=seed,
            quick=method == "auto",
            clock=clock,
            progress=progress,
        )
        if found is not None:
            return ranked(*found)
    return friedman_interactions(model, X, pairs, scale, seed, clock, progress)
