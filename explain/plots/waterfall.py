"""From the average to the prediction of one row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..explanation import Explanation
from .figure import Z95, cell_label, finished, quantity, scale_factor, signed, unit
from .theme import DEFAULT, Theme

_DECIMALS = 6  # smaller steps are written with an exponent


def waterfall(
    explanation: Explanation, i: int, *, top: int = 10, output: Any = None, theme: Theme = DEFAULT
) -> go.Figure:
    """From the average over the background to the prediction of row ``i``, column by column."""
    position = explanation.output_index(output)
    local = explanation.local(i)
    factor = scale_factor(explanation)
    moved = local.values[:, position] * factor
    order = np.argsort(-np.abs(moved), kind="stable")
    shown, others = order[:top], order[top:]
    labels = [cell_label(explanation, i, int(j)) for j in shown]
    steps = moved[shown].tolist()
    errors: list[float] = []
    if local.stderr is not None:
        errors = (Z95 * local.stderr[shown, position] * factor).tolist()
    if len(others):
        labels.append(f"{len(others)} other columns" if len(others) > 1 else "1 other column")
        steps.append(float(moved[others].sum()))
    base = float(local.base[position]) * factor
    prediction = float(local.prediction[position]) * factor
    hover = [
        f"<b>{label}</b><br>{signed(step)}{unit(explanation)}"
        for label, step in zip(labels, steps, strict=True)
    ]
    for k, error in enumerate(errors):
        hover[k] += f" ± {formats.number(error, 2)}"
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute", *["relative"] * len(steps), "total"],
            y=list(range(len(labels) + 2)),
            x=[base, *steps, prediction],
            text=[
                formats.level(base / factor, explanation.scale),
                *_steps(steps),
                formats.level(prediction / factor, explanation.scale),
            ],
            textposition="outside",
            textfont={"color": theme.text},
            hovertext=[
                f"average over {explanation.background_rows:,} background rows",
                *hover,
                f"prediction for row {i}",
            ],
            hoverinfo="text",
            increasing={"marker": {"color": theme.higher}},
            decreasing={"marker": {"color": theme.lower}},
            totals={"marker": {"color": theme.missing}},
            connector={"line": {"color": theme.grid, "width": 1}},
            cliponaxis=False,
        )
    )
    levels = np.cumsum([base, *steps])
    low, high = float(levels.min()), float(levels.max())
    room = 0.18 * ((high - low) or 1.0)
    figure.update_xaxes(title_text=quantity(explanation, output), range=[low - room, high + room])
    return finished(figure, theme, rows=len(labels) + 2, labels=["average", *labels, "prediction"])


def _steps(steps: list[float]) -> list[str]:
    """Signed steps, all to the same place: that of the third digit of the largest."""
    largest = max((abs(step) for step in steps), default=0.0)
    decimals = max(0, 2 - math.floor(math.log10(largest))) if largest > 0 else 0
    if decimals > _DECIMALS:
        return [signed(step) for step in steps]
    texts = [f"{step:+,.{decimals}f}".replace("-", formats.MINUS) for step in steps]
    return [text if text.strip(f"+{formats.MINUS}0.") else text[1:] for text in texts]  # a zero has no sign
