"""The card as one HTML page: no script, nothing loaded from anywhere, light and dark, fit for print."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from .blocks import Bars, Block, Card, Code, Items, Paragraph, Table

__all__ = ["render_html"]


def render_html(card: Card) -> str:
    """Return the whole page."""
    style = files("automl.bundle.resources").joinpath("card.css").read_text(encoding="utf-8")
    facts = "".join(
        f'<div class="fact"><dt>{escape(fact.label)}</dt><dd>{escape(fact.value)}</dd>'
        + (f'<dd class="remark">{escape(fact.remark)}</dd>' if fact.remark else "")
        + "</div>"
        for fact in card.facts
    )
    sections = "".join(
        f"<section><h2>{escape(section.title)}</h2>{''.join(map(_block, section.blocks))}</section>"
        for section in card.sections
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(card.title)} – model card</title><style>{style}</style></head>"
        f'<body><main><header><p class="kind">Model card</p><h1>{escape(card.title)}</h1>'
        f'<p class="summary">{escape(card.summary)}</p><dl class="facts">{facts}</dl></header>'
        f"{sections}<footer><p>{escape(card.footer)}</p></footer></main></body></html>\n"
    )


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Items):
        return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in block.texts) + "</ul>"
    if isinstance(block, Code):
        return f'<pre tabindex="0"><code>{escape(block.text)}</code></pre>'
    if isinstance(block, Bars):
        return _bars(block)
    return _table(block)


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


def _table(table: Table) -> str:
    def cell(text: str, column: int) -> str:
        kind = ' class="number"' if column in table.numeric else ""
        # The first column names the row.
        return (
            f'<th scope="row"{kind}>{escape(text)}</th>' if column == 0 else f"<td{kind}>{escape(text)}</td>"
        )

    head = ""
    if any(table.header):
        names = "".join(
            f'<th scope="col"{" class=number" if i in table.numeric else ""}>{escape(name)}</th>'
            for i, name in enumerate(table.header)
        )
        head = f"<thead><tr>{names}</tr></thead>"
    body = "".join(
        f"<tr{' class=chosen' if i in table.emphasised else ''}>"
        f"{''.join(cell(text, j) for j, text in enumerate(row))}</tr>"
        for i, row in enumerate(table.rows)
    )
    return f'<div class="scroll" tabindex="0"><table>{head}<tbody>{body}</tbody></table></div>'
