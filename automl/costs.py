"""What errors cost: as a person says it, and as a matrix over the classes.

A right prediction costs nothing, and so what counts are the costs of the errors relative to each other. They
are said in one of two ways:

- of two classes, ``{"false_positive": 1, "false_negative": 5}``, where the positive class is the second one
  in the order of the labels, as everywhere else;
- of any number of classes, truth → predicted → cost: ``{"sick": {"healthy": 20}, "healthy": {"sick": 1}}``.

What is left out costs 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from automl.errors import SettingError

__all__ = ["FALSE_NEGATIVE", "FALSE_POSITIVE", "CostMatrix", "checked_costs", "cost_matrix"]

CostMatrix = tuple[tuple[float, ...], ...]
"""Cost by the code of the truth, then by that of the prediction; 0 on the diagonal."""

FALSE_POSITIVE, FALSE_NEGATIVE = "false_positive", "false_negative"
_FIX = (
    'Give {"false_positive": 1, "false_negative": 5}, or for each true class what each wrong one costs: '
    '{"sick": {"healthy": 20}}.'
)


def checked_costs(costs: Mapping[Any, Any] | None) -> dict[str, Any] | None:
    """Costs as they were given, as JSON values; None where there are none.

    Raises
    ------
    SettingError
        When they make no sense whatever the table: no number, negative, or the two ways mixed.
    """
    if costs is None or (isinstance(costs, Mapping) and not costs):
        return None
    if not isinstance(costs, Mapping):
        raise SettingError(f"Expected costs by name or by class, found {costs!r}.", fix=_FIX)
    nested = [isinstance(value, Mapping) for value in costs.values()]
    if all(nested):
        return {
            str(truth): {
                str(predicted): _cost(cost, f"of predicting {predicted!r} where it is {truth!r}")
                for predicted, cost in row.items()
            }
            for truth, row in costs.items()
        }
    unknown = [name for name in costs if name not in (FALSE_POSITIVE, FALSE_NEGATIVE)]
    if any(nested) or unknown:
        raise SettingError(f"Costs cannot be given as {dict(costs)!r}.", fix=_FIX)
    named = {str(name): _cost(cost, f"of a {name.replace('_', ' ')}") for name, cost in costs.items()}
    _require_any([named.get(FALSE_POSITIVE, 1.0), named.get(FALSE_NEGATIVE, 1.0)])
    return named


def cost_matrix(costs: Mapping[str, Any], classes: Sequence[Any], code: Callable[[Any], int]) -> CostMatrix:
    """Costs over the classes of a target.

    Parameters
    ----------
    costs : mapping
        From `checked_costs`.
    classes : sequence
        Labels in the order of their codes.
    code : callable
        Label, as text → its code; -1 for unknown ones.

    Raises
    ------
    SettingError
        When a class is not there, a right prediction is to cost something, or no error costs anything.
    """
    size = len(classes)
    matrix = [[float(j != k) for k in range(size)] for j in range(size)]
    if not any(isinstance(value, Mapping) for value in costs.values()):
        if size != 2:
            raise SettingError(
                f"There are false positives and negatives of two classes only, and the target has {size}.",
                fix=_FIX,
            )
        matrix[0][1] = float(costs.get(FALSE_POSITIVE, 1.0))
        matrix[1][0] = float(costs.get(FALSE_NEGATIVE, 1.0))
    else:
        for truth, row in costs.items():
            for predicted, cost in row.items():
                j, k = (_known(label, classes, code) for label in (truth, predicted))
                if j == k and cost:
                    raise SettingError(
                        f"Expected a right prediction of {truth!r} to cost nothing, found {cost:g}.",
                        fix="Take this cost off that of each error.",
                    )
                matrix[j][k] = float(cost)
        for truth in costs:  # a class without a cost of its own is named by mistake
            _known(truth, classes, code)
    _require_any([cost for row in matrix for cost in row])
    return tuple(tuple(row) for row in matrix)


def _known(label: str, classes: Sequence[Any], code: Callable[[Any], int]) -> int:
    found = code(label)
    if found < 0:
        raise SettingError(
            f"Costs are given for {label!r}, which is none of the classes.",
            fix=f"The classes are {', '.join(map(repr, classes[:20]))}.",
        )
    return found


def _cost(value: Any, what: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise SettingError(
            f"Expected the cost {what} to be a number that is not negative, found {value!r}.", fix=_FIX
        )
    return float(value)


def _require_any(costs: Sequence[float]) -> None:
    if not any(costs):
        raise SettingError(
            "All errors are given as costing nothing, so that every prediction is as good as any.", fix=_FIX
        )
