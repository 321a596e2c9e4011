"""The columns that the model reads."""

from __future__ import annotations

from collections.abc import Iterator

from explain.report import Block, Paragraph, Table

from ..subject import Subject
from ..words import column_words, share
from . import section

__all__ = ["columns"]

_MOST_COLUMNS = 400
_MOST_UNUSED = 20


@section("Columns", order=65)
def columns(subject: Subject) -> Iterator[Block]:
    """What each column is, how much of it is missing, and what its cells look like."""
    schema = subject.schema
    shown = list(schema)[:_MOST_COLUMNS]
    profile = {} if subject.evidence is None else subject.evidence.profile
    facts = {column["name"]: column for column in profile.get("columns", ())}
    if facts:
        rows = tuple(
            (
                c.name,
                (words := column_words(c))[0],
                share(facts.get(c.name, {}).get("missing_share")),
                words[1],
            )
            for c in shown
        )
        yield Table(("Column", "Kind", "Missing", "What its cells look like"), rows, numeric=(2,))
    else:
        yield Table(
            ("Column", "Kind", "What its cells look like"), tuple((c.name, *column_words(c)) for c in shown)
        )
    if len(schema) > len(shown):
        yield Paragraph(f"The other {len(schema) - len(shown):,} columns are in schema.json.")
    unused = [name for name in facts if name not in schema.names and name != subject.task.target]
    if unused:
        names = ", ".join(f"“{name}”" for name in unused[:_MOST_UNUSED])
        more = len(unused) - _MOST_UNUSED
        yield Paragraph(f"The model does not read {names}{f' and {more:,} more' if more > 0 else ''}.")
    yield Paragraph(
        "Columns may come in any order, and further columns are ignored. A category that training did not "
        "have counts as unknown, an empty cell as missing."
    )
