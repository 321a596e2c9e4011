"""Timelines of any size, as records: for charts, states that are rare, and how long a large one takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl.monitoring.estimate import Estimated, EstimatedMetric
from automl.monitoring.performance import Measured, Performance
from automl.monitoring.rules import Level
from automl.monitoring.timeline.records import (
    ChangePoint,
    ChangeTest,
    Promise,
    Segment,
    Timeline,
    Window,
    WindowColumn,
)

__all__ = ["made"]

_MONTH = 30 * 86_400.0
_START = 1_577_836_800.0  # 2020-01-01


def made(
    windows: int = 12, columns: int = 8, *, labels: bool = True, seed: int = 0, **changes: Any
) -> Timeline:
    """A timeline that gets worse from two thirds of its windows on.

    Parameters
    ----------
    windows, columns : int
    labels : bool
        Whether rows have labels; those of the last two windows have not come yet.
    seed : int
    **changes
        Fields that are others.
    """
    rng = np.random.default_rng(seed)
    turn = 2 * windows // 3
    found = [_window(i, i - turn, columns, labels and i < windows - 2, rng) for i in range(windows)]
    changed = labels and windows >= 9
    fields: dict[str, Any] = {
        "model": "Customers (ensemble)",
        "target": "left",
        "source": "bookings.csv",
        "period": "month",
        "windows": tuple(found),
        "changes": (_change(turn, windows),) if changed else (),
        "segments": _segments() if labels else (),
        "fairness": (),
        "ledger": _ledger(labels, windows),
        "notes": ("12 row(s) have no date and are in no window.",),
        "tests": (
            ChangeTest("roc_auc", "ROC AUC", windows, 0.001, 0.002, 0.05, 0.04, 0.004),
            ChangeTest(
                "row_loss", "Brier score of a row", 3, None, None, 0.05, None, None, "Too few windows."
            ),
        ),
        "output": "yes",
        "level": found[-1].level,
        "headline": f"In the last window ({found[-1].label}): {found[-1].headline}",
        "created": _START + windows * _MONTH,
        "seconds": 1.5,
    }
    return Timeline(**{**fields, **changes})


def _window(number: int, since: int, columns: int, labelled: bool, rng: np.random.Generator) -> Window:
    late = max(0, since + 1)
    level: Level = "fine" if late == 0 else "look" if late < 3 else "act"
    rows = int(rng.integers(300, 900))
    score = 0.84 - 0.03 * min(late, 4) + rng.normal(0, 0.006)
    worse = 0.0 if late == 0 else 1.0 + late
    performance = Performance(
        rows // 2, rows - rows // 2,
        (Measured("roc_auc", "ROC AUC", score, score - 0.02, score + 0.02, 0.84, 0.81, 0.87, worse),),
        "fine" if worse < 2 else "look" if worse < 3 else "act",
    )  # fmt: skip
    year, month = divmod(number, 12)
    return Window(
        start=_START + number * _MONTH,
        end=_START + (number + 1) * _MONTH,
        label=f"{2020 + year}-{month + 1:02d}",
        rows=rows,
        labelled=rows // 2 if labelled else 0,
        level=level,
        headline="Nothing speaks against it." if level == "fine" else "c0 has drifted.",
        columns=tuple(_column(i, late, rng) for i in range(columns)),
        mean=0.3 + 0.03 * late + rng.normal(0, 0.005),
        shift=0.03 * late,
        performance=performance if labelled else None,
        estimated=_guessed(rows, score),
        reasons=() if level == "fine" else ("c0 has drifted.", "Probabilities of “yes” have moved."),
    )


def _guessed(rows: int, score: float) -> Estimated:
    metric = EstimatedMetric(
        "roc_auc", "ROC AUC", score + 0.01, score - 0.02, score + 0.04, 0.84, 0.81, 0.87, 0.4, False, None
    )
    return Estimated(rows, "confidence", True, 2_000, "the sealed holdout", (metric,), "fine")


def _column(number: int, late: int, rng: np.random.Generator) -> WindowColumn:
    drifts = late > 0 and number in (0, 1)
    moved = 0.03 + abs(rng.normal(0, 0.01)) + (0.1 * late if drifts else 0.0)
    part = 0.025 * late if number == 0 else -0.001 * late if drifts else 0.0
    return WindowColumn(
        name=f"c{number}",
        moved=min(moved, 1.0),
        chance=0.03,
        adjusted=1e-6 if drifts else 0.6,
        part=part,
        level="look" if drifts else "fine",
    )


def _change(turn: int, windows: int) -> ChangePoint:
    return ChangePoint(
        "roc_auc", "ROC AUC", turn, 0.84, 0.76, max(turn - 1, 0), min(turn + 1, windows - 1), 0.002, "look"
    )


def _segments() -> tuple[Segment, ...]:
    return (
        Segment("plan", "pro", 210, "roc_auc", "ROC AUC", 0.71, 0.66, 0.76, 0.83, 1e-4, 1e-3, "look"),
        Segment("plan", "basic", 900, "roc_auc", "ROC AUC", 0.82, 0.80, 0.84, 0.81, 0.7, 0.9, "fine"),
    )


def _ledger(labels: bool, windows: int) -> tuple[Promise, ...]:
    kept = Promise(
        "coverage", "Intervals hold the truth", 0.9, 0.88, 0.92, 0.905, 0.88, 0.93, windows, windows, True
    )
    if not labels:
        return (Promise("roc_auc", "ROC AUC", 0.84, 0.81, 0.87, None, None, None, 0, 0, None),)
    broken = Promise("roc_auc", "ROC AUC", 0.84, 0.81, 0.87, 0.78, 0.76, 0.8, windows // 2, windows, False)
    unknown = Promise("unseen:plan", "New values of plan", 0.01, None, None, None, None, None, 0, 0, None)
    return broken, kept, unknown
