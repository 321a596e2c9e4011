"""The widgets in which a search for changes is described; what they say stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.views.what_if import question
from automl.workbench.views.what_if.question import MOST, Question

__all__ = ["QuestionForm"]


@dataclass(frozen=True)
class QuestionForm:
    """Widgets for a question about one model.

    Attributes
    ----------
    facts : mapping
        The desk's answer to `about`.
    name : str
        Tells the widgets of this model from those of others.
    """

    facts: Mapping[str, Any]
    name: str

    def show(self) -> Question:
        """Draw the widgets; the question that they ask."""
        asked = question.read(self.facts)
        first, second, third = st.columns([2, 2, 3], gap="medium", vertical_alignment="bottom")
        with first:
            self._goal(asked)
        with second:
            st.selectbox(
                "By changing at most", MOST, index=MOST.index(asked.most),
                format_func=lambda n: fmt.plural(n, "column"), **self._tied("most"),
            )  # fmt: skip
        with third:
            st.multiselect(
                "Columns that stay as they are", [column["name"] for column in self.facts["columns"]],
                list(asked.stay), placeholder="none", help="What cannot or must not change, such as age.",
                **self._tied("stay"),
            )  # fmt: skip
        self._limits(asked)
        return asked

    def _goal(self, asked: Question) -> None:
        classes = self.facts["classes"]
        if classes is not None:
            st.selectbox(
                "The model should say",
                classes,
                index=None if asked.goal is None else classes.index(asked.goal),
                placeholder="something else",
                **self._tied("goal"),
            )
            return
        for field, value in (("low", asked.low), ("high", asked.high)):
            side = "least" if field == "low" else "most"
            st.number_input(f"Prediction of at {side}", value=value, placeholder="any", **self._tied(field))

    def _limits(self, asked: Question) -> None:
        """Least and highest values of numbers, where they are asked for."""
        numbers = {column["name"]: column for column in self.facts["columns"] if column["kind"] == "number"}
        if not numbers:
            return
        st.multiselect(
            "Limit the values of", list(numbers), list(asked.limits), key=self._key("limited"),
            placeholder="no column", help="Numbers that may only change within a range.",
            on_change=self._choose_limited,
        )  # fmt: skip
        for name, ends in asked.limits.items():
            step = 1.0 if numbers[name]["whole"] else None
            for place, (half, side, value) in enumerate(
                zip(st.columns(2), ("least", "most"), ends, strict=True)
            ):
                half.number_input(
                    f"{components.plain(name)}: at {side}", value=value, step=step, format="%.10g",
                    placeholder="any", key=self._key(f"limit-{place}-{name}"), on_change=self._limit,
                    args=(name, place),
                )  # fmt: skip

    # -- what widgets do -----------------------------------------------------------------------------------

    def _key(self, field: str) -> str:
        return f"{self.name}-ways-{field}"

    def _tied(self, field: str) -> dict[str, Any]:
        return {"key": self._key(field), "on_change": self._change, "args": (field,)}

    def _change(self, field: str) -> None:
        value = st.session_state[self._key(field)]
        changes: dict[str, Any] = {field: tuple(value) if field == "stay" else value}
        question.write(replace(question.read(self.facts), **changes))

    def _choose_limited(self) -> None:
        asked = question.read(self.facts)
        known = {column["name"]: column for column in self.facts["columns"]}
        limits = {
            name: asked.limits.get(name, (known[name]["low"], known[name]["high"]))
            for name in st.session_state[self._key("limited")]
        }
        question.write(replace(asked, limits=limits))

    def _limit(self, name: str, place: int) -> None:
        asked = question.read(self.facts)
        ends = list(asked.limits[name])
        ends[place] = st.session_state[self._key(f"limit-{place}-{name}")]
        question.write(replace(asked, limits={**asked.limits, name: (ends[0], ends[1])}))
