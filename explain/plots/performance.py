"""How good a model is: calibration, ROC, precision and recall, gain and lift."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from .. import formats
from ..judge.calibration import Calibration
from ..judge.ranking import Ranking, RankingCurve
from .figure import escaped, faded, finished
from .theme import DEFAULT, Theme

Floats = NDArray[np.float64]

_ROWS = 10  # of height


def calibration_curve(calibration: Calibration, *, theme: Theme = DEFAULT) -> go.Figure:
    """Observed rate against predicted probability, in bins with their intervals; the diagonal is perfect."""
    predicted, observed = 100 * calibration.predicted, 100 * calibration.observed
    low, high = 100 * calibration.low, 100 * calibration.high
    hover = [
        f"predicted {formats.number(p, 3)} %<br>observed {formats.number(o, 3)} %"
        f" ({formats.number(a, 3)} to {formats.number(b, 3)})<br>{formats.number(100 * s, 2)} % of the rows"
        for p, o, a, b, s in zip(
            *(part.tolist() for part in (predicted, observed, low, high, calibration.share)), strict=True
        )
    ]
    figure = go.Figure()
    end = float(max(predicted.max(), high.max()))
    top = 100.0 if end > 60 else 1.05 * end
    _reference(figure, [0, top], [0, top], theme)
    figure.add_trace(
        go.Scatter(
            x=predicted,
            y=observed,
            mode="lines+markers",
            line={"color": theme.accent, "width": 2},
            marker={"size": 8, "color": theme.accent},
            error_y={
                "type": "data",
                "array": high - observed,
                "arrayminus": observed - low,
                "color": theme.accent,
                "thickness": 1.2,
                "width": 0,
            },
            hovertext=hover,
            hoverinfo="text",
        )
    )
    name = escaped(calibration.output)
    figure.update_xaxes(title_text=f"predicted probability of “{name}” (%)", range=[-0.01 * top, 1.02 * top])
    figure.update_yaxes(title_text=f"rows with “{name}” (%)", range=[-0.02 * top, 1.03 * top])
    return finished(figure, theme, rows=_ROWS)


def roc_curve(ranking: Ranking, *, theme: Theme = DEFAULT) -> go.Figure:
    """True against false positive rate, with pointwise intervals; the diagonal is chance."""
    figure = go.Figure()
    _reference(figure, [0, 100], [0, 100], theme)
    _curve(figure, ranking.roc, theme, "false positive rate", "true positive rate")
    figure.update_xaxes(title_text="false positive rate (%)", range=[-1, 101])
    figure.update_yaxes(title_text="true positive rate (%)", range=[-1, 103])
    auc = ranking.roc_auc
    _note(
        figure,
        theme,
        f"area {formats.number(auc.value)} ({formats.number(auc.low)} to {formats.number(auc.high)})",
        0.98,
        0.06,
    )
    return finished(figure, theme, rows=_ROWS)


def precision_recall_curve(ranking: Ranking, *, theme: Theme = DEFAULT) -> go.Figure:
    """Precision against recall, with pointwise intervals; the dotted line is chance."""
    figure = go.Figure()
    base = 100 * ranking.base_rate
    _reference(figure, [0, 100], [base, base], theme)
    _curve(figure, ranking.precision_recall, theme, "recall", "precision")
    figure.update_xaxes(title_text="recall (%)", range=[-1, 101])
    figure.update_yaxes(title_text="precision (%)", range=[-1, 103])
    ap = ranking.average_precision
    low, high = formats.number(ap.low), formats.number(ap.high)
    text = f"average precision {formats.number(ap.value)} ({low} to {high})"
    _note(figure, theme, text, 0.02, 0.06, "left")
    return finished(figure, theme, rows=_ROWS)


def gain_curve(ranking: Ranking, *, theme: Theme = DEFAULT) -> go.Figure:
    """Share of all positives among the rows with the highest scores, with pointwise intervals."""
    figure = go.Figure()
    _reference(figure, [0, 100], [0, 100], theme)
    if ranking.base_rate < 1:
        _reference(figure, [0, 100 * ranking.base_rate, 100], [0, 100, 100], theme)
    _curve(figure, ranking.gain, theme, "rows taken", "found")
    figure.update_xaxes(title_text="rows with the highest scores (%)", range=[-1, 101])
    figure.update_yaxes(title_text=f"of all “{escaped(ranking.output)}” found (%)", range=[-1, 103])
    return finished(figure, theme, rows=_ROWS)


def lift_curve(ranking: Ranking, *, theme: Theme = DEFAULT) -> go.Figure:
    """How many times as many positives as at random are among the rows with the highest scores."""
    figure = go.Figure()
    _reference(figure, [0, 100], [1, 1], theme)
    _curve(figure, ranking.lift, theme, "rows taken", "lift", factor=1.0)
    figure.update_xaxes(title_text="rows with the highest scores (%)", range=[-1, 101])
    figure.update_yaxes(title_text="times as many as at random", rangemode="tozero")
    return finished(figure, theme, rows=_ROWS)


def _curve(
    figure: go.Figure, curve: RankingCurve, theme: Theme, x_words: str, y_words: str, factor: float = 100.0
) -> None:
    unit = " %" if factor == 100.0 else ""
    figure.add_trace(
        go.Scatter(
            x=np.concatenate([curve.at, curve.at[::-1]]) * 100,
            y=np.concatenate([curve.high, curve.low[::-1]]) * factor,
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=faded(theme.accent, 0.2),
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=curve.x * 100,
            y=curve.y * factor,
            mode="lines",
            line={"color": theme.accent, "width": 2},
            hovertemplate=f"{x_words} %{{x:.3g}} %<br>{y_words} %{{y:.3g}}{unit}<extra></extra>",
        )
    )


def _reference(figure: go.Figure, x: list[float], y: list[float], theme: Theme) -> None:
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": theme.missing, "width": 1, "dash": "dot"},
            hoverinfo="skip",
        )
    )


def _note(figure: go.Figure, theme: Theme, text: str, x: float, y: float, anchor: str = "right") -> None:
    figure.add_annotation(
        x=x,
        y=y,
        xref="paper",
        yref="paper",
        xanchor=anchor,
        text=text,
        showarrow=False,
        font={"color": theme.text},
    )
