"""Figures about one row in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automl.workbench import plots, theme
from explain import plots as figures
from explain.row.contested import Contested
from explain.row.paths import DecisionPaths

__all__ = ["contested", "paths"]


def contested(result: Contested) -> Any:
    """What each of several models makes of the columns that they do not agree on."""
    return figures.contested_plot(result, theme=plots._theme(theme.palette()))


def paths(result: DecisionPaths, rows: Sequence[str]) -> Any:
    """How the output of a row builds up, beside rows like it; `rows` are what they are called."""
    return figures.decision_plot(result, rows=rows, theme=plots._theme(theme.palette()))
