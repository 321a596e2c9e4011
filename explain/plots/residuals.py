"""The errors of a regression against its predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..judge.residuals import Residuals
from .figure import escaped, faded, finished
from .theme import DEFAULT, Theme


def residual_plot(
    residuals: Residuals, *, rows: Sequence[str] | None = None, theme: Theme = DEFAULT
) -> go.Figure:
    """Truth less prediction for up to 1,000 rows.

    The shade is where four of five residuals lie, the orange dots are their means in bins with intervals;
    above 0 the predictions are too low. Each dot carries the position of its row as custom data; ``rows`` are
    what the rows shown are called, by default that position.
    """
    figure = go.Figure()
    if len(residuals.predicted) > 1:
        figure.add_trace(
            go.Scatter(
                x=np.concatenate([residuals.predicted, residuals.predicted[::-1]]),
                y=np.concatenate([residuals.bin_upper, residuals.bin_lower[::-1]]),
                mode="lines",
                line={"width": 0},
                fill="toself",
                fillcolor=faded(theme.accent, 0.15),
                hoverinfo="skip",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=residuals.shown_predicted,
            y=residuals.shown_residual,
            mode="markers",
            marker={"size": 5, "color": theme.accent, "opacity": 0.45},
            customdata=residuals.shown_row,
            text=[f"row {row}" for row in residuals.shown_row.tolist()]
            if rows is None
            else list(map(escaped, rows)),
            hovertemplate="predicted %{x:.4~g}<br>residual %{y:.4~g}<br>%{text}<extra></extra>",
        )
    )
    bounded = np.isfinite(residuals.bin_low) & np.isfinite(residuals.bin_high)
    figure.add_trace(
        go.Scatter(
            x=residuals.predicted,
            y=residuals.bin_mean,
            mode="markers",
            marker={"size": 8, "color": theme.higher},
            error_y={
                "type": "data",
                "array": np.where(bounded, residuals.bin_high - residuals.bin_mean, 0.0),
                "arrayminus": np.where(bounded, residuals.bin_mean - residuals.bin_low, 0.0),
                "color": theme.higher,
                "thickness": 1.5,
                "width": 0,
            },
            hovertext=[
                f"mean residual {formats.number(mean)} ({formats.number(low)} to {formats.number(high)})"
                for mean, low, high in zip(
                    residuals.bin_mean.tolist(),
                    residuals.bin_low.tolist(),
                    residuals.bin_high.tolist(),
                    strict=True,
                )
            ],
            hoverinfo="text",
        )
    )
    figure.add_hline(y=0, line_width=1, line_color=theme.text)
    figure.update_xaxes(title_text="prediction")
    figure.update_yaxes(title_text="truth less prediction")
    return finished(figure, theme, rows=11)
