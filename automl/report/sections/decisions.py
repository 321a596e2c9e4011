"""What there is to say about which label is given, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterator

from automl.store import confusion_words, decision_words, rule_words, threshold_words, ways
from explain.report import Block, Items, Paragraph, Table

from ..subject import Subject
from . import section

__all__ = ["decisions"]

_MOST_CLASSES = 12


@section("How it decides", order=25)
def decisions(subject: Subject) -> Iterator[Block]:
    """The rule, its worth beside other rules, and the counts; nothing where the most probable class wins."""
    facts = subject.facts
    decision = facts.result.get("decision")
    if decision is None:
        return
    if not facts.is_chosen:
        yield Paragraph(
            "Its labels are decided in the same way as those of the model that the search chose, by what its "
            "own predictions on rows that it had not learned from tell; what that is worth was not measured."
        )
        return
    yield Paragraph(rule_words(decision))
    if told := threshold_words(facts.decisions):
        yield Paragraph(told)
    yield Paragraph(f"{decision_words(decision)}:")
    yield Table(
        ("Decided", "All rows", "So much better is the model's way"), tuple(ways(decision)), numeric=(1, 2)
    )
    yield Items(tuple(confusion_words(decision)[:_MOST_CLASSES]))
