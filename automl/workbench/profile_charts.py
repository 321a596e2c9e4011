"""The charts of a column's profile: how its values are spread, and what they say of the target."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from automl.workbench import charts
from automl.workbench import format as fmt
from automl.workbench.relations import Relation
from automl.workbench.theme import Palette

__all__ = ["distribution", "number", "relation", "relation_words"]

Figure = dict[str, Any]
_LABEL = 24  # characters of a value that a chart shows
_LABELS = 8  # values with a bar of their own


def distribution(facts: Mapping[str, Any], colors: Palette) -> Figure | None:
    """How the values of a column are spread; None where there is nothing to draw.

    Parameters
    ----------
    facts : mapping
        As `automl.data.profile` gives them.
    colors : Palette
    """
    if histogram := facts.get("histogram"):
        return _bins(histogram, colors, dates=facts["kind"] == "datetime")
    if top := facts.get("top"):
        parts = {str(item["value"]): item["count"] for item in top[:_LABELS]}
        if rest := facts.get("other", 0) + sum(item["count"] for item in top[_LABELS:]):
            parts["all others"] = rest
        total = sum(parts.values())
        shares = {name: count / total for name, count in parts.items()}
        return charts.shares(shares, colors=colors, most=_LABELS + 1)
    return None


def _bins(histogram: Mapping[str, Any], colors: Palette, *, dates: bool) -> Figure:
    edges, counts = histogram["edges"], histogram["counts"]
    if dates:
        texts = [f"{low[:10]} to {high[:10]}" for low, high in itertools.pairwise(edges)]
        places: list[Any] = [edge[:19] for edge in edges[:-1]]
    else:
        texts = [f"{number(low)} to {number(high)}" for low, high in itertools.pairwise(edges)]
        places = [(low + high) / 2 for low, high in itertools.pairwise(edges)]
    trace = {
        "type": "bar",
        "x": places,
        "y": counts,
        "marker": {"color": colors.accent, "line": {"width": 0}},
        "customdata": texts,
        "hovertemplate": "%{customdata}: %{y:,} rows<extra></extra>",
    }
    layout = charts.layout(
        colors, 150, bargap=0.06, xaxis={"showgrid": False, "nticks": 6}, yaxis={"visible": False}
    )
    return {"data": [trace], "layout": layout}


def relation(found: Relation, colors: Palette) -> Figure:
    """The target among rows with like values, with how sure that is and how many rows there are."""
    labels = [f"{_short(band.label)}  ({band.rows:,})" for band in found.bands]
    values = [band.value for band in found.bands]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": values,
        "y": labels,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [band.high - band.value for band in found.bands],
            "arrayminus": [band.value - band.low for band in found.bands],
            "color": colors.muted,
            "thickness": 1.5,
            "width": 0,
        },
        "marker": {"size": 10, "color": colors.accent},
        "customdata": [[_value(band.value, found), band.rows] for band in found.bands],
        "hovertemplate": "%{y}<br>" + found.of + " %{customdata[0]}<extra></extra>",
    }
    line = {
        "type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": found.overall, "x1": found.overall,
        "line": {"color": colors.muted, "width": 1.5, "dash": "dash"},
    }  # fmt: skip
    layout = charts.layout(
        colors,
        34 * len(labels) + 56,
        shapes=[line],
        xaxis={
            "title": charts.title(f"{_short(found.of, 40)} (dashed: all rows)", colors),
            "nticks": 5,
            **({"tickformat": ".0%", "rangemode": "tozero"} if found.is_share else {}),
        },
        yaxis={"autorange": "reversed", "type": "category", "showgrid": True},
    )
    return {"data": [trace], "layout": layout}


def relation_words(found: Relation) -> str:
    """The chart in words, for those who do not see it."""
    low = min(found.bands, key=lambda band: band.value)
    high = max(found.bands, key=lambda band: band.value)
    return (
        f"{found.of}: lowest, {_value(low.value, found)}, for {low.label} ({fmt.plural(low.rows, 'row')}); "
        f"highest, {_value(high.value, found)}, for {high.label} ({fmt.plural(high.rows, 'row')}); "
        f"{_value(found.overall, found)} among all."
    )


def _value(value: float, found: Relation) -> str:
    return fmt.percent(value) if found.is_share else fmt.score(value)


def number(value: float) -> str:
    """A value of a column: whole numbers as they are, others with four digits."""
    whole = value == round(value) and abs(value) < 1e9
    return f"{value:,.0f}".replace("-", "−") if whole else fmt.score(value)


def _short(text: str, most: int = _LABEL) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
