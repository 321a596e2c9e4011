"""How the prediction follows one column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, choice, column
from ..registry import Told, inspection
from ._words import figure, percent

if TYPE_CHECKING:
    from explain.whole.curves import Curve

__all__ = ["curve"]

_MOST = 20_000
_OUTPUTS = 4


def _tell(result: Curve) -> Told:
    names = ["prediction"] if result.classes is None else [str(label) for label in result.classes]
    shown = range(len(names))[-1:] if len(names) == 2 else range(len(names))[:_OUTPUTS]
    level = result.level
    rows = tuple(
        (
            result.label(point) + (" (few rows)" if result.thin[point] else ""),
            percent(result.share[point]),
            *(figure(level[point, k]) for k in shown),
        )
        for point in range(len(result.at))
    )
    headers = tuple(names[k] for k in shown)
    first = {k: None for k in shown} if len(names) > 2 else {None: None}
    sentences = tuple(result.sentence(k) for k in first)
    return Told(sentences, (result.column, "rows", *headers), rows, right=("rows", *headers))


@inspection(
    "how the prediction follows one column (partial dependence, or accumulated local effects)",
    result="explain.whole.curves:Curve",
    tell=_tell,
    parameters=(
        Parameter("column", "the column that is followed", column),
        Parameter("kind", "pdp or ale", choice("pdp", "ale"), "pdp"),
    ),
)
def curve(matter: Matter, *, time_budget: float | None, progress: Any, column: str, kind: str) -> Curve:
    """Partial dependence takes each row to each value; accumulated effects only to neighbouring ones."""
    from explain import accumulated_effects, partial_dependence

    make = accumulated_effects if kind == "ale" else partial_dependence
    rows = matter.rows.iloc[matter.sample(_MOST)]
    return make(matter.model, rows, column, seed=matter.seed, time_budget=time_budget, progress=progress)
