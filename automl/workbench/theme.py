"""The look that Streamlit's theme options cannot say: widths, cards, and the colours that charts share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from automl.workbench.settings import OPTIONS

__all__ = ["Palette", "apply", "palette"]


@dataclass(frozen=True)
class Palette:
    """Colours of the running theme, as hexadecimal strings.

    `up` and `down` (raises, lowers) are orange and blue, told apart by every kind of colour vision;
    `on_primary` is for text on a primary button.
    """

    accent: str
    text: str
    muted: str
    grid: str
    surface: str
    background: str
    up: str
    down: str
    warning: str
    serious: str
    on_primary: str
    categories: tuple[str, ...]


def _palette(mode: str, muted: str, up: str, down: str, on_primary: str) -> Palette:
    def option(name: str) -> str:
        return str(OPTIONS[f"theme.{mode}.{name}"])

    return Palette(
        accent=OPTIONS[f"theme.{mode}.chartCategoricalColors"][0],
        text=option("textColor"),
        muted=muted,
        grid=option("borderColor"),
        surface=option("secondaryBackgroundColor"),
        background=option("backgroundColor"),
        up=up,
        down=down,
        warning=option("orangeColor"),
        serious=option("redColor"),
        on_primary=on_primary,
        categories=tuple(OPTIONS[f"theme.{mode}.chartCategoricalColors"]),
    )


_LIGHT = _palette("light", muted="#5b6b75", up="#c9701a", down="#2f6cb8", on_primary="#ffffff")
_DARK = _palette("dark", muted="#9aabb5", up="#f0a04b", down="#7fb0ee", on_primary="#052421")


def palette() -> Palette:
    """The colours for charts in the theme that this browser shows."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT


_STYLES = Path(__file__).with_name("assets") / "styles"


def apply() -> None:
    """Put the style sheets on the page: those that all rooms share, numbered, then one for each room."""
    colors = palette()
    variables = {
        "gb-text": colors.text,
        "gb-accent": colors.accent,
        "gb-on-primary": colors.on_primary,
        "gb-up": colors.up,
        "gb-down": colors.down,
        "gb-line": colors.grid,
    }
    listed = " ".join(f"--{name}: {value};" for name, value in variables.items())
    st.html(f"<style>:root {{ {listed} }}\n{_style_sheet()}</style>")


@cache
def _style_sheet() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_STYLES.glob("*.css")))
