"""A model's output against one column, with single rows, intervals, and where there are rows at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from .. import formats
from ..whole.curves import Curve
from .figure import Z95, escaped, faded, finished, quantity, scale_factor, short, signed, unit
from .theme import DEFAULT, Theme

Floats = NDArray[np.float64]

_GAP = 0.09  # of the range, from the last value to the missing one
_FOOT = 0.13  # height of the histogram below the curve


def curve(
    curve: Curve, *, output: Any = None, lines: bool = True, centred: bool = False, theme: Theme = DEFAULT
) -> go.Figure:
    """Partial dependence or accumulated effects, with 95 % intervals for other rows like these.

    Parameters
    ----------
    curve : Curve
    output : class label or position, optional
    lines : bool
        Draw the single rows that the curve holds.
    centred : bool
        Draw changes from the mean of the curve, and of each single row, instead of levels. Accumulated
        effects are always changes.
    theme : Theme

    Returns
    -------
    Figure
        Dotted, or hollow, where few rows are near.
    """
    k = curve.output_index(output)
    changes = centred or not len(curve.rows_shown)
    factor = scale_factor(curve)
    height = (curve.effect if changes else curve.level)[:, k] * factor
    error = Z95 * curve.stderr[:, k] * factor
    figure = go.Figure()
    x = _places(curve)
    if lines and len(curve.rows_shown):
        rows = (curve.centred_rows() if changes else curve.rows_shown)[:, :, k] * factor
        _add_rows(figure, curve, x, rows, theme)
    hover = [
        f"<b>{escaped(curve.column)}</b> = {escaped(curve.label(p))}<br>{_value(curve, height[p], changes)}"
        + ("" if np.isnan(error[p]) else f" ± {formats.number(float(error[p]), 2)}{unit(curve)}")
        + f"<br>{formats.percent(float(curve.share[p]))} of rows are nearest"
        + ("<br>rests on few rows" if curve.thin[p] else "")
        for p in range(len(curve.at))
    ]
    if curve.kind == "label":
        _add_points(figure, curve, list(range(len(curve.at))), x, height, error, hover, theme)
    else:
        _add_line(figure, curve, x, height, error, hover, theme)
        rest = list(range(curve.present, len(curve.at)))
        _add_points(figure, curve, rest, x, height, error, hover, theme)
    _add_foot(figure, curve, x, theme)
    title = f"change of the {quantity(curve, output)}" if changes else quantity(curve, output)
    title = title.replace(" (percentage", "<br>(percentage")
    finished(figure, theme, rows=11)
    if changes:
        figure.add_hline(y=0, line_width=1, line_color=theme.text, yref="y")
    figure.update_layout(
        yaxis={"domain": [_FOOT + 0.04, 1.0], "title": {"text": title}},
        yaxis2={"domain": [0.0, _FOOT], "showticklabels": False, "showgrid": False, "rangemode": "tozero"},
        xaxis={"anchor": "y2", "title": {"text": short(curve.column, 60)}, "showgrid": False},
        barmode="overlay",
    )
    return figure


def _value(curve: Curve, height: float, changes: bool) -> str:
    if changes:
        return f"{signed(float(height))}{unit(curve)}"
    return formats.level(float(height) / scale_factor(curve), curve.scale)


def _places(curve: Curve) -> list[Any]:
    """Where each point stands on the axis: labels at whole numbers, a missing value beyond the last."""
    if curve.kind == "label":
        return list(range(len(curve.at)))
    numbers = [float(value) for value in curve.at if isinstance(value, float)]
    if curve.present < len(curve.at):
        span = (numbers[-1] - numbers[0]) or 1.0
        numbers.append(numbers[-1] + _GAP * span)
    if curve.kind == "date":
        return [pd.Timestamp(value, unit="s").isoformat() for value in numbers]
    return list(numbers)


def _add_rows(figure: go.Figure, curve: Curve, x: list[Any], rows: Floats, theme: Theme) -> None:
    """All single rows as one trace: lines with gaps between them, or a dash for each label."""
    if curve.kind == "label":
        figure.add_trace(
            go.Scatter(
                x=np.tile(x, len(rows)),
                y=rows.ravel(),
                mode="markers",
                marker={
                    "symbol": "line-ew",
                    "size": 26,
                    "line": {"color": faded(theme.missing, 0.4), "width": 1},
                },
                hoverinfo="skip",
                showlegend=False,
                name="rows",
            )
        )
        return
    points = curve.present
    across: list[Any] = []
    up: list[float | None] = []
    for row in rows[:, :points].tolist():
        across += [*x[:points], None]
        up += [*row, None]
    figure.add_trace(
        go.Scatter(
            x=across,
            y=up,
            mode="lines",
            line={"color": faded(theme.missing, 0.35), "width": 1},
            hoverinfo="skip",
            showlegend=False,
        )
    )


def _add_line(
    figure: go.Figure,
    curve: Curve,
    x: list[Any],
    height: Floats,
    error: Floats,
    hover: list[str],
    theme: Theme,
) -> None:
    points = curve.present
    if not np.isnan(error[:points]).any():
        band = np.concatenate([height[:points] + error[:points], (height[:points] - error[:points])[::-1]])
        figure.add_trace(
            go.Scatter(
                x=x[:points] + x[:points][::-1],
                y=band,
                mode="lines",
                line={"width": 0},
                fill="toself",
                fillcolor=faded(theme.accent, 0.2),
                hoverinfo="skip",
                showlegend=False,
            )
        )
    thin = curve.thin[:points]
    step = thin[1:] | thin[:-1]
    for dash, wanted in (("solid", ~step), ("dot", step)):
        across: list[Any] = []
        up: list[float | None] = []
        for p in np.flatnonzero(wanted).tolist():
            across += [x[p], x[p + 1], None]
            up += [float(height[p]), float(height[p + 1]), None]
        if across:
            figure.add_trace(
                go.Scatter(
                    x=across,
                    y=up,
                    mode="lines",
                    line={"color": theme.accent, "width": 2.5, "dash": dash},
                    hoverinfo="skip",
                    showlegend=False,
                )
            )
    figure.add_trace(
        go.Scatter(
            x=x[:points],
            y=height[:points],
            mode="markers",
            marker={
                "size": 10 if points == 1 else 7,
                "color": theme.accent,
                "opacity": 1 if points == 1 else 0,
            },
            hovertext=hover[:points],
            hoverinfo="text",
            showlegend=False,
        )
    )


def _add_points(
    figure: go.Figure,
    curve: Curve,
    points: list[int],
    x: list[Any],
    height: Floats,
    error: Floats,
    hover: list[str],
    theme: Theme,
) -> None:
    if not points:
        return
    missing = [curve.at[p] is None for p in points]
    figure.add_trace(
        go.Scatter(
            x=[x[p] for p in points],
            y=height[points],
            error_y={
                "type": "data",
                "array": np.nan_to_num(error[points]),
                "color": theme.text,
                "thickness": 1.2,
                "width": 4,
            },
            mode="markers",
            marker={
                "size": 10,
                "color": [theme.missing if gone else theme.accent for gone in missing],
                "symbol": [
                    ("diamond" if gone else "circle") + ("-open" if curve.thin[p] else "")
                    for p, gone in zip(points, missing, strict=True)
                ],
                "line": {"width": [2 if curve.thin[p] else 0 for p in points], "color": theme.accent},
            },
            hovertext=[hover[p] for p in points],
            hoverinfo="text",
            showlegend=False,
        )
    )


def _add_foot(figure: go.Figure, curve: Curve, x: list[Any], theme: Theme) -> None:
    """How many rows there are: a histogram, or bars for labels and missing values."""
    bars: list[int] = list(range(len(curve.at)))
    if curve.kind == "label":
        ticks = [short(curve.label(p), 16) for p in bars]
        figure.update_xaxes(tickvals=x, ticktext=ticks, range=[-0.6, len(x) - 0.4])
        width: list[float] | float = 0.6
    else:
        bars = bars[curve.present :]
        middles = (curve.edges[1:] + curve.edges[:-1]) / 2
        places: list[Any] = middles.tolist()
        size = np.diff(curve.edges)
        if curve.kind == "date":
            places = [pd.Timestamp(value, unit="s").isoformat() for value in places]
            size = size * 1000  # Plotly's unit of time
        total = max(1.0, float(curve.counts.sum()))
        present = 1.0 - (float(curve.share[bars].sum()) if bars else 0.0)
        figure.add_trace(
            go.Bar(
                x=places,
                y=curve.counts / total * present,
                width=size * 0.92,
                yaxis="y2",
                marker={"color": faded(theme.missing, 0.6)},
                hovertext=[f"{count:,} rows" for count in curve.counts.tolist()],
                hoverinfo="text",
                showlegend=False,
            )
        )
        width = float(size.max()) * 0.92
        if bars:
            figure.add_annotation(
                x=x[-1], y=0, yref="y domain", text="missing", showarrow=False, yshift=9, font={"size": 11}
            )
    if bars:
        figure.add_trace(
            go.Bar(
                x=[x[p] for p in bars],
                y=curve.share[bars],
                width=width,
                yaxis="y2",
                marker={"color": faded(theme.missing, 0.6)},
                hovertext=[f"{formats.percent(float(curve.share[p]))} of rows" for p in bars],
                hoverinfo="text",
                showlegend=False,
            )
        )
