"""What became of rows like one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, count, row
from ..registry import Told, inspection
from ._words import figure, value

if TYPE_CHECKING:
    from explain.row.neighbours import Neighbours

__all__ = ["neighbours"]

_MOST = 50_000
_COLUMNS = 4


def _tell(result: Neighbours) -> Told:
    said = result.predictions or (None,) * (1 + len(result.positions))
    rows = tuple(
        (str(place), figure(far), value(outcome), value(guess), ", ".join(differ[:_COLUMNS]))
        for place, far, outcome, guess, differ in zip(
            result.positions, result.distances, result.outcomes, said[1:], result.differ, strict=True
        )
    )
    headers = ("row", "distance", "outcome", "predicted", "differs most in")
    return Told((result.sentence(),), headers, rows, right=("row", "distance"))


@inspection(
    "what became of the rows most like one",
    result="explain.row.neighbours:Neighbours",
    tell=_tell,
    parameters=(
        Parameter("row", "the row, counted from 0", row),
        Parameter("count", "how many neighbours, 1 to 50", count(1, 50), 5),
    ),
)
def neighbours(
    matter: Matter, *, time_budget: float | None, progress: Any, row: int, count: int
) -> Neighbours:
    """Rows that the model learned from, the row itself left out.

    Their predictions are the ones made by models that had not learned from them.
    """
    from dataclasses import replace

    import numpy as np

    from explain import InputError, NeighbourFinder

    known = matter.sample(_MOST, among=matter.learned[matter.learned != row], what="rows learned from")
    if not len(known):
        raise InputError("Expected other rows that the model learned from, found none.")
    finder = NeighbourFinder(matter.rows.iloc[known], matter.outcomes(known))
    asked = matter.row(row)
    found = finder.find(asked, count)
    positions = known[list(found.positions)]
    matter.notes.append("Predictions of the neighbours are by models that had not learned from them.")
    own = np.asarray(matter.model.predict(asked)).tolist()[0]
    return replace(
        found,
        positions=tuple(positions.tolist()),
        predictions=(own, *(_honest(matter, int(place)) for place in positions)),
    )


def _honest(matter: Matter, position: int) -> Any:
    if matter.decided is None:
        value = float(matter.honest[position, 0])
        return None if value != value else value
    code = int(matter.decided[position])
    return None if code < 0 or matter.task.classes is None else matter.task.classes[code]
