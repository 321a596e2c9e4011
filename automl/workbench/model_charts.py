"""The charts that compare models: what the data can tell apart, and what a better score costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl.workbench import format as fmt
from automl.workbench import reading
from automl.workbench.charts import Figure, layout, title
from automl.workbench.theme import Palette

__all__ = ["model_intervals", "speed_against_score"]


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
    rows: Sequence[reading.Standing], *, metric: str, colors: Palette, selected: str
) -> Figure:
    """Score against the time to predict 1,000 rows; the area of a mark grows with the size on disk."""
    label = fmt.metric_label(metric)
    largest = max((row.bytes for row in rows), default=1.0) or 1.0
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [max(row.predict_ms, 0.01) for row in rows],
        "y": [row.score for row in rows],
        "text": [row.label for row in rows],
        "customdata": [fmt.size(row.bytes) for row in rows],
        "marker": {
            "size": [8 + 26 * (row.bytes / largest) ** 0.5 for row in rows],
            "color": [colors.accent if row.tied else colors.muted for row in rows],
            "opacity": 0.6,
            "line": {"width": [2.5 if row.id == selected else 0 for row in rows], "color": colors.text},
        },
        "hovertemplate": (
            f"%{{text}}<br>{label} %{{y:.4~g}}<br>%{{x:.3~g}} ms for 1,000 "
            f"rows<br>%{{customdata}}<extra></extra>"
        ),
    }
    figure_layout = layout(
        colors,
        330,
        hovermode="closest",
        xaxis={
            "type": "log",
            "title": title("Milliseconds to predict 1,000 rows", colors),
            "showgrid": False,
            "tickvals": _log_ticks([row.predict_ms for row in rows]),
        },
        yaxis={"title": title(label, colors)},
    )
    return {"data": [trace], "layout": figure_layout}


def _log_ticks(values: Sequence[float]) -> list[float]:
    """1, 2 and 5 times the powers of ten around `values`, for an axis with few decades."""
    low, high = min(values, default=1.0), max(values, default=1.0)
    first, last = int(np.floor(np.log10(max(low, 0.01)))), int(np.ceil(np.log10(max(high, 0.01))))
    steps = (1, 2, 5) if last - first <= 2 else (1,)
    return [step * 10.0**power for power in range(first, last + 1) for step in steps]
