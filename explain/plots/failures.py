"""Where a model fails: the tree of cohorts as an indented list, each with its loss."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..judge.failures import Cohort, Failures
from ..judge.rules import words
from .figure import escaped, finished, short
from .theme import DEFAULT, Theme

_LIST = 0.55  # of the width
_INDENT = "\u2003"
_FINDINGS = {
    "weak": "worse than elsewhere",
    "strong": "better than elsewhere",
    "unconfirmed": "did not hold up",
    "node": "",
}


def error_tree(failures: Failures, *, theme: Theme = DEFAULT) -> go.Figure:
    """Cohorts below the cohorts they are part of, with the mean loss and its interval.

    Orange cohorts are worse than elsewhere and blue ones better, beyond chance, on rows that they were not
    found on; hollow grey ones did not hold up there. Small grey dots are cohorts that are divided further.
    The dotted line is the loss over all rows.
    """
    order = _depth_first(failures.cohorts)
    colours = {
        "weak": theme.higher,
        "strong": theme.lower,
        "unconfirmed": theme.missing,
        "node": theme.missing,
    }
    cohorts = [failures.cohorts[k] for k in order]
    values = np.array([c.loss.value for c in cohorts])
    low, high = (np.array([getattr(c.loss, end) for c in cohorts]) for end in ("low", "high"))
    bounded = np.isfinite(low) & np.isfinite(high)
    colour = [colours[c.finding] for c in cohorts]
    figure = go.Figure()
    for k, shown in enumerate(cohorts):  # one trace each: an error bar has one colour for all of its trace
        figure.add_trace(
            go.Scatter(
                x=[values[k]],
                y=[k],
                mode="markers",
                marker={
                    "size": 10 if shown.leaf else 6,
                    "color": colour[k],
                    "symbol": "circle-open" if shown.finding == "unconfirmed" else "circle",
                    "line": {"width": 2, "color": colour[k]},
                },
                error_x={
                    "type": "data",
                    "array": [high[k] - values[k] if bounded[k] else 0.0],
                    "arrayminus": [values[k] - low[k] if bounded[k] else 0.0],
                    "color": colour[k],
                    "thickness": 1.5,
                    "width": 0,
                },
                hovertext=[_hover(shown, failures)],
                hoverinfo="text",
            )
        )
    figure.add_vline(x=failures.overall.value, line_width=1, line_dash="dot", line_color=theme.missing)
    figure.update_xaxes(title_text=f"mean {escaped(failures.loss_words)}", domain=[_LIST, 1.0], nticks=6)
    finished(figure, theme, rows=len(cohorts), labels=[""] * len(cohorts))
    for k, shown in enumerate(cohorts):
        figure.add_annotation(
            x=0.0,
            xref="paper",
            xanchor="left",
            y=k,
            yref="y",
            showarrow=False,
            align="left",
            text=_label(shown, failures, theme),
            font={"color": colour[k] if shown.finding in ("weak", "strong") else theme.text},
        )
    return figure


def _depth_first(cohorts: tuple[Cohort, ...]) -> list[int]:
    """Positions with each cohort's parts right below it, the worse part first."""
    below: dict[int, list[int]] = {}
    for k, cohort in enumerate(cohorts):
        below.setdefault(cohort.parent, []).append(k)
    order: list[int] = []
    waiting = list(below.get(-1, []))
    while waiting:
        k = waiting.pop()
        order.append(k)
        waiting += sorted(below.get(k, []), key=lambda j: cohorts[j].loss.value)
    return order


def _label(cohort: Cohort, failures: Failures, theme: Theme) -> str:
    known = failures.cohorts[cohort.parent].rules if cohort.parent >= 0 else ()
    new = tuple(rule for rule in cohort.rules if rule not in known)
    text = short(words(new), 44)
    share = f"{formats.percent(cohort.coverage)}"
    return f"{_INDENT * cohort.depth}{text}  <span style='color:{theme.missing}'>{share}</span>"


def _hover(cohort: Cohort, failures: Failures) -> str:
    loss = cohort.loss
    finding = _FINDINGS[cohort.finding]
    return (
        f"<b>{escaped(cohort.words)}</b><br>{cohort.rows:,} rows, {formats.number(100 * cohort.coverage, 2)} "
        "%"
        f"<br>mean {escaped(failures.loss_words)} {formats.number(loss.value)} "
        f"({formats.number(loss.low)} to {formats.number(loss.high)})"
        f"<br>{formats.number(cohort.lift, 2)} times that of all rows" + (f"<br>{finding}" if finding else "")
    )
