"""Lists over the catalogue: searched, page by page, a line for each thing, as the list of runs has them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from automl.workbench import components, navigation

__all__ = ["back", "beside", "facts", "found", "line", "number", "paged", "under"]

Item = TypeVar("Item")

_PAGE_SIZE = 15
_LONGEST = 9  # digits of the number of a version
_MANY = 8  # lines, from which on there is something to search in


def found(items: Sequence[Item], words: Callable[[Item], str], label: str, hint: str) -> Sequence[Item]:
    """The items that the person searches for; the address keeps the words. Few items are not searched in."""
    if len(items) <= _MANY:
        return items
    text = st.text_input(
        label, key="q", bind="query-params", icon=":material/search:", placeholder=hint, width=260,
        label_visibility="collapsed",
    )  # fmt: skip
    asked = (text or "").casefold().split()
    kept = [item for item in items if all(word in words(item).casefold() for word in asked)]
    if not kept:
        components.empty("Nothing matches", "Search for other words, or show all.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button("Show all", on_click=_show_all, key="show-all")
    return kept


def _show_all() -> None:
    st.session_state["q"] = ""


def paged(items: Sequence[Item], key: str, size: int = _PAGE_SIZE) -> Iterator[Item]:
    """The items of the page that the address names, each to be drawn in its turn; the choice stands below."""
    pages = math.ceil(len(items) / size)
    place = st.container()
    page = 1
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            page = min(st.pagination(pages, key=f"{key}-page", bind="query-params"), pages)
    with place:
        yield from items[(page - 1) * size : page * size]


@contextmanager
def line(key: str) -> Iterator[tuple[DeltaGenerator, DeltaGenerator]]:
    """A framed line with two places: what it is about, and what is known of it."""
    with st.container(border=True, key=f"gb-line-{key}"):
        left, right = st.columns([3, 8], vertical_alignment="center", gap="small")
        yield left.container(gap=None, key=f"gb-name-{key}"), right


def under(text: str) -> None:
    """Small muted words under a name."""
    st.html(f'<div class="gb gb-muted gb-small gb-any">{components.text(text)}</div>')


def facts(*cells: tuple[str, str], warn: Sequence[int] = ()) -> None:
    """Up to four facts beside each other, each with what it is; those at the places `warn` stand out."""
    shown = "".join(
        f'<div class="gb-cell{" gb-warn" if place in warn else ""}"><b>{components.text(value)}</b>'
        f"<span>{components.text(caption)}</span></div>"
        for place, (value, caption) in enumerate(cells)
    )
    st.html(f'<div class="gb gb-facts gb-even">{shown}</div>')


def number(text: str) -> int | None:
    """The number of a version in an address; None where it is none."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST else None


def beside(
    label: str,
    others: Sequence[Item],
    usual: Item,
    *,
    key: str,
    number_of: Callable[[Item], int],
    words: Callable[[Item], str],
) -> Item:
    """The one that the person wants to compare with; the address keeps its number as `with`.

    Parameters
    ----------
    label : str
    others : sequence
    usual : one of them
        Where the address names none.
    key : str
        Of the widget, with the place of what is shown: an address that changes makes it anew.
    number_of, words : callable
    """
    wanted = st.query_params.get("with")
    place = next((i for i, each in enumerate(others) if str(number_of(each)) == wanted), others.index(usual))
    picked: Item = st.selectbox(
        label, others, index=place, key=f"with-{key}-{number_of(others[place])}", width=360,
        format_func=words,
    )  # fmt: skip
    if number_of(picked) != number_of(others[place]):
        st.query_params["with"] = str(number_of(picked))
        st.rerun()
    return picked


def back(path: str, label: str, **query: str) -> None:
    """The way back to a list."""
    with st.container(key="gb-back"):
        navigation.link(path, label, icon=":material/arrow_back:", **query)
