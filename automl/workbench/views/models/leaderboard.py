"""The leaderboard: what is chosen and tied, every model's figures, and what a better score costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from automl.store import RunFolder, headline, preferred_model
from automl.workbench import charts, components, model_charts, standing, theme
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.models.measures import all_measures
from automl.workbench.views.models.pick import record_of_decisions
from automl.workbench.views.models.selected import selected_model

__all__ = ["leaderboard"]

_CHART_ROWS = 12
_LARGE = 1e7  # bytes of a model, from which on sizes are in MB
_ROOM = 10  # models that are shown without scrolling


def leaderboard(run: RunFolder, rows: Sequence[Standing], metric: str, selected: Standing) -> None:
    _verdict(run, rows, metric)
    components.suspicions(run)
    _table(rows, metric, selected, run)
    selected_model(run, rows, selected)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What the data can tell apart", anchor=False)
        shown = rows[:_CHART_ROWS]
        st.caption(
            "Each score with its 90 % interval for new rows; ticks are single folds. Coloured models are "
            "tied with the best: on the same rows they do as well too often to be told apart."
        )
        st.plotly_chart(
            model_charts.model_intervals(shown, metric=metric, colors=theme.palette(), selected=selected.id),
            theme=None,
            config=charts.CONFIG,
            key="intervals",
            alt="Scores of the best models with their intervals. The table above has the numbers.",
        )
    with right:
        _front(run, rows, metric, selected)
    all_measures(run.result)
    record_of_decisions(run, rows)


def _verdict(run: RunFolder, rows: Sequence[Standing], metric: str) -> None:
    tied = [row for row in rows if row.tied]
    result = run.result
    best = next((row for row in rows if row.chosen), rows[0])
    text = f"**{components.plain(best.label)}** is {'chosen' if best.chosen else 'ahead'}"
    if result:
        shown = headline(result)
        text += f": {fmt.metric_label(metric)} {fmt.score(shown.score)} {shown.where}"
        if shown.interval:
            text += f" ({shown.meaning}: {fmt.score(shown.interval[0])} to {fmt.score(shown.interval[1])})"
    text += "."
    others = [row for row in tied if row.id != best.id]
    if others:
        quickest = min(others, key=lambda row: row.predict_ms)
        text += f" {fmt.plural(len(others), 'other model')} cannot be told apart from it by this data"
        if best.predict_ms > 2 * quickest.predict_ms > 0:
            times = best.predict_ms / quickest.predict_ms
            text += f"; {components.plain(quickest.label)} among them predicts {times:.0f} times as fast"
        text += "."
    if result and headline(result).holdout:
        text += " The table compares all models by cross-validation, on the other rows."
    st.markdown(text)


def _table(rows: Sequence[Standing], metric: str, selected: Standing, run: RunFolder) -> None:
    label = fmt.metric_label(metric)
    used = preferred_model(run)
    unit = 1e3 if max(row.bytes for row in rows) < _LARGE else 1e6
    frame = pd.DataFrame(
        {
            "Model": [row.label for row in rows],
            "Standing": [_standing(row, used) for row in rows],
            label: [row.score for row in rows],
            "Interval": [_span(row) for row in rows],
            "Folds": [list(row.fold_scores) or None for row in rows],
            "± folds": [row.fold_std for row in rows],
            "Fit": [row.fit_seconds for row in rows],
            "Predict 1,000": [row.predict_ms for row in rows],
            "Size": [row.bytes / unit for row in rows],
            "In vote": [None if row.weight is None else 100 * row.weight for row in rows],
        }
    )
    low, high = _bar_range([value for row in rows[:_CHART_ROWS] for value in row.fold_scores])
    digits = _digits(rows)
    place = next(i for i, row in enumerate(rows) if row.id == selected.id)
    # The key carries the order: a selection is by position, and must not move to another model. It changes
    # where another model was selected elsewhere, which the table would not show.
    version, shown = st.session_state.get("board-shows", (0, selected.id))
    if shown != selected.id:
        version += 1
    st.session_state["board-shows"] = (version, selected.id)
    key = f"leaderboard-{run.id}-{len(rows)}-{rows[0].id}-{version}"
    selection: Any = {"selection": {"rows": [place]}}
    event = st.dataframe(
        frame,
        hide_index=True,
        placeholder="–",
        key=key,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default=selection,
        height="content" if len(rows) <= _ROOM else 402,
        alt=f"Leaderboard of {len(rows)} models",
        column_config={
            "Model": st.column_config.TextColumn(width="medium"),
            "Standing": st.column_config.TextColumn(
                width="small",
                help="Chosen by the search, tied with the best, or in use because somebody picked it.",
            ),
            label: st.column_config.NumberColumn(
                format=f"%.{digits}f", help="Cross-validated: on rows not trained on."
            ),
            "Interval": st.column_config.TextColumn(
                help="Holds the score on new rows, a third as many as the table has, nine times out of ten."
            ),
            "Folds": st.column_config.BarChartColumn(
                help="The score of each fold.", width="small", y_min=low, y_max=high
            ),
            "± folds": st.column_config.NumberColumn(
                format=f"%.{digits}f", help="Standard deviation of the folds' scores."
            ),
            "Fit": st.column_config.NumberColumn(format="%.1f s", help="Seconds to train on all folds."),
            "Predict 1,000": st.column_config.NumberColumn(
                format="%.1f ms", help="Milliseconds to predict 1,000 rows on one core."
            ),
            "Size": st.column_config.NumberColumn(
                format="%.0f kB" if unit < 1e6 else "%.1f MB", help="On the disk."
            ),
            "In vote": st.column_config.NumberColumn(format="%.0f %%", help="Share in the ensemble's vote."),
        },
    )
    chosen: list[int] = event["selection"]["rows"]
    if chosen and rows[chosen[0]].id != selected.id:
        st.query_params["model"] = rows[chosen[0]].id
        st.session_state["board-shows"] = (version, rows[chosen[0]].id)
        st.rerun()


def _standing(row: Standing, used: str | None) -> str:
    words = ["chosen" if row.chosen else ("tied" if row.tied else "")]
    if row.id == used and not row.chosen:
        words.append("in use")
    return ", ".join(filter(None, words))


def _bar_range(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Where the bars of the folds begin and end, so that they show the differences between folds."""
    if not values:
        return None, None
    low, high = min(values), max(values)
    return low - 0.25 * (high - low), high


