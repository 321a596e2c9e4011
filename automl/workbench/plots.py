"""Figures and sentences of the package `explain`, in the colours of the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    "figure",
    "global_sentence",
    "importance",
    "reason",
    "sentence",
    "shift_parts",
    "waterfall",
]


_LONG = 36  # letters


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


def figure(name: str, *things: Any, **options: Any) -> Any:
    """A figure of `explain.plots` by its name."""
    return getattr(figures, name)(*things, theme=_theme(theme.palette()), **options)


def importance(explanation: Explanation, output: Any) -> Any:
    """Mean size of each column's contribution, with intervals."""
    return figure("importance_bar", explanation, top=12, output=output if explanation.outputs > 2 else None)


def beeswarm(explanation: Explanation, output: Any, rows: Sequence[str] | None = None) -> Any:
    """Each row's contributions, by column; `rows` are what the rows are called."""
    return figure("beeswarm", explanation, top=12, output=output, rows=rows)


def dependence(
    explanation: Explanation,
    column: str,
    output: Any,
    colour: str | None = None,
    rows: Sequence[str] | None = None,
) -> Any:
    """A column's contributions against its values, coloured by the values of another one where asked."""
    return figure("dependence", explanation, column, output=output, colour=colour, rows=rows)


def shift_parts(comparison: Comparison, output: Any) -> Any:
    """What each column adds to the shift of a mean prediction, with intervals."""
    figure = figures.comparison_bar(comparison, top=10, output=output, theme=_theme(theme.palette()))
    units = " (points)" if comparison.scale == "probability" else ""
    figure.update_xaxes(title_text=f"Change of the mean{units}")  # short enough for a narrow window
    return figure


def waterfall(explanation: Explanation, row: int, output: Any, name: str | None = None) -> Any:
    """From the average to the prediction of one row, which is called `name`."""
    return figure("waterfall", explanation, row, top=10, output=output, called=name)


def draw(figure: Any, *, key: str, alt: str, clicked: Callable[[Any], None] | None = None) -> None:
    """Put a figure on the page.

    Parameters
    ----------
    figure : plotly Figure
    key : str
    alt : str
        Says in words what it shows.
    clicked : callable, optional
        Called with what the bar or dot that was clicked carries as custom data, before the page is drawn
        anew.
    """
    figure.update_xaxes(title_font_size=13, fixedrange=True)
    figure.update_yaxes(title_font_size=13, fixedrange=True)
    figure.for_each_xaxis(_broken)
    if clicked is None:
        st.plotly_chart(figure, theme=None, config=charts.CONFIG, key=key, alt=alt)
        return
    # A chart keeps what was selected on it; with a number in its key, the next one begins without.
    turn = int(st.session_state.get(f"{key}-clicks", 0))

    def act() -> None:
        points = st.session_state[f"{key}-{turn}"].selection.points
        if points and points[0].get("customdata") is not None:
            st.session_state[f"{key}-clicks"] = turn + 1
            clicked(points[0]["customdata"])

    st.plotly_chart(
        figure, theme=None, config=charts.CONFIG, key=f"{key}-{turn}", alt=alt, on_select=act,
        selection_mode="points",
    )  # fmt: skip


def _broken(axis: Any) -> None:
    """Put the unit of a long title on a line of its own, for narrow windows."""
    title = axis.title.text or ""
    if len(title) > _LONG:
        axis.title.text = title.replace(" (percentage points)", "<br>(percentage points)")
