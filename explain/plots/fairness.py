"""How a model treats groups: one dot with its interval for each group and measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..judge.fairness import MEASURES, Fairness, Measure
from ..judge.fairness_text import value
from .figure import escaped, finished, short
from .theme import DEFAULT, Theme

_USUAL = ("selection_rate", "true_positive_rate", "false_positive_rate")
_USUAL_REGRESSION = ("mean_residual", "mean_absolute_error")
_NARROW = 15  # letters


def group_dots(
    fairness: Fairness,
    measures: Sequence[str] | None = None,
    *,
    output: str | None = None,
    theme: Theme = DEFAULT,
) -> go.Figure:
    """Measures side by side, one row for each group.

    Dots with a line are estimates with their interval; hollow ones have too few rows to be compared. The
    dotted line is the value over all rows.

    Parameters
    ----------
    fairness : Fairness
    measures : sequence of str, optional
        Up to four names; by default the rates that the criteria look at, or the errors of a regression.
    output : str, optional
        Of three or more classes the one to show.
    theme : Theme
    """
    usual = _USUAL_REGRESSION if fairness.kind == "regression" else _USUAL
    names = (usual if measures is None else tuple(measures))[:4]
    chosen = [fairness.measure(name, output if name != "accuracy" else None) for name in names]
    figure = make_subplots(rows=1, cols=len(chosen), shared_yaxes=True, horizontal_spacing=0.06)
    for place, measure in enumerate(chosen, start=1):
        _dots(figure, fairness, measure, place, theme)
    count = len(fairness.groups)
    finished(
        figure,
        theme,
        rows=count,
        labels=[
            f"{short(name, 26)} <span style='color:{theme.missing}'>{rows:,}</span>"
            for name, rows in zip(fairness.groups, fairness.rows.tolist(), strict=True)
        ],
    )
    figure.update_layout(height=118 + 34 * max(count, 2))
    return figure


def _dots(figure: go.Figure, fairness: Fairness, measure: Measure, place: int, theme: Theme) -> None:
    factor = 100.0 if measure.share else 1.0
    known = np.isfinite(measure.values)
    rows = np.flatnonzero(known)
    values = measure.values[known] * factor
    low, high = measure.low[known] * factor, measure.high[known] * factor
    finite = np.isfinite(low) & np.isfinite(high)
    hover = [
        f"<b>{escaped(fairness.groups[g])}</b><br>{escaped(measure.words)}: "
        f"{value(measure, measure.values[g])}"
        f"<br>{value(measure, measure.low[g])} to {value(measure, measure.high[g])}"
        f"<br>of {measure.support[g]:,.0f} rows" + ("" if measure.ranked[g] else ": too few to be compared")
        for g in rows.tolist()
    ]
    figure.add_trace(
        go.Scatter(
            x=values,
            y=rows,
            mode="markers",
            marker={
                "size": 9,
                "color": theme.accent,
                "symbol": np.where(measure.ranked[known], "circle", "circle-open").tolist(),
                "line": {"width": 2, "color": theme.accent},
            },
            error_x={
                "type": "data",
                "array": np.where(finite, high - values, 0.0),
                "arrayminus": np.where(finite, values - low, 0.0),
                "color": theme.accent,
                "thickness": 1.5,
                "width": 0,
            },
            hovertext=hover,
            hoverinfo="text",
        ),
        row=1,
        col=place,
    )
    if np.isfinite(measure.overall):
        figure.add_vline(
            x=measure.overall * factor,
            line_width=1,
            line_dash="dot",
            line_color=theme.missing,
            row=1,
            col=place,
        )
    ends = np.concatenate([low[finite], high[finite], values])
    room = 0.08 * float(np.ptp(ends) or 1.0) if len(ends) else 1.0
    figure.update_xaxes(
        title={"text": _title(measure), "font": {"size": 13}},
        nticks=5,
        range=[float(ends.min()) - room, float(ends.max()) + room] if len(ends) else None,
        row=1,
        col=place,
    )


def _title(measure: Measure) -> str:
    """The measure, on two lines where it is long: panels are narrow."""
    words = MEASURES[measure.name].words
    unit = " (%)" if measure.share else ""
    if len(words) > _NARROW:
        first, _, last = words.rpartition(" ")
        words = f"{first}<br>{last}"
    return words + unit
