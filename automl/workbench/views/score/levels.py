"""How a verdict looks: a word, an icon and a colour, never the colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from automl.monitoring.rules import Level
from automl.monitoring.words import LEVELS

__all__ = ["badge", "look_badge"]

_LOOKS: Mapping[Level, tuple[Literal["green", "orange", "red"], str]] = {
    "fine": ("green", ":material/check_circle:"),
    "look": ("orange", ":material/visibility:"),
    "act": ("red", ":material/warning:"),
}
_BEFORE: Mapping[Level, str] = {"fine": "Ready to score", "look": "Look first", "act": "Stop"}


def badge(level: Level) -> None:
    """The verdict in a word or two."""
    color, icon = _LOOKS[level]
    st.badge(LEVELS[level], icon=icon, color=color)


def look_badge(level: Level) -> None:
    """Whether a file can be scored, in a word or two."""
    color, icon = _LOOKS[level]
    st.badge(_BEFORE[level], icon=icon, color=color)
