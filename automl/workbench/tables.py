"""Small tables of results: text on the page, so that it can be selected, found and read aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from automl.inspection import Told

__all__ = ["table", "told_table"]

_MANY = 5  # columns that do not fit beside each other in a narrow window


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[str] = (), label: str
) -> None:
    """A table; wider than its place, it scrolls within.

    Parameters
    ----------
    headers : sequence of str
    rows : iterable of sequence of str
    right : iterable of str
        Headers of columns that are aligned to the right.
    label : str
        What the table shows, for those who cannot see it.
    """
    aligned = [' class="gb-right"' if header in set(right) else "" for header in headers]
    head = "".join(
        f'<th scope="col"{side}>{escape(header)}</th>' for header, side in zip(headers, aligned, strict=True)
    )
    many = " gb-many" if len(headers) >= _MANY else ""
    body = "".join(f"<tr>{_cells(row, aligned)}</tr>" for row in rows)
    st.html(
        f'<div class="gb gb-scroll" role="region" tabindex="0" aria-label="{escape(label)}">'
        f'<table class="gb-table{many}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cells(row: Sequence[str], aligned: Sequence[str]) -> str:
    return "".join(f"<td{side}>{escape(cell)}</td>" for cell, side in zip(row, aligned, strict=True))


def told_table(told: Told, *, label: str) -> None:
    """The table of what an inspection tells; nothing where it has none."""
    if told.rows:
        table(told.headers, told.rows, right=told.right, label=label)
