"""How much worse the model gets when the values of a column are shuffled."""

from __future__ import annotations

import plotly.graph_objects as go

from .. import formats
from ..whole.importance import PermutationImportance
from .figure import escaped, faded, finished, short
from .theme import DEFAULT, Theme


def permutation_bar(importance: PermutationImportance, *, top: int = 15, theme: Theme = DEFAULT) -> go.Figure:
    """Permutation importance with 95 % intervals; grey where it cannot be told from chance.

    Each bar carries its column as custom data.
    """
    shown = range(min(top, len(importance.columns)))
    size, low, high = (getattr(importance, name)[: len(shown)] for name in ("importance", "low", "high"))
    hover = []
    for p in shown:
        members = importance.groups.get(importance.columns[p])
        named = escaped(importance.columns[p]) + (
            "" if members is None else f"<br>{escaped(', '.join(members))}"
        )
        hover.append(
            f"<b>{named}</b><br>{formats.number(float(size[p]), 3)} "
            f"({formats.number(float(low[p]), 2)} to {formats.number(float(high[p]), 2)})"
            f"<br>standard error {formats.number(float(importance.stderr_rows[p]), 2)} from the rows, "
            f"{formats.number(float(importance.stderr_repeats[p]), 2)} from "
            f"{int(importance.repeats[p])} shuffles"
        )
    figure = go.Figure(
        go.Bar(
            x=size,
            y=list(shown),
            orientation="h",
            customdata=list(importance.columns[: len(shown)]),
            marker={"color": [theme.accent if low[p] > 0 else faded(theme.missing, 0.6) for p in shown]},
            error_x={
                "type": "data",
                "array": high - size,
                "color": theme.text,
                "thickness": 1.2,
                "width": 3,
            },
            hovertext=hover,
            hoverinfo="text",
        )
    )
    figure.update_xaxes(title_text=f"how much worse the {escaped(importance.metric)} gets")
    figure.add_vline(x=0, line_width=1, line_color=theme.text)
    return finished(figure, theme, rows=len(shown), labels=[short(importance.columns[p]) for p in shown])
