"""What every page that Glassbench writes has to be: well nested, self-contained, described."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "br", "hr", "link", "img", "input"}


class Checked(HTMLParser):
    """Fails on tags that do not nest; keeps the text and all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data + " "


def checked(page: str) -> Checked:
    """Parse a page, and hold it against what no page may have."""
    found = Checked()
    found.feed(page)
    assert found.open == []
    assert not {name for name, _ in found.attributes} & {"src", "srcset", "onclick", "onload", "xlink:href"}
    assert all((value or "").startswith("#") for name, value in found.attributes if name == "href")
    assert not re.search(r"<script|https?:|url\(|@import", page.replace("http-equiv", ""))
    named = [attributes.get("id") for _, attributes in found.tags if attributes.get("id")]
    assert len(named) == len(set(named)), "an id stands for one element"
    for tag, attributes in found.tags:
        if tag == "svg" and "class" not in attributes:
            assert attributes.get("role") == "img"
            assert attributes.get("aria-label"), "a figure says in words what it shows"
        if tag == "th":
            assert attributes.get("scope") in ("row", "col")
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    return found
