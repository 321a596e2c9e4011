"""Which columns move the model's output most."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..explanation import Explanation
from .figure import Z95, escaped, finished, quantity, scale_factor, short, unit
from .theme import DEFAULT, Theme


def importance_bar(
    explanation: Explanation, *, top: int = 15, output: Any = None, theme: Theme = DEFAULT
) -> go.Figure:
    """Mean |attribution| by column with 95 % intervals.

    With three or more classes the mean over the classes, unless ``output`` names one. Each bar carries its
    column as custom data.
    """
    importance = explanation.global_()
    sizes, errors, names = importance.importance, importance.stderr, importance.columns
    if output is not None:
        position = explanation.output_index(output)
        per_row = np.abs(explanation.values[:, :, position])
        mean = per_row.mean(axis=0)
        order = np.argsort(-mean, kind="stable")
        names = tuple(explanation.columns[j] for j in order)
        sizes = mean[order]
        spread = per_row.std(axis=0, ddof=1) if explanation.rows > 1 else np.full(len(names), np.nan)
        errors = spread[order] / np.sqrt(explanation.rows)
    sizes, names = sizes[:top], names[:top]
    intervals = Z95 * np.nan_to_num(errors[:top])
    factor = scale_factor(explanation)
    hover = [
        f"<b>{escaped(name)}</b><br>{formats.number(size * factor, 3)}{unit(explanation)}"
        f" ± {formats.number(interval * factor, 2)}"
        for name, size, interval in zip(names, sizes.tolist(), intervals.tolist(), strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=sizes * factor,
            y=list(range(len(names))),
            orientation="h",
            customdata=list(names),
            marker={"color": theme.accent},
            error_x={
                "type": "data",
                "array": intervals * factor,
                "arrayminus": np.minimum(intervals, sizes) * factor,
                "color": theme.text,
                "thickness": 1.2,
                "width": 3,
            },
            hovertext=hover,
            hoverinfo="text",
        )
    )
    figure.update_xaxes(title_text=f"mean change of the {quantity(explanation, output)}", rangemode="tozero")
    return finished(figure, theme, rows=len(names), labels=[short(name) for name in names])
