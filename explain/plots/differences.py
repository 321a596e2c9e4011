"""What an edit of a row changes, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..row.whatif import WhatIf
from .figure import Z95, finished, noun, rest_label, scale_factor, short, signed, unit
from .theme import DEFAULT, Theme


def what_if_bar(result: WhatIf, *, top: int = 10, output: Any = None, theme: Theme = DEFAULT) -> go.Figure:
    """Differences of the contributions, to both sides of zero: edited columns first, then others that follow.

    The bars sum to the change of the prediction, which is the last.
    """
    explanation = result.explanation
    factor, changes = scale_factor(explanation), result.differences(output)
    errors = result.stderr(output)
    changed = {explanation.column_index(name) for name in result.edited}
    order = np.argsort(-np.abs(changes), kind="stable")
    moved = [int(j) for j in order if int(j) in changed or abs(changes[j]) > 1e-9]
    ranked = sorted(moved, key=lambda j: j not in changed)  # stable: by size within both kinds
    shown, rest = ranked[:top], ranked[top:]
    labels = [_label(result, j) if j in changed else short(explanation.columns[j]) for j in shown]
    sizes = [float(changes[j]) * factor for j in shown]
    spread = [0.0 if errors is None else Z95 * float(errors[j]) * factor for j in shown]
    if rest:
        labels.append(rest_label(len(rest)))
        sizes.append(float(changes[rest].sum()) * factor)
        spread.append(0.0)
    labels.append("<b>prediction</b>")
    sizes.append(result.change(output) * factor)
    spread.append(0.0)
    hover = [
        f"<b>{label}</b><br>{signed(size)}{unit(explanation)}"
        + (f" ± {formats.number(error, 2)}" if error else "")
        for label, size, error in zip(labels, sizes, spread, strict=True)
    ]
    colours = [theme.higher if size > 0 else theme.lower for size in sizes[:-1]] + [theme.missing]
    edge = max(abs(size) for size in sizes) or 1.0
    tail = [0.55, 1.0] if rest else [1.0]
    figure = go.Figure(
        go.Bar(
            x=sizes,
            y=list(range(len(labels))),
            orientation="h",
            # What only follows from the edit is paler than what was edited.
            marker={"color": colours, "opacity": [*[1.0 if j in changed else 0.55 for j in shown], *tail]},
            error_x={"type": "data", "array": spread, "color": theme.text, "thickness": 1, "width": 3}
            if any(spread)
            else None,
            hovertext=hover,
            hoverinfo="text",
        )
    )
    figure.add_trace(
        go.Scatter(  # beyond the error bars, where they cross nothing
            x=[size + (error if size >= 0 else -error) for size, error in zip(sizes, spread, strict=True)],
            y=list(range(len(labels))),
            mode="text",
            text=[f" {signed(size)} " for size in sizes],
            textposition=["middle right" if size >= 0 else "middle left" for size in sizes],
            textfont={"color": theme.text},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    low, high = min(0.0, *sizes), max(0.0, *sizes)
    figure.update_xaxes(
        title_text=f"change of the {noun(explanation.scale, result.output_name(output))}",
        range=[low - 0.18 * edge, high + 0.18 * edge],
    )
    figure.add_vline(x=0, line_width=1, line_color=theme.text)
    return finished(figure, theme, rows=len(labels), labels=labels)


def _label(result: WhatIf, j: int) -> str:
    explanation = result.explanation
    cells = [formats.cell(explanation.data.iloc[row, j], explanation.reference[j]) for row in (0, 1)]
    return f"{short(explanation.columns[j], 24)}: {short(cells[0], 16)} → {short(cells[1], 16)}"
