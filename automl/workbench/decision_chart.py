"""The chart of what each threshold between two classes would bring."""

from __future__ import annotations

from typing import Any

from automl.workbench.charts import Figure, layout, title
from automl.workbench.theme import Palette
from automl.workbench.weighing import Costs, Weighing

__all__ = ["over_thresholds"]


def over_thresholds(weighing: Weighing, costs: Costs, *, chosen: float, colors: Palette) -> Figure:
    """Precision, recall and share flagged over thresholds, and under them what errors are expected to cost.

    Parameters
    ----------
    weighing : Weighing
    costs : Costs
    chosen : float
        The threshold that is looked at; the one that the model has is marked as well.
    colors : Palette
    """
    brought = [weighing.at(position, costs) for position in range(len(weighing.thresholds))]
    x = [each.threshold for each in brought]
    shares = [
        _line("Precision", x, [each.precision for each in brought], colors.down, "solid"),
        _line("Recall", x, [each.recall for each in brought], colors.up, "dash"),
        _line("Rows flagged", x, [each.flagged for each in brought], colors.muted, "dot"),
    ]
    for trace in shares:
        trace["hovertemplate"] = f"{trace['name']} %{{y:.0%}}<extra></extra>"
    cost = _line("Expected cost", x, [each.cost for each in brought], colors.accent, "solid")
    cost |= {"yaxis": "y2", "hovertemplate": "Cost of 1,000 rows %{y:,.4~g}<extra></extra>"}
    band = {
        "type": "scatter",
        "x": x + x[::-1],
        "y": [each.interval[1] for each in brought] + [each.interval[0] for each in brought][::-1],
        "yaxis": "y2",
        "fill": "toself",
        "mode": "none",
        "fillcolor": colors.grid,
        "opacity": 0.6,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    # What never or always calling costs may be many times as much: the curve around the least stays readable.
    least = min(each.cost for each in brought)
    top = max(1.15 * max(brought[0].cost, brought[-1].cost), 1.3 * least)
    if brought[0].cost > 6 * brought[-1].cost or brought[-1].cost > 6 * brought[0].cost:
        top = 2.2 * min(brought[0].cost, brought[-1].cost) or top
    at = brought[weighing.nearest(chosen)]
    marker = {
        "type": "scatter",
        "mode": "markers",
        "x": [at.threshold],
        "y": [at.cost],
        "yaxis": "y2",
        "marker": {"size": 11, "color": colors.accent, "line": {"width": 2, "color": colors.background}},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    marks = [_mark(chosen, colors.accent, "solid")]
    notes = [_note(chosen, "this one", colors.accent, colors, high=True)]
    if abs(weighing.now - chosen) > 1e-9:
        marks.append(_mark(weighing.now, colors.muted, "dash"))
        notes.append(_note(weighing.now, "now", colors.muted, colors, high=False))
    figure_layout = layout(
        colors,
        430,
        hovermode="x unified",
        shapes=marks,
        annotations=notes,
        margin={"l": 8, "r": 16, "t": 46, "b": 8},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.03, "x": 0},
        xaxis={"title": title("Threshold of the probability", colors), "range": [0, 1], "anchor": "y2"},
        yaxis={"title": title("Share", colors), "range": [0, 1.03], "tickformat": ".0%", "domain": [0.5, 1]},
        yaxis2={
            "title": title("Cost of 1,000 rows", colors),
            "range": [0, top],
            "domain": [0, 0.42],
            "gridcolor": colors.grid,
            "zeroline": False,
            "automargin": True,
            "fixedrange": True,
            "tickfont": {"color": colors.muted, "size": 12},
        },
    )
    return {"data": [*shares, band, cost, marker], "layout": figure_layout | {"showlegend": True}}


def _line(name: str, x: list[Any], y: list[Any], color: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": color, "dash": dash, "width": 2},
    }


def _mark(at: float, color: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": color, "dash": dash, "width": 1.5},
    }


def _note(at: float, text: str, color: str, colors: Palette, *, high: bool) -> dict[str, Any]:
    return {
        "x": at,
        "yref": "paper",
        "y": 1.0 if high else 0.42,
        "yanchor": "bottom",
        "xanchor": "left" if at < 0.85 else "right",
        "xshift": 4 if at < 0.85 else -4,
        "yshift": -16,
        "text": text,
        "showarrow": False,
        "bgcolor": colors.background,
        "font": {"size": 12, "color": color},
    }
