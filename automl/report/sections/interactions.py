"""Pairs of columns that work together."""

from __future__ import annotations

from collections.abc import Iterator

from explain.report import Block, Figure, Paragraph, colours
from explain.whole.interactions import Interactions

from ..inspected import inspected, noted
from ..subject import Subject
from . import section

__all__ = ["interactions"]

_TOP = 10


@section("Columns that work together", order=45, pages=("report",))
def interactions(subject: Subject) -> Iterator[Block]:
    """The strongest interactions, each beside what noise would show."""
    found = inspected(subject, "interactions", Interactions)
    if found is None:
        return
    words = found.sentence()
    yield Paragraph(words)
    if found.pairs:
        from explain.plots import interaction_bar

        floors = " The orange tick is what noise alone would reach." if found.floor.any() else ""
        yield Figure(
            interaction_bar(found, top=_TOP, theme=colours()),
            alt=f"Bar chart of the pairs of columns that work together, the strongest first. {words}",
            caption=f"How much of the output two columns make together, beyond what each does by itself, "
            f"over {found.rows:,} rows with 95 % intervals.{floors} Measured by {found.method}.",
        )
    yield from noted(subject, "interactions")
    if found.unseen:
        yield Paragraph(
            f"{found.unseen:,} further pairs promised less, or there was no time for them; they were not "
            "measured."
        )
