"""From a Plotly figure to one SVG element."""

from __future__ import annotations

import html
from collections import defaultdict
from typing import Any

from .axes import Frame, axis_of, framed
from .furniture import colour_key, key, notes, shapes
from .marks import mark
from .marks._shared import decoded
from .marks.bar import lies

__all__ = ["draw"]

_HEIGHT = 340.0
_LOWER = 0.84  # of the height in the app: letters are smaller here, and pages of paper too


def draw(plot: Any, *, width: float, alt: str) -> str:
    """Draw a figure.

    Parameters
    ----------
    plot : plotly Figure, or its JSON as a dict
    width : float
        CSS pixels.
    alt : str
        What the figure shows, in words.

    Returns
    -------
    str
        An ``<svg>`` element that names itself to a screen reader.

    Raises
    ------
    InputError
        If a trace is of a type that cannot be drawn.
    """
    figure = decoded(plot if isinstance(plot, dict) else plot.to_plotly_json())
    layout = figure.get("layout") or {}
    traces = [trace for trace in figure.get("data") or () if trace.get("visible", True) is True]
    _arrange(traces, layout)
    height = _LOWER * float(layout.get("height") or _HEIGHT)
    frame = framed(traces, layout, width, height)
    parts = [*shapes(frame, layout, below=True)]
    for trace in traces:
        x, y = frame.axes[axis_of(trace, "x")], frame.axes[axis_of(trace, "y")]
        parts.append(_inside(mark(trace).draw(trace, x, y), trace, frame))
    parts += [*shapes(frame, layout, below=False), *notes(frame, layout, traces)]
    parts += [colour_key(traces, frame), key(traces, layout, frame)]
    name = html.escape(alt, quote=True)
    return (
        f'<svg viewBox="0 0 {width:g} {frame.height:.0f}" role="img" aria-label="{name}">'
        f"{frame.grid}{''.join(parts)}{frame.labels}</svg>"
    )


def _inside(drawn: str, trace: dict[str, Any], frame: Frame) -> str:
    """Cut what runs over the edge of a range that was asked for."""
    names = axis_of(trace, "x"), axis_of(trace, "y")
    if trace.get("type", "scatter") != "scatter" or not frame.bounded.intersection(names):
        return drawn
    x, y = (frame.axes[name] for name in names)
    left, right = sorted((x.start, x.end))
    top, bottom = sorted((y.start, y.end))
    wide, high = right - left, bottom - top
    x0, y0, across, down = (f"{value:.1f}" for value in (left - 4, top - 4, wide + 8, high + 8))
    return (
        f'<svg class="cut" x="{x0}" y="{y0}" width="{across}" height="{down}" '
        f'viewBox="{x0} {y0} {across} {down}">{drawn}</svg>'
    )


def _arrange(traces: list[dict[str, Any]], layout: dict[str, Any]) -> None:
    """Tell each trace its place among its like: beside others, upon others, after others."""
    mode = layout.get("barmode", "group")
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    before: dict[tuple[str, str], dict[str, Any]] = {}
    for place, trace in enumerate(traces):
        trace["_place"] = place
        names = axis_of(trace, "x"), axis_of(trace, "y")
        trace["_before"], before[names] = before.get(names), trace
        if trace.get("type") == "bar":
            trace["_gap"] = float(layout.get("bargap", 0.25))
            groups[names].append(trace)
    for bars in groups.values():
        ends: dict[tuple[str, bool], float] = defaultdict(float)
        for slot, trace in enumerate(bars):
            if mode in ("stack", "relative"):
                length, over = ("x", "y") if lies(trace) else ("y", "x")
                base = []
                for where, value in zip(trace[over], trace[length], strict=True):
                    side = str(where), (value or 0.0) < 0
                    base.append(ends[side])
                    ends[side] += value or 0.0
                trace["_base"] = base
            elif mode == "group":
                trace["_slot"] = slot, len(bars)
