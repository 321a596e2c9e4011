"""Models: which one to take. The leaderboard, what cannot be told apart, and what each one costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pandas as pd
import streamlit as st

from automl import jobs
from automl.search.trial import Origin
from automl.store import RunFolder, calibration_words, headline
from automl.workbench import charts, components, model_charts, navigation, reading, theme
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views import decisions

__all__ = ["show"]

_CHART_ROWS = 12


def show() -> None:
    """Draw the page."""
    run = navigation.current_run()
    if run is None:
        components.no_run_chosen()
        return
    now = jobs.state(run.path)
    components.run_header(run, now.status)
    records = reading.trials(run)
    rows = reading.standings(records, run.result)
    if not rows:
        _nothing(run, now)
        return
    selected = _selected(rows)
    metric = str(now.status.get("metric") or (run.read("task.json") or {}).get("metric") or "")
    if not now.is_over:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(
                f"The search is still under way; these are the {len(rows)} models so far.",
                icon=":material/pending:",
            )
            st.button("Refresh", icon=":material/refresh:")
    _verdict(run, rows, metric)
    components.suspicions(run)
    _table(rows, metric, selected, run)
    _choice(run, selected)
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
        st.subheader("What a better score costs", anchor=False)
        st.caption(
            "Score against the time to predict one row; larger marks take more space. Strong marks are the "
            "front: no other model beats them in score, time and size at once. Diamonds are smaller votes. "
            "The outlined one is selected."
        )
        st.plotly_chart(
            model_charts.speed_against_score(
                rows, reading.front(run), metric=metric, colors=theme.palette(), selected=selected.id
            ),
            theme=None,
            config=charts.CONFIG,
            key="speed",
            alt="Score against the time to predict one row, of all models. The table above has the numbers.",
        )
    decisions.show(run)
    _all_metrics(run.result)


def _nothing(run: RunFolder, now: jobs.JobState) -> None:
    if now.is_over:
        components.empty("No model to compare", "No trial of this run has given a model. Its page says why.")
    else:
        components.busy(
            "The first models are being trained", "They appear here as soon as they have a score."
        )
        st.fragment(_wait, run_every=3)(run.id)
    with st.container(horizontal=True, horizontal_alignment="center"):
        navigation.link("run", "See the progress", run=run.id)


def _wait(run_id: str) -> None:
    run = navigation.home().run(run_id)
    if reading.successful(reading.trials(run)) or jobs.state(run.path).is_over:
        st.rerun()


def _selected(rows: Sequence[Standing]) -> Standing:
    wanted = st.query_params.get("model")
    return next((row for row in rows if row.id == wanted), next((row for row in rows if row.chosen), rows[0]))


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
    st.markdown(text)


def _table(rows: Sequence[Standing], metric: str, selected: Standing, run: RunFolder) -> None:
    label = fmt.metric_label(metric)
    frame = pd.DataFrame(
        {
            "Model": [row.label for row in rows],
            "Standing": ["chosen" if row.chosen else ("tied" if row.tied else "") for row in rows],
            label: [row.score for row in rows],
            "Interval": [_span(row) for row in rows],
            "Folds": [list(row.fold_scores) or None for row in rows],
            "± folds": [row.fold_std for row in rows],
            "Fit": [row.fit_seconds for row in rows],
            "Predict 1,000": [row.predict_ms for row in rows],
            "Size": [row.bytes for row in rows],
            "In vote": [None if row.weight is None else 100 * row.weight for row in rows],
        }
    )
    low, high = _bar_range([value for row in rows for value in row.fold_scores])
    digits = _digits(rows)
    place = next(i for i, row in enumerate(rows) if row.id == selected.id)
    # The key carries the order: a selection is by position, and must not move to another model.
    key = f"leaderboard-{run.id}-{len(rows)}-{rows[0].id}"
    selection: Any = {"selection": {"rows": [place]}}
    event = st.dataframe(
        frame,
        hide_index=True,
        placeholder="–",
        key=key,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default=selection,
        height=min(38 + 35 * len(rows), 402),
        alt=f"Leaderboard of {len(rows)} models",
        column_config={
            "Model": st.column_config.TextColumn(width="medium"),
            "Standing": st.column_config.TextColumn(
                width="small", help="Chosen by the search, or tied with the best."
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
            "Size": st.column_config.NumberColumn(format="bytes", help="On the disk."),
            "In vote": st.column_config.NumberColumn(format="%.0f %%", help="Share in the ensemble's vote."),
        },
    )
    picked: list[int] = event["selection"]["rows"]
    if picked and rows[picked[0]].id != selected.id:
        st.query_params["model"] = rows[picked[0]].id
        st.rerun()


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


def _choice(run: RunFolder, selected: Standing) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(gap=None, width="content"):
                st.markdown(f"**{components.plain(selected.label)}**")
                components.note(_about(selected))
            with st.container(horizontal=True, width="content"):
                if st.button("Explain this model", icon=":material/lightbulb:", key="explain-model"):
                    navigation.go("explain", run=run.id, model=selected.id)
                if st.button(
                    "Export this model", icon=":material/package_2:", type="primary", key="export-model"
                ):
                    navigation.go("export", run=run.id, model=selected.id)
        if selected.params:
            with st.expander("Parameters", type="compact"):
                components.definitions((name, _value(value)) for name, value in selected.params.items())


_ORIGINS: Mapping[Origin, str] = {
    "warm": "Taken over from an earlier run",
    "first": "First candidate of its family",
    "tpe": "Found by the search",
    "grown": "Did well on a sample, and learned from more rows",
}


def _about(row: Standing) -> str:
    cost = f"{fmt.duration(row.predict_ms / 1000)} for 1,000 rows, {fmt.size(row.bytes)}"
    if row.id == reading.ENSEMBLE:
        return f"A weighted vote of the models marked in the column “In vote”. {cost}"
    return f"{_ORIGINS[cast(Origin, row.origin)]}. {cost}"


def _value(value: Any) -> str:
    return fmt.score(value) if isinstance(value, float) else str(value)


def _all_metrics(result: Mapping[str, Any] | None) -> None:
    if not result or not result.get("metrics"):
        return
    shown = headline(result)
    where = shown.where if shown.holdout else "cross-validated"
    with st.expander(f"All measures of the chosen model, {where}", icon=":material/straighten:"):
        pairs = []
        for name, entry in result["metrics"].items():
            interval = reading.interval_of(entry.get("interval"))
            span = (
                f"  (90 % interval {fmt.score(interval[0])} to {fmt.score(interval[1])})" if interval else ""
            )
            pairs.append((fmt.metric_label(name), f"{fmt.score(entry.get('score'))}{span}"))
        components.definitions(pairs)
        if shown.corrected:
            label = fmt.metric_label(result["metric"])
            st.caption(f"The optimism of choosing the best is taken off {label}, by which it was chosen.")
        if told := result.get("calibration"):
            st.markdown("**Whether its probabilities keep their word**")
            st.caption(f"Probabilities are {calibration_words(told)}.")
        _coverage(result.get("coverage") or {})
        if result.get("refitted"):
            rows = "sealed" if result.get("holdout") else "remaining"
            st.caption(
                f"After these were measured, the chosen candidates learned once more with the {rows} rows "
                "among the others. The exported model is the result."
            )


def _coverage(measured: Mapping[str, Any]) -> None:
    """How often intervals or sets held the truth."""
    levels = measured.get("levels")
    if not levels:
        return
    values = "classes" not in levels[0]
    st.markdown(f"**How often a prediction's {'interval' if values else 'set of classes'} holds the truth**")
    components.definitions(
        (
            f"{level['level']:.0%} promised",
            f"{level['measured']:.1%} of {fmt.count(measured['rows'])} rows  "
            f"({'mean width' if values else 'classes on average:'} {fmt.score(level['size'])})",
        )
        for level in levels
    )
