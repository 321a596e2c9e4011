"""One of a few ways to look at something, kept in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

__all__ = ["choose"]


def choose(label: str, options: Sequence[Any], *, key: str, default: Any = None, **more: Any) -> Any:
    """A choice that is always made: the default where the address says nothing that is on offer.

    Parameters
    ----------
    label : str
        Shown only where `more` does not hide it.
    options : sequence
    key : str
        Its name in the address.
    default : option, optional
        The first one if not given.
    **more
        As for `st.segmented_control`.
    """
    usual = options[0] if default is None else default
    picked = st.segmented_control(
        label, options, default=usual, required=True, key=key, bind="query-params", wrap=True, **more
    )
    # An empty value in the address clears it, required or not.
    return usual if picked is None else picked
