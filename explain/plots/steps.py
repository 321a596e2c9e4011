"""From one output to another in steps, one for each column."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..labels import Outputs
from .figure import finished, scale_factor, signed
from .theme import Theme

_DECIMALS = 6  # smaller steps are written with an exponent


def stepped(
    result: Outputs,
    start: float,
    steps: Sequence[float],
    end: float,
    *,
    labels: Sequence[str],
    hover: Sequence[str],
    title: str,
    theme: Theme,
) -> go.Figure:
    """A waterfall.

    Parameters
    ----------
    result : Outputs
        Whose scale the outputs are on.
    start, steps, end : numbers
        As shown: in percentage points on the probability scale.
    labels, hover : sequences of length S + 2
        Of the start, the S steps and the end.
    title : str
        Of the axis of outputs.
    theme : Theme
    """
    factor = scale_factor(result)
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute", *["relative"] * len(steps), "total"],
            x=[start, *steps, end],
            y=list(range(len(labels))),
            text=[
                formats.level(start / factor, result.scale),
                *_shown(steps),
                formats.level(end / factor, result.scale),
            ],
            textposition="outside",
            textfont={"color": theme.text},
            hovertext=list(hover),
            hoverinfo="text",
            increasing={"marker": {"color": theme.higher}},
            decreasing={"marker": {"color": theme.lower}},
            totals={"marker": {"color": theme.missing}},
            connector={"line": {"color": theme.grid, "width": 1}},
            cliponaxis=False,
        )
    )
    levels = np.cumsum([start, *steps])
    low, high = float(levels.min()), float(levels.max())
    room = 0.18 * ((high - low) or 1.0)
    figure.update_xaxes(title_text=title, range=[low - room, high + room])
    return finished(figure, theme, rows=len(labels), labels=list(labels))


def _shown(steps: Sequence[float]) -> list[str]:
    """Signed steps, all to the same place: that of the third digit of the largest."""
    largest = max((abs(step) for step in steps), default=0.0)
    decimals = max(0, 2 - math.floor(math.log10(largest))) if largest > 0 else 0
    if decimals > _DECIMALS:
        return [signed(step) for step in steps]
    texts = [f"{step:+,.{decimals}f}".replace("-", formats.MINUS) for step in steps]
    return [text if text.strip(f"+{formats.MINUS}0.") else text[1:] for text in texts]  # a zero has no sign
