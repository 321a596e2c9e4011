"""Counterfactuals beside the row as it is, as a table."""

from __future__ import annotations

import html
import re

import plotly.graph_objects as go

from .. import formats
from ..row.counterfactuals import Counterfactuals
from .figure import ROW_HEIGHT, escaped, short
from .theme import DEFAULT, Theme


def counterfactual_table(result: Counterfactuals, *, theme: Theme = DEFAULT) -> go.Figure:
    """One column for the row as it is and one for each option; only values that change are written.

    The last lines say what the model answers, and which share of the training rows lies as far from its
    nearest neighbour as the changed row does: near 0, nothing like it was seen. A star marks a value that no
    training row combines with another of the row's.
    """
    names = [str(name) for name in result.rows.columns]
    used = {name for option in result.options for name in option.changed}
    shown = [name for name in names if name in used]
    noun = (
        "prediction"
        if result.goal.label is None
        else f"{result.scale} of “{short(str(result.goal.label), 20)}”"
    )
    lead = [short(name, 30) for name in shown]
    columns: list[list[str]] = [
        [
            *lead,
            f"<b>{noun}</b>",
            *([] if result.label is None else ["<b>model says</b>"]),
            "training rows as unusual",
        ],
        [
            *[_cell(result, 0, names.index(name)) for name in shown],
            f"<b>{formats.level(result.output, result.scale)}</b>",
            *([] if result.label is None else [f"<b>{short(str(result.label), 20)}</b>"]),
            "",
        ],
    ]
    colours = [[theme.text] * len(columns[0]), [theme.text] * len(columns[0])]
    for k, option in enumerate(result.options):
        higher = option.output > result.output
        tone = theme.higher if higher else theme.lower
        clash = {name for pair in option.never_together for name in pair}
        cells, tones = [], []
        for name in shown:
            changed = name in option.changed
            mark = " *" if changed and name in clash else ""
            cells.append(f"<b>{_cell(result, 1 + k, names.index(name))}</b>{mark}" if changed else "·")
            tones.append(theme.accent if changed else theme.missing)
        cells.append(f"<b>{formats.level(option.output, result.scale)}</b>")
        tones.append(tone)
        if result.label is not None:
            cells.append(f"<b>{short(str(option.label), 20)}</b>")
            tones.append(tone)
        cells.append(_share(option.as_far))
        tones.append(theme.text)
        columns.append(cells)
        colours.append(tones)
    titles = [
        "",
        "now",
        *(
            [f"option {k + 1}" for k in range(len(result.found))]
            or ["closest, not there"][: len(result.options)]
        ),
    ]
    line = {"color": theme.grid, "width": 1}
    font = {"size": 13} if theme.font is None else {"size": 13, "family": theme.font}
    figure = go.Figure(
        go.Table(
            columnwidth=[_width([title, *cells]) for title, cells in zip(titles, columns, strict=True)],
            header={
                "values": [f"<b>{title}</b>" for title in titles],
                "fill": {"color": "rgba(0,0,0,0)"},
                "line": line,
                "align": "left",
                "font": {**font, "color": theme.text},
                "height": ROW_HEIGHT,
            },
            cells={
                "values": columns,
                "fill": {"color": "rgba(0,0,0,0)"},
                "line": line,
                "align": "left",
                "font": {**font, "color": colours},
                "height": ROW_HEIGHT,
            },
        )
    )
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        template="none",
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        height=32 + ROW_HEIGHT * (len(columns[0]) + 1),
        font={"color": theme.text},
    )
    return figure


def _width(texts: list[str]) -> int:
    """Room for the longest text, relative to other columns: a text on two lines would push out the last."""
    plain = (html.unescape(re.sub(r"<[^>]+>", "", text)) for text in texts)
    return max(9, 3 + max(len(text) for text in plain))


def _cell(result: Counterfactuals, row: int, j: int) -> str:
    return short(formats.cell(result.rows.iloc[row, j], result.reference[j]), 22)


def _share(as_far: float) -> str:
    """How many training rows lie as far from their nearest."""
    return escaped("under 1 %" if as_far < 0.01 else f"{formats.percent(as_far)}")
