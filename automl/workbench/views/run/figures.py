"""The figures of a run: the best score against the baseline, how many were tried, how much time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from automl import jobs
from automl.metrics import METRICS
from automl.store import RunFolder, constraint_words, cost_words, headline, tied_models, weights_words
from automl.workbench import components, reading, score_chart, theme, watching
from automl.workbench import format as fmt

__all__ = ["asked", "chart", "draw", "phases_html"]


def draw(
    run: RunFolder, now: jobs.JobState, told: watching.Story, seconds: float, *, doing: str = ""
) -> None:
    """Draw the four figures.

    Parameters
    ----------
    run : RunFolder
    now : JobState
    told : Story
    seconds : float
        Of search so far.
    doing : str
        What is going on, in a few words.
    """
    status, result = now.status, run.result
    metric = _metric(run, status)
    best, dummy = status.get("best") or {}, status.get("dummy")
    score, interval = best.get("score"), reading.interval_of(best.get("interval"))
    where = "cross-validated so far"
    if result and now.is_over:
        shown = headline(result)
        score, interval, where = shown.score, shown.interval, shown.where
    with st.container(key="gb-figures"):
        one, two, three, four = st.columns(4)
    span = f"90 %: {fmt.score(interval[0])} – {fmt.score(interval[1])}" if interval else "no interval yet"
    _figure(
        one,
        f"Best {fmt.metric_label(metric)}, {where}",
        fmt.score(score),
        span,
        help=_interval_help(interval, where),
    )
    _figure(
        two,
        "Baseline",
        fmt.score(dummy),
        "–" if score is None or dummy is None else _against(score, interval, dummy, _greater(status, metric)),
        help="The score of predicting without looking at any column. A useful model beats it clearly.",
    )
    _figure(
        three,
        "Trials",
        fmt.count(told.trials),
        _tried(told, result) + (f", {told.failed} failed" if told.failed else ""),
        help=f"Settings of models tried, of {fmt.plural(told.kinds, 'kind')}, each with cross-validation."
        + (f" {told.beaten} were stopped early, as clearly worse than the best." if told.beaten else ""),
    )
    budget = float(run.spec["budget"])
    if now.is_over:
        _figure(four, "Search time", fmt.duration(seconds), f"of {fmt.duration(budget)} allowed")
    else:
        _figure(four, "Time left", fmt.duration(round(max(0.0, budget - seconds))), doing)


def chart(run: RunFolder, now: jobs.JobState, seconds: float) -> None:
    """Draw the score over the time of the search."""
    result = run.result
    metric = _metric(run, now.status)
    chosen = result if result and now.is_over and result["chosen"] == reading.ENSEMBLE else None
    shown = score_chart.Shown(
        metric=metric,
        greater_is_better=_greater(now.status, metric),
        dummy=now.status.get("dummy"),
        budget=float(run.spec["budget"]),
        final=None if chosen is None else float(chosen["cv_score"]),
    )
    score_chart.draw(run, shown, now=seconds, over=now.is_over, colors=theme.palette(), key="score-over-time")


def asked(run: RunFolder) -> None:
    """What the model must be, and what the chosen one costs."""
    spec, result, task = run.spec, run.result or {}, run.read("task.json") or {}
    positive = str(task["classes"][1]) if task.get("kind") == "binary" else None
    pairs = [("Asked of the model", text) for text in constraint_words(spec, positive)]
    if weights := weights_words(run.read("prepared.json", {}).get("weights")):
        pairs.append(("How much rows count", f"{weights[0].upper()}{weights[1:]}."))
    if spec.get("excluded"):
        pairs.append(("Columns left out", ", ".join(spec["excluded"])))
    if earlier := spec.get("warm_start"):
        pairs.append(("Goes on from", str(earlier["run"])))
    if result.get("cost"):
        pairs.append(("What the model costs", cost_words(result["cost"])))
    if pairs:
        components.definitions(pairs)
    components.findings(result.get("findings") or ())


def phases_html(now: jobs.JobState, seconds: float) -> str:
    """What each part of the search took; empty before that is known."""
    took = {phase: float(value) for phase, value in (now.status.get("phases") or {}).items()}
    current = None if now.is_over else now.status.get("phase")
    if current in took:  # the status is a moment old
        took[current] += max(seconds - sum(took.values()), 0.0)
    items = "".join(
        f"<li{' class=gb-under-way' if phase == current else ''}><span>{label}</span> "
        f"<b>{fmt.duration(round(took[phase], 1))}</b></li>"
        for phase, label in watching.PHASES.items()
        if took.get(phase, 0.0) >= 0.05
    )
    return f'<ol class="gb gb-phases" aria-label="Phases of the search">{items}</ol>' if items else ""


def _metric(run: RunFolder, status: Mapping[str, Any]) -> str:
    return str(status.get("metric") or (run.read("task.json") or {}).get("metric") or "")


def _greater(status: Mapping[str, Any], metric: str) -> bool:
    if metric in METRICS:
        return METRICS[metric].greater_is_better
    return bool(status.get("greater_is_better", True))


def _tried(told: watching.Story, result: Mapping[str, Any] | None) -> str:
    """How many models are tied once that is known; until then what was tried, and how close it is."""
    tied = tied_models(result)
    if tied is not None:
        if (trained := told.trials - told.failed - told.beaten - 1) <= 1:  # without the baseline
            return "a single model" if trained == 1 else "only the baseline"
        return "one clear leader" if len(tied) == 1 else f"{len(tied)} tied at the top"
    if not told.kinds:
        return "no score yet"
    return f"{told.near} near the best" if told.near else f"{fmt.plural(told.kinds, 'kind')} of model"


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


def _against(score: float, interval: tuple[float, float] | None, dummy: float, greater: bool) -> str:
    worst = (interval[0] if greater else interval[1]) if interval else score
    if (worst > dummy) if greater else (worst < dummy):
        return "clearly beaten"
    if (score > dummy) if greater else (score < dummy):
        return "beaten, but within the uncertainty"
    return "not beaten yet"
