"""Fields of a matrix, coloured by their value."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..scales import Axis
from ..text import label, plain, width
from ._shared import colour_at, colour_of, fixed, titled

__all__ = ["TYPE", "draw", "limits", "spread"]

TYPE = "heatmap"
_STEPS = 1000  # fields are drawn one by one: their colours need not be few
_SCALE = [[0.0, "var(--wash)"], [1.0, "var(--bar)"]]


def spread(trace: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Values on the two axes, half a field around each."""
    return _around(_places(trace, "x")), _around(_places(trace, "y"))


def _around(places: list[Any]) -> list[Any]:
    if places and all(isinstance(value, (int, float)) for value in places):
        half = abs(places[1] - places[0]) / 2 if len(places) > 1 else 0.5
        return [*places, min(places) - half, max(places) + half]
    return places


def _places(trace: dict[str, Any], name: str) -> list[Any]:
    given = trace.get(name)
    if given is not None:
        return list(given)
    rows = trace["z"]
    return list(range(len(rows[0]) if name == "x" else len(rows)))


def limits(trace: dict[str, Any]) -> tuple[float, float]:
    """Values at the two ends of the colours."""
    found = np.array([[np.nan if v is None else float(v) for v in row] for row in trace["z"]])
    low = trace.get("zmin", float(np.nanmin(found)))
    high = trace.get("zmax", float(np.nanmax(found)))
    if trace.get("zmid") is not None and "zmin" not in trace:
        reach = max(high - trace["zmid"], trace["zmid"] - low)
        low, high = trace["zmid"] - reach, trace["zmid"] + reach
    return low, high


def draw(trace: dict[str, Any], x: Axis, y: Axis) -> str:
    """The trace as SVG."""
    across, down = _places(trace, "x"), _places(trace, "y")
    wide = abs(x.end - x.start) / max(1, len(across))
    high = abs(y.end - y.start) / max(1, len(down))
    low, top = limits(trace)
    scale = trace.get("colorscale") or _SCALE
    gap = max(0.5, float(trace.get("xgap") or 0.0))
    out = []
    for i, row in enumerate(trace["z"]):
        for j, value in enumerate(row):
            if value is None or not np.isfinite(value):
                continue
            centre, middle = x.at(across[j]), y.at(down[i])
            tone = colour_of(colour_at(scale, (value - low) / ((top - low) or 1.0), _STEPS))
            shown = _shown(trace, i, j, value)
            hover = _cell(trace.get("hovertext"), i, j)
            out.append(
                f'<rect x="{fixed(centre - wide / 2 + gap / 2)}" y="{fixed(middle - high / 2 + gap / 2)}" '
                f'width="{fixed(wide - gap)}" height="{fixed(high - gap)}" style="fill:{tone}">'
                f"{titled(hover if hover is not None else shown)}</rect>"
            )
            if shown and width(shown) < wide + 4:
                halo = label(shown, centre, middle + 4.0, anchor="middle", fill="var(--ink)")
                out.append(
                    halo.replace('style="', 'style="paint-order:stroke;stroke:var(--paper);stroke-width:3px;')
                )
    return "".join(out)


def _cell(content: Any, i: int, j: int) -> Any:
    return content[i][j] if isinstance(content, list) and content and isinstance(content[0], list) else None


def _shown(trace: dict[str, Any], i: int, j: int, value: float) -> str:
    template = trace.get("texttemplate")
    if not template:
        return ""
    text = str(template).replace("%{text}", str(_cell(trace.get("text"), i, j) or ""))
    return plain(re.sub(r"%\{z(?::([^}]*))?\}", lambda found: format(value, found[1] or ".3g"), text))
