"""Steps from one level to another."""

from __future__ import annotations

from typing import Any

from ..scales import Axis
from ..text import label, plain, width
from ._shared import colour_of, fixed, many, values
from .bar import box, lies, thickness

__all__ = ["TYPE", "draw", "spread"]

TYPE = "waterfall"
_MARGIN = 12.0  # right of the axis


def spread(trace: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Values on the two axes: the levels, and half a bar around each place."""
    length, place = ("x", "y") if lies(trace) else ("y", "x")
    levels = [end for step in _steps(trace) for end in step[:2]]
    where: list[Any] = values(trace, place, length)
    if where and all(isinstance(value, (int, float)) for value in where):
        where = [*where, min(where) - 0.5, max(where) + 0.5]
    return (levels, where) if lies(trace) else (where, levels)


def _steps(trace: dict[str, Any]) -> list[tuple[float, float, str]]:
    """From, to, and which way each step goes."""
    lengths = values(trace, *(("x", "y") if lies(trace) else ("y", "x")))
    measures = many(trace.get("measure") or "relative", len(lengths))
    base, level, steps = float(trace.get("base") or 0.0), float(trace.get("base") or 0.0), []
    for length, measure in zip(lengths, measures, strict=True):
        if measure == "relative":
            steps.append((level, level + length, "increasing" if length >= 0 else "decreasing"))
            level += length
        else:
            level = level if measure == "total" else base + length
            steps.append((base, level, "totals"))
    return steps


def draw(trace: dict[str, Any], x: Axis, y: Axis) -> str:
    """The trace as SVG."""
    flat = lies(trace)
    along, over = (x, y) if flat else (y, x)
    where = values(trace, *(("y", "x") if flat else ("x", "y")))
    steps = _steps(trace)
    size = 0.72 * thickness(over, where)
    texts, hover = many(trace.get("text"), len(steps)), many(trace.get("hovertext"), len(steps))
    tones = {
        "increasing": ((trace.get("increasing") or {}).get("marker") or {}).get("color", "var(--higher)"),
        "decreasing": ((trace.get("decreasing") or {}).get("marker") or {}).get("color", "var(--lower)"),
        "totals": ((trace.get("totals") or {}).get("marker") or {}).get("color", "var(--missing)"),
    }
    edge = sorted((along.start, along.end))
    out, connectors = [], ""
    for i, (first, last, way) in enumerate(steps):
        centre = over.at(where[i])
        ends = [min(max(along.at(level), edge[0]), edge[1]) for level in (first, last)]
        near, far = sorted(ends)
        far = max(far, near + 1.0)
        out.append(box(near, far, centre, size, flat, tones[way], hover[i]))
        if texts[i] not in (None, ""):
            out.append(_text(plain(texts[i]), near, far, centre, way, flat, edge))
        if i + 1 < len(steps):
            following = over.at(where[i + 1])
            line = (ends[1], centre, ends[1], following) if flat else (centre, ends[1], following, ends[1])
            connectors += f"M{fixed(*line[:2])}L{fixed(*line[2:])}"
    tone = colour_of(((trace.get("connector") or {}).get("line") or {}).get("color", "var(--line)"))
    return f'<path d="{connectors}" style="stroke:{tone}"/>' + "".join(out)


def _text(text: str, near: float, far: float, centre: float, way: str, flat: bool, edges: list[float]) -> str:
    """What a step amounts to, beside its end; on the other side, or on the bar, where there is no room."""
    fill, bold = "var(--ink)", way == "totals"
    if not flat:
        return label(text, centre, near - 5.0, anchor="middle", fill=fill)
    needed, y = width(text) + 5.0, centre + 4.0
    left, right = near - needed >= edges[0], far + needed <= edges[1] + _MARGIN
    if (left and way == "decreasing") or (left and not right):
        return label(text, near - 5.0, y, anchor="end", fill=fill, bold=bold)
    if right:
        return label(text, far + 5.0, y, fill=fill, bold=bold)
    return label(text, far - 5.0, y, anchor="end", fill="var(--paper)", bold=bold)
