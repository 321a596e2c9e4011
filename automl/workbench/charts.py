"""The charts that the pages draw themselves, in the colours of the theme.

Figures are plain dictionaries: Streamlit hands them to the browser as they are, without the hundreds of
milliseconds that building `plotly` objects costs a page that is redrawn every two seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.workbench import format as fmt
from automl.workbench import reading
from automl.workbench.theme import Palette

__all__ = ["CONFIG", "FONT", "histogram", "layout", "score_over_time", "shares", "title"]

Figure = dict[str, Any]

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}
FONT = "'Source Sans', sans-serif"


def layout(colors: Palette, height: int, **more: Any) -> dict[str, Any]:
    """What all charts share: size, font, colours of axes and background; `more` goes over it."""

    def axis(own: dict[str, Any]) -> dict[str, Any]:
        return {
            "gridcolor": colors.grid,
            "zeroline": False,
            "linecolor": colors.grid,
            "tickfont": {"color": colors.muted, "size": 12},
            "automargin": True,
            "fixedrange": True,
            **own,
        }

    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 12, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": colors.text},
        "hoverlabel": {"bgcolor": colors.surface, "font": {"family": FONT, "color": colors.text}},
        "showlegend": False,
        **more,
        "xaxis": axis(more.get("xaxis", {})),
        "yaxis": axis(more.get("yaxis", {})),
    }


def title(text: str, colors: Palette) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": text, "font": {"size": 13, "color": colors.muted}}


def score_over_time(
    records: Sequence[dict[str, Any]],
    *,
    metric: str,
    greater_is_better: bool,
    dummy: float | None,
    now: float,
    budget: float,
    ensemble: Mapping[str, Any] | None,
    colors: Palette,
) -> Figure:
    """Every trial's score when it finished, the best so far as a line, and the baseline.

    Parameters
    ----------
    records : sequence of dict
        The trials.
    metric : str
        Its name, for the axis.
    greater_is_better : bool
        For the words in the hover text.
    dummy : float or None
        Score of the baseline.
    now, budget : float
        Seconds of search spent and allowed; the axis ends at the budget, so that progress is seen.
    ensemble : mapping or None
        The run's result where it chose an ensemble, which is marked at the end of the line.
    colors : Palette
    """
    label = fmt.metric_label(metric)
    scored = [t for t in reading.successful(records)]
    steps = reading.best_so_far(records)
    traces: list[dict[str, Any]] = []
    end = max([budget, now, *(t["at"] for t in scored)])
    if steps:
        xs = [at for at, _, _ in steps] + [max(now, steps[-1][0])]
        ys = [score for _, score, _ in steps] + [steps[-1][1]]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "Best so far",
                "x": xs,
                "y": ys,
                "line": {"shape": "hv", "width": 2.5, "color": colors.accent},
                "hovertemplate": f"Best so far: {label} %{{y:.4~g}}<br>at %{{x:.0f}} s<extra></extra>",
            }
        )
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Trials",
            "x": [t["at"] for t in scored],
            "y": [t["score"] for t in scored],
            "text": [f"{reading.family_label(t['family'])} · {t['id']}" for t in scored],
            "marker": {"size": 8, "color": colors.accent, "opacity": 0.45, "line": {"width": 0}},
            "hovertemplate": f"%{{text}}<br>{label} %{{y:.4~g}} at %{{x:.0f}} s<extra></extra>",
        }
    )
    final = None if ensemble is None else float(ensemble["cv_score"])
    if final is not None:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [max(now, steps[-1][0] if steps else now)],
                "y": [final],
                "marker": {"symbol": "diamond", "size": 13, "color": colors.up},
                "hovertemplate": f"Ensemble: {label} %{{y:.4~g}}<extra></extra>",
            }
        )
    window = _window([float(t["score"]) for t in scored], final, greater_is_better)
    if dummy is not None and window is not None and _is_near(dummy, window):
        window = [min(window[0], dummy), max(window[1], dummy)]
    shapes, notes = _baseline(dummy, window, greater_is_better, colors)
    if final is not None:
        notes.append(
            {
                "x": max(now, steps[-1][0] if steps else now),
                "y": final,
                "text": f"ensemble {fmt.score(final)}",
                "showarrow": False,
                "xanchor": "right",
                "xshift": -12,
                "yshift": 10 if greater_is_better else -10,
                "font": {"size": 12, "color": colors.text},
            }
        )
    figure_layout = layout(
        colors,
        320,
        shapes=shapes,
        annotations=notes,
        hovermode="closest",
        xaxis={
            "range": [0, end * 1.01],
            "ticksuffix": " s",
            "title": title("Search time", colors),
            "showgrid": False,
        },
        yaxis={
            "title": title(f"{label}, {'higher' if greater_is_better else 'lower'} is better", colors),
            **({"range": window} if window else {}),
        },
        uirevision="score-over-time",
    )
    return {"data": traces, "layout": figure_layout}


def _window(scores: list[float], final: float | None, greater_is_better: bool) -> list[float] | None:
    """The range of the score axis: one bad trial must not squeeze all others into a line."""
    if not scores:
        return None
    ordered = sorted(scores, reverse=greater_is_better)
    kept = ordered[: max(3, (3 * len(ordered) + 3) // 4)] + ([] if final is None else [final])
    low, high = min(kept), max(kept)
    margin = 0.12 * (high - low) or 0.02 * abs(high) or 0.05
    return [low - margin, high + margin]


def _is_near(dummy: float, window: list[float]) -> bool:
    low, high = window
    return low - 0.6 * (high - low) <= dummy <= high + 0.6 * (high - low)


def _baseline(
    dummy: float | None, window: list[float] | None, greater_is_better: bool, colors: Palette
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A line at the baseline, or a note on the side where it lies far outside."""
    if dummy is None:
        return [], []
    note: dict[str, Any] = {
        "xref": "paper",
        "x": 1,
        "xanchor": "right",
        "showarrow": False,
        "font": {"size": 12, "color": colors.muted},
        "bgcolor": colors.background,
    }
    if window is not None and not window[0] <= dummy <= window[1]:
        below = dummy < window[0]
        return [], [
            {
                **note,
                "yref": "paper",
                "y": 0 if below else 1,
                "yanchor": "bottom" if below else "top",
                "text": f"baseline {fmt.score(dummy)}, far {'below ↓' if below else 'above ↑'}",
            }
        ]
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": dummy,
        "y1": dummy,
        "line": {"color": colors.muted, "width": 1.5, "dash": "dash"},
    }
    text = {**note, "y": dummy, "yanchor": "bottom", "text": f"baseline {fmt.score(dummy)}"}
    return [line], [text]


