"""How the model treats groups of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, table_column
from ..registry import Told, inspection
from ._words import figure, percent

if TYPE_CHECKING:
    from explain.judge.fairness import Fairness

__all__ = ["fairness"]

_MOST = 200_000
_MEASURES = {
    "regression": ("mean_prediction", "mean_target", "mean_absolute_error"),
    "binary": ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy"),
    "multiclass": ("accuracy",),
}


def _tell(result: Fairness) -> Told:
    measures = [result.measure(name) for name in _MEASURES[result.kind]]
    headers = tuple(measure.words for measure in measures)
    rows = tuple(
        (
            group,
            f"{int(result.rows[place]):,}",
            *((percent if each.share else figure)(float(each.values[place])) for each in measures),
        )
        for place, group in enumerate(result.groups)
    )
    column = " and ".join(result.columns)
    return Told((result.verdict(),), (column, "rows", *headers), rows, right=("rows", *headers))


@inspection(
    "rates and errors by the groups of a column, which the model need not read",
    result="explain.judge.fairness:Fairness",
    tell=_tell,
    parameters=(Parameter("column", "the column whose groups are compared", table_column),),
)
def fairness(matter: Matter, *, time_budget: float | None, progress: Any, column: str) -> Fairness:
    """Measure the honest predictions by group. Its time does not depend on what it is given."""
    from explain import group_fairness

    if column not in matter.rows:
        matter.notes.append(f"The model does not read {column}.")
    return group_fairness(
        matter.scored(matter.table, rows=matter.judged(most=_MOST)), column, seed=matter.seed
    )
