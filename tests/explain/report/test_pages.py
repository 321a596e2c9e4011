"""Documents as HTML and as Markdown."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from explain.report import (
    Bar,
    Bars,
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
    render_html,
    render_markdown,
)

from ...pages import checked

ODD = "<b>Jekyll & “Hyde”</b> | *x*"


@pytest.fixture(scope="module")
def document() -> Document:
    """One of each block, with texts that look like markup."""
    figure = Figure(go.Figure(go.Bar(x=[ODD, "b"], y=[1, 2])), alt=f"Two bars, {ODD}", caption="Bars.")
    blocks = (
        Paragraph(ODD),
        Items((ODD, "second")),
        Note("Mind this.", "warning"),
        Code("pip install <this>"),
        Table(("Name", "Size"), ((ODD, "1"), ("b", "2")), numeric=(1,), emphasised=(1,), caption="Sizes"),
        Bars((Bar(ODD, 1.0, "5"), Bar("b", 0.0, "0")), "What they mean."),
        figure,
        Part("First half", (figure,), half=True),
        Part("Second half", (Paragraph("Beside."),), half=True),
        Part("Whole", (Paragraph("Below."),)),
    )
    sections = (Section(ODD, blocks), Section("Same", (Paragraph("a"),)), Section("Same", (Paragraph("b"),)))
    return Document(
        "Report", ODD, "What it is.", (Fact("Score", "1", "of 1"),), sections, "Made.", contents=True
    )


def test_the_page_is_well_made_and_complete(document: Document) -> None:
    page = checked(render_html(document))
    for text in (
        ODD,
        "second",
        "Mind this.",
        "pip install <this>",
        "Sizes",
        "What they mean.",
        "Bars.",
        "Beside.",
    ):
        assert text in page.text, text
    tags = [tag for tag, _ in page.tags]
    assert {"header", "nav", "main", "footer", "section"} <= set(tags)
    assert tags.count("h3") == 3
    anchors = [value for name, value in page.attributes if name == "href"]
    names = {f"#{value}" for name, value in page.attributes if name == "id"}
    assert len(anchors) == 4
    assert set(anchors) <= names, "every link leads somewhere"
    assert not [tag for tag in tags if tag == "b"], "no text became markup"


def test_dark_light_and_paper(document: Document) -> None:
    page = render_html(document)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "default-src 'none'" in page


def test_figures_that_do_not_fold_are_drawn_once_and_scroll() -> None:
    figure = Figure(go.Figure(go.Bar(x=["a"], y=[1])), alt="A bar. It is one high.", folds=False)
    section = Section("s", (figure, Part("Half", (figure,), half=True)))
    page = render_html(Document("Report", "t", "", (), (section,), ""))
    found = checked(page)
    scrolling = [attributes for _, attributes in found.tags if attributes.get("class") == "along"]
    assert len(scrolling) == page.count("<svg") == 2
    assert all(each["tabindex"] == "0" and each["aria-label"] == "A bar" for each in scrolling)


def test_figures_are_told_in_words_where_there_is_no_markup(document: Document) -> None:
    text = render_markdown(document)
    assert r"Two bars, \<b\>Jekyll" in text
    assert "### First half" in text
    assert "> **Mind this.**" in text
    assert "<svg" not in text
