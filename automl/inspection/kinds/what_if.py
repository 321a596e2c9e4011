"""What the model would make of a row with some values changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..known import explainer_of, plausibility_of, scorer_of
from ..matter import Matter
from ..parameters import Parameter, changes, row
from ..registry import Told, inspection
from ._words import figure

if TYPE_CHECKING:
    from explain.row.whatif import WhatIf

__all__ = ["what_if"]


def _tell(result: WhatIf) -> Told:
    explanation = result.explanation
    differences = result.differences()
    k = explanation.output_index(result.output_name())
    order = sorted(range(len(differences)), key=lambda j: -abs(float(differences[j])))
    rows = tuple(
        (
            explanation.columns[j],
            "changed" if explanation.columns[j] in result.edited else "",
            figure(explanation.values[0, j, k]),
            figure(explanation.values[1, j, k]),
            figure(differences[j]),
        )
        for j in order
        if abs(float(differences[j])) > 1e-12
    )
    headers = ("column", "", "contribution before", "after", "difference")
    return Told((result.sentence(),), headers, rows, right=headers[2:])


@inspection(
    "what the model would make of a row with some values changed",
    result="explain.row.whatif:WhatIf",
    tell=_tell,
    parameters=(
        Parameter("row", "the row, counted from 0", row),
        Parameter("changes", "columns with their new values", changes),
    ),
)
def what_if(
    matter: Matter, *, time_budget: float | None, progress: Any, row: int, changes: Mapping[str, Any]
) -> WhatIf:
    """Explain the row before and after; warnings say where it leaves what was learned from."""
    from explain import what_if as explained
    from explain.clock import Clock

    clock = Clock(time_budget)
    plausibility, explainer = plausibility_of(matter), explainer_of(matter)
    return explained(
        matter.model,
        matter.row(row),
        changes,
        matter.background,
        plausibility=plausibility,
        explainer=explainer,
        scorer=scorer_of(matter),
        time_budget=None if time_budget is None else max(0.05 * time_budget, clock.left()),
        progress=progress,
    )
