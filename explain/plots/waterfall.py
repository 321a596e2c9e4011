"""From the average to the prediction of one row."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..explanation import Explanation
from .figure import Z95, cell_label, escaped, quantity, rest_label, scale_factor, signed, unit
from .steps import stepped
from .theme import DEFAULT, Theme


def waterfall(
    explanation: Explanation,
    i: int,
    *,
    top: int = 10,
    output: Any = None,
    called: str | None = None,
    theme: Theme = DEFAULT,
) -> go.Figure:
    """From the average over the background to the prediction of row ``i``, column by column.

    ``called`` is what the row is called, by default its position.
    """
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
        labels.append(rest_label(len(others)))
        steps.append(float(moved[others].sum()))
    base = float(local.base[position]) * factor
    prediction = float(local.prediction[position]) * factor
    hover = [
        f"<b>{label}</b><br>{signed(step)}{unit(explanation)}"
        for label, step in zip(labels, steps, strict=True)
    ]
    for k, error in enumerate(errors):
        hover[k] += f" ± {formats.number(error, 2)}"
    return stepped(
        explanation,
        base,
        steps,
        prediction,
        labels=["average", *labels, "prediction"],
        hover=[
            f"average over {explanation.background_rows:,} background rows",
            *hover,
            f"prediction for {escaped(called or f'row {i}')}",
        ],
        title=quantity(explanation, output),
        theme=theme,
    )
