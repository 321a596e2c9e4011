"""The frame of a figure: how much room labels need, the axes, their grid and their labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .marks import mark
from .marks._shared import many
from .scales import Axis, Kind, kind_of, numbers
from .text import SIZE, colour, fitted, label, plain, width, wrapped

__all__ = ["Frame", "axis_of", "framed"]

_TOP, _BOTTOM, _SIDE = 12.0, 26.0, 14.0
_KEY = 58.0  # room for the key of colours
_LINE = 14.0


@dataclass(frozen=True)
class Frame:
    """Where things go.

    Attributes
    ----------
    axes : dict
        By Plotly's names: x, x2, y, ...
    bounded : set of str
        Axes whose range was asked for.
    left, right, top, bottom : float
        The rectangle of all plots, in pixels.
    height : float
        Of the whole figure.
    grid, labels : str
        SVG below and above the marks.
    """

    axes: dict[str, Axis]
    bounded: frozenset[str]
    left: float
    right: float
    top: float
    bottom: float
    height: float
    grid: str
    labels: str


def axis_of(trace: dict[str, Any], side: str) -> str:
    """Name of the axis that a trace is on."""
    return str(trace.get(f"{side}axis") or side)


def _options(layout: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = layout.get(f"{name[0]}axis{name[1:]}") or {}
    return found


def framed(traces: list[dict[str, Any]], layout: dict[str, Any], wide: float, height: float) -> Frame:
    """Lay out a figure of the given size; long labels below make it higher."""
    covered: dict[str, list[Any]] = {}
    owners: dict[str, list[dict[str, Any]]] = {}
    for trace in traces:
        for side, values in zip("xy", mark(trace).spread(trace), strict=True):
            covered.setdefault(axis_of(trace, side), []).extend(values)
            owners.setdefault(axis_of(trace, side), []).append(trace)
    ranges = {
        name: _range(name, values, owners[name], _options(layout, name)) for name, values in covered.items()
    }
    for name, (kind, low, high, categories) in list(ranges.items()):
        twin = _options(layout, name).get("matches")
        if twin in ranges and twin != name:
            other = ranges[twin]
            low, high = min(low, other[1]), max(high, other[2])
            ranges[name] = (kind, low, high, categories)
            ranges[twin] = (other[0], low, high, other[3])
    uprights = [name for name in ranges if name[0] == "y"]
    flats = [name for name in ranges if name[0] == "x"]
    titles = {name: _title(_options(layout, name)) for name in ranges}
    top = _TOP + (_LINE + 6 if any(titles[name] for name in uprights) else 0.0)
    top += 22.0 if layout.get("showlegend") else 0.0
    top += 18.0 if _headings(layout) else 0.0
    right = wide - _SIDE - (_KEY if _has_key(traces) else 0.0)
    bottom = height - _BOTTOM - (_LINE + 6 if any(titles[name] for name in flats) else 0.0)

    drafts = {name: _placed(ranges[name], _domain(layout, name), bottom, top) for name in uprights}
    room = 0.46 * wide if wide < 500 else 0.38 * wide
    leftmost = [name for name in uprights if _starts_left(layout, name, traces) and _shown(layout, name)]
    texts = [text for name in leftmost for _, text in _ticks(drafts[name], _options(layout, name), 44.0)]
    longest = max((width(text) for text in texts), default=0.0)
    left = _SIDE / 2 + (min(longest, room) + 10.0 if texts else 6.0)

    axes = {name: _placed(ranges[name], _domain(layout, name), left, right) for name in flats}
    axes = {name: _roomy(axis, owners[name]) for name, axis in axes.items()}
    rows, turned = _foot(axes, layout)
    longest = max((width(titles[name]) for name in flats), default=0.0)
    height += max(0.0, rows - _LINE) + (_LINE if longest > wide - 8.0 else 0.0)
    axes |= drafts
    grid, labels = "", ""
    for name in uprights:
        beside = _beside(layout, name, traces, axes, left, right)
        grid_, labels_ = _upright(
            axes[name], _options(layout, name), beside, titles[name], room, name in leftmost
        )
        grid, labels = grid + grid_, labels + labels_
    for name in flats:
        below = _below(layout, name, traces, axes, top, bottom)
        grid_, labels_ = _flat(axes[name], _options(layout, name), below, titles[name], rows, turned, wide)
        grid, labels = grid + grid_, labels + labels_
    bounded = frozenset(name for name in ranges if _options(layout, name).get("range"))
    return Frame(axes, bounded, left, right, top, bottom, height, grid, labels)


def _title(options: dict[str, Any]) -> str:
    text = str((options.get("title") or {}).get("text") or "")
    return plain(text.replace("<br>", " "))


def _headings(layout: dict[str, Any]) -> bool:
    return any(
        note.get("yref") == "paper" and (note.get("y") or 0) >= 1.0
        for note in layout.get("annotations") or ()
    )


def _has_key(traces: list[dict[str, Any]]) -> bool:
    return any(
        (trace.get("type") == "heatmap" and trace.get("showscale", True) is not False)
        or (isinstance(trace.get("marker"), dict) and trace["marker"].get("showscale"))
        for trace in traces
    )


Range = tuple[Kind, float, float, tuple[str, ...]]


def _range(name: str, values: list[Any], traces: list[dict[str, Any]], options: dict[str, Any]) -> Range:
    present = [value for value in values if value is not None]
    kind = kind_of(present, options.get("type"))
    categories: tuple[str, ...] = ()
    if kind == "category":
        categories = _categories(name, present, traces, options)
    given = options.get("range")
    if given and kind != "log":
        low, high = numbers(given, kind, categories).tolist()
    elif given:
        low, high = (float(end) for end in given)
    elif kind == "category":
        low, high = -0.5, len(categories) - 0.5
    else:
        found = numbers(present, kind)
        found = found[np.isfinite(found)]
        low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
        if options.get("rangemode") == "tozero" or _from_zero(name, traces):
            low, high = min(low, 0.0), max(high, 0.0)
        span = (high - low) or abs(high) or 1.0
        low, high = (low if low == 0 and _from_zero(name, traces) else low - 0.04 * span), high + 0.04 * span
    if options.get("autorange") == "reversed":
        low, high = high, low
    return kind, low, high, categories


def _from_zero(name: str, traces: list[dict[str, Any]]) -> bool:
    flat = name[0] == "x"
    return any(t.get("type") == "bar" and (t.get("orientation") == "h") == flat for t in traces)


def _categories(
    name: str, values: list[Any], traces: list[dict[str, Any]], options: dict[str, Any]
) -> tuple[str, ...]:
    names = list(dict.fromkeys(str(value) for value in values))
    order = str(options.get("categoryorder") or "")
    if options.get("categoryarray") is not None:
        wanted = [str(value) for value in options["categoryarray"]]
        return tuple([*wanted, *(value for value in names if value not in wanted)])
    if order.startswith("category"):
        names.sort(reverse=order.endswith("descending"))
    elif order.split(" ")[0] in ("total", "sum", "mean", "median", "min", "max"):
        other = "y" if name[0] == "x" else "x"
        belonging: dict[str, list[float]] = {value: [] for value in names}
        for trace in traces:
            for place, size in zip(trace.get(name[0]) or (), trace.get(other) or (), strict=False):
                belonging[str(place)].append(float(size))
        reduce: Any = getattr(np, order.split(" ")[0].replace("total", "sum"))
        size_of = {value: float(reduce(sizes)) if sizes else 0.0 for value, sizes in belonging.items()}
        names.sort(key=lambda value: size_of[value], reverse=order.endswith("descending"))
    return tuple(names)


def _domain(layout: dict[str, Any], name: str) -> tuple[float, float]:
    low, high = _options(layout, name).get("domain") or (0.0, 1.0)
    return float(low), float(high)


def _placed(span: Range, domain: tuple[float, float], start: float, end: float) -> Axis:
    kind, low, high, categories = span
    first, last = (start + share * (end - start) for share in domain)
    return Axis(kind, low, high, first, last, categories)


def _roomy(axis: Axis, traces: list[dict[str, Any]]) -> Axis:
    """The axis, long enough for texts that stand right of their dots and are not to be cut off."""
    whole = axis.end - axis.start
    for trace in traces:
        if trace.get("cliponaxis") is not False or "text" not in str(trace.get("mode")):
            continue
        marker = trace.get("marker") or {}
        texts = many(trace.get("text"), len(trace["x"]))
        sizes = many(marker.get("size", 0.0), len(trace["x"]))
        for place, text, size in zip(trace["x"], texts, sizes, strict=True):
            free = whole - width(plain(text)) - float(size) / 2 - 4.0
            taken = axis.at(place) - axis.start
            if taken > free > 0.3 * whole:
                axis = replace(axis, high=axis.low + (axis.high - axis.low) * taken / free)
    return axis


def _partner(layout: dict[str, Any], name: str, traces: list[dict[str, Any]]) -> str | None:
    """The axis that one stands on: as it says, else that of the first trace on it."""
    given = _options(layout, name).get("anchor")
    if isinstance(given, str) and given != "free":
        return given
    other = "x" if name[0] == "y" else "y"
    return next((axis_of(trace, other) for trace in traces if axis_of(trace, name[0]) == name), None)


def _starts_left(layout: dict[str, Any], name: str, traces: list[dict[str, Any]]) -> bool:
    partner = _partner(layout, name, traces)
    return partner is None or _domain(layout, partner)[0] < 0.01


def _beside(
    layout: dict[str, Any],
    name: str,
    traces: list[dict[str, Any]],
    axes: dict[str, Axis],
    left: float,
    right: float,
) -> tuple[float, float]:
    partner = axes.get(_partner(layout, name, traces) or "")
    return (left, right) if partner is None else (partner.start, partner.end)


def _below(
    layout: dict[str, Any],
    name: str,
    traces: list[dict[str, Any]],
    axes: dict[str, Axis],
    top: float,
    bottom: float,
) -> tuple[float, float]:
    partner = axes.get(_partner(layout, name, traces) or "")
    return (
        (top, bottom)
        if partner is None
        else (min(partner.start, partner.end), max(partner.start, partner.end))
    )


def _shown(layout: dict[str, Any], name: str) -> bool:
    options = _options(layout, name)
    return options.get("visible") is not False and options.get("showticklabels") is not False


def _ticks(axis: Axis, options: dict[str, Any], every: float) -> list[tuple[float, str]]:
    if options.get("visible") is False:
        return []
    given, texts = options.get("tickvals"), options.get("ticktext")
    if given is None:
        ends = str(options.get("tickprefix") or ""), str(options.get("ticksuffix") or "")
        percent = "%" in str(options.get("tickformat") or "")
        found = axis.ticks(every)
        if percent and axis.kind == "linear":
            scaled = Axis(axis.kind, 100 * axis.low, 100 * axis.high, axis.start, axis.end)
            found = [(pixel, f"{text} %") for pixel, text in scaled.ticks(every)]
        return [(pixel, f"{ends[0]}{plain(text)}{ends[1]}") for pixel, text in found]
    pixels = axis(given).tolist()
    shown = [plain(text) for text in (texts if texts is not None else given)]
    edges = sorted((axis.start, axis.end))
    pairs = zip(pixels, shown, strict=True)
    return [(pixel, text) for pixel, text in pairs if edges[0] - 1 <= pixel <= edges[1] + 1]


def _foot(axes: dict[str, Axis], layout: dict[str, Any]) -> tuple[float, bool]:
    """Height of the labels below, and whether they are turned, since side by side they would not fit."""
    for name, axis in axes.items():
        if not _shown(layout, name):
            continue
        ticks = _ticks(axis, _options(layout, name), 74.0)
        if len(ticks) < 2:
            continue
        apart = float(np.diff(sorted(pixel for pixel, _ in ticks)).min())
        widest = max(width(text) for _, text in ticks)
        named = axis.kind == "category" or _options(layout, name).get("ticktext") is not None
        if widest > apart - 6 and named:
            if widest / 2 < apart - 6 and all(" " in text for _, text in ticks if width(text) > apart - 6):
                return 2 * _LINE, False
            return min(0.72 * min(widest, 150.0) + 10.0, 110.0), True
    return _LINE, False


def _upright(
    axis: Axis, options: dict[str, Any], beside: tuple[float, float], title: str, room: float, full: bool
) -> tuple[str, str]:
    grid, labels = "", ""
    ticks = _ticks(axis, options, 44.0)
    apart = float(np.diff(sorted(pixel for pixel, _ in ticks)).min()) if len(ticks) > 1 else 40.0
    for pixel, text in ticks:
        if options.get("showgrid", True) is not False:
            grid += f"M{beside[0]:.1f} {pixel:.1f}H{beside[1]:.1f}"
        if options.get("showticklabels") is not False:
            lines = wrapped(text, room if full else 40.0, lines=2 if apart >= 24 else 1)
            for k, line in enumerate(lines):
                shift = 4.0 + _LINE * (k - (len(lines) - 1) / 2) * 0.93
                labels += label(line, beside[0] - 8.0, pixel + shift, anchor="end")
    if title:
        over = min(axis.start, axis.end) - 10.0
        labels += label(fitted(title, beside[1] - max(0.0, beside[0] - 60)), max(7.0, beside[0] - 40), over)
    stroke = colour(options.get("gridcolor") or "var(--line)")
    return (f'<path d="{grid}" style="stroke:{stroke}"/>' if grid else ""), labels


def _flat(
    axis: Axis,
    options: dict[str, Any],
    below: tuple[float, float],
    title: str,
    rows: float,
    turned: bool,
    wide: float,
) -> tuple[str, str]:
    grid, labels = "", ""
    ticks = _ticks(axis, options, 74.0)
    apart = float(np.diff(sorted(pixel for pixel, _ in ticks)).min()) if len(ticks) > 1 else 200.0
    for pixel, text in ticks:
        if options.get("showgrid", True) is not False and axis.kind != "category":
            grid += f"M{pixel:.1f} {below[0]:.1f}V{below[1]:.1f}"
        if options.get("showticklabels") is False:
            continue
        if turned:
            x, y = pixel + 4.0, below[1] + 14.0
            text_ = label(fitted(text, 150.0), x, y, anchor="end")
            labels += text_.replace("<text ", f'<text transform="rotate(-38 {x:.1f} {y:.1f})" ')
            continue
        for k, line in enumerate(wrapped(text, max(apart - 6, 40.0), lines=2) if rows > _LINE else [text]):
            labels += label(line, pixel, below[1] + 17.0 + k * _LINE, anchor="middle")
    if title:
        for k, line in enumerate(wrapped(title, wide - 8.0)):
            half = width(line) / 2 + 4.0
            centre = min(max((axis.start + axis.end) / 2, half), wide - half)
            labels += label(line, centre, below[1] + 16.0 + rows + SIZE + k * _LINE, anchor="middle")
    stroke = colour(options.get("gridcolor") or "var(--line)")
    return (f'<path d="{grid}" style="stroke:{stroke}"/>' if grid else ""), labels
