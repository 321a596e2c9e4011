"""What would have to be different for another prediction of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..known import known_rows, plausibility_of
from ..matter import Matter
from ..parameters import Parameter, columns, count, directions, label, number, ranges, row
from ..registry import Told, inspection
from ._words import figure

if TYPE_CHECKING:
    import pandas as pd

    from explain.row.counterfactuals import Counterfactuals, Goal

__all__ = ["counterfactuals"]


def _tell(result: Counterfactuals) -> Told:
    rows = []
    for place, option in enumerate(result.options):
        way, output = str(place + 1), figure(option.output)
        for name, before, after in result.changes(place):
            rows.append((way, name, before, after, output))
            way = output = ""  # said once for all of its changes
    headers = ("way", "column", "now", "then", "prediction")
    return Told((result.sentence(),), headers, tuple(rows), right=("prediction",))


@inspection(
    "the nearest changes of a row that would change its prediction",
    result="explain.row.counterfactuals:Counterfactuals",
    tell=_tell,
    parameters=(
        Parameter("row", "the row, counted from 0", row),
        Parameter("goal", "the class to reach (default: the next most probable one)", label, None),
        Parameter("low", "the least prediction, or probability of the goal", number, None),
        Parameter("high", "the highest prediction, or probability of the goal", number, None),
        Parameter("immutable", "columns that stay as they are", columns, []),
        Parameter("direction", "columns that may only increase or decrease", directions, {}),
        Parameter("ranges", "columns with the least and the highest value that they may take", ranges, {}),
        Parameter("max_changes", "how many columns may change, 1 to 5", count(1, 5), 3),
        Parameter("count", "how many ways at most, 1 to 10", count(1, 10), 4),
    ),
)
def counterfactuals(
    matter: Matter,
    *,
    time_budget: float | None,
    progress: Any,
    row: int,
    goal: Any,
    low: float | None,
    high: float | None,
    immutable: Sequence[str],
    direction: Mapping[str, str],
    ranges: Mapping[str, Sequence[Any]],
    max_changes: int,
    count: int,
) -> Counterfactuals:
    """Search among values of the rows that the model learned from.

    Without a goal: the other one of two classes, the next most probable of more, and of numbers those on the
    other side of the target's median.
    """
    from explain import Constraints, CounterfactualFinder, Goal
    from explain.clock import Clock

    clock = Clock(time_budget)
    asked = matter.row(row)
    wanted = Goal(goal, low, high) if (goal, low, high) != (None, None, None) else _usual(matter, asked)
    if wanted is not None and wanted.label is None and matter.task.classes is not None:
        wanted = Goal(matter.task.classes[-1] if matter.task.kind == "binary" else None, low, high)
    known, plausibility = known_rows(matter), plausibility_of(matter)
    limits = {name: (least, most) for name, (least, most) in ranges.items()}
    finder = matter.once(
        "counterfactuals",
        lambda: CounterfactualFinder(
            matter.model,
            known,
            Constraints(immutable=tuple(immutable), direction=dict(direction), ranges=limits),
            plausibility=plausibility,
            seed=matter.seed,
        ),
        of=(tuple(immutable), dict(direction), limits),
    )
    left = None if time_budget is None else max(0.1, clock.left())
    return finder.find(asked, wanted, k=count, max_changes=max_changes, time_budget=left, progress=progress)


def _usual(matter: Matter, asked: pd.DataFrame) -> Goal | None:
    """The goal where none is named; None for two classes, where the finder takes the other one."""
    import numpy as np

    from explain import Goal

    if matter.task.kind == "binary":
        return None
    if matter.task.classes is not None:
        given = matter.model.predict(asked)[0]
        probability = matter.model.predict_proba(asked)[0]
        order = [matter.model.classes_[k] for k in np.argsort(-probability, kind="stable")]
        return Goal(next(name for name in order if name != given))
    middle = float(np.nanmedian(matter.truth))
    low = float(matter.model.predict(asked)[0]) < middle
    return Goal(low=middle) if low else Goal(high=middle)
