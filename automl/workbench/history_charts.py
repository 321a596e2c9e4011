"""Charts of how a search came to its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automl.workbench import format as fmt
from automl.workbench import reading
from automl.workbench.charts import Figure, layout, title
from automl.workbench.search_history import Mattered
from automl.workbench.theme import Palette

__all__ = ["parameter", "race"]

_FAMILIES = 6  # with a line of their own
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def race(
    steps: Mapping[str, Sequence[tuple[float, float, str]]],
    records: Sequence[dict[str, Any]],
    *,
    now: float,
    end: float,
    metric: str,
    window: tuple[float, float] | None,
    colors: Palette,
) -> Figure:
    """The best of each family over time, as far as a moment; trials as dots, those to come faintly.

    Parameters
    ----------
    steps : mapping of family to sequence of (seconds, score, id)
        The best family first.
    records : sequence of dict
        All trials.
    now, end : float
        The moment, and the end of the search, in seconds.
    metric : str
    window : (float, float) or None
        Of scores that are shown.
    colors : Palette
    """
    label = fmt.metric_label(metric)
    scored = reading.successful(records)
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [t["at"] for t in scored],
            "y": [t["score"] for t in scored],
            "text": [f"{reading.family_label(t['family'])} · {t['id']}" for t in scored],
            "marker": {
                "size": 6,
                "color": colors.muted,
                "opacity": [0.6 if t["at"] <= now else 0.25 for t in scored],
            },
            "hovertemplate": f"%{{text}}<br>{label} %{{y:.4~g}} at %{{x:.0f}} s<extra></extra>",
            "showlegend": False,
        }
    ]
    for place, (family, all_steps) in enumerate(list(steps.items())[:_FAMILIES]):
        seen = [step for step in all_steps if step[0] <= now]
        if not seen:
            continue
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": reading.family_label(family),
                "x": [at for at, _, _ in seen] + [now],
                "y": [score for _, score, _ in seen] + [seen[-1][1]],
                "line": {
                    "shape": "hv",
                    "width": 2.2,
                    "color": colors.categories[place % len(colors.categories)],
                    "dash": _DASHES[place % len(_DASHES)],
                },
                "hovertemplate": f"best {label} %{{y:.4~g}}<extra>{reading.family_label(family)}</extra>",
            }
        )
    cursor = {
        "type": "line",
        "x0": now,
        "x1": now,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": colors.text, "width": 1},
    }
    figure_layout = layout(
        colors,
        360,
        hovermode="closest",
        shapes=[cursor],
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={
            "range": [0, 1.01 * end],
            "ticksuffix": " s",
            "title": title("Search time", colors),
            "showgrid": False,
        },
        yaxis={"title": title(label, colors), **({"range": list(window)} if window else {})},
        uirevision="race",
    )
    return {"data": data, "layout": figure_layout | {"showlegend": True}}


def parameter(
    found: Mattered, *, metric: str, window: tuple[float, float] | None, colors: Palette, best: str
) -> Figure:
    """Scores against the values of one parameter; the best trial is marked."""
    label = fmt.metric_label(metric)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": list(found.values),
        "y": list(found.scores),
        "text": list(found.ids),
        "marker": {
            "size": [12 if name == best else 8 for name in found.ids],
            "symbol": ["diamond" if name == best else "circle" for name in found.ids],
            "color": [colors.up if name == best else colors.accent for name in found.ids],
            "opacity": [1.0 if name == best else 0.6 for name in found.ids],
        },
        "hovertemplate": f"%{{text}}: %{{x}}<br>{label} %{{y:.4~g}}<extra></extra>",
    }
    axis: dict[str, Any] = {"showgrid": False, "nticks": 5}
    if found.log:
        axis["type"] = "log"
    elif not found.numeric:
        axis["type"] = "category"
    figure_layout = layout(
        colors,
        210,
        hovermode="closest",
        xaxis=axis,
        yaxis={"nticks": 4, **({"range": list(window)} if window else {})},
    )
    return {"data": [trace], "layout": figure_layout}
