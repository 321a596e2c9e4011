"""What a card is made of, free of any markup."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Bar", "Bars", "Block", "Card", "Code", "Fact", "Items", "Paragraph", "Section", "Table"]


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list of plain texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Commands or code to copy."""

    text: str


@dataclass(frozen=True)
class Table:
    """Cells of plain text; `numeric` are the positions of columns to align right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    emphasised: tuple[int, ...] = ()


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


Block = Paragraph | Items | Code | Table | Bars


@dataclass(frozen=True)
class Section:
    """A headed part of the card."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Fact:
    """A key figure for the top of the card: what it is, its value, and a remark."""

    label: str
    value: str
    remark: str = ""


@dataclass(frozen=True)
class Card:
    """A whole card."""

    title: str
    summary: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    footer: str
