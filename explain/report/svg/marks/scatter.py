"""Dots, lines, bands between lines, and texts."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np

from ..scales import Axis
from ..text import label, plain
from ._shared import COLOURS, colour_at, colour_of, fixed, many, titled, values

__all__ = ["TYPE", "draw", "spread"]

TYPE = "scatter"
_DASHES = {"dot": "1.5 4", "dash": "6 4", "longdash": "10 4", "dashdot": "6 4 1.5 4"}
_TITLED = 60  # dots that get a title each; more would weigh too much


def spread(trace: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Values on the two axes, error bars included."""
    found = []
    for name, other in (("x", "y"), ("y", "x")):
        own = values(trace, name, other)
        error = trace.get(f"error_{name}")
        if error and error.get("array") is not None:
            high = error["array"]
            low = error.get("arrayminus") or high
            own = [*own, *_ends(own, high, 1), *_ends(own, low, -1)]
        found.append(own)
    if str(trace.get("fill", "")).startswith("tozero"):
        found[1 if trace["fill"].endswith("y") else 0].append(0.0)
    return found[0], found[1]


def _ends(values_: list[Any], errors: list[Any], sign: int) -> list[float]:
    pairs = zip(values_, errors, strict=True)
    return [value + sign * error for value, error in pairs if _number(value) and _number(error)]


def draw(trace: dict[str, Any], x: Axis, y: Axis) -> str:
    """The trace as SVG."""
    across, up = x(values(trace, "x", "y")), y(values(trace, "y", "x"))
    mode = trace.get("mode") or ("lines+markers" if len(across) < 20 else "lines")
    out = [_fill(trace, across, up, x, y)]
    if "lines" in mode:
        out.append(_line(trace, across, up))
    out += [_errors(trace, across, up, x, y)]
    if "markers" in mode:
        out.append(_dots(trace, across, up))
    if "text" in mode:
        out.append(_texts(trace, across, up))
    return "".join(out)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _own(trace: dict[str, Any]) -> str:
    return COLOURS[trace.get("_place", 0) % len(COLOURS)]


def _path(across: Any, up: Any, shape: str | None) -> str:
    parts, pen_up, last = [], True, 0.0
    for left, top in zip(across.tolist(), up.tolist(), strict=True):
        if not (math.isfinite(left) and math.isfinite(top)):
            pen_up = True
            continue
        if pen_up:
            parts.append(f"M{fixed(left, top)}")
        elif shape == "hv":
            parts.append(f"L{fixed(left, last)}L{fixed(left, top)}")
        else:
            parts.append(f"L{fixed(left, top)}")
        pen_up, last = False, top
    return "".join(parts)


def _line(trace: dict[str, Any], across: Any, up: Any) -> str:
    line = trace.get("line") or {}
    size = line.get("width", 2)
    if not size:
        return ""
    dash = _DASHES.get(str(line.get("dash")))
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    faint = f' opacity="{trace["opacity"]}"' if trace.get("opacity") is not None else ""
    return (
        f'<path d="{_path(across, up, line.get("shape"))}" fill="none" stroke-width="{size}"{dashed}{faint} '
        f'stroke-linejoin="round" style="stroke:{colour_of(line.get("color") or _own(trace))}"/>'
    )


def _fill(trace: dict[str, Any], across: Any, up: Any, x: Axis, y: Axis) -> str:
    fill = trace.get("fill")
    if fill in (None, "none", ""):
        return ""
    path = _path(across, up, (trace.get("line") or {}).get("shape"))
    if fill == "tozeroy" and len(across):
        path += f"L{fixed(across[-1], y.at(0.0), across[0], y.at(0.0))}"
    elif fill == "tozerox" and len(up):
        path += f"L{fixed(x.at(0.0), up[-1], x.at(0.0), up[0])}"
    elif fill in ("tonexty", "tonextx") and trace.get("_before") is not None:
        before = trace["_before"]
        back = _path(x(values(before, "x", "y"))[::-1], y(values(before, "y", "x"))[::-1], None)
        path += back.replace("M", "L")
    given = trace.get("fillcolor")
    style = f"fill:{colour_of(given)}" if given else f"fill:{colour_of(_own(trace))};fill-opacity:.18"
    return f'<path d="{path}Z" stroke="none" style="{style}"/>'


def _errors(trace: dict[str, Any], across: Any, up: Any, x: Axis, y: Axis) -> str:
    out = []
    for name, axis, level in (("x", x, up), ("y", y, across)):
        error = trace.get(f"error_{name}")
        if not error or error.get("array") is None or error.get("visible") is False:
            continue
        own = values(trace, name, "y" if name == "x" else "x")
        minus = error.get("arrayminus") or error["array"]
        path = ""
        for value, high, low, other in zip(own, error["array"], minus, level.tolist(), strict=True):
            if not (_number(value) and _number(high) and _number(low) and math.isfinite(other)):
                continue
            first, last = axis.at(value - low), axis.at(value + high)
            ends = (first, other, last, other) if name == "x" else (other, first, other, last)
            path += f"M{fixed(*ends[:2])}L{fixed(*ends[2:])}"
        tone = colour_of(error.get("color") or (trace.get("marker") or {}).get("color") or "var(--soft)")
        out.append(f'<path d="{path}" stroke-width="{error.get("thickness", 1.5)}" style="stroke:{tone}"/>')
    return "".join(out)


