"""What a document is made of, free of any markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "Bar",
    "Bars",
    "Block",
    "Code",
    "Document",
    "Fact",
    "Figure",
    "Items",
    "Note",
    "Paragraph",
    "Part",
    "Section",
    "Table",
]


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list of plain texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """A text that must not be overlooked."""

    text: str
    kind: Literal["note", "warning"] = "note"


@dataclass(frozen=True)
class Code:
    """Commands or code to copy."""

    text: str


@dataclass(frozen=True)
class Table:
    """Cells of plain text; the first column names the row.

    Attributes
    ----------
    header : tuple of str
        Empty texts where the table needs none.
    rows : tuple of tuple of str
    numeric : tuple of int
        Positions of columns to align right.
    emphasised : tuple of int
        Positions of rows that stand out.
    caption : str
        What the table shows.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    emphasised: tuple[int, ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar: its length as a share of the longest, and what to print beside it."""

    label: str
    share: float
    shown: str


@dataclass(frozen=True)
class Bars:
    """A bar chart; `caption` says what the lengths mean."""

    bars: tuple[Bar, ...]
    caption: str


@dataclass(frozen=True)
class Figure:
    """A figure of :mod:`explain.plots`, or any Plotly figure of the same kinds of traces.

    Attributes
    ----------
    plot : plotly Figure or dict
        As the app shows it, with the theme of :func:`explain.report.colours`.
    alt : str
        What it shows, for those who cannot see it.
    caption : str
    folds : bool
        Whether it can be drawn anew for a telephone; else one scrolls along it there.
    """

    plot: Any
    alt: str
    caption: str = ""
    folds: bool = True


@dataclass(frozen=True)
class Part:
    """Blocks under a heading of their own, inside a section.

    Attributes
    ----------
    title : str
    blocks : tuple of Block
    half : bool
        Whether it may stand beside the next one where there is room.
    """

    title: str
    blocks: tuple[Block, ...]
    half: bool = False


Block = Paragraph | Items | Note | Code | Table | Bars | Figure | Part


@dataclass(frozen=True)
class Section:
    """A headed part of the document."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Fact:
    """A key figure for the top of the page: what it is, its value, and a remark."""

    label: str
    value: str
    remark: str = ""


@dataclass(frozen=True)
class Document:
    """A whole document; ``kind`` says what it is, such as "Model card"."""

    kind: str
    title: str
    summary: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    footer: str
    contents: bool = False
