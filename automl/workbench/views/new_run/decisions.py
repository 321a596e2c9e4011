"""The three decisions, what the target looks like, and the start."""

from __future__ import annotations

import json
import time
from typing import Any

import streamlit as st

from automl.errors import GlassbenchError
from automl.metrics import metrics_for
from automl.task import Task
from automl.workbench import actions, bound, components, navigation, understanding
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.run_settings import BUDGET, run_settings, used_columns, weights_problem
from automl.workbench.tracked import problem_of
from automl.workbench.understanding import Understanding
from automl.workbench.views.new_run import target_card

__all__ = ["TASK_NAMES", "show"]

BUDGETS = {30: "30 s", 60: "1 min", 300: "5 min", 900: "15 min", 3600: "1 h"}
TASK_NAMES = {"binary": "Two classes", "multiclass": "Several classes", "regression": "A number"}
_TWICE = 10.0  # seconds in which a second click on the start means the same start
_METRIC_WORDS = {
    "roc_auc": "How well it ranks the cases",
    "average_precision": "How well it finds a rare class",
    "log_loss": "How honest its probabilities are",
    "brier": "Squared error of its probabilities",
    "accuracy": "Share of right answers",
    "balanced_accuracy": "Right answers, each class counting the same",
    "f1": "Balance of right finds and missed ones",
    "mcc": "Correlation of answer and truth",
    "cost": "What its errors cost",
    "rmse": "Typical error, large errors count more",
    "mae": "Average error",
    "mape": "Average error in per cent",
    "r2": "Share of the variation explained",
    "rmsle": "Typical relative error",
}


def show(draft: Draft, table: Understanding) -> Task | None:
    """Ask the three questions and offer the start; the task, None while there is none."""
    questions, facts = st.columns([3, 2], gap="large")
    with questions:
        _target(draft, table)
        task, wrong = _task(draft, table)
        _metric(draft, task)
        _budget(draft)
        if wrong is not None:
            components.problem(wrong.message, wrong.fix)
            _let_it_be_told(draft)
        _start(draft, table, task)
    with facts:
        if task is None:
            target_card.ask()
        else:
            target_card.show(table, task)
    return task


def _target(draft: Draft, table: Understanding) -> None:
    names, target = list(table.schema.names), draft.get("target")
    st.selectbox(
        "Which column do you want to predict?",
        names,
        index=None,
        placeholder="Choose the target",
        **bound.tie(draft, "target", target if target in names else None, _choose_target),
    )


def _choose_target(draft: Draft, target: str | None) -> None:
    draft.put(target=target, task=None, metric=None, costs=None)


def _task(draft: Draft, table: Understanding) -> tuple[Task | None, GlassbenchError | None]:
    """The task, or why the target cannot be predicted as asked."""
    target = draft.get("target")
    if target not in table.schema.names:
        return None, None
    try:
        asked = draft.get("task"), draft.get("metric"), draft.get("costs")
        return understanding.task_of(table, target, *asked), None
    except GlassbenchError as error:
        return None, error


def _let_it_be_told(draft: Draft) -> None:
    if draft.get("task") or draft.get("metric") or draft.get("costs"):
        st.button(
            "Let Glassbench choose kind and metric",
            on_click=bound.change,
            args=(str(draft.path), "kind of target", {"task": None, "metric": None, "costs": None}),
        )


def _metric(draft: Draft, task: Task | None) -> None:
    options = [] if task is None else [metric.name for metric in metrics_for(task.kind, task.costs)]
    st.selectbox(
        "What counts as a good prediction?",
        options,
        index=None if task is None else 0,
        placeholder="Depends on the target",
        disabled=task is None,
        format_func=_metric_words,
        **bound.choose(draft, "metric", None if task is None else task.metric),
    )


def _metric_words(name: str) -> str:
    """What a metric rewards, in plain words, then its name in the field."""
    words, label = _METRIC_WORDS.get(name, ""), fmt.metric_label(name)
    return f"{words} ({label})" if words else label


def _budget(draft: Draft) -> None:
    current = draft.get("budget", BUDGET)
    st.segmented_control(
        "How long may it search?",
        sorted({*BUDGETS, current}),
        format_func=lambda seconds: BUDGETS.get(seconds, fmt.duration(seconds)),
        required=True,
        help="From the start to the finished model. Cancel at any time: the best model so far is kept.",
        **bound.choose(draft, "budget", current),
    )


def _start(draft: Draft, table: Understanding, task: Task | None) -> None:
    if task is None:
        st.button("Start the search", type="primary", disabled=True, icon=":material/play_arrow:")
        return
    settings = run_settings(draft, table, task)
    blocking = [f for f in understanding.findings_of(table, task) if f.severity == "error"]
    for finding in blocking:
        components.problem(finding.message, finding.fix)
    wrong = weights_problem(table, settings["weights"], task.target)
    if wrong is not None:
        components.problem(wrong.message, wrong.fix)
    misdirected = problem_of(settings["track"])
    if misdirected is not None:
        components.problem(misdirected.message, misdirected.fix)
    used = used_columns(table, settings)
    if not used:
        components.problem(
            f"No column is left to predict {task.target} from.",
            "Take one of the columns in again, under Columns.",
        )
    ready = not blocking and wrong is None and misdirected is None and bool(used)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        pressed = st.button(
            "Start the search", type="primary", icon=":material/play_arrow:", disabled=not ready, key="start"
        )
        st.markdown(f":gray[{components.plain(_summary(settings, used))}]", width="content")
    if pressed:
        with st.spinner("Starting the search …"):
            navigation.go("run", run=_started(draft, settings))


def _summary(settings: dict[str, Any], used: list[str]) -> str:
    """What the start will do beyond the three decisions, in a few words."""
    parts = [f"Predicts {settings['target']} from {fmt.plural(len(used), 'column')}"]
    if settings["groups"]:
        parts.append(f"rows of one {settings['groups']} kept together")
    if settings["time"]:
        parts.append(f"judged on rows later in {settings['time']}")
    if settings["weights"]:
        parts.append(f"rows weighted by {settings['weights']}")
    if settings["track"]:
        parts.append(f"told to {settings['track']}")
    if settings["drop_duplicates"]:
        parts.append("without rows that repeat earlier ones")
    return ", ".join(parts)


def _started(draft: Draft, settings: dict[str, Any]) -> str:
    """The id of the run that was started; a double click starts one."""
    signature = json.dumps(settings, sort_keys=True, default=str)
    before = st.session_state.get("started")
    if before is not None and before[0] == (draft.id, signature) and time.monotonic() - before[2] < _TWICE:
        return str(before[1])
    run = actions.start(navigation.home(), draft, settings)
    st.session_state["started"] = ((draft.id, signature), run.id, time.monotonic())
    return run.id
