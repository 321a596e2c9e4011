"""How one row looks on the pages: its style sheet, and figures about it in the colours of the theme."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from automl.workbench import plots, theme
from explain import plots as figures
from explain.row.contested import Contested
from explain.row.paths import DecisionPaths

__all__ = ["contested", "paths", "style"]

_CSS = Path(__file__).with_name("assets") / "row.css"


def style() -> None:
    """Put the style sheet of rows on the page."""
    colors = theme.palette()
    variables = f"--wi-up: {colors.up}; --wi-down: {colors.down}; --wi-line: {colors.grid};"
    st.html(f"<style>:root {{ {variables} }}\n{_style_sheet()}</style>")


def contested(result: Contested) -> Any:
    """What each of several models makes of the columns that they do not agree on."""
    return figures.contested_plot(result, theme=plots._theme(theme.palette()))


def paths(result: DecisionPaths) -> Any:
    """How the output of a row builds up, beside rows like it."""
    return figures.decision_plot(result, theme=plots._theme(theme.palette()))


@cache
def _style_sheet() -> str:
    return _CSS.read_text(encoding="utf-8")
