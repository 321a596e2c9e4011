"""Columns that several models count in opposite directions, model by model."""

from __future__ import annotations

import plotly.graph_objects as go

from .. import formats
from ..row.contested import Contested
from .figure import Z95, escaped, finished, noun, short, signed
from .theme import DEFAULT, Theme

_NAMED = 4  # models whose dots carry their name; of more, the hover tells


def contested_plot(contested: Contested, *, top: int = 8, theme: Theme = DEFAULT) -> go.Figure:
    """One dot for each model and contested column, with a 95 % interval where sampled."""
    factor = 100.0 if contested.scale == "probability" else 1.0
    shown = contested.reasons[:top]
    figure = go.Figure()
    named = len(contested.models) <= _NAMED
    for place, reason in enumerate(shown):
        values = [reason.contribution[name] * factor for name in contested.models]
        errors = [Z95 * (reason.stderr[name] or 0.0) * factor for name in contested.models]
        figure.add_trace(
            go.Scatter(
                x=[min(values), max(values)],
                y=[place, place],
                mode="lines",
                line={"color": theme.grid, "width": 6},
                hoverinfo="skip",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=values,
                y=[place] * len(values),
                mode="markers+text" if named else "markers",
                text=[short(name, 18) for name in contested.models],
                textposition="top center",
                textfont={"color": theme.text, "size": 11},
                marker={
                    "size": 11,
                    "color": [
                        theme.missing if name in reason.unsure else theme.higher if value > 0 else theme.lower
                        for name, value in zip(contested.models, values, strict=True)
                    ],
                },
                error_x={"type": "data", "array": errors, "color": theme.text, "thickness": 1, "width": 3}
                if any(errors)
                else None,
                hovertext=[
                    f"<b>{escaped(name)}</b><br>{escaped(reason.column)}: {signed(value)}"
                    + (f" ± {formats.number(error, 2)}" if error else "")
                    for name, value, error in zip(contested.models, values, errors, strict=True)
                ],
                hoverinfo="text",
            )
        )
    figure.update_xaxes(title_text=f"change of the {noun(contested.scale, contested.output)}")
    figure.add_vline(x=0, line_width=1, line_color=theme.text)
    return finished(figure, theme, rows=2 * len(shown), labels=[short(reason.column) for reason in shown])
