"""Figures and sentences of the package `explain`, in the colours of the pages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import streamlit as st

from automl.workbench import charts, theme
from explain import plots as figures
from explain.explanation import Explanation
from explain.text import global_sentence, reason, sentence
from explain.whole.compare import Comparison

__all__ = [
    "beeswarm",
    "dependence",
    "draw",
    "global_sentence",
    "importance",
    "reason",
    "sentence",
    "shift_parts",
    "waterfall",
]


@lru_cache(maxsize=2)
def _theme(colors: theme.Palette) -> figures.Theme:
    return figures.Theme(
        higher=colors.up,
        lower=colors.down,
        accent=colors.accent,
        missing=colors.muted,
        text=colors.text,
        grid=colors.grid,
        font=charts.FONT,
    )


def importance(explanation: Explanation, output: Any) -> Any:
    """Mean size of each column's contribution, with intervals."""
    chosen = output if explanation.outputs > 2 else None
    return figures.importance_bar(explanation, top=12, output=chosen, theme=_theme(theme.palette()))


def beeswarm(explanation: Explanation, output: Any) -> Any:
    """Each row's contributions, by column."""
    return figures.beeswarm(explanation, top=12, output=output, theme=_theme(theme.palette()))


def dependence(explanation: Explanation, column: str, output: Any) -> Any:
    """A column's contributions against its values."""
    return figures.dependence(explanation, column, output=output, theme=_theme(theme.palette()))


def shift_parts(comparison: Comparison, output: Any) -> Any:
    """What each column adds to the shift of a mean prediction, with intervals."""
    figure = figures.comparison_bar(comparison, top=10, output=output, theme=_theme(theme.palette()))
    units = " (points)" if comparison.scale == "probability" else ""
    figure.update_xaxes(title_text=f"Change of the mean{units}")  # short enough for a narrow window
    return figure


def waterfall(explanation: Explanation, row: int, output: Any) -> Any:
    """From the average to the prediction of one row."""
    return figures.waterfall(explanation, row, top=10, output=output, theme=_theme(theme.palette()))


def draw(figure: Any, *, key: str, alt: str) -> None:
    """Put a figure on the page; `alt` says in words what it shows."""
    figure.update_xaxes(title_font_size=13, fixedrange=True)
    figure.update_yaxes(title_font_size=13, fixedrange=True)
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, key=key, alt=alt)
