"""How the output of one row, and of rows like it, builds up column by column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..row.paths import DecisionPaths
from .figure import escaped, finished, noun, rest_label, short
from .theme import DEFAULT, Theme


def decision_plot(
    paths: DecisionPaths, *, rows: Sequence[str] | None = None, theme: Theme = DEFAULT
) -> go.Figure:
    """Cumulative paths from the average (top) to the predictions (bottom), the row's own in front.

    Similar rows are coloured by the side of the average on which they end. ``rows`` are what the drawn rows
    are called, by default their positions.
    """
    called = [f"row {row}" for row in paths.rows] if rows is None else list(map(escaped, rows))
    factor = 100.0 if paths.scale == "probability" else 1.0
    levels = np.array(paths.levels) * factor
    labels = [
        f"{short(column, 28)} = {short(cell, 20)}"
        for column, cell in zip(paths.columns, paths.cells, strict=True)
    ]
    if paths.others:
        labels.insert(0, rest_label(paths.others))
    labels.insert(0, "average")
    places = list(range(len(labels)))
    figure = go.Figure()
    for line in range(len(paths.rows) - 1, 0, -1):
        end = levels[line, -1]
        figure.add_trace(
            go.Scatter(
                x=levels[line],
                y=places,
                mode="lines",
                line={"color": theme.higher if end > levels[line, 0] else theme.lower, "width": 1.2},
                opacity=0.4,
                hovertext=[f"{called[line]}, ends at {formats.level(end / factor, paths.scale)}"]
                * len(places),
                hoverinfo="text",
            )
        )
    own = levels[0]
    hover = [
        f"<b>{label}</b><br>{formats.level(level / factor, paths.scale)}"
        for label, level in zip(labels, own.tolist(), strict=True)
    ]
    figure.add_trace(
        go.Scatter(
            x=own,
            y=places,
            mode="lines+markers",
            line={"color": theme.higher if own[-1] > own[0] else theme.lower, "width": 3},
            marker={"size": 7},
            hovertext=hover,
            hoverinfo="text",
        )
    )
    shown = escaped(formats.level(float(own[-1]) / factor, paths.scale))
    figure.add_annotation(
        x=float(own[-1]),
        y=places[-1],
        text=f"<b>{shown}</b>",
        showarrow=False,
        yshift=-16,
        font={"color": theme.text},
    )
    figure.add_vline(x=float(own[0]), line_width=1, line_dash="dot", line_color=theme.text)
    low, high = float(levels.min()), float(levels.max())
    room = 0.04 * ((high - low) or 1.0)
    figure.update_xaxes(title_text=noun(paths.scale, paths.output), range=[low - room, high + room])
    figure = finished(figure, theme, rows=len(labels), labels=labels)
    figure.update_yaxes(range=[len(labels) - 0.2, -0.6], showgrid=True)
    return figure
