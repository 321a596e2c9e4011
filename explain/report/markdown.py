"""A document as Markdown."""

from __future__ import annotations

import re

from .blocks import Bars, Block, Code, Document, Figure, Items, Note, Paragraph, Part, Table

__all__ = ["render_markdown"]

_BLOCKS = 20


def render_markdown(document: Document) -> str:
    """Return the document as GitHub-flavoured Markdown, ending in a line break."""
    lines = [f"# {_escape(document.title)}", "", _escape(document.summary), ""]
    lines += [
        f"- **{_escape(fact.label)}:** {_escape(fact.value)}"
        + (f" ({_escape(fact.remark)})" if fact.remark else "")
        for fact in document.facts
    ]
    for section in document.sections:
        lines += ["", f"## {_escape(section.title)}"]
        for block in section.blocks:
            lines += ["", *_block(block)]
    lines += ["", "---", "", _escape(document.footer)]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        return [_escape(block.text)]
    if isinstance(block, Note):
        return [f"> **{_escape(block.text)}**" if block.kind == "warning" else f"> {_escape(block.text)}"]
    if isinstance(block, Figure):  # text holds no figure: what it shows, in words
        return [_escape(text) for text in (block.alt, "", block.caption)[: 3 if block.caption else 1]]
    if isinstance(block, Part):
        return [
            f"### {_escape(block.title)}",
            *(line for part in block.blocks for line in ("", *_block(part))),
        ]
    if isinstance(block, Items):
        return [f"- {_escape(text)}" for text in block.texts]
    if isinstance(block, Code):
        return ["```", *block.text.splitlines(), "```"]
    if isinstance(block, Bars):
        rows = tuple((bar.label, "█" * max(1, round(bar.share * _BLOCKS)), bar.shown) for bar in block.bars)
        return [*_table(Table(("Column", "", "Contribution"), rows)), "", _escape(block.caption)]
    return _table(block)


def _table(table: Table) -> list[str]:
    caption = [_escape(table.caption), ""] if table.caption else []
    rule = ["---:" if i in table.numeric else "---" for i in range(len(table.header))]
    lines = [*caption, _row(table.header), "| " + " | ".join(rule) + " |"]
    for i, row in enumerate(table.rows):
        cells = [f"**{_escape(cell)}**" if i in table.emphasised and cell else _escape(cell) for cell in row]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(map(_escape, cells)) + " |"


def _escape(text: str) -> str:
    """Escape what Markdown or HTML would take for markup, and keep a text on one line."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", " ".join(text.split()))
