"""Boxes: quartiles, whiskers, and the points themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..scales import Axis
from ._shared import COLOURS, colour_of, fixed
from .bar import thickness

__all__ = ["TYPE", "draw", "spread"]

TYPE = "box"


def spread(trace: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Values on the two axes."""
    return _pairs(trace)


def _pairs(trace: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    y = list(trace.get("y") or ())
    x = trace.get("x")
    return (list(x) if x is not None else [trace.get("name") or ""] * len(y)), y


def draw(trace: dict[str, Any], x: Axis, y: Axis) -> str:
    """The trace as SVG; upright boxes."""
    places, levels = _pairs(trace)
    size = min(0.6 * thickness(x, places), 70.0)
    line = trace.get("line") or {}
    stroke = colour_of(line.get("color") or "var(--ink)")
    marker = trace.get("marker") or {}
    tone = colour_of(marker.get("color") or COLOURS[trace.get("_place", 0) % len(COLOURS)])
    fill = colour_of(trace.get("fillcolor") or "none")
    rng = np.random.default_rng(0)  # where a point stands beside its neighbours means nothing
    out, points = [], ""
    for place in dict.fromkeys(places):
        here = [v for p, v in zip(places, levels, strict=True) if p == place and v is not None]
        own = np.array(here, dtype=np.float64)
        own = own[np.isfinite(own)]
        if not len(own):
            continue
        centre = x.at(place)
        if trace.get("boxpoints") == "all":
            aside = rng.uniform(-0.32, 0.32, len(own)) * size * (len(own) > 1)
            spots = zip((centre + aside).tolist(), y(own.tolist()).tolist(), strict=True)
            points += "".join(f"M{fixed(*spot)}h0" for spot in spots)
        first, middle, third = np.quantile(own, [0.25, 0.5, 0.75])
        reach = 1.5 * (third - first)
        low, high = own[own >= first - reach].min(), own[own <= third + reach].max()
        top, bottom, centre_line = y.at(third), y.at(first), y.at(middle)
        left, right = centre - size / 2, centre + size / 2
        path = (
            f"M{fixed(left, top)}H{fixed(right)}V{fixed(bottom)}H{fixed(left)}Z"
            f"M{fixed(left, centre_line)}H{fixed(right)}"
            f"M{fixed(centre, top)}V{fixed(y.at(high))}M{fixed(centre, bottom)}V{fixed(y.at(low))}"
        )
        thin = line.get("width", 1.2)
        out.append(f'<path d="{path}" stroke-width="{thin}" style="fill:{fill};stroke:{stroke}"/>')
    if points:
        ends = f'stroke-linecap="round" stroke-width="{marker.get("size", 5)}" opacity=".7"'
        out.insert(0, f'<path d="{points}" {ends} style="stroke:{tone}"/>')
    return "".join(out)
