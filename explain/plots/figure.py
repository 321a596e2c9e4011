"""What all figures share: their finish, units, and labels that are safe to show."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from .. import formats
from ..errors import InputError
from ..explanation import Explanation
from ..intervals import normal_quantile
from ..labels import Outputs
from .theme import Theme

ROW_HEIGHT = 30
Z95 = normal_quantile(0.95)


def finished(figure: go.Figure, theme: Theme, *, rows: int, labels: list[str] | None = None) -> go.Figure:
    font: dict[str, Any] = {"color": theme.text, "size": 13}
    if theme.font is not None:
        font["family"] = theme.font
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        template="none",
        font=font,
        margin={"l": 8, "r": 24, "t": 16, "b": 8},
        height=90 + ROW_HEIGHT * max(rows, 3),
        showlegend=False,
        hoverlabel={"align": "left"},
        bargap=0.3,
        separators=".,",
    )
    figure.update_xaxes(gridcolor=theme.grid, zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor=theme.grid, zeroline=False, automargin=True)
    if labels is not None:  # positions, not names: two shortened names may be equal
        figure.update_yaxes(
            tickvals=list(range(len(labels))),
            ticktext=labels,
            range=[len(labels) - 0.4, -0.6],
            showgrid=False,
            ticklabelstandoff=6,  # else names stand against the bars
        )
    return figure


def scale_factor(explanation: Outputs) -> float:
    """Probabilities are drawn in percentage points."""
    return 100.0 if explanation.scale == "probability" else 1.0


def unit(explanation: Outputs) -> str:
    return " points" if explanation.scale == "probability" else ""


def quantity(explanation: Outputs, output: Any) -> str:
    name = None if output is None and explanation.outputs > 2 else explanation.output_name(output)
    return noun(explanation.scale, name)


def noun(scale: str, name: str | None) -> str:
    """What an axis shows; ``name`` is the class, if one is meant."""
    if scale == "target":
        return "prediction"
    if name is None:
        return "probability (percentage points)" if scale == "probability" else "margin (log-odds)"
    text = f"{scale} of “{escaped(name)}”"
    return f"{text} (percentage points)" if scale == "probability" else text


def signed(value: float) -> str:
    return ("+" if value > 0 else "") + formats.number(value, 3)


def escaped(text: str) -> str:
    """Raw text must not become markup: Plotly renders a subset of HTML in labels and hovers."""
    return html.escape(text, quote=False)


def short(text: str, length: int = 32) -> str:
    return escaped(formats.shortened(text, length))


def cell_label(explanation: Explanation, i: int, j: int) -> str:
    value = formats.cell(explanation.data.iloc[i, j], explanation.reference[j])
    return f"{short(explanation.columns[j], 28)} = {short(value, 20)}"


def faded(colour: str, alpha: float) -> str:
    """A colour such as "#2b83c6" with an opacity; anything not written so is left as it is."""
    if len(colour) != 7 or not colour.startswith("#"):
        return colour
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def rest_label(count: int) -> str:
    """Name of the step that sums up the columns not shown."""
    return "1 other column" if count == 1 else f"{count} other columns"


def row_names(explanation: Explanation, rows: Sequence[str] | None) -> list[str]:
    """What the rows of an explanation are called in hovers."""
    if rows is None:
        return [f"row {i}" for i in range(explanation.rows)]
    if len(rows) != explanation.rows:
        raise InputError(f"Expected names of {explanation.rows} rows, found {len(rows)}.")
    return [escaped(name) for name in rows]
