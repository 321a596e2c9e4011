"""Bars beside or upon each other, with error bars and texts."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..scales import Axis
from ..text import label, plain, width
from ._shared import COLOURS, colour_at, colour_of, fixed, many, titled, values

__all__ = ["TYPE", "box", "draw", "lies", "spread", "thickness"]

TYPE = "bar"


def lies(trace: dict[str, Any]) -> bool:
    """Whether the bars run from left to right."""
    return bool(trace.get("orientation") == "h")


def spread(trace: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Values on the two axes: the ends of the bars and of their error bars, and half a bar around each."""
    length, place = ("x", "y") if lies(trace) else ("y", "x")
    long = values(trace, length, place)
    base = many(trace.get("_base", trace.get("base") or 0.0), len(long))
    ends = [b + v for b, v in zip(base, long, strict=True) if v is not None]
    error = trace.get(f"error_{length}") or {}
    if error.get("array") is not None:
        ends += [b + v + e for b, v, e in zip(base, long, error["array"], strict=True) if v is not None]
    where: list[Any] = values(trace, place, length)
    if where and all(isinstance(value, (int, float)) for value in where):
        where = [*where, min(where) - 0.5, max(where) + 0.5]
    covered = [*(b for b in base if b is not None), *ends]
    return (covered, where) if lies(trace) else (where, covered)


def thickness(axis: Axis, places: list[Any]) -> float:
    """Pixels between two neighbouring bars."""
    pixels = np.unique(axis(places))
    if len(pixels) > 1:
        return float(np.diff(pixels).min())
    whole = abs(axis.end - axis.start)
    return whole / max(1, len(axis.categories)) if axis.kind == "category" else min(whole, 60.0)


def draw(trace: dict[str, Any], x: Axis, y: Axis) -> str:
    """The trace as SVG."""
    flat = lies(trace)
    along, over = (x, y) if flat else (y, x)
    length, place = ("x", "y") if flat else ("y", "x")
    long, where = values(trace, length, place), values(trace, place, length)
    count = len(long)
    base = many(trace.get("_base", trace.get("base") or 0.0), count)
    slot, slots = trace.get("_slot", (0, 1))
    room = thickness(over, where) * (1.0 - trace.get("_gap", 0.25))
    size = room / slots
    centres = over(where) - room / 2 + size * (slot + 0.5)
    tones = _tones(trace, count)
    hover, texts = many(trace.get("hovertext"), count), many(trace.get("text"), count)
    out = []
    for i in range(count):
        if long[i] is None or not np.isfinite(long[i]) or not np.isfinite(centres[i]):
            continue
        first, last = along.at(base[i]), along.at(base[i] + long[i])
        near, far = sorted((first, last))
        far = max(far, near + 0.5)
        out.append(box(near, far, centres[i], size, flat, tones[i], hover[i]))
        out.append(_text(trace, texts[i], last, centres[i], far - near, long[i], flat))
    return "".join(out) + _errors(trace, along, base, long, centres, flat)


def box(near: float, far: float, centre: float, size: float, flat: bool, tone: str, hover: Any) -> str:
    """One bar from ``near`` to ``far`` pixels along its axis."""
    x, y = (near, centre - size / 2) if flat else (centre - size / 2, near)
    wide, high = (far - near, size) if flat else (size, far - near)
    return (
        f'<rect x="{fixed(x)}" y="{fixed(y)}" width="{fixed(wide)}" height="{fixed(high)}" rx="1.5" '
        f'style="fill:{colour_of(tone)}">{titled(hover)}</rect>'
    )


def _tones(trace: dict[str, Any], count: int) -> list[str]:
    marker = trace.get("marker") or {}
    own = COLOURS[trace.get("_place", 0) % len(COLOURS)]
    given = marker.get("color")
    if isinstance(given, list) and marker.get("colorscale"):
        low, high = marker.get("cmin", min(given)), marker.get("cmax", max(given))
        return [colour_at(marker["colorscale"], (value - low) / ((high - low) or 1.0)) for value in given]
    return [str(tone or own) for tone in many(given, count)]


def _text(
    trace: dict[str, Any], text: Any, end: float, centre: float, size: float, value: float, flat: bool
) -> str:
    if text in (None, "") or trace.get("textposition") == "none":
        return ""
    shown = plain(text)
    inside = trace.get("textposition") in ("inside", "auto", None) and size > width(shown) + 10
    negative = value < 0
    if flat:
        shift, anchor = (-5.0, "end") if inside != negative else (5.0, "start")
        where = (end + shift, centre + 4.0)
    else:
        anchor, where = "middle", (centre, end + (14.0 if inside != negative else -5.0))
    fill = "var(--paper)" if inside else (trace.get("textfont") or {}).get("color") or "var(--ink)"
    return label(shown, *where, anchor=anchor, fill=fill)


def _errors(
    trace: dict[str, Any], along: Axis, base: list[Any], long: list[Any], centres: Any, flat: bool
) -> str:
    error = trace.get("error_x" if flat else "error_y") or {}
    if error.get("array") is None:
        return ""
    minus = error.get("arrayminus") or error["array"]
    cap, path = float(error.get("width", 3)), ""
    for i, (high, low) in enumerate(zip(error["array"], minus, strict=True)):
        if high is None or long[i] is None or not np.isfinite([high, low, long[i]]).all():
            continue
        first, last = along.at(base[i] + long[i] - low), along.at(base[i] + long[i] + high)
        c = float(centres[i])
        if flat:
            path += f"M{fixed(first, c)}L{fixed(last, c)}"
            path += "".join(f"M{fixed(end, c - cap)}L{fixed(end, c + cap)}" for end in (first, last))
        else:
            path += f"M{fixed(c, first)}L{fixed(c, last)}"
            path += "".join(f"M{fixed(c - cap, end)}L{fixed(c + cap, end)}" for end in (first, last))
    tone = colour_of(error.get("color") or "var(--ink)")
    return (
        f'<path d="{path}" fill="none" stroke-width="{error.get("thickness", 1.2)}" style="stroke:{tone}"/>'
    )
