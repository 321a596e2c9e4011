"""Whether an explanation would be another under other circumstances."""

from __future__ import annotations

import plotly.graph_objects as go

from .. import formats
from ..judge.stability import Agreement, Deletion, Stability
from .figure import escaped, finished, short
from .theme import DEFAULT, Theme

_WORDS = {"background": "other background rows", "models": "models learned from other rows"}


def stability_ranges(stability: Stability, *, top: int = 12, theme: Theme = DEFAULT) -> go.Figure:
    """Importance of each column: a dot for the mean and a line from the lowest to the highest explanation.

    Blue with other background rows, orange between models that learned from other rows.
    """
    parts = [part for part in (stability.background, stability.models) if part is not None]
    columns = parts[0].columns[:top] if parts else ()
    figure = go.Figure()
    for place, part in enumerate(parts):
        _ranges(figure, part, columns, 0.16 * (2 * place - len(parts) + 1), theme)
    figure.update_xaxes(title_text="share of all importance (%)", rangemode="tozero")
    finished(figure, theme, rows=len(columns), labels=[short(name) for name in columns])
    if len(parts) > 1:
        figure.update_layout(
            showlegend=True,
            legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"color": theme.text}},
            margin={"t": 34},
        )
    return figure


def _ranges(figure: go.Figure, part: Agreement, columns: tuple[str, ...], shift: float, theme: Theme) -> None:
    at = [part.columns.index(name) for name in columns]
    mean, low, high = (100 * values[at] for values in (part.importance, part.low, part.high))
    colour = theme.accent if part.source == "background" else theme.higher
    figure.add_trace(
        go.Scatter(
            x=mean,
            y=[k + shift for k in range(len(columns))],
            mode="markers",
            name=_WORDS[part.source],
            marker={"size": 8, "color": colour},
            error_x={
                "type": "data",
                "array": high - mean,
                "arrayminus": mean - low,
                "color": colour,
                "thickness": 1.5,
                "width": 0,
            },
            hovertext=[
                f"<b>{escaped(name)}</b><br>{formats.number(m)} % of all importance<br>{formats.number(a)} "
                "to "
                f"{formats.number(b)} % in {part.explanations} explanations with {_WORDS[part.source]}"
                for name, m, a, b in zip(columns, mean.tolist(), low.tolist(), high.tolist(), strict=True)
            ],
            hoverinfo="text",
        )
    )


def deletion_bars(deletion: Deletion, *, scale: str = "target", theme: Theme = DEFAULT) -> go.Figure:
    """How far the prediction moves when the most important columns are replaced, and when random ones are."""
    factor = 100.0 if scale == "probability" else 1.0
    estimates = [deletion.top, deletion.random]
    values = [factor * estimate.value for estimate in estimates]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=[0, 1],
            orientation="h",
            marker={"color": [theme.accent, theme.missing]},
            error_x={
                "type": "data",
                "array": [factor * (e.high - e.value) for e in estimates],
                "arrayminus": [
                    min(factor * (e.value - e.low), v) for e, v in zip(estimates, values, strict=True)
                ],
                "color": theme.text,
                "thickness": 1.2,
                "width": 3,
            },
            hovertext=[f"{formats.number(v)} on average over {deletion.rows:,} rows" for v in values],
            hoverinfo="text",
        )
    )
    unit = " (percentage points)" if scale == "probability" else ""
    figure.update_xaxes(title_text=f"mean change of the prediction{unit}", rangemode="tozero")
    count = "column" if deletion.columns == 1 else f"{deletion.columns} columns"
    named = "largest attribution" if deletion.columns == 1 else "largest attributions"
    labels = [f"{count} with the {named}", f"{deletion.columns} random"]
    return finished(figure, theme, rows=2, labels=labels)