def _dots(trace: dict[str, Any], across: Any, up: Any) -> str:
    marker = trace.get("marker") or {}
    count = len(across)
    sizes = many(marker.get("size", 7), count)
    tones = _tones(marker, count, _own(trace))
    shown = np.isfinite(across) & np.isfinite(up)
    hover = many(trace.get("hovertext") or trace.get("text"), count)
    opacity = marker.get("opacity", trace.get("opacity"))
    faint = f' opacity="{opacity}"' if isinstance(opacity, (int, float)) and opacity < 1 else ""
    symbols = [str(symbol) for symbol in many(marker.get("symbol") or "circle", count)]
    if all(symbol.startswith("line-") for symbol in symbols):
        return f"<g{faint}>{_dashes(marker, symbols, sizes, across, up)}</g>"
    if shown.sum() <= _TITLED or any(symbol != "circle" for symbol in symbols):
        dots = "".join(
            _dot(symbols[i], across[i], up[i], float(sizes[i]) / 2, colour_of(tones[i]), titled(hover[i]))
            for i in np.flatnonzero(shown)
        )
        return f"<g{faint}>{dots}</g>"
    # Dots of one colour and size are one line of points with round ends: ten bytes a dot.
    groups: dict[tuple[str, float], list[str]] = defaultdict(list)
    for i in np.flatnonzero(shown):
        groups[tones[i], float(sizes[i])].append(f"M{fixed(across[i], up[i])}h0")
    paths = "".join(
        f'<path d="{"".join(points)}" stroke-width="{fixed(size)}" style="stroke:{colour_of(tone)}"/>'
        for (tone, size), points in groups.items()
    )
    return f'<g stroke-linecap="round"{faint}>{paths}</g>'


def _dot(symbol: str, x: float, y: float, size: float, tone: str, title: str) -> str:
    """One dot or diamond, hollow or filled."""
    hollow = symbol.endswith("-open")
    paint = f"fill:none;stroke-width:2;stroke:{tone}" if hollow else f"fill:{tone}"
    if symbol.startswith("diamond"):
        path = f"M{fixed(x, y - size)}l{fixed(size, size, -size, size, -size, -size)}z"
        return f'<path d="{path}" style="{paint}">{title}</path>'
    return f'<circle cx="{fixed(x)}" cy="{fixed(y)}" r="{fixed(size)}" style="{paint}">{title}</circle>'


def _dashes(marker: dict[str, Any], symbols: list[str], sizes: list[Any], across: Any, up: Any) -> str:
    """Short lines, upright or flat, all as one path."""
    path = ""
    for symbol, size, x, y in zip(symbols, sizes, across.tolist(), up.tolist(), strict=True):
        if math.isfinite(x) and math.isfinite(y):
            half = float(size) / 2
            flat = symbol.startswith("line-ew")
            path += f"M{fixed(x - half, y)}h{fixed(size)}" if flat else f"M{fixed(x, y - half)}v{fixed(size)}"
    line = marker.get("line") or {}
    tone = colour_of(line.get("color") or marker.get("color") or "var(--soft)")
    return f'<path d="{path}" stroke-width="{line.get("width", 1)}" style="stroke:{tone}"/>'


def _tones(marker: dict[str, Any], count: int, own: str) -> list[str]:
    given = marker.get("color")
    if isinstance(given, list) and marker.get("colorscale") and all(map(_number, given)):
        low = marker.get("cmin", min(given, default=0.0))
        high = marker.get("cmax", max(given, default=1.0))
        return [colour_at(marker["colorscale"], (value - low) / ((high - low) or 1.0)) for value in given]
    return [str(tone or own) for tone in many(given, count)]


def _texts(trace: dict[str, Any], across: Any, up: Any) -> str:
    places = many(trace.get("textposition", "middle center"), len(across))
    dots = "markers" in str(trace.get("mode"))
    sizes = many((trace.get("marker") or {}).get("size", 6) if dots else 0, len(across))
    fill = (trace.get("textfont") or {}).get("color") or "var(--ink)"
    out = []
    for i, text in enumerate(many(trace.get("text"), len(across))):
        if not text or not (math.isfinite(across[i]) and math.isfinite(up[i])):
            continue
        down = {"top": -8.0, "bottom": 15.0}.get(str(places[i]).split()[0], 4.0)
        side = str(places[i]).split()[-1]
        beside = 4.0 + float(sizes[i]) / 2
        anchor, shift = {"left": ("end", -beside), "right": ("start", beside)}.get(side, ("middle", 0.0))
        out.append(label(plain(text), across[i] + shift, up[i] + down, anchor=anchor, fill=fill))
    return "".join(out)
