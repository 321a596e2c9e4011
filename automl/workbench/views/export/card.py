"""The model card, as it travels in the bundle."""

from __future__ import annotations

import re
import zipfile
from functools import lru_cache
from pathlib import Path

import streamlit as st

__all__ = ["card", "shown"]

_CARD = "MODEL_CARD.md"
_FENCE = "```"


def card(path: Path) -> None:
    """Preview of the card in a bundle."""
    text = _read(path, path.stat().st_mtime_ns)
    if text is None:
        return
    with st.expander("Model card", icon=":material/badge:"):
        st.markdown(shown(text))


@lru_cache(maxsize=8)
def _read(path: Path, _stamp: int) -> str | None:
    with zipfile.ZipFile(path) as bundle:
        if _CARD not in bundle.namelist():
            return None
        return bundle.read(_CARD).decode("utf-8")


def shown(text: str) -> str:
    """Markdown for Streamlit: headings two levels down, and its own signs taken literally outside of code."""
    lines, code = [], False
    for line in text.splitlines():
        if line.startswith(_FENCE):
            code = not code
        elif not code and not re.fullmatch(r"[|:\- ]+", line):  # which is the rule of a table
            line = re.sub(r"^(#{1,4}) ", r"##\1 ", line)
            line = re.sub(r"(?<!\\)([$:])", r"\\\1", line)
        lines.append(line)
    return "\n".join(lines)
