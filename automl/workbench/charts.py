"""The charts that the pages draw themselves, in the colours of the theme.

Figures are plain dictionaries, as Plotly reads them in the browser: easy to build and to test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.workbench import format as fmt
from automl.workbench.theme import Palette

__all__ = ["CONFIG", "FONT", "histogram", "layout", "shares", "title"]

Figure = dict[str, Any]

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}
FONT = "'Source Sans', sans-serif"


def layout(colors: Palette, height: int, **more: Any) -> dict[str, Any]:
    """What all charts share: size, font, colours of axes and background; `more` goes over it."""

    def axis(own: dict[str, Any]) -> dict[str, Any]:
        return {
            "gridcolor": colors.grid,
            "zeroline": False,
            "linecolor": colors.grid,
            "tickfont": {"color": colors.muted, "size": 12},
            "automargin": True,
            "fixedrange": True,
            **own,
        }

    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 12, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": colors.text},
        "hoverlabel": {"bgcolor": colors.surface, "font": {"family": FONT, "color": colors.text}},
        "showlegend": False,
        **more,
        "xaxis": axis(more.get("xaxis", {})),
        "yaxis": axis(more.get("yaxis", {})),
    }


def title(text: str, colors: Palette) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": text, "font": {"size": 13, "color": colors.muted}}


def shares(parts: Mapping[str, float], *, colors: Palette, most: int = 6) -> Figure:
    """Shares of classes as bars with their percentages written on; beyond `most`, the rest together."""
    names = list(parts)
    if len(names) > most:
        rest = names[most - 1 :]
        parts = {**{n: parts[n] for n in names[: most - 1]}, f"{len(rest)} more": sum(parts[n] for n in rest)}
        names = list(parts)
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [parts[name] for name in names],
        "y": [_short(name) for name in names],
        "text": [fmt.percent(parts[name]) for name in names],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colors.accent, "cornerradius": 3},
        "hoverinfo": "skip",
    }
    figure_layout = layout(
        colors,
        26 * len(names) + 24,
        bargap=0.35,
        xaxis={"visible": False, "range": [0, 1.15 * max(parts.values())]},
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
    )
    return {"data": [trace], "layout": figure_layout}


def histogram(values: NDArray[np.float64], *, colors: Palette) -> Figure:
    """How the values of a number are spread."""
    counts, edges = np.histogram(values, bins=min(30, max(5, int(len(values) ** 0.5))))
    trace = {
        "type": "bar",
        "x": ((edges[:-1] + edges[1:]) / 2).tolist(),
        "y": counts.tolist(),
        "width": np.diff(edges).tolist(),
        "marker": {"color": colors.accent, "line": {"width": 0}},
        "hovertemplate": "%{y} rows around %{x:.4~g}<extra></extra>",
    }
    figure_layout = layout(colors, 150, bargap=0.05, xaxis={"showgrid": False}, yaxis={"visible": False})
    return {"data": [trace], "layout": figure_layout}


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
