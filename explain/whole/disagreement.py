"""Where two kinds of importance put the columns in different orders, in words."""

from __future__ import annotations

from ..explanation import Explanation
from .importance import PermutationImportance

__all__ = ["disagreement"]

_TOP = 10
_APART = 3  # places in the two orders that are worth a sentence
_WHY = (
    "The two differ because one asks what predictions are made of, and the other what makes them right: "
    "a column can move predictions without making them better, and one that others can stand in for is "
    "hardly missed."
)


def disagreement(missed: PermutationImportance, moved: Explanation) -> str:
    """Why what a model would miss differs from what moves it, and the column for which it differs most.

    Parameters
    ----------
    missed : PermutationImportance
    moved : Explanation
        Of the same model and columns.
    """
    by_movement, by_loss = list(moved.global_().columns), list(missed.columns)
    if set(by_movement) != set(by_loss):  # places in two orders of different columns cannot be compared
        return _WHY
    top = dict.fromkeys([*by_movement[:_TOP], *by_loss[:_TOP]])
    gaps = {name: abs(by_movement.index(name) - by_loss.index(name)) for name in top}
    furthest = max(gaps, key=lambda name: gaps[name])
    if gaps[furthest] < _APART:
        return f"{_WHY} Here both put the columns in much the same order."
    return (
        f"{_WHY} Furthest apart here is {furthest}: number {by_movement.index(furthest) + 1} in moving "
        f"predictions, number {by_loss.index(furthest) + 1} in making them better."
    )
