"""Which columns tell much the same."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..whole.clusters import Clusters
from .figure import ROW_HEIGHT, escaped, faded, finished, short
from .theme import DEFAULT, Theme


def association_heatmap(clusters: Clusters, *, top: int = 30, theme: Theme = DEFAULT) -> go.Figure:
    """Association of any two columns, 0..1; clusters stand together, in frames.

    With more than ``top`` columns, those in clusters and those with the strongest associations.
    """
    grouped = [column for cluster in clusters.members for column in cluster]
    strongest = (clusters.association - np.eye(len(clusters.columns))).max(axis=1, initial=0.0)
    rest = sorted(
        (column for column in clusters.columns if column not in grouped),
        key=lambda column: -float(strongest[clusters.columns.index(column)]),
    )
    shown = [*grouped, *rest][:top]
    places = [clusters.columns.index(column) for column in shown]
    values = clusters.association[np.ix_(places, places)]
    names = [short(column, 22) for column in shown]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            zmin=0.0,
            zmax=1.0,
            colorscale=[[0.0, faded(theme.accent, 0.04)], [1.0, faded(theme.accent, 1.0)]],
            hovertext=[
                [
                    f"<b>{escaped(a)}</b> and <b>{escaped(b)}</b><br>{formats.number(float(values[i, j]), 2)}"
                    for j, b in enumerate(shown)
                ]
                for i, a in enumerate(shown)
            ],
            hoverinfo="text",
            xgap=1,
            ygap=1,
            colorbar={"title": {"text": "association", "side": "right"}, "thickness": 10, "outlinewidth": 0},
        )
    )
    start = 0
    for cluster in clusters.members:
        size = sum(column in shown for column in cluster)
        if size:
            frame = {"x0": start - 0.5, "x1": start + size - 0.5, "y0": start - 0.5, "y1": start + size - 0.5}
            figure.add_shape(type="rect", line={"color": theme.higher, "width": 2}, **frame)
        start += size
    finished(figure, theme, rows=len(shown), labels=names)
    figure.update_xaxes(tickvals=list(range(len(shown))), ticktext=names, showgrid=False, tickangle=-45)
    figure.update_yaxes(range=[len(shown) - 0.5, -0.5])
    figure.update_layout(height=170 + ROW_HEIGHT * max(len(shown), 4))
    return figure
