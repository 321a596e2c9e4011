"""The values of a row, to be edited: a widget for each column, by its kind."""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.views.what_if import state
from automl.workbench.views.what_if.state import Asked

__all__ = ["FIRST", "Form"]

FIRST = 8
"""Columns that are shown at once, the most important ones."""
_SEEN, _GENERATION = "what-if-shown", "what-if-generation"
_MISSING = "\0"  # no label of a table
_EARLIEST, _LATEST = datetime.date(1, 1, 1), datetime.date(9999, 12, 31)


@dataclass(frozen=True)
class Form:
    """Widgets for one row of one model.

    Attributes
    ----------
    facts : mapping
        The desk's answer to `about`.
    base : mapping
        The row as it is in the table: plain values by column.
    asked : Asked
        What the address says.
    name : str
        Tells the widgets of this row and model from those of others.
    """

    facts: Mapping[str, Any]
    base: Mapping[str, Any]
    asked: Asked
    name: str

    @property
    def columns(self) -> Sequence[Mapping[str, Any]]:
        """The most important first."""
        found: Sequence[Mapping[str, Any]] = self.facts["columns"]
        return found

    def show(self) -> None:
        """Draw the widgets."""
        self._follow_the_address()
        for column in self.columns[:FIRST]:
            self._one(column)
        rest = self.columns[FIRST:]
        if not rest:
            return
        edited = sum(column["name"] in self.asked.now.edits for column in rest)
        label = fmt.plural(len(rest), "more column") + (f", {edited} edited" if edited else "")
        with st.expander(label, expanded=edited > 0, key=f"{self.name}-more"):
            for column in rest:
                self._one(column)

    def _follow_the_address(self) -> None:
        """Begin with new widgets where the address says something that did not come from those there are.

        Widgets always get their value as their default, not through the session's state: that reaches the
        browser once, and a widget that is drawn anew there after that would be empty, and so be an edit.
        """
        token = self._token(self.asked)
        if st.session_state.get(_SEEN) != token:
            st.session_state[_SEEN] = token
            st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1

    def _token(self, asked: Asked) -> str:
        return json.dumps([self.name, asked.now.edits], sort_keys=True)

    def _one(self, column: Mapping[str, Any]) -> None:
        name = column["name"]
        value = self.asked.now.edits.get(name, self.base[name])
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            self._widget(column, value)
            if column["missing"] and value is not None and column["kind"] in ("number", "datetime"):
                st.button(
                    "Missing", key=f"{self._key(column)}-none", type="tertiary", on_click=self._set,
                    args=(name, None), help="As if there were no value, as in some rows it learned from.",
                )  # fmt: skip
            if name in self.asked.now.edits:
                st.button(
                    "Undo", key=f"{self._key(column)}-undo", type="tertiary", on_click=self._set,
                    args=(name, self.base[name]),
                    help=f"Back to {components.plain(_words(self.base[name]))}.",
                )  # fmt: skip

    def _widget(self, column: Mapping[str, Any], value: Any) -> None:
        name, kind = column["name"], column["kind"]
        label, shown = components.plain(name), _shown(value, column)
        if name in self.asked.now.edits:
            label = f"**{label}** :gray[· was {components.plain(_words(self.base[name]))}]"
        shared: dict[str, Any] = {
            "label": label,
            "key": self._key(column),
            "on_change": self._changed,
            "args": (column,),
            "help": _learned(column),
        }
        if kind == "number":
            st.number_input(
                value=shown, step=1.0 if column["whole"] else _step(column), format="%.10g",
                placeholder="missing", **shared,
            )  # fmt: skip
        elif kind == "datetime" and column["dated"]:
            st.date_input(value=shown, min_value=_EARLIEST, max_value=_LATEST, format="YYYY-MM-DD", **shared)
        elif kind == "datetime":
            st.datetime_input(
                value=shown,
                min_value=datetime.datetime.combine(_EARLIEST, datetime.time.min),
                max_value=datetime.datetime.combine(_LATEST, datetime.time.max),
                format="YYYY-MM-DD",
                **shared,
            )
        elif kind in ("category", "boolean", "constant") or (column["labels"] and column["all_labels"]):
            mine = [self.base[name], value]
            known = column["labels"] or []
            options = list(dict.fromkeys([*known, *(str(each) for each in mine if each is not None)]))
            st.selectbox(
                options=[*options, _MISSING],
                index=options.index(shown) if shown in options else len(options),
                format_func=lambda each: "missing" if each == _MISSING else each, accept_new_options=True,
                **shared,
            )  # fmt: skip
        elif kind == "text":
            st.text_area(value=shown or "", placeholder="missing", height=110, **shared)
        else:
            st.text_input(value=shown or "", placeholder="missing", **shared)

    def _key(self, column: Mapping[str, Any]) -> str:
        digest = hashlib.sha256(str(column["name"]).encode()).hexdigest()[:8]
        return f"{self.name}-{digest}-{st.session_state.get(_GENERATION, 0)}"

    # -- what widgets do -----------------------------------------------------------------------------------

    def _changed(self, column: Mapping[str, Any]) -> None:
        self._set(column["name"], _plain(st.session_state[self._key(column)], column))
        st.session_state[_SEEN] = self._token(state.read(self.facts))  # the widgets there are know of it

    def _set(self, name: str, value: Any) -> None:
        """Edit a column; back at the value of the table it is no edit."""
        asked = state.read(self.facts)  # not as it was drawn: two changes may come at once
        column = next(each for each in self.columns if each["name"] == name)
        edits = {each: new for each, new in asked.now.edits.items() if each != name}
        if not _same(value, self.base[name], column):
            edits[name] = value
        state.write(asked.edited(edits))


