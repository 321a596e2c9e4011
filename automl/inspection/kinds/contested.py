"""On what near-tied models disagree for a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..known import explainer_of
from ..matter import Matter
from ..parameters import Parameter, label, row
from ..registry import Told, inspection
from ._words import figure

if TYPE_CHECKING:
    from explain.row.contested import Contested
    from explain.row.whatif import ExplainsRows

__all__ = ["contested"]

_MOST = 4  # other models
_OWN = "this model"


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

    from explain import Explainer, InputError, contested_reasons
    from explain.clock import Clock

    clock = Clock(time_budget)
    tied = matter.others()
    names = list(tied)[:_MOST]
    if not names:
        raise InputError(
            "Expected other models that the data cannot tell from this one, found none that were kept: no "
            "reason can be contested."
        )

    def explainer(name: str) -> ExplainsRows:
        if name == _OWN:
            return explainer_of(matter)
        return matter.once(
            f"explainer of {name}", lambda: Explainer(tied[name], matter.background, seed=matter.seed)
        )

    models = [_OWN, *names]
    found = {}
    for number, name in enumerate(models):
        if number > 1 and clock.left() <= 0:
            matter.notes.append(f"There was time for {number} of {len(models)} models.")
            break
        ready = explainer(name)
        left = None if time_budget is None else max(0.1, clock.left() / (len(models) - number))
        found[name] = ready.explain(matter.row(row), time_budget=left)
        if progress is not None:
            progress((number + 1) / len(models))
    matter.notes.append(f"Compared with {', '.join(list(found)[1:])}.")
    return replace(contested_reasons(found, 0, goal), row=row)
