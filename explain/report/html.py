"""A document as one HTML page: no script, nothing loaded from anywhere, light and dark, fit for print."""

from __future__ import annotations

import re
from html import escape as escaped_markup
from importlib.resources import files
from itertools import count
from string import Template

from .blocks import Bars, Block, Code, Document, Figure, Items, Note, Paragraph, Part, Section, Table
from .svg import draw

__all__ = ["render_html"]

#: Widths of a figure in CSS pixels: for a page, for half of it, and for a telephone.
WIDE, HALF, NARROW = 800, 392, 340


#: A number and its unit stay on one line.
_UNITS = re.compile(r"(?<=\d) (?=(?:%|ms|s|min|kB|MB|points?|rows?|columns?)(?!\w))")


def render_html(document: Document) -> str:
    """Return the whole page."""
    page = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    names = [_anchor(position, section) for position, section in enumerate(document.sections)]
    return page.substitute(
        title=escape(document.title),
        kind=escape(document.kind),
        kind_below=escape(document.kind.lower()),
        summary=escape(document.summary),
        facts="".join(
            f'<div class="fact"><dt>{escape(fact.label)}</dt><dd>{escape(fact.value)}</dd>'
            + (f'<dd class="remark">{escape(fact.remark)}</dd>' if fact.remark else "")
            + "</div>"
            for fact in document.facts
        ),
        contents=_contents(document, names) if document.contents else "",
        sections="".join(_section(*pair) for pair in zip(names, document.sections, strict=True)),
        footer=escape(document.footer),
    )


def escape(text: str, *, quote: bool = True) -> str:
    """Text as it may stand in a page."""
    return escaped_markup(_UNITS.sub("\N{NO-BREAK SPACE}", text), quote=quote)


def _anchor(position: int, section: Section) -> str:
    return f"{re.sub('[^a-z]+', '-', section.title.lower()).strip('-')}-{position + 1}"


def _contents(document: Document, names: list[str]) -> str:
    links = "".join(
        f'<li><a href="#{name}">{escape(section.title)}</a></li>'
        for name, section in zip(names, document.sections, strict=True)
    )
    return f'<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ol>{links}</ol></nav>'


def _section(name: str, section: Section) -> str:
    page = _Page(name)
    return (
        f'<section aria-labelledby="{name}"><h2 id="{name}">{escape(section.title)}</h2>'
        f"{page.blocks(section.blocks)}</section>"
    )


class _Page:
    """Renders the blocks of one section; `name` begins the ids in it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ids = count(1)

    def blocks(self, blocks: tuple[Block, ...], *, half: bool = False) -> str:
        out, beside = [], False
        for block in blocks:
            stands_beside = isinstance(block, Part) and block.half
            if stands_beside != beside:
                out.append('<div class="beside">' if stands_beside else "</div>")
                beside = stands_beside
            out.append(self._block(block, half=half))
        return "".join(out) + ("</div>" if beside else "")

    def _block(self, block: Block, *, half: bool) -> str:
        if isinstance(block, Paragraph):
            return f"<p>{escape(block.text)}</p>"
        if isinstance(block, Items):
            return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in block.texts) + "</ul>"
        if isinstance(block, Note):
            return f'<p class="note {block.kind}">{escape(block.text)}</p>'
        if isinstance(block, Code):
            return f'<pre tabindex="0"><code>{escape(block.text)}</code></pre>'
        if isinstance(block, Bars):
            return _bars(block)
        if isinstance(block, Figure):
            return _figure(block, half=half)
        if isinstance(block, Part):
            inside = self.blocks(block.blocks, half=block.half)
            return f'<div class="part"><h3>{escape(block.title)}</h3>{inside}</div>'
        return self._table(block)

    def _table(self, table: Table) -> str:
        head = ""
        if any(table.header):
            names = "".join(
                f'<th scope="col"{_number(i, table)}>{escape(name)}</th>'
                if name
                else f"<td{_number(i, table)}></td>"
                for i, name in enumerate(table.header)
            )
            head = f"<thead><tr>{names}</tr></thead>"
        body = "".join(
            f"<tr{' class=chosen' if i in table.emphasised else ''}>"
            f"{''.join(_cell(text, j, table) for j, text in enumerate(row))}</tr>"
            for i, row in enumerate(table.rows)
        )
        caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
        # A wide table scrolls inside of its frame, also by keyboard.
        label = escape(table.caption or " and ".join(filter(None, table.header[:2])) or "Table", quote=True)
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{label}"><table>{caption}{head}'
            f"<tbody>{body}</tbody></table></div>"
        )


def _number(column: int, table: Table) -> str:
    return ' class="number"' if column in table.numeric else ""


def _cell(text: str, column: int, table: Table) -> str:
    if column == 0:
        return f'<th scope="row"{_number(column, table)}>{escape(text)}</th>'
    return f"<td{_number(column, table)}>{escape(text)}</td>"


def _bars(block: Bars) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(bar.label)}</th>'
        f'<td class="bar"><span style="width:{max(bar.share, 0.004) * 100:.1f}%"></span></td>'
        f'<td class="number">{escape(bar.shown)}</td></tr>'
        for bar in block.bars
    )
    return (
        f'<figure><table class="bars"><tbody>{rows}</tbody></table>'
        f"<figcaption>{escape(block.caption)}</figcaption></figure>"
    )


def _figure(block: Figure, *, half: bool) -> str:
    wide = draw(block.plot, width=HALF if half else WIDE, alt=block.alt)
    caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
    if not block.folds:
        name = escape(block.alt.partition(".")[0], quote=True)
        return (
            f'<figure><div class="along" tabindex="0" role="group" aria-label="{name}">{wide}</div>'
            f"{caption}</figure>"
        )
    narrow = "" if half else f'<div class="narrow">{draw(block.plot, width=NARROW, alt=block.alt)}</div>'
    return f'<figure><div class="{"half" if half else "wide"}">{wide}</div>{narrow}{caption}</figure>'
