"""The charts that compare models: what the data can tell apart, and what a better score costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from automl.workbench import format as fmt
from automl.workbench import reading
from automl.workbench.charts import Figure, layout, title
from automl.workbench.theme import Palette

__all__ = ["clicked", "model_intervals", "speed_against_score"]

_SHOWN = 4.0  # times the median distance from the best score
_CLOSE = 5.0  # times the least, below which 1, 2 and 5 are too few ticks


def model_intervals(
    rows: Sequence[reading.Standing], *, metric: str, colors: Palette, selected: str
) -> Figure:
    """Scores of models with their 90 % intervals and their folds, one line a model, best on top.

    Coloured models are those that the data cannot tell from the best.
    """
    label = fmt.metric_label(metric)
    names = [row.label for row in rows]
    folds_x = [value for row in rows for value in row.fold_scores]
    folds_y = [row.label for row in rows for _ in row.fold_scores]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.score for row in rows],
        "y": names,
        "customdata": [
            f"{fmt.score(row.interval[0])} to {fmt.score(row.interval[1])}" if row.interval else "–"
            for row in rows
        ],
        "marker": {
            "size": [13 if row.id == selected else 10 for row in rows],
            "color": [colors.accent if row.tied else colors.muted for row in rows],
            "symbol": ["diamond" if row.id == selected else "circle" for row in rows],
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [row.interval[1] - row.score if row.interval else 0 for row in rows],
            "arrayminus": [row.score - row.interval[0] if row.interval else 0 for row in rows],
            "thickness": 1.6,
            "width": 4,
            "color": colors.muted,
        },
        "hovertemplate": f"%{{y}}<br>{label} %{{x:.4~g}}<br>90 % interval %{{customdata}}<extra></extra>",
    }
    folds = {
        "type": "scatter",
        "mode": "markers",
        "x": folds_x,
        "y": folds_y,
        "marker": {"symbol": "line-ns-open", "size": 9, "color": colors.muted, "opacity": 0.55},
        "hovertemplate": f"one fold of %{{y}}<br>{label} %{{x:.4~g}}<extra></extra>",
    }
    figure_layout = layout(
        colors,
        70 + 34 * len(rows),
        hovermode="closest",
        xaxis={"title": title(label, colors)},
        yaxis={
            "categoryorder": "array",
            "categoryarray": names[::-1],
            "showgrid": False,
            "tickfont": {"color": colors.text, "size": 13},
        },
    )
    return {"data": [folds, points], "layout": figure_layout}


def speed_against_score(
    rows: Sequence[reading.Standing],
    front: Sequence[Mapping[str, Any]],
    *,
    metric: str,
    colors: Palette,
    selected: str,
) -> Figure:
    """Score against the time to predict one row; the area of a mark grows with the size on disk.

    Parameters
    ----------
    rows : sequence of Standing
    front : sequence of mapping
        The models that no other beats, as `reading.front` gives them; the others are drawn faintly. Votes
        among them that are on no line of the leaderboard are drawn as diamonds.
    """
    label = fmt.metric_label(metric)
    names = {row.id for row in rows}
    best = {point["id"] for point in front}
    votes = [point for point in front if point["id"] not in names]
    # The time on the front includes the preparation of the columns, which is the same for all.
    times = {row.id: row.row_ms for row in rows}
    shared = [point["latency_ms"] - times[point["id"]] for point in front if point["id"] in times]
    preparation = max(min(shared, default=0.0), 0.0)
    x = [row.row_ms + preparation for row in rows]
    largest = max((row.bytes for row in rows), default=1.0) or 1.0

    def area(size: float) -> float:
        return 8 + 26 * math.sqrt(size / largest)

    hover = f"%{{text}}<br>{label} %{{y:.4~g}}<br>%{{x:.3~g}} ms a row<br>%{{customdata[0]}}<extra></extra>"
    trials = {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": [row.score for row in rows],
        "text": [row.label for row in rows],
        "customdata": [[fmt.size(row.bytes), row.id] for row in rows],
        "marker": {
            "size": [area(row.bytes) for row in rows],
            "color": [colors.accent if row.tied else colors.muted for row in rows],
            "opacity": [0.85 if row.id in best else 0.25 if best else 0.6 for row in rows],
            "line": {"width": [2.5 if row.id == selected else 0 for row in rows], "color": colors.text},
        },
        "hovertemplate": hover,
    }
    smaller = {
        "type": "scatter",
        "mode": "markers",
        "x": [point["latency_ms"] for point in votes],
        "y": [point["score"] for point in votes],
        "text": [f"Vote of {len(point['members'])}" for point in votes],
        "customdata": [[fmt.size(1e6 * point["megabytes"]), ""] for point in votes],
        "marker": {
            "size": [area(1e6 * point["megabytes"]) for point in votes],
            "color": colors.accent,
            "symbol": "diamond-open",
        },
        "hovertemplate": hover,
    }
    unbeaten = [row.score for row in rows if row.id in best] + [point["score"] for point in votes]
    shown = _near_the_best([row.score for row in rows], unbeaten)
    figure_layout = layout(
        colors,
        330,
        hovermode="closest",
        xaxis={
            "type": "log",
            "title": title("Milliseconds to predict one row", colors),
            "showgrid": False,
            "tickvals": _log_ticks([*x, *(point["latency_ms"] for point in votes)]),
        },
        yaxis={"title": title(label, colors), "range": shown},
    )
    return {"data": [trials, smaller] if votes else [trials], "layout": figure_layout}


def clicked(event: Mapping[str, Any], rows: Sequence[reading.Standing]) -> str | None:
    """Id of the model whose mark was clicked; None where none was, or a vote that cannot be exported.

    Parameters
    ----------
    event : mapping
        What Streamlit says of a selection in the chart of `speed_against_score`.
    rows : sequence of Standing
    """
    for point in event["selection"]["points"]:
        found = point.get("customdata") or ("", "")
        if any(row.id == found[1] for row in rows):
            return str(found[1])
    return None


def _near_the_best(scores: Sequence[float], front: Sequence[float]) -> list[float] | None:
    """An axis without models so much worse that all others would look alike; None where there are none.

    `scores` is best first; all of `front` is shown. The table has the models beyond the axis.
    """
    if not scores:
        return None
    distances = [abs(score - scores[0]) for score in scores]
    limit = max([_SHOWN * float(np.median(distances)), *(1.1 * abs(score - scores[0]) for score in front)])
    if not 0 < limit < max(distances):
        return None
    end = scores[0] + math.copysign(limit, scores[-1] - scores[0])
    room = 0.08 * limit
    return sorted([scores[0] - math.copysign(room, end - scores[0]), end])


def _log_ticks(values: Sequence[float]) -> list[float]:
    """1, 2 and 5 times the powers of ten around `values`; where that is too few, round steps."""
    low, high = min(values, default=1.0), max(values, default=1.0)
    if 0 < low < high < _CLOSE * low:
        power = 10.0 ** math.floor(math.log10((high - low) / 2))
        step = power * max(each for each in (1, 2, 5) if each * power <= (high - low) / 2)
        return [
            float(f"{step * place:.6g}")
            for place in range(math.ceil(low / step), math.floor(high / step) + 1)
        ]
    first, last = int(np.floor(np.log10(max(low, 0.01)))), int(np.ceil(np.log10(max(high, 0.01))))
    steps = (1, 2, 5) if last - first <= 2 else (1,)
    return [step * 10.0**power for power in range(first, last + 1) for step in steps]
