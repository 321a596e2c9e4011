"""Text in figures: free of Plotly's markup, safe in XML, and about how wide it will be."""

from __future__ import annotations

import html
import re

from ..colours import variable

__all__ = ["SIZE", "colour", "fitted", "label", "plain", "width", "wrapped"]

#: Font size in CSS pixels.
SIZE = 12.0

_WIDE = frozenset("mwMW@%—…\u2003") | frozenset("ABCDEFGHKNOPQRSTUVXYZ&+=<>−±→")
_NARROW = frozenset("iljtfrI.,:;'|!()[]-/ “”’·")


def plain(text: object) -> str:
    """Text without Plotly's markup: no tags, line breaks as dots; wide spaces, which set apart, are kept."""
    spaced = re.sub(r"<br\s*/?>", " · ", str(text))
    return re.sub(r" {2,}", "\u2003", html.unescape(re.sub(r"<[^>]*>", "", spaced)).strip(" \t\n"))


def width(text: str, size: float = SIZE) -> float:
    """Width in CSS pixels, on the safe side for the usual sans-serif fonts."""
    total = sum(0.85 if c in _WIDE else 0.36 if c in _NARROW else 0.62 for c in text)
    return total * size


def fitted(text: str, room: float, size: float = SIZE) -> str:
    """The text, cut to fit into ``room`` pixels."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, room: float, size: float = SIZE, lines: int = 2) -> list[str]:
    """The text in lines that fit into ``room`` pixels, the last one cut."""
    out: list[str] = []
    words = text.split()
    while words and len(out) < lines - 1:
        line = [words.pop(0)]
        while words and width(" ".join([*line, words[0]]), size) <= room:
            line.append(words.pop(0))
        out.append(fitted(" ".join(line), room, size))
    return out + ([fitted(" ".join(words), room, size)] if words else [])


def label(
    text: str, x: float, y: float, *, anchor: str = "start", fill: str = "var(--soft)", bold: bool = False
) -> str:
    """An SVG text element."""
    weight = ' font-weight="600"' if bold else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}"{where}{weight} style="fill:{colour(fill)}">{html.escape(text)}</text>'
    )


def colour(value: object) -> str:
    """A colour that can stand in a style attribute and nothing else."""
    text = variable(str(value))
    return html.escape(text) if re.fullmatch(r"[#\w(),.%\s-]+", text) else "currentColor"
