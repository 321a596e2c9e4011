"""Every explained row as a dot: which values of which columns move the output, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from .. import formats
from ..explanation import Explanation
from ..reference import as_numbers
from .figure import escaped, finished, quantity, row_names, scale_factor, short, signed, unit
from .theme import DEFAULT, Theme

Floats = NDArray[np.float64]


def beeswarm(
    explanation: Explanation,
    *,
    top: int = 12,
    output: Any = None,
    rows: Sequence[str] | None = None,
    seed: int = 0,
    theme: Theme = DEFAULT,
) -> go.Figure:
    """One dot per row and column: how far the column moves the output, coloured by its value.

    Each dot carries the position of its row as custom data; ``rows`` are what rows are called, by default
    "row 0" and so on.
    """
    called = row_names(explanation, rows)
    position = explanation.output_index(output)
    factor = scale_factor(explanation)
    mean = np.abs(explanation.values[:, :, position]).mean(axis=0)
    chosen = np.argsort(-mean, kind="stable")[:top]
    rng = np.random.default_rng(seed)
    figure = go.Figure()
    for place, j in enumerate(chosen.tolist()):
        name, reference = explanation.columns[j], explanation.reference[j]
        moved = explanation.values[:, j, position] * factor
        cells = explanation.data.iloc[:, j].tolist()
        ranks = _ranks(explanation, j)
        plain = np.isnan(ranks)
        hover = [
            f"<b>{escaped(name)}</b> = {escaped(formats.cell(value, reference))}"
            f"<br>{signed(step)}{unit(explanation)}<br>{row}"
            for row, value, step in zip(called, cells, moved.tolist(), strict=True)
        ]
        height = -place + _spread(moved, rng)
        for mask, marker in (
            (plain, {"color": theme.missing}),
            (~plain, {"color": ranks[~plain], "colorscale": _scale(theme), "cmin": 0.0, "cmax": 1.0}),
        ):
            if mask.any():
                figure.add_trace(
                    go.Scatter(
                        x=moved[mask],
                        y=height[mask],
                        mode="markers",
                        marker={"size": 6, "opacity": 0.8, **marker},
                        customdata=np.flatnonzero(mask),
                        hovertext=[text for text, keep in zip(hover, mask.tolist(), strict=True) if keep],
                        hoverinfo="text",
                        showlegend=False,
                    )
                )
    figure.add_trace(_colour_key(theme))
    figure.update_yaxes(
        tickvals=[-place for place in range(len(chosen))],
        ticktext=[short(explanation.columns[j]) for j in chosen],
        range=[-len(chosen) + 0.4, 0.6],
        showgrid=False,
    )
    figure.update_xaxes(title_text=f"change of the {quantity(explanation, output)}")
    figure.add_vline(x=0, line_width=1, line_color=theme.text)
    return finished(figure, theme, rows=len(chosen))


def _ranks(explanation: Explanation, j: int) -> Floats:
    """Values of a column as ranks 0..1; NaN for missing values and labels."""
    series = explanation.data.iloc[:, j]
    if explanation.reference[j].kind == "label" or series.dtype == object:
        return np.full(len(series), np.nan)
    ranks = pd.Series(as_numbers(series)).rank(pct=True)
    return np.asarray(ranks, dtype=np.float64)


def _spread(moved: Floats, rng: np.random.Generator) -> Floats:
    """Vertical offsets that grow with how crowded a dot's place is."""
    if len(moved) < 2 or np.ptp(moved) == 0:
        return rng.uniform(-0.15, 0.15, len(moved)) if len(moved) > 1 else np.zeros(len(moved))
    counts, edges = np.histogram(moved, bins=40)
    crowd = counts[np.clip(np.digitize(moved, edges[1:-1]), 0, 39)] / counts.max()
    return np.asarray(rng.uniform(-1, 1, len(moved)) * (0.04 + 0.32 * crowd), dtype=np.float64)


def _scale(theme: Theme) -> list[list[Any]]:
    return [[0.0, theme.lower], [0.5, "#a9a9ad"], [1.0, theme.higher]]


def _colour_key(theme: Theme) -> go.Scatter:
    """An invisible trace that carries the colour bar from low to high values."""
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        hoverinfo="skip",
        showlegend=False,
        marker={
            "color": [0.0],
            "colorscale": _scale(theme),
            "cmin": 0.0,
            "cmax": 1.0,
            "showscale": True,
            "colorbar": {
                "tickvals": [0.02, 0.98],
                "ticktext": ["low", "high"],
                "title": {"text": "value", "side": "right"},
                "thickness": 8,
                "len": 0.6,
                "outlinewidth": 0,
            },
        },
    )
