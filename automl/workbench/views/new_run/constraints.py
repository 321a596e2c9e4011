"""The settings about what the model must be: directions of columns, readable, quick, small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from automl.data import Kind
from automl.task import Task
from automl.workbench import bound, components
from automl.workbench.drafts import Draft
from automl.workbench.understanding import Understanding

__all__ = ["ask"]


def ask(draft: Draft, table: Understanding, task: Task, settings: dict[str, Any]) -> None:
    """Ask for constraints, in two columns."""
    left, right = st.columns(2)
    gone = {task.target, settings["groups"], settings["weights"], *settings["excluded"]}
    numbers = [name for name in table.schema.of_kind(Kind.NUMBER) if name not in gone]
    if task.kind != "multiclass" and numbers:  # the probabilities of all classes cannot rise together
        what = "the prediction" if task.positive is None else f"the probability of {task.positive}"
        monotone: dict[str, str] = settings["monotone"]
        for place, verb, direction in ((left, "raise", "increasing"), (right, "lower", "decreasing")):
            taken = {name for name, other in monotone.items() if other != direction}
            place.multiselect(
                f"May only {verb} {components.plain(what)}",
                [name for name in numbers if name not in taken],
                placeholder="no column",
                help="Number columns: with a larger value, all else the same, "
                f"{components.plain(what)} never moves the other way.",
                **bound.tie(
                    draft, direction, [name for name, d in monotone.items() if d == direction],
                    _store_directed(direction),
                ),
            )  # fmt: skip
    _limit(left, draft, "max_latency_ms", "Milliseconds for one row at most", 0.1,
           "To predict a single row on this machine, from raw columns on.")  # fmt: skip
    _limit(right, draft, "max_size_mb", "Megabytes of the model at most", 0.01,
           "Of the compressed model; what else is in the zip adds some hundred kB.")  # fmt: skip
    st.checkbox(
        "Only a model that a person can read",
        help="One straight linear model, or one tree of at most 16 leaves; no vote of several.",
        **bound.tie(
            draft, "interpretable", bool(draft.get("interpretable", False)),
            lambda now, new: now.put(interpretable=True if new else None),
        ),
    )  # fmt: skip


def _limit(place: Any, draft: Draft, field: str, label: str, least: float, help_text: str) -> None:
    now = draft.get(field)
    place.number_input(
        label,
        min_value=least,
        value=None,
        placeholder="no limit",
        help=help_text,
        **bound.choose(draft, field, None if now is None else float(now)),
    )


def _store_directed(direction: str) -> Callable[[Draft, list[str]], None]:
    def store(draft: Draft, names: list[str]) -> None:
        others = {n: d for n, d in draft.get("monotone", {}).items() if d != direction and n not in names}
        draft.put(monotone=(others | dict.fromkeys(names, direction)) or None)

    return store
