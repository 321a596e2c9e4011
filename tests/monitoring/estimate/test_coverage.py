"""Intervals hold what the labels show as often as they say, and what they cannot see is known.

`pytest -m slow -n 0 -s` of this file prints the shares.
"""

from __future__ import annotations

import pytest

from automl.metrics import METRICS

from .worlds import Labelled, Measured, class_coverage, value_coverage

CLASSES = [METRICS[name] for name in ("roc_auc", "average_precision", "log_loss", "brier", "accuracy", "f1")]
VALUES = [METRICS[name] for name in ("rmse", "mae", "r2")]

WORLDS = {
    "calibrated": Labelled(),
    "slightly too sure": Labelled(bend=1.15),
    "far too sure": Labelled(bend=2.0),
    "far too timid": Labelled(bend=0.5),
    "too high": Labelled(offset=0.8),
    "calibrated, rows moved": Labelled(shift=0.5),
    "too sure, rows moved": Labelled(bend=2.0, shift=0.5),
}
NUMBERS = {
    "right": Measured(),
    "too timid": Measured(slope=0.8),
    "right, rows moved": Measured(shift=0.5),
    "too timid, rows moved": Measured(slope=0.8, shift=0.5),
}


@pytest.mark.parametrize("world", [pytest.param("calibrated", marks=pytest.mark.slow), "far too sure"])
def test_intervals_hold_the_scores_of_classes(world: str) -> None:
    held, gaps = class_coverage(WORLDS[world], CLASSES, known=1000, new=300, times=60)
    assert all(0.78 <= share <= 1.0 for share in held.values()), held
    assert all(abs(gap) < 0.02 for gap in gaps.values()), gaps


def test_intervals_hold_the_scores_of_values() -> None:
    held, gaps = value_coverage(Measured(), VALUES[:2], known=600, new=300, times=25)
    assert all(share >= 0.72 for share in held.values()), held
    assert all(abs(gap) < 0.04 for gap in gaps.values()), gaps


def test_another_truth_for_the_same_rows_is_not_seen() -> None:
    """What an estimate cannot see: the estimate stays, the score falls, and the interval misses it."""
    held, gaps = class_coverage(Labelled(turn=0.3), CLASSES[:1], known=1000, new=500, times=20)
    assert held["roc_auc"] <= 0.1
    assert gaps["roc_auc"] > 0.1
    held, gaps = value_coverage(Measured(noise=1.5), VALUES[:1], known=600, new=500, times=10)
    assert held["rmse"] <= 0.2
    assert gaps["rmse"] < -0.25


@pytest.mark.slow
@pytest.mark.parametrize("world", list(WORLDS))
@pytest.mark.parametrize(("known", "new"), [(2000, 500), (1000, 1000)])
def test_coverage_of_classes_at_length(world: str, known: int, new: int) -> None:
    held, gaps = class_coverage(WORLDS[world], CLASSES, known=known, new=new, times=300)
    print(f"\n{world}, {known} known, {new} new: " + _told(held, gaps))  # noqa: T201
    # Precision at the top rests on the few rows with the highest chances, where a curve is least sure.
    assert held.pop("average_precision") >= 0.8
    assert all(0.86 <= share <= 0.94 for share in held.values()), held


@pytest.mark.slow
@pytest.mark.parametrize("world", list(NUMBERS))
def test_coverage_of_values_at_length(world: str) -> None:
    held, gaps = value_coverage(NUMBERS[world], VALUES, known=2000, new=500, times=300)
    print(f"\n{world}: " + _told(held, gaps))  # noqa: T201
    assert all(0.86 <= share <= 0.94 for share in held.values()), held


def _told(held: dict[str, float], gaps: dict[str, float]) -> str:
    return ", ".join(f"{name} {100 * held[name]:.1f} % ({gaps[name]:+.4f})" for name in held)
