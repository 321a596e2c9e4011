"""Decision paths: how the output of one row, and of rows like it, builds up column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import formats
from ..errors import InputError
from ..explanation import Explanation
from ..reasons import explained_output
from ..stored import Stored
from .distance import Distance


@dataclass(frozen=True)
class DecisionPaths(Stored):
    """Cumulative attributions, from the average to the predictions.

    Attributes
    ----------
    columns : tuple of str
        In the order of the path: the least important first, so that the path ends with what matters most.
    others : int
        How many further columns are summed up in the path's first step; 0 for none.
    cells : tuple of str
        The row's values in ``columns``, as shown to people.
    rows : tuple of int
        Positions of the rows: the row itself first, then those like it, nearest first.
    distances : tuple of float
        How far each is from the row, in ordinary differences summed over the columns.
    levels : tuple of tuples of float
        For each row the base value and the output after each step; shape (R, S + 1).
    output : str or None
        Class explained; None for regression.
    scale : str
    """

    columns: tuple[str, ...]
    others: int
    cells: tuple[str, ...]
    rows: tuple[int, ...]
    distances: tuple[float, ...]
    levels: tuple[tuple[float, ...], ...]
    output: str | None
    scale: str

    def sentence(self) -> str:
        """Where the row ends and where those like it do, and which column parts them most."""
        levels = np.array(self.levels)
        ends = levels[:, -1]
        shown = formats.level(float(ends[0]), self.scale)
        if len(self.rows) == 1:
            return f"The path of this row ends at {shown}."
        low, high = (formats.level(float(end), self.scale) for end in (ends[1:].min(), ends[1:].max()))
        count = len(self.rows) - 1
        others = (
            f"{count} similar rows end between {low} and {high}"
            if low != high
            else f"similar rows end at {low}"
        )
        text = f"The path of this row ends at {shown}; {others}."
        steps = np.diff(levels, axis=1)[:, (1 if self.others else 0) :]
        apart = steps[0] - steps[1:].mean(axis=0)
        if not len(apart) or not np.abs(apart).max() > 1e-9:
            return text
        most = int(np.abs(apart).argmax())
        moved = formats.change(float(apart[most]), self.scale)
        return f"{text} What sets it apart most is {self.columns[most]} = {self.cells[most]} ({moved})."


def decision_paths(
    explanation: Explanation,
    i: int,
    output: Any = None,
    *,
    similar: int = 10,
    rows: Sequence[int] | None = None,
    top: int = 12,
) -> DecisionPaths:
    """The path of row ``i`` and of the explained rows most like it.

    Parameters
    ----------
    explanation : Explanation
    i : int
        Row position.
    output : class label or position, optional
        Default: the predicted class of three or more, the positive class of two, the only output.
    similar : int
        How many of the nearest other explained rows are drawn beside it, by the mixed distance of
        :class:`explain.row.distance.Distance`.
    rows : sequence of int, optional
        Draw these instead.
    top : int
        At most so many columns, those that move the drawn rows most; the others are one step.

    Returns
    -------
    DecisionPaths
    """
    if similar < 0 or top < 1:
        raise InputError(f"Expected similar of at least 0 and top of at least 1, found {similar} and {top}.")
    explanation.local(i)  # says what is wrong with i
    i %= explanation.rows
    position = explained_output(explanation, i, output)
    distance = Distance.of(explanation.data)
    places = distance.places(explanation.data)
    apart = distance.between(places.take([i]), places)[0]
    if rows is None:
        order = [int(r) for r in np.argsort(apart, kind="stable") if r != i][:similar]
    else:
        outside = [r for r in rows if not 0 <= r < explanation.rows]
        if outside:
            raise InputError(f"Expected rows between 0 and {explanation.rows - 1}, found {outside[0]}.")
        order = [int(r) for r in rows if r != i]
    drawn = [i, *order]
    values = explanation.values[drawn, :, position]
    ranked = np.argsort(-np.abs(values).mean(axis=0), kind="stable")
    shown, rest = ranked[:top][::-1], ranked[top:]
    steps = values[:, shown]
    if len(rest):
        steps = np.concatenate([values[:, rest].sum(axis=1, keepdims=True), steps], axis=1)
    base = np.full((len(drawn), 1), explanation.base[position])
    levels = np.cumsum(np.concatenate([base, steps], axis=1), axis=1)
    return DecisionPaths(
        columns=tuple(explanation.columns[j] for j in shown),
        others=len(rest),
        cells=tuple(
            formats.cell(explanation.data.iloc[i, j], explanation.reference[j]) for j in shown.tolist()
        ),
        rows=tuple(drawn),
        distances=tuple(float(apart[r]) for r in drawn),
        levels=tuple(tuple(line) for line in levels.tolist()),
        output=explanation.output_name(position),
        scale=explanation.scale,
    )
