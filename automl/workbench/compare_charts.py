"""Charts that put two or three models side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automl.workbench import format as fmt
from automl.workbench.charts import Figure, layout, title
from automl.workbench.theme import Palette

__all__ = ["by_fold", "calibration", "importance_ranks", "residuals", "roc"]

_SYMBOLS = ("circle", "diamond", "square")
_DASHES = ("solid", "dash", "dot")
_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def _color(colors: Palette, place: int) -> str:
    return (colors.accent, colors.up, colors.down)[place % 3]


def _line(name: str, place: int, x: Any, y: Any, colors: Palette, hover: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": _color(colors, place), "dash": _DASHES[place % 3], "width": 2},
        "hovertemplate": f"{hover}<extra>{name}</extra>",
    }


def _named(figure_layout: dict[str, Any]) -> dict[str, Any]:
    return figure_layout | {"showlegend": True, "legend": _LEGEND}


def by_fold(
    folds: Mapping[str, Sequence[float | None]], labels: Mapping[str, str], *, metric: str, colors: Palette
) -> Figure:
    """The score of each model on each fold: lines that do not cross mean that one is better everywhere."""
    label = fmt.metric_label(metric)
    data = []
    for place, (model, scores) in enumerate(folds.items()):
        trace = _line(
            labels[model], place, [f"Fold {i + 1}" for i in range(len(scores))], list(scores), colors,
            f"%{{x}}: {label} %{{y:.4~g}}",
        )  # fmt: skip
        trace |= {"mode": "lines+markers", "marker": {"symbol": _SYMBOLS[place % 3], "size": 9}}
        data.append(trace)
    figure_layout = layout(
        colors, 300, hovermode="closest", xaxis={"showgrid": False}, yaxis={"title": title(label, colors)}
    )
    return {"data": data, "layout": _named(figure_layout)}


def roc(
    curves: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str], *, kind: str, colors: Palette
) -> Figure:
    """ROC or precision-recall curves of several models.

    Parameters
    ----------
    curves : mapping of model to curve
        Each with `x` and `y`.
    labels : mapping of model to str
    kind : {"roc", "precision_recall"}
    colors : Palette
    """
    across, up = ("False alarms", "Found") if kind == "roc" else ("Found (recall)", "Right calls (precision)")
    data = [
        _line(labels[model], place, curve["x"], curve["y"], colors, f"{across} %{{x:.0%}}, {up} %{{y:.0%}}")
        for place, (model, curve) in enumerate(curves.items())
    ]
    chance = [{"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "line": {"color": colors.grid}}]
    figure_layout = layout(
        colors,
        320,
        hovermode="closest",
        shapes=chance if kind == "roc" else [],
        xaxis={"title": title(across, colors), "range": [0, 1], "tickformat": ".0%"},
        yaxis={"title": title(up, colors), "range": [0, 1.01], "tickformat": ".0%"},
    )
    return {"data": data, "layout": _named(figure_layout)}


def calibration(
    curves: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str], *, colors: Palette
) -> Figure:
    """What was predicted against what happened, in bins; on the diagonal probabilities keep their word."""
    data = []
    for place, (model, curve) in enumerate(curves.items()):
        trace = _line(
            labels[model], place, curve["predicted"], curve["observed"], colors,
            "predicted %{x:.0%}, happened %{y:.0%}",
        )  # fmt: skip
        data.append(trace | _intervals(place, curve["low"], curve["observed"], curve["high"], colors))
    diagonal = [{"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "line": {"color": colors.grid}}]
    figure_layout = layout(
        colors,
        320,
        hovermode="closest",
        shapes=diagonal,
        xaxis={"title": title("Predicted probability", colors), "range": [0, 1], "tickformat": ".0%"},
        yaxis={"title": title("How often it happened", colors), "range": [0, 1.01], "tickformat": ".0%"},
    )
    return {"data": data, "layout": _named(figure_layout)}


def _intervals(
    place: int, low: Sequence[float], middle: Sequence[float], high: Sequence[float], colors: Palette
) -> dict[str, Any]:
    """What makes a line one of marks with intervals."""
    return {
        "mode": "lines+markers",
        "marker": {"symbol": _SYMBOLS[place % 3], "size": 7},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [above - value for above, value in zip(high, middle, strict=True)],
            "arrayminus": [value - below for value, below in zip(middle, low, strict=True)],
            "thickness": 1,
            "width": 0,
            "color": _color(colors, place),
        },
    }


def residuals(
    found: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str], *, target: str, colors: Palette
) -> Figure:
    """Mean residual (truth less prediction) by what was predicted, with its interval."""
    data = []
    for place, (model, each) in enumerate(found.items()):
        trace = _line(
            labels[model], place, each["predicted"], each["bin_mean"], colors,
            "predicted about %{x:.4~g}: off by %{y:.4~g} on average",
        )  # fmt: skip
        data.append(trace | _intervals(place, each["bin_low"], each["bin_mean"], each["bin_high"], colors))
    zero = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "line": {"color": colors.grid}}
    ]
    figure_layout = layout(
        colors,
        320,
        hovermode="closest",
        shapes=zero,
        xaxis={"title": title(f"Predicted {target}", colors), "showgrid": False},
        yaxis={"title": title("Truth less prediction", colors)},
    )
    return {"data": data, "layout": _named(figure_layout)}


def importance_ranks(
    shares: Mapping[str, Mapping[str, float]],
    columns: Sequence[str],
    labels: Mapping[str, str],
    *,
    colors: Palette,
) -> Figure:
    """Share of each column in a model's predictions, one mark a model: far apart means that they disagree.

    Parameters
    ----------
    shares : mapping of model to mapping of column to share
    columns : sequence of str
        From the top down.
    labels : mapping of model to str
    colors : Palette
    """
    names = [_short(column) for column in columns]
    spans = [
        {
            "type": "line",
            "x0": min(own[column] for own in shares.values()),
            "x1": max(own[column] for own in shares.values()),
            "y0": place,
            "y1": place,
            "layer": "below",
            "line": {"color": colors.grid, "width": 3},
        }
        for place, column in enumerate(columns)
    ]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": labels[model],
            "x": [own[column] for column in columns],
            "y": list(range(len(columns))),
            "text": list(columns),
            "marker": {"symbol": _SYMBOLS[place % 3], "size": 11, "color": _color(colors, place)},
            "hovertemplate": f"%{{text}}: %{{x:.0%}} of the contributions<extra>{labels[model]}</extra>",
        }
        for place, (model, own) in enumerate(shares.items())
    ]
    figure_layout = layout(
        colors,
        90 + 30 * len(columns),
        hovermode="closest",
        shapes=spans,
        xaxis={
            "title": title("Share of all contributions", colors),
            "tickformat": ".0%",
            "rangemode": "tozero",
        },
        yaxis={
            "autorange": "reversed",
            "tickvals": list(range(len(columns))),
            "ticktext": names,
            "showgrid": False,
            "tickfont": {"color": colors.text, "size": 13},
        },
    )
    return {"data": data, "layout": _named(figure_layout)}


def _short(name: str, most: int = 26) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