def _shown(value: Any, column: Mapping[str, Any]) -> Any:
    """A plain value as the column's widget has it."""
    if value is None:
        return None
    if column["kind"] == "number":
        return float(value)
    if column["kind"] == "datetime":
        moment = _moment(value)
        return moment.date() if moment is not None and column["dated"] else moment
    return str(value)


def _plain(value: Any, column: Mapping[str, Any]) -> Any:
    """What a widget has as a plain value."""
    if value is None or value in ("", _MISSING):
        return None
    if column["kind"] == "number":
        return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)
    if column["kind"] == "datetime":
        return value.isoformat()
    return str(value)


def _same(value: Any, base: Any, column: Mapping[str, Any]) -> bool:
    if value is None or base is None:
        return value is None and base is None
    if column["kind"] == "number":
        return float(value) == float(base)
    if column["kind"] == "datetime":
        return _moment(value) == _moment(base)
    return str(value) == str(base)


def _moment(value: Any) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _words(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, float):
        return f"{value:,.10g}"
    text = str(value).removesuffix("T00:00:00")
    return text if len(text) <= 40 else text[:39] + "…"


def _learned(column: Mapping[str, Any]) -> str:
    """What the model has seen in the column."""
    usual = f", usually {components.plain(str(column['usual']))}" if column["usual"] is not None else ""
    missing = "" if column["missing"] else "; never missing"
    if column["low"] is not None:
        low, high = (_words(column[name]) for name in ("low", "high"))
        return f"Learned from values between {low} and {high}{usual}{missing}."
    if column["labels"] and column["all_labels"]:
        return f"Learned from {fmt.plural(len(column['labels']), 'different value')}{usual}{missing}."
    return f"Learned from many different values{usual}{missing}."


def _step(column: Mapping[str, Any]) -> float:
    """A hundredth of the range, to a power of ten."""
    low, high = column["low"], column["high"]
    if low is None or high is None or not high > low:
        return 1.0
    return float(10.0 ** math.floor(math.log10((high - low) / 100)))
