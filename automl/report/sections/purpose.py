"""What goes in and what comes out."""

from __future__ import annotations

from collections.abc import Iterator

from explain.report import Block, Paragraph

from ..facts import BundleFacts
from ..subject import Subject
from . import section

__all__ = ["purpose"]


@section("What it predicts", order=10)
def purpose(subject: Subject) -> Iterator[Block]:
    """What goes in and what comes out."""
    task, schema, facts = subject.task, subject.schema, subject.facts
    yield Paragraph(f"It reads {len(schema):,} column{'s' if len(schema) != 1 else ''} of a row.")
    if task.kind == "binary":
        yield Paragraph(
            "For each row it gives the probability of "
            + " and of ".join(f"“{label}”" for label in reversed(task.classes or ()))
            + f"; {_two(facts)}"
        )
    elif task.kind == "multiclass":
        yield Paragraph(
            "For each row it gives the probability of each class; the prediction is the most probable one"
            + (" in the model, and in predict.py the one of least expected cost." if facts.decides else ".")
        )


def _two(facts: BundleFacts) -> str:
    if facts.decides:
        return "the prediction is the label that was decided on, see How it decides."
    return "the prediction is the more probable one."
