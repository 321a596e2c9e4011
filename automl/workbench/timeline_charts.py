"""The chart of a model over time: its verdicts, how good it was, what it predicted, and how much is labelled.

All panels share one axis of windows, so that what happened together stands in one column; a click on any
mark chooses its window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from automl.monitoring.estimate.records import EstimatedMetric
from automl.monitoring.performance import Measured
from automl.monitoring.rules import Level
from automl.monitoring.timeline.records import ChangePoint, Timeline, Window
from automl.monitoring.words import LEVELS
from automl.workbench import format as fmt
from automl.workbench.charts import Figure, layout
from automl.workbench.theme import Palette

__all__ = ["MEAN", "SYMBOLS", "overview", "ticks", "told"]

#: The shape of a verdict, beside its colour.
SYMBOLS: Mapping[Level, str] = {"fine": "circle", "look": "triangle-up", "act": "x"}
#: What changes of the mean prediction are called in a timeline.
MEAN = "mean_prediction"
_TICKS = 8
_SHORT = 18
_GAP = 34  # pixels between panels, for their titles
_TOP = 30


@dataclass(frozen=True)
class _Panel:
    """A part of the chart.

    Attributes
    ----------
    title : str
    height : int
        In pixels.
    traces : list of dict
        Without axes.
    axis : dict
        Of the values.
    what : tuple of str
        The series that it shows, as change points name them.
    shapes : list of dict
        Without axes, across the width.
    """

    title: str
    height: int
    traces: list[dict[str, Any]]
    axis: dict[str, Any]
    what: tuple[str, ...] = ()
    shapes: tuple[dict[str, Any], ...] = ()


def overview(timeline: Timeline, *, chosen: int, colors: Palette) -> Figure:
    """Draw a timeline; the window at `chosen` is marked."""
    panels = [
        panel
        for panel in (
            _verdicts(timeline, colors),
            _performance(timeline, colors),
            _means(timeline, colors),
            _labelled(timeline, colors),
        )
        if panel is not None
    ]
    height = _TOP + sum(panel.height + _GAP for panel in panels) + 40
    inside = sum(panel.height + _GAP for panel in panels)
    data, shapes, notes, axes = [], [_cursor(chosen, colors)], [], {}
    top = 1.0
    for number, panel in enumerate(panels):
        name = "y" if number == 0 else f"y{number + 1}"
        high = top - _GAP / inside
        low = high - panel.height / inside
        axis = layout(colors, height, yaxis=panel.axis)["yaxis"]
        axes[f"yaxis{name[1:]}"] = {**axis, "domain": [max(low, 0.0), high], "anchor": "x"}
        data += [{**trace, "yaxis": name, "xaxis": "x"} for trace in panel.traces]
        shapes += [
            {"xref": "paper", "x0": 0, "x1": 1, "yref": name, "layer": "below", **shape}
            for shape in panel.shapes
        ]
        shapes += _changed(timeline.changes, panel, f"{name} domain", colors)
        notes.append(
            {
                "text": panel.title, "x": 0, "xref": "paper", "xanchor": "left", "y": high, "yref": "paper",
                "yanchor": "bottom", "yshift": 4, "showarrow": False, "align": "left",
                "font": {"size": 13, "color": colors.muted},
            }
        )  # fmt: skip
        top = low
    figure_layout = layout(
        colors,
        height,
        margin={"l": 8, "r": 12, "t": 4, "b": 8},
        hovermode="closest",
        clickmode="event+select",
        dragmode=False,
        shapes=shapes,
        annotations=notes,
        xaxis={**ticks([window.label for window in timeline.windows]), "showgrid": False, "anchor": "free",
               "position": 0.0},
        uirevision="timeline",
    )  # fmt: skip
    figure_layout.pop("yaxis")
    return {"data": data, "layout": figure_layout | axes}


def ticks(labels: Sequence[str], most: int = _TICKS) -> dict[str, Any]:
    """An axis of windows: at most so many of them are named, the last one always."""
    count = len(labels)
    step = max(1, -(-count // most))
    places = list(range(count - 1, -1, -step))[::-1]
    return {
        "range": [-0.6, count - 0.4],
        "tickvals": places,
        "ticktext": [_short(labels[place]) for place in places],
    }


def told(timeline: Timeline) -> str:
    """What the chart shows, in words."""
    count = {level: sum(each.level == level for each in timeline.windows) for level in LEVELS}
    parts = [f"{fmt.plural(len(timeline.windows), 'window')} of {timeline.model}"]
    parts += [f"{number} {LEVELS[level].lower()}" for level, number in count.items() if number]
    measured = [each for each in timeline.windows if _main(each) is not None]
    if measured:
        first, last = (_main(each) for each in (measured[0], measured[-1]))
        assert first is not None
        assert last is not None
        parts.append(
            f"{last.label} from {fmt.score(first.score)} in {measured[0].label} to {fmt.score(last.score)} "
            f"in {measured[-1].label}, promised {fmt.score(last.promised)}"
        )
    parts += [
        f"{each.label} changed in {timeline.windows[each.at_window].label}" for each in timeline.changes
    ]
    return "; ".join(parts) + "."


def _verdicts(timeline: Timeline, colors: Palette) -> _Panel:
    looks = {"fine": colors.accent, "look": colors.warning, "act": colors.serious}
    traces = []
    for level, name in LEVELS.items():
        places = [i for i, each in enumerate(timeline.windows) if each.level == level]
        traces.append(
            {
                "type": "scatter", "mode": "markers", "name": name, "x": places, "y": [0] * len(places),
                "customdata": places,
                "text": [_verdict(timeline.windows[i]) for i in places],
                "marker": {"symbol": SYMBOLS[level], "size": 14 if len(timeline.windows) <= 40 else 8,
                           "color": looks[level], "line": {"width": 0}},
                "hovertemplate": "%{text}<extra></extra>",
            }
        )  # fmt: skip
    return _Panel("Verdict", 26, traces, {"visible": False, "range": [-1, 1]})


def _verdict(window: Window) -> str:
    return f"<b>{window.label}</b>: {LEVELS[window.level]}<br>{fmt.plural(window.rows, 'row')}"


def _main(window: Window) -> Measured | None:
    found = window.performance
    return None if found is None or found.main.score is None else found.main


def _performance(timeline: Timeline, colors: Palette) -> _Panel | None:
    found = [(i, main) for i, each in enumerate(timeline.windows) if (main := _main(each)) is not None]
    guessed = [(i, main) for i, each in enumerate(timeline.windows) if (main := _estimate(each)) is not None]
    if not found and not guessed:
        return None
    first: Measured | EstimatedMetric = found[0][1] if found else guessed[0][1]
    traces = [*([_estimated(timeline, guessed, colors)] if guessed else [])]
    traces += [_measured(timeline, found, colors)] if found else []
    title = f"{first.label} with its 90 % interval" if found else f"{first.label}, estimated without labels"
    if found and guessed:
        title += "; dashed: estimated without labels"
    shapes: list[dict[str, Any]] = []
    if first.promised is not None:
        title += "; band: promised"
        if first.promised_low is not None and first.promised_high is not None:
            shapes.append(
                {"type": "rect", "y0": first.promised_low, "y1": first.promised_high, "opacity": 0.14,
                 "fillcolor": colors.accent, "line": {"width": 0}}
            )  # fmt: skip
        line = {"color": colors.accent, "width": 1, "dash": "dot"}
        shapes.append({"type": "line", "y0": first.promised, "y1": first.promised, "line": line})
    return _Panel(title, 190, traces, {"nticks": 5}, (first.metric,), tuple(shapes))


def _measured(timeline: Timeline, found: Sequence[tuple[int, Measured]], colors: Palette) -> dict[str, Any]:
    looks = {"fine": colors.accent, "look": colors.warning, "act": colors.serious}
    levels: list[Level] = [timeline.windows[i].performance.level for i, _ in found]  # type: ignore[union-attr]
    return {
        "type": "scatter", "mode": "lines+markers", "name": found[0][1].label,
        "x": [i for i, _ in found], "y": [main.score for _, main in found],
        "customdata": [i for i, _ in found],
        "text": [_scored(timeline.windows[i], main) for i, main in found],
        "line": {"color": colors.accent, "width": 1.8},
        "marker": {"size": 9 if len(found) <= 40 else 6, "symbol": [SYMBOLS[level] for level in levels],
                   "color": [looks[level] for level in levels]},
        "error_y": {
            "type": "data", "symmetric": False, "thickness": 1.2, "width": 3, "color": colors.muted,
            "array": [_beyond(main.high, main.score) for _, main in found],
            "arrayminus": [_beyond(main.score, main.low) for _, main in found],
        },
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip


def _estimated(
    timeline: Timeline, found: Sequence[tuple[int, EstimatedMetric]], colors: Palette
) -> dict[str, Any]:
    """What the score of the rows without a label is estimated to be: hollow and dashed, beside what came."""
    return {
        "type": "scatter", "mode": "lines+markers", "name": f"{found[0][1].label}, estimated",
        "x": [i + 0.12 for i, _ in found], "y": [main.estimated for _, main in found],
        "customdata": [i for i, _ in found],
        "text": [_guessed(timeline.windows[i], main) for i, main in found],
        "line": {"color": colors.up, "width": 1.6, "dash": "dash"},
        "marker": {"size": 8 if len(found) <= 40 else 5, "symbol": "diamond-open", "color": colors.up},
        "error_y": {
            "type": "data", "symmetric": False, "thickness": 1, "width": 2, "color": colors.up,
            "array": [_beyond(main.high, main.estimated) for _, main in found],
            "arrayminus": [_beyond(main.estimated, main.low) for _, main in found],
        },
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip


def _estimate(window: Window) -> EstimatedMetric | None:
    found = window.estimated
    return None if found is None or found.main.estimated is None else found.main


def _guessed(window: Window, main: EstimatedMetric) -> str:
    ends = "" if main.low is None else f" ({fmt.score(main.low)} to {fmt.score(main.high)})"
    rows = 0 if window.estimated is None else window.estimated.rows
    return (
        f"<b>{window.label}</b>: {main.label} estimated {fmt.score(main.estimated)}{ends}"
        f"<br>for {fmt.plural(rows, 'row')} without a label"
    )


def _scored(window: Window, main: Measured) -> str:
    promised = "" if main.promised is None else f"<br>promised {fmt.score(main.promised)}"
    ends = "" if main.low is None else f" ({fmt.score(main.low)} to {fmt.score(main.high)})"
    return (
        f"<b>{window.label}</b>: {main.label} {fmt.score(main.score)}{ends}"
        f"<br>{fmt.plural(window.labelled, 'row')} with a label{promised}"
    )


def _beyond(upper: float | None, lower: float | None) -> float:
    return 0.0 if upper is None or lower is None else max(upper - lower, 0.0)


def _means(timeline: Timeline, colors: Palette) -> _Panel | None:
    found = [(i, each) for i, each in enumerate(timeline.windows) if each.mean is not None]
    if not found:
        return None
    chances = timeline.output is not None
    shown = fmt.percent if chances else fmt.score
    trace = {
        "type": "scatter", "mode": "lines+markers", "name": "Mean prediction",
        "x": [i for i, _ in found], "customdata": [i for i, _ in found],
        "y": [each.mean for _, each in found],
        "text": [f"<b>{each.label}</b>: {shown(each.mean)}" for _, each in found],
        "line": {"color": colors.down, "width": 1.8}, "marker": {"size": 6, "color": colors.down},
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
    shapes: tuple[dict[str, Any], ...] = ()
    known = [each.mean - each.shift for _, each in found if each.mean is not None and each.shift is not None]
    title = f"Mean probability of “{timeline.output}”" if chances else f"Mean prediction of {timeline.target}"
    if known:
        title += "; dotted: when it was made"
        line = {"color": colors.down, "width": 1, "dash": "dot"}
        shapes = ({"type": "line", "y0": known[-1], "y1": known[-1], "line": line},)
    axis = {"nticks": 4, **({"tickformat": ".0%"} if chances else {})}
    return _Panel(title, 110, [trace], axis, (MEAN,), shapes)


def _labelled(timeline: Timeline, colors: Palette) -> _Panel | None:
    windows = timeline.windows
    if not any(each.labelled for each in windows):
        return None
    shares = [each.labelled / each.rows if each.rows else 0.0 for each in windows]
    trace = {
        "type": "bar", "name": "With a label", "x": list(range(len(windows))), "y": shares,
        "customdata": list(range(len(windows))),
        "text": [f"<b>{each.label}</b>: {fmt.percent(share)} of {fmt.plural(each.rows, 'row')}"
                 for each, share in zip(windows, shares, strict=True)],
        "textposition": "none", "width": 0.6,
        "marker": {"color": colors.grid, "line": {"color": colors.muted, "width": 1}},
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
    axis = {"range": [0, 1.05], "tickvals": [0, 1], "tickformat": ".0%", "showgrid": False}
    return _Panel("Rows with a label", 44, [trace], axis)


def _cursor(chosen: int, colors: Palette) -> dict[str, Any]:
    return {
        "type": "rect", "x0": chosen - 0.45, "x1": chosen + 0.45, "yref": "paper", "y0": 0, "y1": 1,
        "fillcolor": colors.text, "opacity": 0.07, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _changed(
    changes: Sequence[ChangePoint], panel: _Panel, reference: str, colors: Palette
) -> list[dict[str, Any]]:
    """Where a series of the panel has changed: a line, and the stretch in which it may have been."""
    shapes = []
    for each in changes:
        if each.what not in panel.what:
            continue
        color = colors.warning if each.level != "fine" else colors.muted
        across = {"yref": reference, "y0": 0, "y1": 1}
        shapes.append(
            {"type": "rect", "x0": each.low - 0.5, "x1": each.high - 0.5 + (each.low == each.high) * 0.02,
             **across, "fillcolor": color, "opacity": 0.16, "line": {"width": 0}, "layer": "below"}
        )  # fmt: skip
        shapes.append(
            {"type": "line", "x0": each.at_window - 0.5, "x1": each.at_window - 0.5, **across,
             "line": {"color": color, "width": 2, "dash": "dash"}}
        )  # fmt: skip
    return shapes


def _short(label: str) -> str:
    return label if len(label) <= _SHORT else label[: _SHORT - 1] + "…"
