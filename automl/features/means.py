"""Columns that say what the target is on the average of a category, or of two categories together."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import TargetEncoder

from .categories import MOST_CODES
from .steps import Part, method

__all__ = ["mean_columns"]

_PARTS = 5


def mean_columns(
    codes: Sequence[int], crosses: Sequence[tuple[int, int]], *, task: str, seed: int
) -> list[Part]:
    """Return steps that make the mean target of each code, shrunk to the mean of all rows.

    They must be fitted by ``fit_transform``, with the target: a training row's mean is taken from the other
    four fifths of the training rows, so that it says nothing about the row's own target. For new rows it is
    the mean over all training rows; for codes without one, the mean target of all rows. A missing code is a
    code of its own.

    Parameters
    ----------
    codes : sequence of int
        Positions of category columns, each for itself.
    crosses : sequence of (int, int)
        Positions of two category columns, whose codes make one. Missing where one of both is.
    task : {"binary", "multiclass", "regression"}
        With more than two classes each code has a mean for each class: as many columns.
    seed : int
        Seed of the five parts.

    Returns
    -------
    list of (name, step)
        For `beside`.
    """

    def encoder() -> TargetEncoder:
        return TargetEncoder(
            target_type="continuous" if task == "regression" else task,
            cv=KFold(_PARTS, shuffle=True, random_state=seed),
        )

    parts: list[Part] = []
    if codes:
        parts.append(("means", Pipeline([("take", method("take", list(codes), 1)), ("mean", encoder())])))
    if crosses:
        positions = [position for pair in crosses for position in pair]
        steps = [
            ("take", method("take", positions, 1)),
            ("pair", method("reshape", (-1, len(crosses), 2))),
            # A code of two digits: left * 4096 + right.
            ("join", method("dot", (float(MOST_CODES), 1.0))),
            ("mean", encoder()),
        ]
        parts.append(("crosses", Pipeline(steps)))
    return parts
