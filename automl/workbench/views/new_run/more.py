"""Settings that most people never need."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.task import Task
from automl.workbench import bound, components, navigation
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.run_settings import may_order, may_weigh, run_settings
from automl.workbench.understanding import Understanding
from automl.workbench.views.new_run import constraints, costs, track
from automl.workbench.views.new_run.decisions import TASK_NAMES

__all__ = ["show"]


def show(draft: Draft, table: Understanding, task: Task) -> None:
    """Draw them, in groups."""
    settings = run_settings(draft, table, task)
    _the_run(draft, task, settings)
    _heading("Rows", "Which rows belong together, come later, or count more.")
    _rows(draft, table, settings)
    _copies(draft)
    _heading("The model", "What it must be, whatever scores best.")
    constraints.ask(draft, table, task, settings)
    if task.kind != "regression":
        _heading("Errors", "What a wrong label costs, and whether probabilities are calibrated.")
        costs.ask(draft, task)
        st.checkbox(
            "Calibrate probabilities where that is shown to pay",
            help="Only if it lowers the log loss beyond chance, cross-fitted, and the metric is not worse. "
            "Explanations of a calibrated model are sampled, with standard errors.",
            **bound.tie(
                draft, "calibrate", bool(draft.get("calibrate", True)),
                lambda now, new: now.put(calibrate=None if new else False),
            ),
        )  # fmt: skip
    _heading("Tracking", "Tell an MLflow server of this run as it goes on.")
    track.ask(draft)


def _heading(title: str, text: str) -> None:
    st.markdown(f"**{title}** :gray[{text}]")


def _the_run(draft: Draft, task: Task, settings: dict[str, Any]) -> None:
    left, right = st.columns(2)
    left.text_input(
        "Name of the run",
        max_chars=80,
        **bound.tie(draft, "name", settings["name"], lambda now, new: now.put(name=str(new).strip() or None)),
    )
    kinds = ["binary", "multiclass"] if task.kind != "regression" else ["regression"]
    right.selectbox(
        "Kind of target",
        list(dict.fromkeys([*kinds, "multiclass", "regression"])),
        format_func=lambda kind: TASK_NAMES[kind],
        **bound.tie(
            draft, "task", task.kind,
            lambda now, new: now.change("kind of target", task=new, metric=None, costs=None),
        ),
    )  # fmt: skip
    left.number_input(
        "Stop after this many trials",
        min_value=1,
        value=None,
        placeholder="no limit",
        **bound.choose(draft, "max_trials", draft.get("max_trials")),
    )
    right.number_input(
        "Random seed",
        min_value=0,
        help="The same seed repeats the same search.",
        **bound.tie(draft, "seed", settings["seed"], lambda now, new: now.put(seed=int(new or 0) or None)),
    )
    earlier = _earlier_runs(task.target)
    before = draft.get("warm_start")
    left.selectbox(
        "Start from an earlier run",
        list(earlier),
        format_func=lambda path: earlier[path],
        index=None,
        placeholder="from scratch" if earlier else "there is none on this target",
        disabled=not earlier,
        help="The best models of that run are tried first. For a later version of the same table.",
        **bound.choose(draft, "warm_start", before if before in earlier else None),
    )
    memory = draft.get("memory")
    right.number_input(
        "Memory, GB",
        min_value=0.5,
        value=None,
        placeholder="80 % of what is free",
        help="All processes of the search together. Models that would need more are not tried.",
        **bound.choose(draft, "memory", None if memory is None else float(memory)),
    )


def _rows(draft: Draft, table: Understanding, settings: dict[str, Any]) -> None:
    one, two, three = st.columns(3)
    target, groups, time = settings["target"], settings["groups"], settings["time"]
    one.selectbox(
        "Rows that belong together",
        [name for name in table.schema.names if name != target],
        index=None,
        placeholder="none do",
        help="Such as the customer or patient of several rows. They are kept on one side of every split.",
        **bound.choose(draft, "groups", groups),
    )
    two.selectbox(
        "Order of time",
        [name for name in may_order(table) if name != target],
        index=None,
        placeholder="plays no part" if groups is None else "not together with groups",
        disabled=groups is not None,
        help="Models are judged on rows later than all that they learned from.",
        **bound.choose(draft, "time", time),
    )
    three.selectbox(
        "How much a row counts",
        [name for name in may_weigh(table) if name not in (target, groups, time)],
        index=None,
        placeholder="all the same",
        help="Such as the weights of a survey, or how often a row was seen: numbers of 0 or more. A row "
        "of weight 2 counts like two rows, in learning and in every score. New rows need no such column.",
        **bound.choose(draft, "weights", settings["weights"]),
    )


def _copies(draft: Draft) -> None:
    st.checkbox(
        "Leave out rows that repeat an earlier one",
        help="In every column that is no identifier. Copies flatter scores: a model that has learned from a "
        "row is judged on its copy. Leave it off where like rows are separate cases.",
        **bound.tie(
            draft, "drop_duplicates", bool(draft.get("drop_duplicates", False)),
            lambda now, new: now.put(drop_duplicates=True if new else None),
        ),
    )  # fmt: skip


def _earlier_runs(target: str) -> dict[str, str]:
    """Folders of the runs that predicted a column of this name and have a model, and what they are called."""
    runs = [
        run for run in navigation.home().runs() if run.spec["target"] == target and run.has("result.json")
    ]
    return {
        str(run.path): components.plain(f"{run.spec['name']}, {fmt.ago(float(run.spec['created']))}")
        for run in runs
    }
