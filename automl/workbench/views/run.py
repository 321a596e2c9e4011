"""Run: how the search goes, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from automl import jobs
from automl.search.forecast import AHEAD, forecast, outlook_words
from automl.search.trial import Trial
from automl.store import RunFolder, constraint_words, cost_words, headline, tied_models, weights_words
from automl.workbench import actions, charts, components, drafts, navigation, reading, theme
from automl.workbench import format as fmt

__all__ = ["show"]

_FAST, _SLOW = 2.0, 15.0  # seconds between looks while a search runs, and after


def show() -> None:
    """Draw the page."""
    run = navigation.current_run()
    if run is None:
        components.no_run_chosen()
        return
    now = jobs.state(run.path)
    components.run_header(run, now.status)
    _buttons(run, now)
    # A change of state redraws the whole page, buttons too.
    st.session_state["seen"] = _signature(run, now)
    st.fragment(_progress, run_every=_SLOW if now.is_over and not now.alive else _FAST)(run.id)


def _signature(run: RunFolder, now: jobs.JobState) -> tuple[Any, ...]:
    return (run.id, now.state, now.alive, run.is_cancel_asked(), run.has("result.json"))


def _buttons(run: RunFolder, now: jobs.JobState) -> None:
    """The one thing to do next; outside the polled part, where a click could get lost."""
    with st.container(horizontal=True, vertical_alignment="center", key="gb-run-actions"):
        if now.can_cancel:
            asked = run.is_cancel_asked()
            st.button(
                "Cancelling …" if asked else "Cancel",
                icon=":material/stop_circle:",
                disabled=asked,
                key="cancel",
                on_click=actions.cancel,
                args=(run,),
                help="The best model so far is kept, and the search can go on later.",
            )
        if now.can_resume and st.button("Resume", type="primary", icon=":material/play_arrow:", key="resume"):
            with st.spinner("Starting again …"):
                actions.resume(run)
            st.rerun()
        if now.state == "queued" and not now.alive:
            st.button(
                "Start",
                type="primary",
                icon=":material/play_arrow:",
                key="launch",
                on_click=actions.launch,
                args=(run,),
            )
        if run.has("result.json") and now.is_over:
            main: Literal["primary", "secondary"] = "secondary" if now.can_resume else "primary"
            _go("See the models", "models", run, "see-models", main)
            _go("Explain the winner", "explain", run, "see-explanation")
            _go("Export", "export", run, "see-export")
        if now.is_over and Path(str(run.spec.get("source"))).is_file():
            _again(run)


def _again(run: RunFolder) -> None:
    if not st.button("Change and run again", type="tertiary", icon=":material/tune:", key="again"):
        return
    if (draft := drafts.from_run(navigation.home(), run.spec)) is not None:
        navigation.go("new", upload=draft.id)


def _go(
    label: str, path: str, run: RunFolder, key: str, kind: Literal["primary", "secondary"] = "secondary"
) -> None:
    if st.button(label, type=kind, key=key):
        navigation.go(path, run=run.id)


def _progress(run_id: str) -> None:
    run = navigation.home().run(run_id)
    now = jobs.state(run.path)
    if st.session_state.get("seen") != _signature(run, now):
        st.rerun()
    status, records = now.status, reading.trials(run)
    if now.state == "failed":
        _failure(now)
    elif now.state == "interrupted":
        st.warning(
            "The search was interrupted: its process is gone. Every finished trial is kept. Resume "
            "goes on from there.",
            icon=":material/power_off:",
        )
    if not records:
        if now.state == "queued" and not now.alive:
            components.empty("Not started yet", "This run was prepared, and waits to be started.")
        elif not now.is_over:
            components.busy(_doing(now, 0), "The first score appears within seconds.")
        elif now.state != "failed":
            components.empty("No trial has finished", "Resume the search to go on.")
        return
    _figures(run, now, records)
    _outlook(run, now, records)
    _asked(run)
    components.suspicions(run)
    _chart(run, status, records)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _recent(records)
    with right:
        _failures(records)


def _outlook(run: RunFolder, now: jobs.JobState, records: list[dict[str, Any]]) -> None:
    """What more time would bring, and how far that could be foreseen at half time."""
    if not now.is_over:
        ahead = forecast([Trial.from_json(record) for record in records], AHEAD)
        if ahead is not None:
            components.note(outlook_words(asdict(ahead)))
        return
    told = (run.result or {}).get("forecast")
    if told:
        text = outlook_words(told["next"])
        if earlier := told["earlier"]:
            came = fmt.score(earlier["came"])
            text += f" (At half time it foresaw at most {fmt.score(earlier['high'])}, and {came} came.)"
        components.note(text)


def _doing(now: jobs.JobState, trials: int) -> str:
    if now.state == "queued":
        return "Starting …"
    if now.state == "preparing":
        return "Reading and preparing the table …"
    if now.state == "searching" and trials <= 1:
        return "Training the first models …"
    return "Choosing and assembling the model …" if now.state == "finishing" else "Searching …"


def _failure(now: jobs.JobState) -> None:
    error = now.error or {}
    message = str(error.get("message") or now.message or "The search failed.")
    components.problem(message)
    if error.get("id"):
        st.caption(f"Error {error['id']}. The details stand in worker.log of the run's folder.")


def _figures(run: RunFolder, now: jobs.JobState, records: list[dict[str, Any]]) -> None:
    status, result = now.status, run.result
    metric = str(status.get("metric") or (run.read("task.json") or {}).get("metric") or "")
    best, dummy = status.get("best") or {}, status.get("dummy")
    score, interval, where = (
        best.get("score"),
        reading.interval_of(best.get("interval")),
        "cross-validated so far",
    )
    if result and now.is_over:
        shown = headline(result)
        score, interval, where = shown.score, shown.interval, shown.where
    label = fmt.metric_label(metric)
    with st.container(key="gb-figures"):
        one, two, three, four = st.columns(4)
    span = f"90 %: {fmt.score(interval[0])} – {fmt.score(interval[1])}" if interval else "no interval yet"
    _figure(one, f"Best {label}, {where}", fmt.score(score), span, help=_interval_help(interval, where))
    _figure(
        two,
        "Baseline",
        fmt.score(dummy),
        "–" if score is None or dummy is None else _against(score, interval, dummy, _greater(status, metric)),
        help="The score of predicting without looking at any column. A useful model beats it clearly.",
    )
    failed = sum(t["status"] == "failed" for t in records)
    _figure(
        three,
        "Trials",
        fmt.count(len(records)),
        _at_the_top(records, result) + (f", {failed} failed" if failed else ""),
        help="Models tried, each with cross-validation.",
    )
    spent, budget = float(status.get("seconds") or 0), float(run.spec["budget"])
    if now.is_over:
        _figure(four, "Search time", fmt.duration(spent), f"of {fmt.duration(budget)} allowed")
    else:
        _figure(four, "Time left", fmt.duration(max(0.0, budget - spent)), _doing(now, len(records)))
    if not now.is_over:
        st.progress(min(1.0, spent / budget if budget else 1.0))


def _at_the_top(records: list[dict[str, Any]], result: Mapping[str, Any] | None) -> str:
    """How many models are tied once that is known; what was tried until then."""
    tied = tied_models(result)
    if tied is not None:
        return "one clear leader" if len(tied) == 1 else f"{len(tied)} tied at the top"
    kinds = len({t["family"] for t in reading.successful(records)})
    return fmt.plural(kinds, "kind") + " of model" if kinds else "no score yet"


def _asked(run: RunFolder) -> None:
    """What the model must be, and what the chosen one costs."""
    spec, result, task = run.spec, run.result or {}, run.read("task.json") or {}
    positive = str(task["classes"][1]) if task.get("kind") == "binary" else None
    pairs = [("Asked of the model", text) for text in constraint_words(spec, positive)]
    if weights := weights_words(run.read("prepared.json", {}).get("weights")):
        pairs.append(("How much rows count", f"{weights[0].upper()}{weights[1:]}."))
    if spec.get("excluded"):
        pairs.append(("Columns left out", ", ".join(spec["excluded"])))
    if result.get("cost"):
        pairs.append(("What the model costs", cost_words(result["cost"])))
    if pairs:
        components.definitions(pairs)
    components.findings(result.get("findings") or ())


def _figure(place: Any, label: str, value: str, note: str, *, help: str | None = None) -> None:
    with place:
        st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True, help=help)


def _interval_help(interval: tuple[float, float] | None, where: str) -> str:
    if interval is None:
        return f"Measured {where}."
    return (
        f"Measured {where}. On new rows of the same kind, a third as many as the table has, the score lies "
        "in this interval nine times out of ten."
    )


def _greater(status: Mapping[str, Any], metric: str) -> bool:
    from automl.metrics import METRICS

    return (
        METRICS[metric].greater_is_better
        if metric in METRICS
        else bool(status.get("greater_is_better", True))
    )


def _against(score: float, interval: tuple[float, float] | None, dummy: float, greater: bool) -> str:
    worst = (interval[0] if greater else interval[1]) if interval else score
    if (worst > dummy) if greater else (worst < dummy):
        return "clearly beaten"
    if (score > dummy) if greater else (score < dummy):
        return "beaten, but within the uncertainty"
    return "not beaten yet"


def _chart(run: RunFolder, status: Mapping[str, Any], records: list[dict[str, Any]]) -> None:
    metric = str(status.get("metric") or (run.read("task.json") or {}).get("metric") or "")
    figure = charts.score_over_time(
        records,
        metric=metric,
        greater_is_better=_greater(status, metric),
        dummy=status.get("dummy"),
        now=float(status.get("seconds") or 0),
        budget=float(run.spec["budget"]),
        ensemble=run.result if run.result and run.result["chosen"] == reading.ENSEMBLE else None,
        colors=theme.palette(),
    )
    steps = reading.best_so_far(records)
    words = f"best {fmt.score(steps[-1][1])} after {fmt.duration(steps[-1][0])}" if steps else "no model yet"
    st.plotly_chart(
        figure,
        key="score-over-time",
        theme=None,
        config=charts.CONFIG,
        alt=f"Score over search time: {words}",
    )


def _recent(records: list[dict[str, Any]]) -> None:
    st.subheader("Latest trials", anchor=False)
    rows = "".join(
        f"<tr><td>{components.text(t['id'])}</td><td>{components.text(reading.family_label(t['family']))}"
        + (
            f'<div class="gb-muted gb-small">{components.text(str(t["reason"]))}</div>'
            if t["status"] != "ok"
            else ""
        )
        + f"</td><td>{fmt.duration(t['fit_seconds'])}</td>"
        f"<td>{fmt.score(t['score']) if t['status'] == 'ok' else t['status']}</td></tr>"
        for t in sorted(records, key=lambda t: -float(t["at"]))[:8]
    )
    st.html(f'<table class="gb gb-files"><tbody>{rows}</tbody></table>')


def _failures(records: list[dict[str, Any]]) -> None:
    st.subheader("Failures by cause", anchor=False)
    causes = reading.failures(records)
    if not causes:
        st.html('<p class="gb gb-muted">None.</p>')
    for reason, number, families in causes:
        st.html(
            f'<div class="gb"><b>{number} ×</b> {components.text(reason)}'
            f'<div class="gb-muted gb-small">{components.text(", ".join(families))}</div></div>'
        )
