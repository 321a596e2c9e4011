"""Documents about a model: blocks of plain content, and the one HTML file or Markdown text made of them.

A document is sections, a section is blocks, and blocks know nothing of markup. The page loads nothing from
anywhere and runs no script: figures are drawn as SVG (:mod:`explain.report.svg`) from the same Plotly figures
that the app shows.
"""

from __future__ import annotations

from .blocks import (
    Bar,
    Bars,
    Block,
    Code,
    Document,
    Fact,
    Figure,
    Items,
    Note,
    Paragraph,
    Part,
    Section,
    Table,
)
from .colours import colours
from .html import render_html
from .markdown import render_markdown

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
    "colours",
    "render_html",
    "render_markdown",
]
