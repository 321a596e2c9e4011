"""Charts of registered models: the scores of versions with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl.store.catalogue import ModelVersion
from automl.workbench import format as fmt
from automl.workbench.charts import Figure, layout, title
from automl.workbench.theme import Palette

__all__ = ["told", "versions"]


def versions(
    models: Sequence[ModelVersion],
    aliases: Mapping[int, Sequence[str]],
    *,
    colors: Palette,
    height: int = 260,
    flat: bool = False,
) -> Figure:
    """Scores as points with intervals, one version after the other.

    Parameters
    ----------
    models : sequence of ModelVersion
        Each with a score of the same metric, in the order of their versions.
    aliases : mapping
        Names that point to a version, by its id; these points are filled and labelled.
    colors : Palette
    height : int
    flat : bool
        Whether scores go to the right and the versions below each other: for a few.
    """
    names = [f"v{each.version}" for each in models]
    places = list(range(len(models)))
    scores = [each.score for each in models]
    above = [_gap(each.score, each.high) for each in models]
    below = [_gap(each.low, each.score) for each in models]
    shown = [bool(aliases.get(each.id)) or flat for each in models]
    error = {
        "type": "data", "symmetric": False, "array": above, "arrayminus": below, "color": colors.muted,
        "thickness": 1.5, "width": 4,
    }  # fmt: skip
    trace = {
        "type": "scatter",
        "mode": "markers+text",
        "marker": {
            "size": 10,
            "color": [colors.accent if full else colors.background for full in shown],
            "line": {"color": colors.accent, "width": 2},
        },
        "text": ["" if flat else f"  {', '.join(aliases.get(each.id, ()))}" for each in models],
        "textposition": "middle right",
        "textfont": {"color": colors.text, "size": 12},
        "cliponaxis": False,
        "customdata": [
            f"{each.label}: {fmt.score(each.score)}"
            + (f" ({fmt.score(each.low)} to {fmt.score(each.high)})" if each.low is not None else "")
            for each in models
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    metric = fmt.metric_label(models[0].metric or "")
    ticks = {"tickvals": places, "ticktext": names, "showgrid": False}
    if flat:
        trace |= {"x": scores, "y": places, "error_x": error}
        axes = {
            "xaxis": {"title": title(metric, colors)},
            "yaxis": {**ticks, "range": [len(models) - 0.5, -0.5]},
        }
    else:
        trace |= {"x": places, "y": scores, "error_y": error}
        step = max(1, len(models) // 12)
        few = {**ticks, "tickvals": places[::step], "ticktext": names[::step]}
        axes = {
            "xaxis": {**few, "range": [-0.6, len(models) - 0.4]},
            "yaxis": {"title": title(metric, colors)},
        }
    return {"data": [trace], "layout": layout(colors, height, **axes)}


def told(models: Sequence[ModelVersion], aliases: Mapping[int, Sequence[str]]) -> str:
    """What the chart shows, in words."""
    parts = []
    for each in models[-8:]:
        named = f" ({', '.join(aliases[each.id])})" if aliases.get(each.id) else ""
        spread = f", {fmt.score(each.low)} to {fmt.score(each.high)}" if each.low is not None else ""
        parts.append(f"{each.label}{named} {fmt.score(each.score)}{spread}")
    metric = fmt.metric_label(models[0].metric or "score")
    return f"{metric} by version, with intervals: {'; '.join(parts)}."


def _gap(low: float | None, high: float | None) -> float:
    return 0.0 if low is None or high is None else max(high - low, 0.0)
