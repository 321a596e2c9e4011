"""On what near-tied models disagree for a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, label, row
from ..registry import Told, inspection
from ._words import figure

if TYPE_CHECKING:
    from explain.row.contested import Contested

__all__ = ["contested"]

_MOST = 4  # other models


def _tell(result: Contested) -> Told:
    rows = tuple(
        (
            reason.column,
            ", ".join(reason.raises),
            ", ".join(reason.lowers),
            figure(reason.strength),
        )
        for reason in result.reasons
    )
    headers = ("column", "raised by it in", "lowered by it in", "strength")
    return Told((result.sentence(),), headers, rows, right=("strength",))


@inspection(
    "columns on whose direction near-tied models disagree for a row",
    result="explain.row.contested:Contested",
    tell=_tell,
    parameters=(
        Parameter("row", "the row, counted from 0", row),
        Parameter("goal", "the class explained (default: the predicted one)", label, None),
    ),
)
def contested(matter: Matter, *, time_budget: float | None, progress: Any, row: int, goal: Any) -> Contested:
    """Explain the row with the model and with those that the data cannot tell from it."""
    from dataclasses import replace

    from explain import InputError, contested_reasons, explain
    from explain.clock import Clock

    clock = Clock(time_budget)
    others = dict(list(matter.others().items())[:_MOST])
    if not others:
        raise InputError(
            "Expected other models that the data cannot tell from this one, found none that were kept: no "
            "reason can be contested."
        )
    models = {"this model": matter.model, **others}
    found = {}
    for number, (name, model) in enumerate(models.items()):
        if number > 1 and clock.left() <= 0:
            matter.notes.append(f"There was time for {number} of {len(models)} models.")
            break
        left = None if time_budget is None else max(0.1, clock.left() / (len(models) - number))
        found[name] = explain(
            model, matter.rows.iloc[[row]], matter.background, seed=matter.seed, time_budget=left
        )
        if progress is not None:
            progress((number + 1) / len(models))
    matter.notes.append(f"Compared with {', '.join(list(found)[1:])}.")
    return replace(contested_reasons(found, 0, goal), row=row)
