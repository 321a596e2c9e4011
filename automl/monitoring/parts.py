"""What a shift of the mean prediction is made of.

A prediction is a base plus what each column contributes, and the base is the same for all rows: so the shift
of the mean prediction is the sum of the shifts of the columns' mean contributions, exactly. That tells drift
which the model hardly notices from drift that moves its predictions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from automl.monitoring.rules import PART
from explain import ExplainError
from explain.clock import Clock
from explain.whole.compare import Comparison, compare_data

__all__ = ["NAMES", "clear_parts", "large_parts", "main_label", "main_output", "split_shift"]

NAMES = ("rows learned from", "new rows")

_ROWS = 500
_SAMPLED_ROWS = 200  # where contributions are sampled, more rows in the same time only make each less certain
_PROBE = 2
_CLEAR = 1.7
"""Half widths of a 95 % interval that a part must be away from zero: some 3.3 standard errors, which of 50
columns without any part one exceeds in 5 % of all cases."""


def split_shift(
    model: Any,
    known: pd.DataFrame,
    new: pd.DataFrame,
    background: pd.DataFrame,
    *,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[Comparison | None, str]:
    """Split the shift of the mean prediction from known rows to new ones into columns.

    Parameters
    ----------
    model : fitted scikit-learn estimator
    known, new : DataFrame
        Canonical rows; at most 500 of each are explained, 200 where contributions cannot be exact.
    background : DataFrame
        Rows that explanations compare with.
    seed, time_budget, progress
        As in `explain.explain`.

    Returns
    -------
    comparison : Comparison or None
    note : str
        Why there is none.
    """
    if min(len(known), len(new)) < 2:
        return None, "Under two rows cannot be compared."
    from explain.api import explain  # it loads scikit-learn, which readers of reports do without

    clock = Clock(time_budget)
    known, new, background = (each.reset_index(drop=True) for each in (known, new, background))
    try:
        exact = explain(model, new.head(_PROBE), background, seed=seed, time_budget=time_budget).exact
        found = compare_data(
            model,
            known,
            new,
            background=background,
            names=NAMES,
            rows=_ROWS if exact else _SAMPLED_ROWS,
            seed=seed,
            time_budget=None if time_budget is None else max(clock.left(), time_budget / 2),
            progress=progress,
        )
    except ExplainError as error:
        return None, f"The shift could not be split into columns: {error}"
    return found, ""


def main_output(comparison: Comparison) -> int:
    """The output whose mean has moved most; of two classes the second."""
    if comparison.outputs <= 2:
        return comparison.outputs - 1
    return int(np.abs(comparison.total).argmax())


def main_label(comparison: Comparison) -> Any:
    """The class whose mean has moved most, of two the second; None for values."""
    return None if comparison.classes is None else comparison.classes[main_output(comparison)]


def clear_parts(comparison: Comparison | None) -> dict[str, float]:
    """The part of each column, 0 where it cannot be told from chance with all columns in mind."""
    if comparison is None:
        return {}
    k = main_output(comparison)
    size = comparison.difference[:, k]
    clear = np.abs(size) > _CLEAR * np.nan_to_num(comparison.quantile[:, k] * comparison.stderr[:, k])
    kept = np.where(clear, size, 0.0)
    return dict(zip(comparison.columns, kept.tolist(), strict=True))


def large_parts(comparison: Comparison | None, deviation: float | None) -> dict[str, float]:
    """Clear parts that are large beside the predictions' standard deviation, the largest first."""
    if deviation is None:
        return {}
    found = {name: part for name, part in clear_parts(comparison).items() if abs(part) >= PART * deviation}
    return dict(sorted(found.items(), key=lambda item: -abs(item[1])))
