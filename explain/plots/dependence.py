"""How far one column moves the output, against its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..explanation import Explanation
from ..reference import as_numbers
from ..whole.partner import strongest_partner
from .colours import add_key, by_value
from .figure import Z95, escaped, finished, quantity, row_names, scale_factor, short, signed, unit
from .theme import DEFAULT, Theme


def dependence(
    explanation: Explanation,
    column: str,
    *,
    output: Any = None,
    colour: str | None = None,
    rows: Sequence[str] | None = None,
    theme: Theme = DEFAULT,
) -> go.Figure:
    """How far one column moves the output, against its value, with 95 % intervals where sampled.

    Parameters
    ----------
    explanation : Explanation
    column : str
    output : class label or position, optional
    colour : str, optional
        Another column whose values colour the dots; "auto" takes the one that works together with ``column``
        most, if any (:func:`explain.whole.partner.strongest_partner`).
    rows : sequence of str, optional
        What the rows are called; by default "row 0" and so on.
    theme : Theme

    Returns
    -------
    Figure
        Each dot carries the position of its row as custom data.
    """
    if colour == "auto":
        colour = strongest_partner(explanation, column, output)
    j = explanation.column_index(column)
    position = explanation.output_index(output)
    factor, reference = scale_factor(explanation), explanation.reference[j]
    moved = explanation.values[:, j, position] * factor
    series = explanation.data.iloc[:, j]
    shown = [formats.cell(value, reference) for value in series.tolist()]
    missing = series.isna().to_numpy(dtype=bool)
    hover = [
        f"<b>{escaped(column)}</b> = {escaped(text)}<br>{signed(step)}{unit(explanation)}<br>{row}"
        for row, text, step in zip(row_names(explanation, rows), shown, moved.tolist(), strict=True)
    ]
    paint = None if colour is None else by_value(explanation, colour, theme)
    if paint is not None:
        hover = [f"{text}<br>{also}" for text, also in zip(hover, paint.hover, strict=True)]
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
    if reference.kind == "label" and paint is not None:
        _add_strips(figure, [short(text) for text in shown], moved, hover, paint.colours)
    elif reference.kind == "label":
        figure.add_trace(
            go.Box(
                x=[short(text) for text in shown],
                y=moved,
                customdata=np.arange(explanation.rows),
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
                customdata=np.flatnonzero(~missing),
                error_y=None if error is None else {**error, "array": error["array"][~missing]},
                mode="markers",
                marker=marker if paint is None else {**marker, "color": paint.colours[~missing]},
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
    finished(figure, theme, rows=12)
    if paint is not None:
        add_key(figure, paint, theme)
    return figure


def _add_strips(
    figure: go.Figure, labels: list[str], moved: np.ndarray[Any, Any], hover: list[str], colours: Any
) -> None:
    """Dots by label, spread sideways, each in its own colour; labels in the order of their medians."""
    groups = {label: np.flatnonzero([each == label for each in labels]) for label in dict.fromkeys(labels)}
    order = sorted(groups, key=lambda label: -float(np.median(moved[groups[label]])))
    across = np.empty(len(labels))
    rng = np.random.default_rng(0)
    for place, label in enumerate(order):
        across[groups[label]] = place + rng.uniform(-0.28, 0.28, len(groups[label]))
    figure.add_trace(
        go.Scatter(
            x=across,
            y=moved,
            mode="markers",
            customdata=np.arange(len(labels)),
            marker={"color": colours, "size": 6, "opacity": 0.75},
            hovertext=hover,
            hoverinfo="text",
            showlegend=False,
        )
    )
    figure.update_xaxes(tickvals=list(range(len(order))), ticktext=order, range=[-0.6, len(order) - 0.4])
