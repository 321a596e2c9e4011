"""Charts of fairness over time: how far apart those two groups are that are furthest apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automl.monitoring.timeline.records import Timeline, WindowFairness
from automl.workbench import format as fmt
from automl.workbench.charts import Figure, layout, title
from automl.workbench.theme import Palette
from automl.workbench.timeline_charts import ticks
from explain.judge.fairness import MEASURES, Measure

__all__ = ["apart", "told"]

_LOOKS = (("solid", "circle"), ("dash", "square"), ("dot", "diamond"), ("dashdot", "triangle-up"))


def _series(found: Sequence[WindowFairness]) -> dict[str, list[tuple[int, Measure]]]:
    """Measures of the model that are shares, or else of its errors, by their name, with their windows."""
    series: dict[str, list[tuple[int, Measure]]] = {}
    for each in found:
        judged = [m for m in each.fairness.measures if MEASURES[m.name].judges and m.difference.known]
        shares = [m for m in judged if m.share]
        for measure in (shares or judged)[: len(_LOOKS)]:
            series.setdefault(measure.words, []).append((each.window, measure))
    return dict(list(series.items())[: len(_LOOKS)])


def apart(timeline: Timeline, found: Sequence[WindowFairness], *, colors: Palette) -> Figure | None:
    """The largest difference between two groups over the windows, with 95 % intervals; None without any."""
    series = _series(found)
    if not series:
        return None
    share = next(iter(series.values()))[0][1].share
    looks = (colors.accent, colors.up, colors.down, colors.muted)
    data: list[dict[str, Any]] = []
    for (name, points), color, (dash, symbol) in zip(series.items(), looks, _LOOKS, strict=False):
        gaps = [measure.difference for _, measure in points]
        data.append(
            {
                "type": "scatter", "mode": "lines+markers", "name": name[:1].upper() + name[1:],
                "x": [place for place, _ in points], "y": [gap.value for gap in gaps],
                "error_y": {
                    "type": "data", "symmetric": False, "thickness": 1, "width": 2, "color": color,
                    "array": [max(gap.high - gap.value, 0.0) for gap in gaps],
                    "arrayminus": [max(gap.value - gap.low, 0.0) for gap in gaps],
                },
                "line": {"color": color, "dash": dash, "width": 1.8},
                "marker": {"color": color, "symbol": symbol, "size": 7},
                "text": [f"{timeline.windows[place].label}: {gap.highest} over {gap.lowest}"
                         for (place, _), gap in zip(points, gaps, strict=True)],
                "hovertemplate": f"%{{text}}<br>{name}: %{{y:{'.1%' if share else '.4~g'}}}<extra></extra>",
            }
        )  # fmt: skip
    axis = {"rangemode": "tozero", "title": title("Groups apart by", colors)}
    return {
        "data": data,
        "layout": layout(
            colors,
            280,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom",
                    "font": {"size": 12, "color": colors.text}},
            margin={"l": 8, "r": 12, "t": 34, "b": 8},
            xaxis={**ticks([each.label for each in timeline.windows], most=4), "showgrid": False},
            yaxis=axis | ({"tickformat": ".0%"} if share else {}),
        ),
    }  # fmt: skip


def told(timeline: Timeline, found: Sequence[WindowFairness]) -> str:
    """What the chart shows, in words."""
    parts = []
    for name, points in _series(found).items():
        place, measure = points[-1]
        gap = measure.difference
        size = fmt.percent(gap.value) if measure.share else fmt.score(gap.value)
        window = timeline.windows[place].label
        parts.append(f"{name}: {gap.highest} and {gap.lowest} are {size} apart in {window}")
    return "How far apart groups are over time. " + "; ".join(parts) + "."