def shares(parts: Mapping[str, float], *, colors: Palette, most: int = 6) -> Figure:
    """Shares of classes as bars with their percentages written on; beyond `most`, the rest together."""
    names = list(parts)
    if len(names) > most:
        rest = names[most - 1 :]
        parts = {**{n: parts[n] for n in names[: most - 1]}, f"{len(rest)} more": sum(parts[n] for n in rest)}
        names = list(parts)
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [parts[name] for name in names],
        "y": [_short(name) for name in names],
        "text": [fmt.percent(parts[name]) for name in names],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colors.accent, "cornerradius": 3},
        "hoverinfo": "skip",
    }
    figure_layout = layout(
        colors,
        26 * len(names) + 24,
        bargap=0.35,
        xaxis={"visible": False, "range": [0, 1.15 * max(parts.values())]},
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
    )
    return {"data": [trace], "layout": figure_layout}


def histogram(values: NDArray[np.float64], *, colors: Palette) -> Figure:
    """How the values of a number are spread."""
    counts, edges = np.histogram(values, bins=min(30, max(5, int(len(values) ** 0.5))))
    trace = {
        "type": "bar",
        "x": ((edges[:-1] + edges[1:]) / 2).tolist(),
        "y": counts.tolist(),
        "width": np.diff(edges).tolist(),
        "marker": {"color": colors.accent, "line": {"width": 0}},
        "hovertemplate": "%{y} rows around %{x:.4~g}<extra></extra>",
    }
    figure_layout = layout(colors, 150, bargap=0.05, xaxis={"showgrid": False}, yaxis={"visible": False})
    return {"data": [trace], "layout": figure_layout}


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
