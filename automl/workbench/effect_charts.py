"""Charts of what columns did to the predictions: all of them as a heat map, one of them as lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl.monitoring.timeline.records import Timeline
from automl.workbench import format as fmt
from automl.workbench.charts import Figure, layout, title
from automl.workbench.effects import Effects
from automl.workbench.theme import Palette
from automl.workbench.timeline_charts import ticks

__all__ = ["column", "heat", "told"]

_LABEL = 26
_WRITTEN = 12  # windows up to which numbers stand in the cells


def told(effects: Effects, most: int) -> str:
    """What the heat map shows, in words."""
    what = "adds to the shift of the mean prediction" if effects.split else "has moved beyond chance"
    parts = [f"How far each column {what}, for {fmt.plural(len(effects.windows), 'window')}"]
    for i, name in enumerate(effects.columns[: min(most, 3)]):
        row = effects.values[i]
        if np.isnan(row).all() or not np.nanmax(np.abs(row)):
            continue
        j = int(np.nanargmax(np.abs(row)))
        parts.append(f"{name} most in {effects.windows[j]} ({_number(row[j], effects)} {effects.unit})")
    return "; ".join(parts) + "."


def heat(effects: Effects, *, most: int, chosen: int, colors: Palette) -> Figure:
    """Columns by windows: orange raises the mean prediction, blue lowers it; rings are columns that drifted.

    Parameters
    ----------
    effects : Effects
    most : int
        So many columns are drawn, those with the largest effect.
    chosen : int
        The window that is marked.
    colors : Palette
    """
    names, values = effects.columns[:most], effects.values[:most]
    count = len(effects.windows)
    limit = effects.most or 1.0
    scale = (
        [[0.0, colors.down], [0.5, colors.background], [1.0, colors.up]]
        if effects.split
        else [[0.0, colors.background], [1.0, colors.up]]
    )
    cells: dict[str, Any] = {
        "type": "heatmap",
        "z": [[None if np.isnan(value) else round(float(value), 4) for value in row] for row in values],
        "x": list(range(count)),
        "y": list(range(len(names))),
        "zmin": -limit if effects.split else 0.0,
        "zmax": limit,
        "colorscale": scale,
        "xgap": 1 if count <= 60 else 0,
        "ygap": 1,
        "showscale": effects.most > 0,
        "colorbar": {
            "thickness": 10, "outlinewidth": 0, "len": 0.9, "tickfont": {"size": 11, "color": colors.muted},
            "title": {"text": effects.unit, "side": "right", "font": {"size": 12, "color": colors.muted}},
        },
        "customdata": [[effects.windows[j] for j in range(count)] for _ in names],
        "hovertemplate": f"%{{customdata}}: %{{z:+.3~g}} {effects.unit}<extra></extra>",
    }  # fmt: skip
    if count <= _WRITTEN:
        cells |= {
            "text": [["" if not value or np.isnan(value) else _number(value, effects) for value in row]
                     for row in values],
            "texttemplate": "%{text}", "textfont": {"size": 11},
        }  # fmt: skip
    rows, columns = np.nonzero(effects.drifted[:most])
    rings = {
        "type": "scatter", "mode": "markers", "x": columns.tolist(), "y": rows.tolist(),
        "marker": {"symbol": "circle-open", "size": 20 if count <= _WRITTEN else 6, "color": colors.text,
                   "opacity": 0.55, "line": {"width": 1.2}},
        "hoverinfo": "skip",
    }  # fmt: skip
    marker = {
        "type": "rect", "x0": chosen - 0.5, "x1": chosen + 0.5, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": colors.text, "width": 1.5},
    }  # fmt: skip
    return {
        "data": [cells, rings],
        "layout": layout(
            colors,
            24 * len(names) + 50,
            shapes=[marker],
            margin={"l": 8, "r": 4, "t": 8, "b": 8},
            xaxis={**ticks(effects.windows), "showgrid": False},
            yaxis={
                "autorange": "reversed", "showgrid": False, "tickvals": list(range(len(names))),
                "ticktext": [_short(name) for name in names], "tickfont": {"size": 12, "color": colors.text},
            },
        ),
    }  # fmt: skip


def column(timeline: Timeline, name: str, *, chosen: int, colors: Palette) -> Figure:
    """How far one column has moved, over the windows, beside what chance moves."""
    found = [
        (i, each) for i, window in enumerate(timeline.windows) for each in window.columns if each.name == name
    ]
    places = [i for i, _ in found]
    chance = {
        "type": "scatter", "mode": "lines", "name": "By chance", "x": places,
        "y": [each.chance for _, each in found], "line": {"color": colors.muted, "width": 1.2, "dash": "dot"},
        "fill": "tozeroy", "fillcolor": _faint(colors.muted), "hoverinfo": "skip",
    }  # fmt: skip
    moved = {
        "type": "scatter", "mode": "lines+markers", "name": "Moved", "x": places,
        "y": [each.moved for _, each in found],
        "line": {"color": colors.accent, "width": 2},
        "marker": {"size": 8 if len(places) <= 40 else 5, "color": colors.accent,
                   "symbol": ["triangle-up" if each.level != "fine" else "circle" for _, each in found]},
        "text": [timeline.windows[i].label for i in places],
        "hovertemplate": "%{text}: %{y:.1%} of the rows<extra></extra>",
    }  # fmt: skip
    line = {
        "type": "line", "x0": chosen, "x1": chosen, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": colors.text, "width": 1},
    }  # fmt: skip
    return {
        "data": [chance, moved],
        "layout": layout(
            colors,
            230,
            shapes=[line],
            showlegend=True,
            legend={
                "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False,
                "itemdoubleclick": False, "font": {"size": 12, "color": colors.text},
            },
            margin={"l": 8, "r": 12, "t": 30, "b": 8},
            xaxis={**ticks([each.label for each in timeline.windows], most=4), "showgrid": False},
            yaxis={"tickformat": ".0%", "rangemode": "tozero", "title": title("Share of the rows", colors)},
        ),
    }  # fmt: skip


def _number(value: float, effects: Effects) -> str:
    text = f"{value:+.2g}" if effects.split else f"{value:.0f}"
    return text.replace("-", "−")


def _faint(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.12)"


def _short(name: str) -> str:
    return name if len(name) <= _LABEL else name[: _LABEL - 1] + "…"
