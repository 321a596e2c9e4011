"""Truth against decision."""

from __future__ import annotations

import re

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..judge.confusion import Confusion
from .figure import escaped, faded, finished, short
from .theme import DEFAULT, Theme

_TEXTS = 12  # classes up to which cells carry numbers


def confusion_matrix(confusion: Confusion, *, theme: Theme = DEFAULT) -> go.Figure:
    """One cell for each true class (rows) and decision (columns), coloured by the share of the true class."""
    classes, share = confusion.classes, np.nan_to_num(confusion.share)
    size = len(classes)
    names = [short(name, 22) for name in classes]
    hover = [
        [
            f"true “{escaped(classes[i])}”, decided "
            f"“{escaped(classes[j])}”<br>{_count(confusion.counts[i, j])} rows, "
            f"{_percent(confusion.share[i, j])} ({_percent(confusion.low[i, j])} to "
            f"{_percent(confusion.high[i, j])})"
            for j in range(size)
        ]
        for i in range(size)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=100 * share,
            x=list(range(size)),
            y=list(range(size)),
            zmin=0,
            zmax=100,
            # Half-filled cells would leave no colour of text that can be read on light and on dark pages.
            colorscale=[
                [0.0, faded(theme.accent, 0.04)],
                [0.5, faded(theme.accent, 0.25)],
                [0.5, faded(theme.accent, 0.85)],
                [1.0, theme.accent],
            ],
            showscale=False,
            xgap=3,
            ygap=3,
            hovertext=hover,
            hoverinfo="text",
        )
    )
    finished(figure, theme, rows=max(5, 2 * size if size <= 4 else size), labels=names)
    figure.update_xaxes(
        tickvals=list(range(size)),
        ticktext=names,
        title_text="decided",
        showgrid=False,
        range=[-0.5, size - 0.5],
    )
    figure.update_yaxes(title_text="true", range=[size - 0.5, -0.5])
    if size <= _TEXTS:
        strong = "#ffffff" if _dark(theme.accent) else "#10151a"
        for i in range(size):
            for j in range(size):
                text = _percent(confusion.share[i, j])
                if size <= 6:
                    text = f"<b>{text}</b><br>{_count(confusion.counts[i, j])}"
                figure.add_annotation(
                    x=j,
                    y=i,
                    text=text,
                    showarrow=False,
                    font={"color": strong if share[i, j] > 0.5 else theme.text},
                )
    return figure


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{formats.number(100 * share, 2 if share < 0.995 else 3)} %"


def _count(count: float) -> str:
    return formats.number(count, 12 if count == round(count) else 4)


def _dark(colour: str) -> bool:
    """Whether white is easier to read on a colour than black (by its luminance, roughly)."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return True
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 150
