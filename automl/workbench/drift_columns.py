"""How tables of drifted columns are headed, on the page of a scored table as on that of a window of time."""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["headed"]


def headed(*, points: bool) -> dict[str, Any]:
    """Column, verdict, effect, and how far it has moved, as `st.dataframe` wants them.

    Parameters
    ----------
    points : bool
        Whether effects are percentage points; else units of the target.
    """
    number = st.column_config.NumberColumn
    return {
        "column": st.column_config.TextColumn("Column", pinned=True),
        "verdict": st.column_config.TextColumn("Verdict"),
        "part": number(
            "Moves mean by", format="%+.2f points" if points else "%+.4g",
            help="What this column adds to the shift of the mean prediction. None: it may be chance, with "
            "all columns in mind.",
        ),
        "moved": number(
            "Moved", format="percent",
            help="Share of the rows that must have moved, at least, for the new values to look as they do.",
        ),
        "chance": number(
            "By chance", format="percent", help="What chance alone moves between tables of these sizes."
        ),
    }  # fmt: skip
