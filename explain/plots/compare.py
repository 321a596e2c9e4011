"""Where the difference of two mean outputs comes from."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..whole.compare import Comparison
from .figure import escaped, faded, finished, quantity, rest_label, scale_factor, short, signed, unit
from .steps import stepped
from .theme import DEFAULT, Theme


def comparison_bar(
    comparison: Comparison, *, top: int = 12, output: Any = None, theme: Theme = DEFAULT
) -> go.Figure:
    """Differences of mean attributions with 95 % intervals; pale where the interval holds zero."""
    k = comparison.output_index(output)
    factor = scale_factor(comparison)
    order = comparison.order(output)[:top]
    size, low, high = (getattr(comparison, name)[order, k] * factor for name in ("difference", "low", "high"))
    colours = []
    for each, least, most in zip(size.tolist(), low.tolist(), high.tolist(), strict=True):
        colour = theme.higher if each > 0 else theme.lower
        colours.append(colour if least > 0 or most < 0 else faded(colour, 0.35))
    figure = go.Figure(
        go.Bar(
            x=size,
            y=list(range(len(order))),
            orientation="h",
            marker={"color": colours},
            error_x={
                "type": "data",
                "array": np.nan_to_num(high - size),
                "color": theme.text,
                "thickness": 1.2,
                "width": 3,
            },
            hovertext=[
                f"<b>{escaped(comparison.columns[j])}</b><br>{signed(each)}{unit(comparison)} "
                f"({formats.number(least, 2)} to {formats.number(most, 2)})"
                for j, each, least, most in zip(
                    order, size.tolist(), low.tolist(), high.tolist(), strict=True
                )
            ],
            hoverinfo="text",
        )
    )
    one, two = (short(name) for name in comparison.names)
    figure.update_xaxes(title_text=f"{two} less {one}: {quantity(comparison, output)}")
    figure.add_vline(x=0, line_width=1, line_color=theme.text)
    return finished(figure, theme, rows=len(order), labels=[short(comparison.columns[j]) for j in order])


def shift(comparison: Comparison, *, top: int = 8, output: Any = None, theme: Theme = DEFAULT) -> go.Figure:
    """From the mean output of the first set of rows to that of the second, column by column."""
    k = comparison.output_index(output)
    factor = scale_factor(comparison)
    order = comparison.order(output)
    steps = (comparison.difference[order[:top], k] * factor).tolist()
    labels = [short(comparison.columns[j]) for j in order[:top]]
    if len(order) > top:
        steps.append(float(comparison.difference[order[top:], k].sum()) * factor)
        labels.append(rest_label(len(order) - top))
    start, end = (float(value) * factor for value in comparison.means[:, k])
    names = [short(name) for name in comparison.names]
    hover = [
        f"<b>{label}</b><br>{signed(step)}{unit(comparison)}"
        for label, step in zip(labels, steps, strict=True)
    ]
    return stepped(
        comparison,
        start,
        steps,
        end,
        labels=[names[0], *labels, names[1]],
        hover=[
            f"mean of {names[0]}, {comparison.rows[0]:,} rows",
            *hover,
            f"mean of {names[1]}, {comparison.rows[1]:,} rows",
        ],
        title=f"mean {quantity(comparison, output)}",
        theme=theme,
    )
