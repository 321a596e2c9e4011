"""What there is to say about what was asked of the model beside its score, and about what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from automl.store import constraint_words, cost_words
from explain.report import Block, Items, Paragraph

from ..subject import Subject
from . import section

__all__ = ["constraints"]


@section("What it must be, and what it costs", order=35)
def constraints(subject: Subject) -> Iterator[Block]:
    """Constraints, which all models of a run keep but for time and size, and the measured cost."""
    task, facts = subject.task, subject.facts
    result = facts.result
    asked = dict(result.get("constraints") or {})
    if not facts.is_chosen:  # limits of time and size are what the choice keeps to
        asked |= {"max_latency_ms": None, "max_size_mb": None}
    positive = None if task.positive is None else str(task.positive)
    words = constraint_words(asked, positive)
    if words:
        yield Paragraph("Asked of the model:")
        yield Items(tuple(words))
    if asked.get("interpretable"):
        refitted = facts.is_chosen and result.get("refitted")
        rows = "all rows" if refitted else "the rows that the first fold leaves to learn from"
        yield Paragraph(f"It is a single model, and learned from {rows}.")
    if not facts.is_chosen:
        return
    if result.get("cost"):
        yield Paragraph(f"What it costs: {cost_words(result['cost'])}.")
    for finding in result.get("findings") or ():
        yield Paragraph(str(finding["message"]))
