"""Charts of drift: a column's values before and now."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from automl.data import Kind
from automl.monitoring import words
from automl.monitoring.drift import ColumnDrift
from automl.monitoring.reference import PROBABILITY
from automl.workbench import format as fmt
from automl.workbench.charts import Figure, layout, title
from automl.workbench.theme import Palette

__all__ = ["shares", "told"]

BEFORE, NOW = "Learned from", "New rows"
_LABEL = 24


def told(drift: ColumnDrift) -> str:
    """What the chart of a column shows, in words."""
    chart = drift.chart
    names = list(chart.labels) or [f"{value:g}" for value in chart.values]
    parts = [
        f"{name}: {fmt.percent(after)}, before {fmt.percent(before)}"
        for name, before, after in zip(names, chart.before, chart.after, strict=False)
    ]
    return f"{words.column(drift)} " + ("; ".join(parts[:6]) if parts else "Shares of rows by value.")


def shares(
    drift: ColumnDrift, *, colors: Palette, height: int = 300, names: tuple[str, str] = (BEFORE, NOW)
) -> Figure:
    """Shares of the rows by value: old rows as hollow bars, new ones as a filled line or filled bars.

    Parameters
    ----------
    drift : ColumnDrift
    colors : Palette
    height : int
    names : (str, str)
        What the rows before and now are called.
    """
    if drift.chart.labels:
        return _labels(drift, colors, height, names)
    return _numbers(drift, colors, height, names)


def _labels(drift: ColumnDrift, colors: Palette, height: int, called: tuple[str, str]) -> Figure:
    chart = drift.chart
    names = [name if len(name) <= _LABEL else name[: _LABEL - 1] + "…" for name in chart.labels]
    # Positions, since two shortened names may be the same.
    places = list(range(len(names)))
    markers = _markers(colors)
    traces = [
        _bars(name, values, places, chart.labels, marker)
        for name, values, marker in zip(called, (chart.before, chart.after), markers, strict=True)
    ]
    return {
        "data": traces,
        "layout": _with_legend(
            colors,
            max(height, 34 * len(names) + 70),
            barmode="group",
            bargap=0.25,
            xaxis={"tickformat": ".0%", "title": title("Share of the rows", colors)},
            yaxis={
                "autorange": "reversed",
                "showgrid": False,
                "tickvals": places,
                "ticktext": names,
                "tickfont": {"size": 12, "color": colors.text},
            },
        ),
    }


def _bars(
    name: str, values: Sequence[float], places: list[int], labels: Sequence[str], marker: dict[str, Any]
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": list(values),
        "y": places,
        "customdata": list(labels),
        "marker": marker,
        "hovertemplate": f"%{{customdata}}<br>{name}: %{{x:.1%}}<extra></extra>",
    }


def _numbers(drift: ColumnDrift, colors: Palette, height: int, called: tuple[str, str]) -> Figure:
    chart = drift.chart
    dates = drift.kind == Kind.DATETIME
    if chart.ends:
        middles = [(low + high) / 2 for low, high in pairwise(chart.ends)]
        widths = [high - low for low, high in pairwise(chart.ends)]
        hovers = [f"{_shown(low, dates)} to {_shown(high, dates)}" for low, high in pairwise(chart.ends)]
    else:
        middles, hovers = list(chart.values), [_shown(value, dates) for value in chart.values]
        gaps = [b - a for a, b in pairwise(middles)]
        widths = [0.8 * min(gaps, default=1.0)] * len(middles)
    if dates:
        places: list[Any] = [words.moment(value) for value in middles]
        widths = [1000 * width for width in widths]
    else:
        places = middles
    before = {
        "type": "bar",
        "name": called[0],
        "x": places,
        "y": list(chart.before),
        "width": widths,
        "customdata": hovers,
        "marker": _markers(colors)[0],
        "hovertemplate": f"%{{customdata}}<br>{called[0]}: %{{y:.1%}}<extra></extra>",
    }
    now = {
        "type": "scatter",
        "name": called[1],
        "x": places,
        "y": list(chart.after),
        "customdata": hovers,
        "mode": "lines+markers",
        "line": {"color": colors.accent, "width": 2.5, "shape": "hvh"},
        "marker": {"color": colors.accent, "size": 6},
        "hovertemplate": f"%{{customdata}}<br>{called[1]}: %{{y:.1%}}<extra></extra>",
    }
    chances = drift.kind == PROBABILITY
    name = "Characters" if drift.kind == Kind.TEXT else drift.column
    if chances:
        name = f"Probability of {name}"
    return {
        "data": [before, now],
        "layout": _with_legend(
            colors,
            height,
            bargap=0.02,
            xaxis={
                "showgrid": False,
                "title": title(name if len(name) <= 40 else name[:39] + "…", colors),
                **({"type": "date"} if dates else {}),
                **({"tickformat": ".0%"} if chances else {}),
            },
            yaxis={"tickformat": ".0%", "rangemode": "tozero", "title": title("Share of the rows", colors)},
        ),
    }


def _markers(colors: Palette) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the bars of old rows and of new ones look."""
    hollow = {"color": colors.grid, "line": {"color": colors.muted, "width": 1}}
    return hollow, {"color": colors.accent, "line": {"width": 0}}


def _with_legend(colors: Palette, height: int, **more: Any) -> dict[str, Any]:
    return layout(
        colors,
        height,
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 12, "color": colors.text},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        margin={"l": 8, "r": 16, "t": 34, "b": 8},
        **more,
    )


def _shown(value: float, dates: bool) -> str:
    return words.moment(value) if dates else f"{value:,.6g}"
