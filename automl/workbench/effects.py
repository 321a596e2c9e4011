"""What each column did to the predictions in each window: columns by their effect, windows by time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl.monitoring.rules import ALARMS, RANK
from automl.monitoring.timeline.records import Timeline, Window, WindowColumn
from explain.formats import change

__all__ = ["Effects", "effects_of", "ranked", "shown_part", "verdict"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Effects:
    """Columns by windows.

    Attributes
    ----------
    columns : tuple of str
        Those with the largest effect first.
    windows : tuple of str
        Their labels.
    split : bool
        Whether `values` are parts of the shift of the mean prediction; if not, it was split in no window, and
        they are shares of the rows that have moved beyond chance.
    values : array of shape (columns, windows)
        In percentage points, units of the target, or percent of the rows; NaN where it is not known.
    drifted : array of bool, shape (columns, windows)
        Whether the column alone calls for a look.
    unit : str
    """

    columns: tuple[str, ...]
    windows: tuple[str, ...]
    split: bool
    values: Floats
    drifted: NDArray[np.bool_]
    unit: str

    @property
    def most(self) -> float:
        """The largest effect."""
        sizes = np.abs(self.values[~np.isnan(self.values)])
        return float(sizes.max()) if len(sizes) else 0.0


def effects_of(timeline: Timeline) -> Effects:
    """The grid of a timeline."""
    names = list(dict.fromkeys(each.name for window in timeline.windows for each in window.columns))
    place = {name: i for i, name in enumerate(names)}
    parts, moved = (np.full((len(names), len(timeline.windows)), np.nan) for _ in range(2))
    drifted = np.zeros(parts.shape, dtype=np.bool_)
    for j, window in enumerate(timeline.windows):
        for each in window.columns:
            i = place[each.name]
            moved[i, j] = 100 * max(each.moved - each.chance, 0.0)
            drifted[i, j] = each.level != "fine"
            if each.part is not None:
                parts[i, j] = each.part
    split = bool((~np.isnan(parts)).any())
    if split and timeline.output is not None:
        parts *= 100
    values = parts if split else np.where(drifted, moved, 0.0)
    order = _order(values, moved, drifted)
    return Effects(
        columns=tuple(names[i] for i in order),
        windows=tuple(window.label for window in timeline.windows),
        split=split,
        values=values[order],
        drifted=drifted[order],
        unit=("points" if timeline.output is not None else timeline.target) if split else "% of the rows",
    )


def _order(values: Floats, moved: Floats, drifted: NDArray[np.bool_]) -> list[int]:
    """By the largest effect in any window, then by how often and how far a column has drifted."""
    effect = np.nan_to_num(np.abs(values)).max(axis=1, initial=0.0)
    often, far = drifted.sum(axis=1), np.nan_to_num(moved).max(axis=1, initial=0.0)
    return [int(i) for i in np.lexsort((-far, -often, -effect))]


def ranked(window: Window) -> list[WindowColumn]:
    """The columns of a window by what they do to the predictions, then by how serious their drift is."""
    return sorted(
        window.columns,
        key=lambda each: (-abs(each.part or 0.0), -RANK.index(each.level), each.chance - each.moved),
    )


def shown_part(part: float | None, output: str | None) -> str:
    """A part of the shift of the mean prediction, in words."""
    if part is None:
        return "–"
    if part == 0:
        return "may be chance"
    return change(part, "target") if output is None else change(part, "probability")


def verdict(each: WindowColumn) -> str:
    """What has become of a column, in a word or two."""
    if each.level != "fine":
        return "drifted"
    sure = each.adjusted is not None and each.adjusted <= ALARMS
    return "differs a little" if sure else "like before"
