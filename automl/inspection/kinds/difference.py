"""Where another model predicts otherwise, and by which columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, model
from ..registry import Told, inspection
from ._words import figure

if TYPE_CHECKING:
    from explain import Explanation

__all__ = ["difference"]

_MOST = 100
_NAMED = 3


def _tell(result: Explanation) -> Told:
    import numpy as np

    from explain import formats

    k = int(np.abs(result.prediction).mean(axis=0).argmax()) if result.outputs > 2 else result.outputs - 1
    gap = np.abs(result.prediction[:, k])
    name = result.output_name(k)
    what = "predictions" if name is None else f"{result.scale} of “{name}”"
    mean, most = (
        formats.change(float(each), result.scale).lstrip("+") for each in (gap.mean(), gap.max(initial=0.0))
    )
    size = np.abs(result.values[:, :, k]).mean(axis=0)
    order = [int(j) for j in np.argsort(-size, kind="stable") if size[j] > 0]
    lead = (
        f"Over {result.rows:,} rows the {what} of the two models differ by {mean} on average, {most} at most."
    )
    if order:
        named = [
            f"{result.columns[j]} ({formats.change(float(size[j]), result.scale).lstrip('+')})"
            for j in order[:_NAMED]
        ]
        lead += f" They differ most in what they make of {formats.listed(named)}."
    factor = 100.0 if result.scale == "probability" else 1.0
    rows = tuple((result.columns[j], figure(factor * float(size[j]))) for j in order)
    unit = " (points)" if result.scale == "probability" else ""
    header = f"mean difference of contributions{unit}"
    return Told((lead,), ("column", header), rows, right=(header,))


@inspection(
    "where another model predicts otherwise, and by which columns",
    result="explain.explanation:Explanation",
    tell=_tell,
    parameters=(Parameter("other", "the id of the model to compare with", model, model=True),),
)
def difference(matter: Matter, *, time_budget: float | None, progress: Any, other: str) -> Explanation:
    """Attributions of this model less those of the other, on the same rows and background."""
    from explain import compare_models

    return compare_models(
        matter.load(other),
        matter.model,
        matter.rows.iloc[matter.sample(_MOST)],
        matter.background,
        seed=matter.seed,
        time_budget=time_budget,
        progress=progress,
    )
