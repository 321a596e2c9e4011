"""The chart of what each threshold between two classes would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automl.workbench.charts import Figure, layout, title
from automl.workbench.theme import Palette

__all__ = ["over_thresholds"]


def over_thresholds(records: Sequence[Mapping[str, Any]], *, colors: Palette) -> Figure:
    """Precision and recall over thresholds, with the cost on an axis of its own where there are costs.

    Parameters
    ----------
    records : sequence of mapping
        As `automl.workbench.reading.thresholds` gives them.
    """
    x = [record["threshold"] for record in records]
    data = [
        _line("Precision", x, [record["precision"] for record in records], colors.down, "solid"),
        _line("Recall", x, [record["recall"] for record in records], colors.up, "solid"),
    ]
    more: dict[str, Any] = {}
    if records[0]["cost_per_1000"] is not None:
        cost = [record["cost_per_1000"] for record in records]
        data.append(_line("Cost per 1,000 rows", x, cost, colors.text, "dash") | {"yaxis": "y2"})
        more["yaxis2"] = {
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "automargin": True,
            "fixedrange": True,
            "tickfont": {"color": colors.muted, "size": 12},
            "title": title("Cost per 1,000 rows", colors),
        }
    chosen = [record["threshold"] for record in records if record["chosen"]]
    marks = [
        {
            "type": "line",
            "x0": at,
            "x1": at,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": colors.accent},
        }
        for at in chosen
    ]
    figure_layout = layout(
        colors,
        330,
        hovermode="x unified",
        shapes=marks,
        legend={"orientation": "h", "y": 1.12, "x": 0},
        xaxis={"title": title("Threshold of the probability", colors), "range": [0, 1]},
        yaxis={"title": title("Precision, recall", colors), "range": [0, 1.02]},
        **more,
    )
    return {"data": data, "layout": figure_layout | {"showlegend": True}}


def _line(name: str, x: list[Any], y: list[Any], color: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": color, "dash": dash, "width": 2},
        "hovertemplate": "%{y:.3~g}",
    }
