"""Runs: everything that was started here, and sample tables to start with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from automl.workbench import components, navigation, overviews
from automl.workbench.overviews import ORDERS, SHOWN, Overview
from automl.workbench.views.runs import row, welcome

__all__ = ["show"]

_PAGE_SIZE = 15
_MANY = 8  # runs, from which on there is something to search in
_FAST, _SLOW = 3.0, 10.0  # seconds between looks while something is under way, and else


def show() -> None:
    """Draw the page."""
    items = overviews.overviews(navigation.home())
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        with st.container(width="content", gap="xxsmall"):
            st.title("Runs", anchor=False)
            components.lead(
                "Each run finds the best model for one column of a table, and explains it."
                if items
                else "Give it a table, say which column to predict and how long it may take."
            )
        if items and st.button("New run", type="primary", icon=":material/add:"):
            navigation.go("new")
    if items:
        _list(items)
    else:
        welcome.draw()
    welcome.samples(expanded=not items)
    busy = any(not item.is_over for item in items)
    st.fragment(_watch, run_every=_FAST if busy else _SLOW)(_signature(items))


def _signature(items: Sequence[Overview]) -> tuple[Any, ...]:
    """What the list and its buttons depend on; scores and times of runs under way change by themselves."""
    return tuple((item.run.id, item.state, item.name) for item in items)


def _watch(seen: tuple[Any, ...]) -> None:
    if _signature(overviews.overviews(navigation.home())) != seen:
        st.rerun()


def _list(items: Sequence[Overview]) -> None:
    shown: Sequence[Overview] = items
    if len(items) > _MANY:
        shown = _narrowed(items)
    if not shown:
        components.empty("No run matches", "Search for other words, or show all runs.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button("Show all runs", on_click=_show_all, key="show-all")
        return
    pages = math.ceil(len(shown) / _PAGE_SIZE)
    page = 1
    place = st.container()
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            page = min(st.pagination(pages, key="page", bind="query-params"), pages)
    with place:
        for item in shown[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]:
            row.draw(item)


def _narrowed(items: Sequence[Overview]) -> list[Overview]:
    """The runs that the person wants to see; the address keeps what they chose."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="gb-runs-find"):
        text = st.text_input(
            "Search runs",
            key="q",
            bind="query-params",
            icon=":material/search:",
            placeholder="Name or target",
            label_visibility="collapsed",
            width=260,
        )
        state = st.segmented_control(
            "State",
            list(SHOWN),
            default="All",
            required=True,
            key="state",
            bind="query-params",
            label_visibility="collapsed",
        )
        order = st.selectbox(
            "Order", list(ORDERS), key="order", bind="query-params", label_visibility="collapsed", width=180
        )
    return overviews.matching(items, text or "", state, order)


def _show_all() -> None:
    st.session_state["q"], st.session_state["state"] = "", "All"