def _digits(rows: Sequence[Standing]) -> int:
    largest = max(abs(row.score) for row in rows)
    return 0 if largest >= 1000 else 2 if largest >= 10 else 4


def _span(row: Standing) -> str:
    return f"{fmt.score(row.interval[0])} – {fmt.score(row.interval[1])}" if row.interval else "–"


def _front(run: RunFolder, rows: Sequence[Standing], metric: str, selected: Standing) -> None:
    """Score against time and size; a click on a mark selects its model."""
    st.subheader("What a better score costs", anchor=False)
    found = standing.about(run)
    points = [] if found is None else found["front"]
    words = "Score against the time to predict one row; larger marks take more space. "
    if points:
        words += (
            "Strong marks are the front: no other model beats them in score, time and size at once. "
            "Diamonds are smaller votes. "
        )
    elif standing.is_under_way(run):
        words += "Which of them no other beats is being worked out. "
    elif standing.is_settled(run):
        words += "Which of them no other beats could not be worked out; “Break the tie” says why. "
    st.caption(f"{words}The outlined one is selected; click a mark to select another.")
    event = st.plotly_chart(
        model_charts.speed_against_score(
            rows, points, metric=metric, colors=theme.palette(), selected=selected.id
        ),
        theme=None,
        config=charts.CONFIG,
        # A selection is kept by key: with the selected model in it, a click counts once.
        key=f"speed-{run.id}-{selected.id}",
        on_select="rerun",
        selection_mode="points",
        alt="Score against the time to predict one row, of all models. The table above has the numbers.",
    )
    clicked = model_charts.clicked(event, rows)
    if clicked is not None and clicked != selected.id:
        st.query_params["model"] = clicked
        st.rerun()
