"""Lines, boxes and notes over a figure, and its keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ... import formats
from .axes import Frame, axis_of
from .marks._shared import COLOURS, colour_at, colour_of, fixed, many
from .marks.heatmap import _SCALE, limits
from .marks.scatter import _DASHES
from .text import fitted, label, plain, width

__all__ = ["colour_key", "key", "notes", "shapes"]

_SHIFTS = {"top": 12.0, "bottom": -5.0, "middle": 4.0, "auto": -5.0}


def _pixel(frame: Frame, ref: str, value: Any, side: str) -> float:
    ends = (frame.left, frame.right) if side == "x" else (frame.bottom, frame.top)
    axis = frame.axes.get(ref.split(" ")[0])
    if ref == "paper" or axis is None:
        return ends[0] + float(value) * (ends[1] - ends[0])
    if ref.endswith("domain"):
        return axis.start + float(value) * (axis.end - axis.start)
    return axis.at(value)


def shapes(frame: Frame, layout: dict[str, Any], *, below: bool) -> Iterator[str]:
    """Lines and boxes of the layout, those below the marks or those above."""
    for shape in layout.get("shapes") or ():
        if (shape.get("layer") == "below") != below:
            continue
        xref, yref = str(shape.get("xref", "x")), str(shape.get("yref", "y"))
        x0, x1 = (_pixel(frame, xref, shape[end], "x") for end in ("x0", "x1"))
        y0, y1 = (_pixel(frame, yref, shape[end], "y") for end in ("y0", "y1"))
        line = shape.get("line") or {}
        dash = _DASHES.get(str(line.get("dash")))
        stroke = f"stroke:{colour_of(line.get('color') or 'var(--soft)')}"
        style = f'stroke-width="{line.get("width", 1)}"' + (f' stroke-dasharray="{dash}"' if dash else "")
        if shape.get("type") == "rect":
            fill = colour_of(shape.get("fillcolor") or "none")
            faint = shape.get("opacity", 1)
            yield (
                f'<rect x="{fixed(min(x0, x1))}" y="{fixed(min(y0, y1))}" width="{fixed(abs(x1 - x0))}" '
                f'height="{fixed(abs(y1 - y0))}" opacity="{faint}" {style} '
                f'style="fill:{fill};{stroke if line.get("width", 1) else "stroke:none"}"/>'
            )
        else:
            yield f'<path d="M{fixed(x0, y0)}L{fixed(x1, y1)}" {style} style="{stroke}"/>'


def notes(frame: Frame, layout: dict[str, Any], traces: list[dict[str, Any]]) -> Iterator[str]:
    """Notes of the layout."""
    dots = _dots(frame, traces)
    for note in layout.get("annotations") or ():
        if not note.get("text") or note.get("visible") is False:
            continue
        x = _pixel(frame, str(note.get("xref", "x")), note.get("x", 0.5), "x") + float(
            note.get("xshift") or 0.0
        )
        y = _pixel(frame, str(note.get("yref", "y")), note.get("y", 0.5), "y") - float(
            note.get("yshift") or 0.0
        )
        if note.get("showarrow"):
            x, y = x + float(note.get("ax") or 0.0), y + float(note.get("ay") or 0.0)
        anchor = {"left": "start", "right": "end"}.get(str(note.get("xanchor")), "middle")
        text = fitted(plain(note["text"]), _room(frame, note, (x, y), dots))
        reach = width(text)
        least, most = {"start": (4.0, frame.right - reach), "end": (reach, frame.right)}.get(
            anchor, (reach / 2, frame.right - reach / 2)
        )
        fill = (note.get("font") or {}).get("color") or "var(--soft)"
        y += _SHIFTS.get(str(note.get("yanchor", "auto")), 4.0)
        yield label(text, max(min(x, most), least), y, anchor=anchor, fill=fill)


def _room(frame: Frame, note: dict[str, Any], at: tuple[float, float], dots: list[_Dot]) -> float:
    """How wide a note may be: one that begins left of axes or of a large dot keeps out of them."""
    x, y = at
    if note.get("xanchor") != "left":
        return frame.right
    if note.get("xref") == "paper":
        right = [axis.start for name, axis in frame.axes.items() if name[0] == "x" and axis.start > x + 40.0]
    else:
        right = [
            place - size for place, level, size in dots if place - size > x and abs(level - y) < size + 10
        ]
    return min([frame.right, *right]) - x - 6.0


_Dot = tuple[float, float, float]


def _dots(frame: Frame, traces: list[dict[str, Any]]) -> list[_Dot]:
    """Pixels and radius of the dots that carry texts."""
    found: list[_Dot] = []
    for trace in traces:
        if trace.get("mode") == "markers+text":
            across, up = frame.axes[axis_of(trace, "x")], frame.axes[axis_of(trace, "y")]
            places = zip(across(trace["x"]).tolist(), up(trace["y"]).tolist(), strict=True)
            sizes = many((trace.get("marker") or {}).get("size", 7), len(trace["x"]))
            found += [(x, y, float(size) / 2) for (x, y), size in zip(places, sizes, strict=True)]
    return found


def colour_key(traces: list[dict[str, Any]], frame: Frame) -> str:
    """The strip that says which colour stands for which value."""
    for trace in traces:
        marker = trace.get("marker") if isinstance(trace.get("marker"), dict) else {}
        if trace.get("type") == "heatmap" and trace.get("showscale", True) is not False:
            scale, (low, high), bar = (
                trace.get("colorscale") or _SCALE,
                limits(trace),
                trace.get("colorbar") or {},
            )
        elif marker and marker.get("showscale"):
            scale, bar = marker["colorscale"], marker.get("colorbar") or {}
            low, high = marker.get("cmin", 0.0), marker.get("cmax", 1.0)
        else:
            continue
        x, middle = frame.right + 16.0, (frame.top + frame.bottom) / 2
        tall = min(0.6 * (frame.bottom - frame.top), 180.0)
        step = tall / 12
        out = "".join(
            f'<rect x="{fixed(x)}" y="{fixed(middle + tall / 2 - (k + 1) * step)}" width="8" '
            f'height="{fixed(step + 0.5)}" style="fill:{colour_of(colour_at(scale, k / 11))}"/>'
            for k in range(12)
        )
        texts = [plain(t) for t in bar.get("ticktext") or ()]
        ends = (texts[0], texts[-1]) if texts else (formats.number(low, 2), formats.number(high, 2))
        out += label(ends[0], x + 12, middle + tall / 2) + label(ends[1], x + 12, middle - tall / 2 + 9)
        title = plain((bar.get("title") or {}).get("text") or "")
        place = frame.right + 68.0, middle - tall / 2 - 8
        return out + (label(fitted(title, 80.0), *place, anchor="end") if title else "")
    return ""


def key(traces: list[dict[str, Any]], layout: dict[str, Any], frame: Frame) -> str:
    """Names of the traces beside their colours, in one line over the figure."""
    if not layout.get("showlegend"):
        return ""
    x, out, seen = frame.left, "", set()
    for trace in traces:
        name = plain(trace.get("name") or "")
        if not name or name in seen or trace.get("showlegend") is False:
            continue
        seen.add(name)
        tone = (trace.get("marker") or {}).get("color") or (trace.get("line") or {}).get("color")
        if not isinstance(tone, str):
            tone = trace.get("fillcolor") or COLOURS[trace.get("_place", 0) % len(COLOURS)]
        if x + width(name) + 26 > frame.right and out:
            break
        out += f'<rect x="{fixed(x)}" y="3" width="12" height="12" rx="2" style="fill:{colour_of(tone)}"/>'
        out += label(name, x + 17, 13.5)
        x += width(name) + 34
    return out
