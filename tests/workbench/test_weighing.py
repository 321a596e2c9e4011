"""What a threshold brings: arithmetic that must agree with counting rows one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from automl.workbench.weighing import Costs, Weighing

THRESHOLDS = [0.0, 0.2, 0.4, 0.6, 1.000001]


def rows(
    seed: int = 0, number: int = 400
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    p = rng.random(number)
    return (rng.random(number) < p).astype(np.int64), p, rng.uniform(0.5, 2, number)


def counted(y: NDArray[Any], p: NDArray[Any], w: NDArray[Any]) -> Weighing:
    found: dict[str, Any] = {}
    for name, of_class in (("true", y == 1), ("false", y == 0)):
        for suffix, power in (("", 1), ("_squares", 2)):
            found[f"{name}{suffix}"] = [float((w**power)[of_class & (p >= t)].sum()) for t in THRESHOLDS]
            total = "positives" if name == "true" else "negatives"
            found[f"{total}{suffix}"] = float((w**power)[of_class].sum())
    more = {"thresholds": THRESHOLDS, "correction": None, "now": 0.4, "costs": None, "rows": len(y)}
    return Weighing(found | more | {"clustered": False, "classes": ["no", "yes"]})


def row_costs(y: NDArray[Any], p: NDArray[Any], threshold: float, costs: Costs) -> NDArray[np.float64]:
    called = p >= threshold
    return np.where(called & (y == 0), costs.false_alarm, 0.0) + np.where(~called & (y == 1), costs.miss, 0.0)


def test_cost_and_its_error_are_those_of_the_rows() -> None:
    y, p, w = rows()
    costs = Costs(1.0, 4.0)
    weighing = counted(y, p, w)
    for place, threshold in enumerate(THRESHOLDS):
        each = row_costs(y, p, threshold, costs)
        mean = (w * each).sum() / w.sum()
        found = weighing.at(place, costs)
        assert found.cost == pytest.approx(1000 * mean)
        assert found.error == pytest.approx(1000 * np.sqrt((w**2 * (each - mean) ** 2).sum()) / w.sum())
    assert weighing.at(4, costs).precision is None
    assert weighing.at(0, costs).recall == 1


@pytest.mark.parametrize(("here", "there"), [(1, 3), (3, 1), (2, 0), (2, 4), (2, 2)])
def test_what_is_saved_is_paired_on_the_same_rows(here: int, there: int) -> None:
    y, p, w = rows(1)
    costs = Costs(2.0, 3.0)
    difference = counted(y, p, w).cheaper(here, there, costs)
    each = row_costs(y, p, THRESHOLDS[there], costs) - row_costs(y, p, THRESHOLDS[here], costs)
    mean = (w * each).sum() / w.sum()
    assert difference.saved == pytest.approx(1000 * mean)
    assert difference.error == pytest.approx(1000 * np.sqrt((w**2 * (each - mean) ** 2).sum()) / w.sum())


def test_costs_and_thresholds_lead_to_each_other() -> None:
    weighing = counted(*rows())
    assert weighing.best_for(Costs(1, 4)) == pytest.approx(0.2)
    assert weighing.costs_for(0.2).miss == pytest.approx(4)
    curved = Weighing(weighing.counts | {"correction": [1.4, -0.3]})
    for threshold in (0.05, 0.3, 0.9):
        assert curved.best_for(curved.costs_for(threshold)) == pytest.approx(threshold, rel=1e-4)


def test_a_share_of_rows_is_not_exceeded() -> None:
    y, p, w = rows(2)
    weighing = counted(y, p, w)
    for share in (0.1, 0.5, 0.9, 1.0):
        threshold = weighing.for_share(share)
        flagged = weighing.at(weighing.nearest(threshold), Costs(1, 1)).flagged
        assert flagged <= share + 1e-9
    assert weighing.for_share(1.0) == 0.0
