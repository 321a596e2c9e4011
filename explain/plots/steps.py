"""From one output to another in steps, one for each column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..labels import Outputs
from .figure import finished, scale_factor, signed
from .theme import Theme


def stepped(
    result: Outputs,
    start: float,
    steps: Sequence[float],
    end: float,
    *,
    labels: Sequence[str],
    hover: Sequence[str],
    title: str,
    theme: Theme,
) -> go.Figure:
    """A waterfall.

    Parameters
    ----------
    result : Outputs
        Whose scale the outputs are on.
    start, steps, end : numbers
        As shown: in percentage points on the probability scale.
    labels, hover : sequences of length S + 2
        Of the start, the S steps and the end.
    title : str
        Of the axis of outputs.
    theme : Theme
    """
    factor = scale_factor(result)
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute", *["relative"] * len(steps), "total"],
            x=[start, *steps, end],
            y=list(range(len(labels))),
            text=[
                formats.level(start / factor, result.scale),
                *[signed(step) for step in steps],
                formats.level(end / factor, result.scale),
            ],
            textposition="outside",
            textfont={"color": theme.text},
            hovertext=list(hover),
            hoverinfo="text",
            increasing={"marker": {"color": theme.higher}},
            decreasing={"marker": {"color": theme.lower}},
            totals={"marker": {"color": theme.missing}},
            connector={"line": {"color": theme.grid, "width": 1}},
            cliponaxis=False,
        )
    )
    levels = np.cumsum([start, *steps])
    low, high = float(levels.min()), float(levels.max())
    room = 0.18 * ((high - low) or 1.0)
    figure.update_xaxes(title_text=title, range=[low - room, high + room])
    return finished(figure, theme, rows=len(labels), labels=list(labels))
