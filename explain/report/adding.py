"""Put a section into a document that was written before: at its end, or in the place of its older self."""

from __future__ import annotations

import re

from .blocks import Document, Section
from .html import render_html
from .markdown import render_markdown

__all__ = ["add_to_html", "add_to_markdown"]

_END_HTML, _END_MARKDOWN = "</main>", "\n---\n"
_SECTION_HTML = re.compile(r"<section .*?</section>", re.DOTALL)


def add_to_html(page: str, section: Section) -> str:
    """A page of `render_html` with one section more."""
    (made,) = _SECTION_HTML.findall(render_html(_only(section)))
    heading = re.search(r"<h2[^>]*>(.*?)</h2>", made, re.DOTALL)
    ending = f">{heading[1] if heading else ''}</h2>"
    kept = _SECTION_HTML.sub(lambda found: "" if ending in found[0] else found[0], page)
    before, end, after = kept.rpartition(_END_HTML)
    return f"{before}{made}{end}{after}"


def add_to_markdown(text: str, section: Section) -> str:
    """A text of `render_markdown` with one section more."""
    whole = render_markdown(_only(section))
    made = whole[whole.index("\n## ") : whole.rindex(_END_MARKDOWN)]
    heading = re.escape(made.splitlines()[1])
    kept = re.sub(rf"\n{heading}\n.*?(?=\n## |\n---\n)", "", text, flags=re.DOTALL)
    before, end, after = kept.rpartition(_END_MARKDOWN)
    return f"{before}{made}{end}{after}"


def _only(section: Section) -> Document:
    # Named so that its anchor is not one that the page has.
    return Document("Added", "Added", "", (), (section,), "", contents=False)
