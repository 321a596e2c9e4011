"""How far one column moves the output, against its value."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..explanation import Explanation
from ..reference import as_numbers
from .figure import Z95, escaped, finished, quantity, scale_factor, short, signed, unit
from .theme import DEFAULT, Theme


def dependence(
    explanation: Explanation, column: str, *, output: Any = None, theme: Theme = DEFAULT
) -> go.Figure:
    """How far one column moves the output, against its value, with 95 % intervals where sampled."""
    j = explanation.column_index(column)
    position = explanation.output_index(output)
    factor, reference = scale_factor(explanation), explanation.reference[j]
    moved = explanation.values[:, j, position] * factor
    series = explanation.data.iloc[:, j]
    shown = [formats.cell(value, reference) for value in series.tolist()]
    missing = series.isna().to_numpy(dtype=bool)
    hover = [
        f"<b>{escaped(column)}</b> = {escaped(text)}<br>{signed(step)}{unit(explanation)}<br>row {row}"
        for row, (text, step) in enumerate(zip(shown, moved.tolist(), strict=True))
    ]
    marker = {"color": theme.accent, "size": 7, "opacity": 0.7}
    error: dict[str, Any] | None = None
    if explanation.stderr is not None:
        error = {
            "type": "data",
            "array": Z95 * explanation.stderr[:, j, position] * factor,
            "color": theme.grid,
            "thickness": 1,
            "width": 0,
        }
    figure = go.Figure()
    if reference.kind == "label":
        figure.add_trace(
            go.Box(
                x=[short(text) for text in shown],
                y=moved,
                boxpoints="all",
                jitter=0.4,
                pointpos=0,
                marker={**marker, "size": 5},
                line={"color": theme.text, "width": 1},
                fillcolor="rgba(0,0,0,0)",
                hovertext=hover,
                hoverinfo="text",
                showlegend=False,
            )
        )
        figure.update_xaxes(type="category", categoryorder="median descending")
    else:
        x: Any = series if reference.kind == "date" else as_numbers(series)
        figure.add_trace(
            go.Scatter(
                x=np.asarray(x)[~missing],
                y=moved[~missing],
                error_y=None if error is None else {**error, "array": error["array"][~missing]},
                mode="markers",
                marker=marker,
                hovertext=[text for text, gone in zip(hover, missing.tolist(), strict=True) if not gone],
                hoverinfo="text",
                showlegend=False,
            )
        )
        if missing.any():
            figure.add_hline(
                y=float(moved[missing].mean()),
                line_dash="dot",
                line_color=theme.missing,
                annotation_text="missing (mean)",
                annotation_font_color=theme.text,
            )
    figure.update_xaxes(title_text=short(column, 60))
    figure.update_yaxes(title_text=f"change of the {quantity(explanation, output)}")
    figure.add_hline(y=0, line_width=1, line_color=theme.text)
    return finished(figure, theme, rows=12)
