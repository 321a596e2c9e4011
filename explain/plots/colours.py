"""Dots coloured by the values of a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import sample_colorscale

from .. import formats
from ..explanation import Explanation
from ..reference import as_numbers
from .figure import escaped, short
from .theme import Theme

# Told apart in all common forms of colour blindness, after the theme's own two (Okabe and Ito, 2008).
_LABELS = ("#009e73", "#cc79a7", "#b8a200")


@dataclass(frozen=True, eq=False)
class Paint:
    """Colours of the rows by one column.

    Attributes
    ----------
    column : str
    colours : array of str, shape (n,)
    hover : list of str, length n
    key : list of (str, str)
        Name and colour; for numbers and dates the low and the high end.
    scale : list or None
        Colour scale of numbers and dates.
    """

    column: str
    colours: NDArray[Any]
    hover: list[str]
    key: list[tuple[str, str]]
    scale: list[list[Any]] | None


def by_value(explanation: Explanation, column: str, theme: Theme) -> Paint:
    """Colours by rank of numbers and dates, or by label: the most frequent ones, the others in grey."""
    j = explanation.column_index(column)
    series, reference = explanation.data.iloc[:, j], explanation.reference[j]
    cells = [formats.cell(value, reference) for value in series.tolist()]
    hover = [f"{escaped(column)} = {escaped(text)}" for text in cells]
    missing = series.isna().to_numpy(dtype=bool)
    if reference.kind == "label" or series.dtype == object:
        frequent = pd.Series(cells)[~missing].value_counts().index.tolist()
        tones = dict(zip(frequent, (theme.lower, theme.higher, *_LABELS), strict=False))
        key = list(tones.items())
        colours = [
            theme.missing if gone else tones.get(c, theme.missing)
            for c, gone in zip(cells, missing, strict=True)
        ]
        if len(frequent) > len(tones):
            key.append(("other labels", theme.missing))
        scale = None
    else:
        scale = [[0.0, theme.lower], [0.5, "#a9a9ad"], [1.0, theme.higher]]
        values = as_numbers(series)
        ranks = np.nan_to_num(pd.Series(values).rank(pct=True).to_numpy(), nan=0.5)
        tone = sample_colorscale(scale, ranks.tolist(), colortype="rgb")
        colours = [theme.missing if gone else each for each, gone in zip(tone, missing, strict=True)]
        ends = [series.min(), series.max()] if not missing.all() else []
        key = [
            (formats.cell(v, reference), c) for v, c in zip(ends, (theme.lower, theme.higher), strict=False)
        ]
    if missing.any():
        key.append(("missing", theme.missing))
    return Paint(column, np.array(colours, dtype=object), hover, key, scale)


def add_key(figure: go.Figure, paint: Paint, theme: Theme) -> None:
    """Which colour stands for which values: a colour bar from the least to the greatest, or a legend."""
    if paint.scale is None or len(paint.key) < 2:
        for name, colour in paint.key:
            figure.add_trace(
                go.Scatter(
                    x=[None],
                    y=[None],
                    mode="markers",
                    marker={"color": colour, "size": 9},
                    name=short(name, 20),
                )
            )
        figure.update_layout(
            showlegend=True,
            legend={
                "title": {"text": short(paint.column, 28)},
                "bgcolor": "rgba(0,0,0,0)",
                "font": {"color": theme.text},
            },
        )
        return
    figure.add_trace(
        go.Scatter(
            x=[None],
            y=[None],
            mode="markers",
            hoverinfo="skip",
            marker={
                "color": [0.0],
                "colorscale": paint.scale,
                "cmin": 0.0,
                "cmax": 1.0,
                "showscale": True,
                "colorbar": {
                    "tickvals": [0.02, 0.98],
                    "ticktext": [short(name, 14) for name, _ in paint.key[:2]],
                    "title": {"text": short(paint.column, 28), "side": "right"},
                    "thickness": 8,
                    "len": 0.6,
                    "outlinewidth": 0,
                },
            },
        )
    )
