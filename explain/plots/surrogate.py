"""A tree that imitates a model, drawn with how well it does."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from .. import formats
from ..whole.surrogate import Surrogate
from .figure import escaped, faded, finished, quantity, scale_factor, short
from .theme import DEFAULT, Theme


def surrogate_tree(surrogate: Surrogate, *, output: Any = None, theme: Theme = DEFAULT) -> go.Figure:
    """The tree from left to right, branches as thick as their share of the rows; its fidelity above.

    The colour of a leaf goes with its output, from the lowest to the highest.
    """
    k = surrogate.output_index(output)
    nodes = surrogate.nodes
    depth, row = _layout(surrogate)
    leaves = [number for number, node in enumerate(nodes) if node.leaf]
    values = np.array([float(nodes[number].value[k]) for number in leaves])
    span = float(np.ptp(values)) or 1.0
    figure = go.Figure()
    for number, node in enumerate(nodes):
        for below, yes in ((node.yes, True), (node.no, False)):
            if below >= 0:
                _add_branch(figure, surrogate, (number, below), yes, (depth, row), theme)
    for place, number in enumerate(leaves):
        value = float(values[place])
        tone = sample_colorscale(
            [[0.0, theme.lower], [0.5, "#a9a9ad"], [1.0, theme.higher]],
            [(value - float(values.min())) / span],
            colortype="rgb",
        )[0]
        figure.add_trace(
            go.Scatter(
                x=[depth[number]],
                y=[row[number]],
                mode="markers+text",
                marker={"size": 9 + 26 * float(np.sqrt(nodes[number].share)), "color": tone},
                text=[
                    f"   <b>{formats.level(value, surrogate.scale)}</b>  "
                    f"{formats.percent(nodes[number].share)} of rows"
                ],
                textposition="middle right",
                textfont={"color": theme.text},
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    deepest = max(depth)
    finished(figure, theme, rows=len(leaves) + 2)
    figure.update_xaxes(visible=False, range=[-0.08, deepest + 0.62])
    figure.update_yaxes(visible=False, range=[len(leaves) - 0.3, -0.7])
    figure.update_layout(
        margin={"t": 52},
        title={
            "text": f"{_fidelity(surrogate)}<br>{quantity(surrogate, output)}",
            "x": 0.0,
            "xanchor": "left",
            "font": {"size": 13, "color": theme.text},
            "pad": {"l": 8, "t": 4},
        },
    )
    if scale_factor(surrogate) != 1.0:  # levels carry their own percent signs
        figure.layout.title.text = figure.layout.title.text.replace(" (percentage points)", "")
    return figure


def _fidelity(surrogate: Surrogate) -> str:
    shown = [
        formats.number(100 * value, 2)
        for value in (surrogate.fidelity, surrogate.fidelity_low, surrogate.fidelity_high)
    ]
    return (
        f"<b>An imitation:</b> {shown[0]} % of the model's variance ({shown[1]} to {shown[2]} %) on "
        f"{surrogate.held_out_rows:,} held-out rows"
    )


def _layout(surrogate: Surrogate) -> tuple[list[float], list[float]]:
    """Depth and row of each node: leaves in rows of their own, others between those below."""
    nodes = surrogate.nodes
    depth, row = [0.0] * len(nodes), [0.0] * len(nodes)
    placed = 0

    def place(number: int, level: int) -> None:
        nonlocal placed
        depth[number] = float(level)
        node = nodes[number]
        if node.leaf:
            row[number] = float(placed)
            placed += 1
            return
        place(node.yes, level + 1)
        place(node.no, level + 1)
        row[number] = (row[node.yes] + row[node.no]) / 2

    place(0, 0)
    return depth, row


def _add_branch(
    figure: go.Figure,
    surrogate: Surrogate,
    ends: tuple[int, int],
    yes: bool,
    layout: tuple[list[float], list[float]],
    theme: Theme,
) -> None:
    (above, below), (depth, row) = ends, layout
    share = surrogate.nodes[below].share
    turn = depth[above] + 0.06
    figure.add_trace(
        go.Scatter(
            x=[depth[above], turn, turn, depth[below]],
            y=[row[above], row[above], row[below], row[below]],
            mode="lines",
            line={"color": faded(theme.missing, 0.45), "width": 1 + 9 * share, "shape": "linear"},
            hoverinfo="skip",
        )
    )
    node = surrogate.nodes[above]
    rule = node.rule if yes else node.otherwise
    condition = "" if rule is None else rule.words
    figure.add_annotation(
        x=turn + 0.04,
        y=row[below],
        text=short(condition, 30),
        hovertext=f"{escaped(condition)}<br>{formats.percent(share)} of rows",
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        yshift=1 + 4.5 * share,
        font={"color": theme.text, "size": 12},
    )
