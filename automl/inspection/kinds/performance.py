"""How good the model is, beyond one number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..registry import Told, inspection
from ._words import between, figure, percent

if TYPE_CHECKING:
    from explain.judge.performance import Performance

__all__ = ["performance"]

_MOST = 200_000


def _tell(result: Performance) -> Told:
    sentences = [part.sentence() for part in result.ranking] + [p.sentence() for p in result.calibration]
    rows: list[tuple[str, ...]] = [
        (f"ROC AUC of “{part.output}”", figure(part.roc_auc.value), between(*_ends(part.roc_auc)))
        for part in result.ranking
    ]
    if result.confusion is not None:
        sentences.append(result.confusion.sentence())
        for score in result.confusion.scores:
            found = score.estimate
            rows.append((score.name, percent(found.value), between(*_ends(found), share=True)))
    if result.residuals is not None:
        residuals = result.residuals
        sentences.append(residuals.sentence())
        named = {
            "mean absolute error": residuals.mean_absolute,
            "root mean square error": residuals.root_mean_square,
            "mean residual": residuals.mean,
        }
        rows += [(name, figure(each.value), between(*_ends(each))) for name, each in named.items()]
    return Told(tuple(sentences), ("measure", "value", "95 % interval"), tuple(rows), right=("value",))


def _ends(estimate: Any) -> tuple[float, float]:
    return estimate.low, estimate.high


@inspection(
    "calibration, order, decisions or residuals, on rows not learned from",
    result="explain.judge.performance:Performance",
    tell=_tell,
)
def performance(matter: Matter, *, time_budget: float | None, progress: Any) -> Performance:
    """Measure the honest predictions; rows of residuals are named by their positions in the table."""
    from dataclasses import replace

    from explain import measure_performance

    rows = matter.judged(most=_MOST)
    found = measure_performance(
        matter.scored(rows=rows), seed=matter.seed, time_budget=time_budget, progress=progress
    )
    off = found.residuals
    if off is None:
        return found
    named = replace(off, shown_row=rows[off.shown_row], worst_row=rows[off.worst_row])
    return replace(found, residuals=named)
