"""Pairs of columns that work together, and what two columns do together."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..whole.interactions import Interactions
from ..whole.surfaces import Surface
from .figure import escaped, faded, finished, quantity, scale_factor, short, signed, unit
from .theme import DEFAULT, Theme


def interaction_bar(interactions: Interactions, *, top: int = 12, theme: Theme = DEFAULT) -> go.Figure:
    """The strongest pairs with 95 % intervals; a tick at each pair's noise floor, grey below it."""
    factor = scale_factor(interactions)
    shown = range(min(top, len(interactions.pairs)))
    strength = interactions.strength[: len(shown)] * factor
    low, high, floor = (
        getattr(interactions, name)[: len(shown)] * factor for name in ("low", "high", "floor")
    )
    clear = interactions.clear.tolist()
    names = [" × ".join(interactions.pairs[p]) for p in shown]
    of = "of the pair's joint effect" if interactions.floor.any() else "of all movement"
    hover = [
        f"<b>{escaped(names[p])}</b><br>{formats.number(float(strength[p]), 3)}{unit(interactions)} "
        f"({formats.number(float(low[p]), 2)} to {formats.number(float(high[p]), 2)})"
        f"<br>{formats.number(100 * float(interactions.share[p]), 2)} % {of}"
        + ("" if clear[p] else "<br>cannot be told from noise")
        for p in shown
    ]
    figure = go.Figure(
        go.Bar(
            x=strength,
            y=list(shown),
            orientation="h",
            marker={"color": [theme.accent if clear[p] else faded(theme.missing, 0.6) for p in shown]},
            error_x={
                "type": "data",
                "array": np.nan_to_num(high - strength),
                "arrayminus": np.nan_to_num(strength - low),
                "color": theme.text,
                "thickness": 1.2,
                "width": 3,
            },
            hovertext=hover,
            hoverinfo="text",
        )
    )
    if interactions.floor.any():
        figure.add_trace(
            go.Scatter(
                x=floor,
                y=list(shown),
                mode="markers",
                marker={
                    "symbol": "line-ns",
                    "size": 16,
                    "line": {"color": theme.higher, "width": 2},
                },
                hovertext=[f"noise floor {formats.number(float(value), 2)}" for value in floor],
                hoverinfo="text",
            )
        )
    what = quantity(interactions, None) if interactions.outputs <= 2 else "output"
    figure.update_xaxes(title_text=f"working together, in the {what}", rangemode="tozero")
    return finished(figure, theme, rows=len(shown), labels=[short(name, 44) for name in names])


def surface(
    surface: Surface, *, output: Any = None, beyond: bool = False, theme: Theme = DEFAULT
) -> go.Figure:
    """Partial dependence on two columns; cells with few rows are veiled.

    Parameters
    ----------
    surface : Surface
    output : class label or position, optional
    beyond : bool
        Draw what the two do beyond the sum of each instead of the level.
    theme : Theme

    Returns
    -------
    Figure
    """
    k = surface.output_index(output)
    factor = scale_factor(surface)
    height = (surface.beyond if beyond else surface.level)[:, :, k].T * factor
    across, up = surface.labels(0), surface.labels(1)
    size = float(np.abs(height).max(initial=0.0)) or 1.0
    middle = {"zmin": -size, "zmax": size} if beyond else {}
    hover = [
        [
            f"<b>{escaped(surface.columns[0])}</b> = {escaped(a)}<br><b>{escaped(surface.columns[1])}</b> = "
            f"{escaped(b)}<br>"
            + (
                f"{signed(float(height[h, g]))}{unit(surface)} beyond the sum"
                if beyond
                else formats.level(float(height[h, g]) / factor, surface.scale)
            )
            + f"<br>{int(surface.counts[g, h]):,} rows"
            for g, a in enumerate(across)
        ]
        for h, b in enumerate(up)
    ]
    title = f"{'beyond the sum, in the ' if beyond else ''}{quantity(surface, output)}"
    title = title.replace(" (percentage", "<br>(percentage")
    figure = go.Figure(
        go.Heatmap(
            z=height,
            colorscale=[
                [0.0, theme.lower],
                [0.5, faded(theme.missing, 0.15) if beyond else "#a9a9ad"],
                [1.0, theme.higher],
            ],
            hovertext=hover,
            hoverinfo="text",
            xgap=1,
            ygap=1,
            colorbar={
                "title": {"text": title, "side": "right"},
                "thickness": 10,
                "outlinewidth": 0,
            },
            **middle,
        )
    )
    if surface.thin.any():
        figure.add_trace(
            go.Heatmap(
                z=[[1.0 if few else None for few in row] for row in surface.thin.T.tolist()],
                colorscale=[[0.0, theme.missing], [1.0, theme.missing]],
                opacity=0.7,
                showscale=False,
                hoverinfo="skip",
                xgap=1,
                ygap=1,
            )
        )
    finished(figure, theme, rows=11)
    figure.update_xaxes(
        title_text=short(surface.columns[0], 60),
        tickvals=list(range(len(across))),
        ticktext=[short(text, 14) for text in across],
        showgrid=False,
    )
    figure.update_yaxes(
        title_text=short(surface.columns[1], 40),
        tickvals=list(range(len(up))),
        ticktext=[short(text, 14) for text in up],
        showgrid=False,
    )
    return figure
