"""The columns of a window, from the comparison of its rows; loads nothing that scores."""

from __future__ import annotations

from automl.monitoring.report import DriftReport
from automl.monitoring.timeline.records import WindowColumn

__all__ = ["columns_of"]


def columns_of(report: DriftReport) -> tuple[WindowColumn, ...]:
    """How far each column has moved, and what that does to the mean prediction."""
    parts = report.parts
    return tuple(
        WindowColumn(
            name=each.column,
            moved=each.moved,
            chance=each.chance,
            adjusted=each.adjusted,
            part=parts.get(each.column, 0.0) if report.shift is not None else None,
            level=each.level,
        )
        for each in report.columns
    )
